"""The scanner: text in, findings out; the value stays behind as a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence.masking import blocks, candidates, decode, directory, engines
from evidence.masking.candidates import Exact, Found
from evidence.masking.directory import Dictionary
from evidence.masking.imported import Imported
from evidence.masking.placeholders import Grammar
from evidence.masking.rules import Rule
from evidence.model import AllowRule

if TYPE_CHECKING:
    import pyarrow as pa

    from evidence.masking.blocks import Block
    from evidence.masking.engines import Hits

FINDING_COLUMNS = ("row", "entity_type", "entity_class", "rule_id", "off_bytes", "len_bytes", "confidence_milli",
                   "flag", "value_hmac")
PLACEHOLDER_COLUMNS = ("row", "style", "entity_type", "self_evident", "off_bytes", "len_bytes", "visible_bytes")


class PatternScanner:
    """Rules, grammar and one engine. Not safe to share between threads: give each worker its own.

    Args:
        rules: compiled rules.
        imported: rules of imported configurations.
        grammar: the placeholder styles.
        key: the company's finding key; values leave only as HMAC-SHA256 under it.
        engine: ``hyperscan`` or ``re2``.
        rules_digest: identity of all that decides what is found.
        allow: values that are no findings by declared policy; they are flagged, never hidden.
        cache: folder for the engine's compiled databases.
        people: the company's own people, who are found as they are.
    """

    def __init__(self, rules: Sequence[Rule], imported: Sequence[Imported], grammar: Grammar, *, key: bytes,
                 engine: str, rules_digest: str, allow: Sequence[AllowRule] = (), cache: Path | None = None,
                 people: Dictionary | None = None) -> None:
        """Compile the engine's database; the only slow step."""
        import numpy as np

        self.rules_digest, self.people = rules_digest, people
        exact = list(people.forms()) if people else []
        self.rules, self.imported, self.grammar, self._allow = tuple(rules), tuple(imported), grammar, tuple(allow)
        self._mac = hmac.new(key, digestmod=hashlib.sha256)
        units = [*rules, *grammar.rules]
        anchors = sorted({decode.BLOB, *decode.TRIGGERS, *(anchor for unit in units for anchor in unit.anchors),
                          *(one.anchor for one in exact)}, key=lambda a: (a.pattern, a.caseless))
        number = {anchor: i for i, anchor in enumerate(anchors)}
        self._ids = [tuple(number[anchor] for anchor in unit.anchors) for unit in units]
        self._exact: dict[int, list[Exact]] = {}
        for one in exact:
            self._exact.setdefault(number[one.anchor], []).append(one)
        self._blob = [number[decode.BLOB]]
        self._triggers = [number[anchor] for anchor in decode.TRIGGERS]
        self._widths = np.array([anchor.high for anchor in anchors] or [0], dtype=np.int64)
        rows = [engines.RowPattern(rule.pattern, rule.sharp, rule.tail) for rule in imported]
        self._engine = engines.make(engine, anchors, rows, cache)
        self.engine = self._engine.name

    def scan(self, texts: pa.Array) -> pa.Table:
        """Return the findings of an Arrow array of texts: columns ``FINDING_COLUMNS``, ordered by row and offset."""
        return self.read(texts)[0]

    def placeholders(self, texts: pa.Array) -> pa.Table:
        """Return the marks of masking in an array of texts: columns ``PLACEHOLDER_COLUMNS``, ordered likewise."""
        return self.read(texts)[1]

    def read(self, texts: pa.Array) -> tuple[pa.Table, pa.Table]:
        """Return findings and placeholders of an array of texts in one pass."""
        findings: list[tuple[Any, ...]] = []
        marks: list[tuple[Any, ...]] = []
        for block in blocks.of_array(texts):
            found, seen = self._block(block)
            findings += (self._row(one, block.first) for one in found)
            marks += ((row + block.first, *rest) for row, *rest in seen)
        return _table(FINDING_COLUMNS, findings), _table(PLACEHOLDER_COLUMNS, marks)

    def _block(self, block: Block) -> tuple[list[Found], list[tuple[Any, ...]]]:
        """Return the findings of a block, decoded text included, and its placeholders."""
        hits = self._engine.find(block)
        rows = self._engine.rows(block)
        found = self._found(block, hits, rows)
        split = len(self.rules)
        styles = candidates.by_rule(self.grammar.rules, self._ids[split:], self._widths, hits, block)
        marks = self.grammar.read(styles, block)
        views = [view for place in _places(block, hits, self._triggers) for view in decode.characters(*place)]
        views += [view for place in _places(block, hits, self._blob) for view in decode.blobs(*place)]
        if views:
            inner = blocks.of_rows([view.text for view in views])
            again = _settled(self._found(inner, self._engine.find(inner), self._engine.rows(inner)))
            found += [views[one.row].back(one) for one in again]
        return _settled(found), marks

    def _found(self, block: Block, hits: Hits, rows: dict[int, Any]) -> list[Found]:
        """Return what the rules find in a block as it stands."""
        found: list[Found] = []
        for rule, places in candidates.by_rule(self.rules, self._ids[:len(self.rules)], self._widths, hits, block):
            found += candidates.examine(rule, places, block)
        if self._exact:
            found += candidates.exact(self._exact, hits, block)
        for number, foreign in enumerate(self.imported):
            if number in rows:
                found += foreign.examine(block, rows[number])
        return found

    def _row(self, one: Found, first: int) -> tuple[Any, ...]:
        mac = self._mac.copy()
        mac.update(one.entity.encode() + b"\0" + one.value)
        flag = one.flag or ("allowed" if self._allowed(one) else None)
        return (one.row + first, one.entity, one.entity_class, one.rule_id, one.offset, one.length, one.confidence,
                flag, mac.hexdigest()[:32])

    def _allowed(self, one: Found) -> bool:
        return any(rule.entity in {"*", one.entity} and _in_domain(one.value, rule.domain) for rule in self._allow)


