"""The residual-data scanner and the masking verdicts.

``load`` compiles rule packs to a scanner: Arrow texts in, findings out, of which none holds the value. ``verdicts``
compares what the gateway claims, the marks it left and what the scanner still finds. Rules and the grammar of marks are
data in ``controls/masking``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from evidence.model import AllowRule

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from evidence.masking.assurance import ClassAssurance
    from evidence.masking.directory import Dictionary
    from evidence.masking.scanner import PatternScanner


class Scanner(Protocol):
    """What the per-file pass and ``evidence scan`` need."""

    rules_digest: str
    engine: str
    people: Dictionary | None

    def scan(self, texts: pa.Array) -> pa.Table:
        """Return row, entity_type, entity_class, rule_id, off_bytes, len_bytes, confidence_milli, flag, value_hmac."""
        ...

    def placeholders(self, texts: pa.Array) -> pa.Table:
        """Return row, style, entity_type, self_evident, off_bytes, len_bytes, visible_bytes."""
        ...

    def read(self, texts: pa.Array) -> tuple[pa.Table, pa.Table]:
        """Return both tables in one pass over the text."""
        ...


def load(packs: Sequence[str], *, key: bytes, extra: Sequence[Path] = (), engine: str = "hyperscan",
         allow: Sequence[AllowRule] = (), cache: Path | None = None, people: Dictionary | None = None) -> Scanner:
    """Compile rule packs to a scanner (a third of a second the first time; one scanner for each worker).

    Args:
        packs: names of packs in ``controls/masking`` (``core``, ``secrets``).
        key: the company's finding key.
        extra: further packs (``.yaml``) and gitleaks configurations (``.toml``).
        engine: ``hyperscan``, or ``re2``, which finds the same more slowly.
        allow: declared values that are no findings; flagged ``allowed`` and counted.
        cache: folder in which the fast engine's compiled databases are kept; its files are believed, as secrets are.
        people: the company's own people, to be found as they are written.

    Raises:
        ConfigError: a pack is missing or wrong, or a pattern does not compile; names file and rule.
        MissingExtraError: the engine, or the one that imported rules need, is not installed.
    """
    from evidence import catalog
    from evidence.masking import imported, placeholders, rules, scanner

    own = [path for path in extra if path.suffix != ".toml"]
    found = rules.collect(packs, own)
    grammar = catalog.home("controls") / "masking" / "placeholders.yaml"
    foreign = [path for path in extra if path.suffix == ".toml"]
    words = sorted((grammar.parent / "words").glob("*.txt"))
    digest = scanner.digest([*(path for path, _ in found), grammar, *words, *foreign], allow)
    return scanner.PatternScanner(rules.build(found), [rule for path in foreign for rule in imported.load(path)],
                                  placeholders.load(grammar), key=key, engine=engine, rules_digest=digest, allow=allow,
                                  cache=cache, people=people)


def qualify(scanner: PatternScanner, *, seed: int, per_class: int, texts: Sequence[bytes]) -> list[ClassAssurance]:
    """Plant values of every class in copies of texts and return how many the scanner found."""
    from evidence.masking import assurance

    return assurance.qualify(scanner, seed=seed, per_class=per_class, texts=texts)


def verdicts(con: duckdb.DuckDBPyConnection) -> None:
    """Fill ``masking_verdict`` from claims, marks and findings on the connection."""
    from evidence.masking import verdict

    verdict.run(con)
