"""One chain read back: its row, its links with the candidates that were not chosen, and the records it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evidence.errors import UsageError

if TYPE_CHECKING:
    import duckdb

_RECORDS = """
SELECT 'exchange' AS relation, source_id, native_id, locator, event_time FROM exchange
WHERE locator IN (SELECT unnest(?))
UNION ALL
SELECT 'session', source_id, native_id, locator, event_time FROM session WHERE locator IN (SELECT unnest(?))
UNION ALL
SELECT 'sign_in', source_id, native_id, locator, event_time FROM sign_in WHERE locator IN (SELECT unnest(?))
UNION ALL
SELECT 'approval', source_id, native_id, locator, event_time FROM w_approval_seen WHERE locator IN (SELECT unnest(?))
UNION ALL
SELECT 'approval_decision', source_id, native_id, locator, event_time FROM w_decision_seen
WHERE locator IN (SELECT unnest(?))
UNION ALL
SELECT 'usage', source_id, native_id, locator, event_time FROM usage WHERE locator IN (SELECT unnest(?))
"""

_LINKS = "SELECT * FROM link WHERE interaction_id = ? ORDER BY link_kind, candidate_rank"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one interaction.

    Attributes:
        chain: the row of ``chain``, column to value.
        links: the rows of ``link``, by kind and rank; ``chosen`` tells the one that holds.
        records: relation, source, native id, locator and time of every canonical row behind the chain or a candidate.
    """

    chain: dict[str, Any]
    links: tuple[dict[str, Any], ...]
    records: tuple[dict[str, Any], ...]


def _rows(con: duckdb.DuckDBPyConnection, query: str, values: list[Any]) -> tuple[dict[str, Any], ...]:
    result = con.execute(query, values)
    names = [column[0] for column in result.description or []]
    return tuple(dict(zip(names, row, strict=True)) for row in result.fetchall())


def explain(con: duckdb.DuckDBPyConnection, interaction_id: str) -> Explanation:
    """Return all that is known of one interaction; the connection must have gone through ``chains``.

    Raises:
        UsageError: no chain has that id.
    """
    found = _rows(con, "SELECT * FROM chain WHERE interaction_id = ?", [interaction_id])
    if not found:
        raise UsageError(f"no interaction {interaction_id!r} in this period",
                         advice="ids begin with ix- and are printed in the report and in evidence/results.ndjson")
    links = _rows(con, _LINKS, [interaction_id])
    locators = set(str(found[0]["record_refs"]).split())
    locators |= {str(link["locator"]) for link in links if link["locator"]}
    asked = sorted(locators)
    query = f"SELECT DISTINCT * FROM ({_RECORDS}) ORDER BY relation, source_id, native_id, locator"  # noqa: S608 - constant
    return Explanation(found[0], links, _rows(con, query, [asked] * 6))
