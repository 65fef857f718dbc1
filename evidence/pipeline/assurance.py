"""How good the scanner's eyes were on this month: values planted in copies of responses that were really recorded.

Responses, values and places follow from the period and the root of the tree, so nobody can choose them, and two runs
over the same month measure the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, cast

from evidence.errors import SourceError
from evidence.masking.assurance import FLOOR_MILLI, ClassAssurance, lower_bound_milli, prevalence_bound_ppm
from evidence.pipeline.month import Month
from evidence.render import Assurance, Named

if TYPE_CHECKING:
    import duckdb

    from evidence.masking.scanner import PatternScanner

RESPONSES = 200
RESPONSE_BYTES = 8192
"""Of a longer response the beginning is copied: what is planted must not drown the measurement in text."""
NAMED_BYTES = 100_000
"""Of a longer response a plug-in reads the beginning."""
PER_CLASS = 100
"""All of 100 found prove a recall of 0.970; three times as many would cost a small month more than reading it."""

_PICKED = """
SELECT e.source_id, e.locator, e.response_part
FROM exchange AS e, param AS p
WHERE e.response_bytes > 0 AND e.response_part IS NOT NULL
    AND p.period_from <= e.event_time AND e.event_time < p.period_to
ORDER BY sha256(interaction_id(e.source_id, e.native_id)), e.ordinal, e.locator
LIMIT $count"""


_JUDGED = "SELECT count(*) FROM chain WHERE response_sha256 IS NOT NULL AND masking_verdict <> 'indeterminate'"
_LEAKING = """
SELECT v.entity_type, count(*) FROM masking_verdict AS v INNER JOIN chain AS c ON c.interaction_id = v.interaction_id
WHERE v.n_residual > 0 AND c.masking_verdict <> 'indeterminate' GROUP BY v.entity_type"""


def measure(month: Month, con: duckdb.DuckDBPyConnection, tree_root: str) -> tuple[Assurance, ...]:
    """Plant values of every class in copies of the month's responses and return how many the scanner found.

    Without recorded responses, or where their bytes were not kept, nothing is measured: the result is empty.
    """
    from evidence import masking

    texts = responses(month, con)
    if not texts:
        return ()
    policy = month.company.policies.masking
    scanner = masking.load(policy.packs, key=month.store.key("finding"), cache=month.store.runs / "scanner")
    seed = int(hashlib.sha256(f"{month.period.label}/{tree_root}".encode()).hexdigest()[:12], 16)
    rows = masking.qualify(cast("PatternScanner", scanner), seed=seed, per_class=PER_CLASS, texts=texts)
    judged, leaking = con.execute(_JUDGED).fetchone() or (0,), dict(con.execute(_LEAKING).fetchall())
    return tuple(summed(rows, judged[0], leaking))


def named(month: Month, con: duckdb.DuckDBPyConnection) -> Named | None:
    """Return what the plug-in that evidence.yaml names sees in a sample of responses; None where it names none.

    Raises:
        ConfigError: the plug-in is not there, or failed.
    """
    from evidence.masking import analyzer

    use = month.company.policies.masking.analyzer
    if use is None:
        return None
    plugin, version = analyzer.load(use.name)
    texts = [text.decode("utf-8", "replace") for text in responses(month, con, use.sample, NAMED_BYTES)]
    seen = analyzer.inspect(plugin, texts) if texts else []
    return Named(use.name, version, len(texts), (con.execute(_JUDGED).fetchone() or (0,))[0],
                 tuple((one.entity, one.spans, one.texts, one.at_least_ppm, one.at_most_ppm) for one in seen))


def responses(month: Month, con: duckdb.DuckDBPyConnection, count: int = RESPONSES,
              size: int = RESPONSE_BYTES) -> list[bytes]:
    """Return the beginnings of up to ``count`` responses of the period, read again from the vault."""
    from evidence.ingest.readers import parse_locator
    from evidence.pipeline import texts

    sources = {source.id: source for source in month.company.sources}
    picked = sorted((row for row in con.execute(_PICKED, {"count": count}).fetchall() if row[0] in sources),
                    key=lambda row: (row[0], *parse_locator(row[1]), row[2]))
    found: list[bytes] = []
    for (source, sha, _member), rows in groupby(picked, key=lambda row: (row[0], *parse_locator(row[1])[:2])):
        if not month.store.vault.has(sha):
            continue
        wanted = [(locator, part) for _, locator, part in rows]
        try:
            found += (text[:size] for text in texts.of_file(month.catalogs, sources[source],
                                                                      month.store.vault, wanted))
        except SourceError:
            continue  # made by an older decoder: the measurement does without the rest of this file
    return found


def summed(rows: Iterable[ClassAssurance], judged: int, leaking: Mapping[str, int]) -> list[Assurance]:
    """Return a line for each entity, and one for each encoding over the entities that were planted in it.

    Args:
        rows: what was planted and found.
        judged: responses of the period that were read to their end.
        leaking: responses among them in which a value was left, by entity.
    """
    table = list(rows)
    found = [Assurance(row.entity, row.planted, row.found, row.lower_bound_milli, row.qualified,
                       leaking.get(row.entity, 0),
                       prevalence_bound_ppm(judged, row.lower_bound_milli, leaking.get(row.entity, 0)))
             for row in table if row.form == "plain"]
    for form in sorted({row.form for row in table} - {"plain"}):
        planted = sum(row.planted for row in table if row.form == form)
        hits = sum(row.found for row in table if row.form == form)
        bound = lower_bound_milli(hits, planted)
        found.append(Assurance(f"encoded: {form.replace('_', ' ')}", planted, hits, bound, bound >= FLOOR_MILLI))
    return found
