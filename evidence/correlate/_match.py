"""One-to-one matching of the vendor's requests with the gateway's exchanges, greedily and without chance.

In each round the pairs are taken in which each side is the other's best (stronger method, then nearer in time, then
smallest key); rounds go on until none is left. The pair that is best of all is always mutual, so every round makes
progress, and the outcome does not depend on the order of rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence.correlate._run import run_folder

if TYPE_CHECKING:
    import duckdb

_ROUND = """
INSERT INTO {found}
WITH free AS (
    SELECT c.* FROM {candidate} AS c
    ANTI JOIN {found} AS u ON u.usage_key = c.usage_key
    ANTI JOIN {found} AS x ON x.interaction_id = c.interaction_id
), ranked AS (
    SELECT f.*,
           row_number() OVER (PARTITION BY f.usage_key ORDER BY f.method_rank, f.gap_us, f.interaction_id) AS by_usage,
           row_number() OVER (PARTITION BY f.interaction_id
                              ORDER BY f.method_rank, f.gap_us, f.usage_key) AS by_exchange
    FROM free AS f
)
SELECT r.usage_key, r.interaction_id, r.method_rank, r.gap_us FROM ranked AS r
WHERE r.by_usage = 1 AND r.by_exchange = 1
"""


def greedily(con: duckdb.DuckDBPyConnection, found: str, candidate: str) -> None:
    """Add the best pairs of a table of candidates to a table of pairs, round by round, until none is left."""
    while True:
        row = con.execute(_ROUND.format(found=found, candidate=candidate)).fetchone()
        if row is None or row[0] == 0:
            break


def match_requests(con: duckdb.DuckDBPyConnection) -> None:
    """Match usage rows of request grain with chains, and add a chain for every request that only the vendor saw."""
    run_folder(con, "match")
    greedily(con, "w_match", "w_match_candidate")
    run_folder(con, "unmatched")