def _settled(found: list[Found]) -> list[Found]:
    """Return what holds of what was found; what the dictionary found is settled apart: rules do not depend on it."""
    people = [one for one in found if one.rule_id.startswith(directory.RULES)]
    if not people:
        return candidates.settle(found)
    rules = [one for one in found if not one.rule_id.startswith(directory.RULES)]
    both = [*candidates.settle(rules), *candidates.settle(people)]
    return sorted(both, key=lambda one: (one.row, one.offset, one.rule_id))


def _places(block: Block, hits: Hits, anchors: Sequence[int]) -> Iterator[tuple[int, bytes, Sequence[int]]]:
    """Yield each row in which one of the anchors ends, with its text and the offsets in it, ascending."""
    import numpy as np

    first, last = (np.searchsorted(hits.anchor, anchors, side).tolist() for side in ("left", "right"))
    chosen = np.concatenate([np.arange(low, high) for low, high in zip(first, last, strict=True)])
    if not len(chosen):
        return
    order = chosen[np.lexsort((hits.end[chosen], hits.row[chosen]))]
    rows, ends = hits.row[order], hits.end[order]
    begins = np.flatnonzero(np.diff(rows, prepend=-1))
    for first, last in zip(begins.tolist(), [*begins[1:].tolist(), len(rows)], strict=True):
        row = int(rows[first])
        yield row, block.row(row), memoryview(ends[first:last] - block.starts[row])


def _in_domain(value: bytes, domain: str | None) -> bool:
    """Tell whether a value lies in a mail domain or one below it; no domain stands for every value."""
    if domain is None:
        return True
    host = value.lower().rpartition(b"@")[2]
    wanted = domain.lower().lstrip("@").encode()
    return b"@" in value and (host == wanted or host.endswith(b"." + wanted))


@cache
def _empty(names: tuple[str, ...]) -> pa.Table:
    """Return the table of no findings, or of no marks; the kinds of the columns stand here for both."""
    import pyarrow as pa

    text, number = pa.string(), pa.int64()
    kinds = {FINDING_COLUMNS: (number, text, text, text, number, number, number, text, text),
             PLACEHOLDER_COLUMNS: (number, text, text, pa.bool_(), number, number, number)}[names]
    return pa.schema(list(zip(names, kinds, strict=True))).empty_table()


def _table(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> pa.Table:
    import pyarrow as pa

    empty = _empty(names)
    if not rows:
        return empty
    columns = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), empty.schema.types, strict=True)]
    return pa.Table.from_arrays(columns, schema=empty.schema)


def digest(paths: Iterable[Path], allow: Sequence[AllowRule]) -> str:
    """Return the identity of what is found: rule files, allow rules, the code that reads them and its libraries."""
    from importlib.metadata import version

    sha = hashlib.sha256()
    code = sorted(Path(__file__).parent.glob("*.py"))
    for path in [*paths, *code]:
        sha.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    for rule in allow:
        sha.update(f"allow\0{rule.entity}\0{rule.domain}\n".encode())
    for library in ("phonenumberslite", "python-stdnum"):
        sha.update(f"{library}\0{version(library)}\n".encode())
    return sha.hexdigest()
