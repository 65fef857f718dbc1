"""The three steps of the stage: intervals once, exchanges day by day, reconciliation at the end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from evidence.correlate._match import greedily, match_requests
from evidence.correlate._run import Progress, ensure, exists, fresh, run_folder, steps
from evidence.errors import SourceError

if TYPE_CHECKING:
    import duckdb

_DAYS = """
SELECT n.day, sum(n.asked) AS asked, sum(n.signed) AS signed
FROM (
    SELECT date_trunc('day', x.event_time) AS day, 1 AS asked, 0 AS signed
    FROM exchange AS x CROSS JOIN param AS p
    WHERE plus_us(x.event_time, coalesce(x.time_uncertainty_us, 0)) >= p.period_from
      AND plus_us(x.event_time, -coalesce(x.time_uncertainty_us, 0)) < p.period_to
    UNION ALL
    SELECT d.day, 0, d.records FROM w_stream_day AS d WHERE d.stream = 'sign_in'
) AS n
GROUP BY n.day
ORDER BY n.day
"""
_SLICE = 300_000
"""Days are taken together while their weight stays below this: one exchange weighs one, ten sign-ins weigh one. Fewer
spans cost less time, since chains that were written out are not touched as often, and more memory."""
_BOUNDS = """
SELECT p.day_from, p.day_to, plus_us(p.day_from, -2 * p.token_life_us), plus_us(p.day_to, 2 * p.skew_us)
FROM param AS p
"""
_TWICE = "SELECT interaction_id FROM chain GROUP BY interaction_id HAVING count(*) > 1 ORDER BY interaction_id LIMIT 1"


def _silent(_step: str, _done: int, _total: int) -> None:
    """Hear nothing: the default of ``progress``."""


_EVENTS = ("exchange", "session", "sign_in", "usage", "approval", "membership_event", "account_event", "admin_event")
"""Relations whose rows happened at an instant: what stands around an unreadable record tells when that one happened."""


def _history(con: duckdb.DuckDBPyConnection) -> None:
    """Show every version of approvals and decisions, and the place of every record, where the store keeps them."""
    def kept(name: str) -> str:
        return f"raw.{name}" if exists(con, "raw", name) else name

    for view, name in (("w_approval_seen", "approval"), ("w_decision_seen", "approval_decision")):
        con.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT * FROM {kept(name)}")  # noqa: S608 - fixed names
    rows = " UNION ALL ".join(f"SELECT source_id, locator, record_hash, event_time, native_id, ordinal, observed_at, "  # noqa: S608
                              f"'{name}' AS stream FROM {kept(name)}"
                              for name in _EVENTS if exists(con, "main", name))
    con.execute(f"CREATE OR REPLACE VIEW w_record_seen AS {rows}")


def intervals(con: duckdb.DuckDBPyConnection, *, progress: Progress | None = None) -> None:
    """Fill ``person person_alias membership_interval account_interval coverage skew`` and the work tables behind them.

    Needs the canonical relations, ``param`` and ``cfg_*``. Runs once per run over all segments, whatever their age.

    Raises:
        SourceError: the relations do not fit the SQL of this stage.
    """
    tell = progress or _silent
    fresh(con, "person", "person_alias", "membership_interval", "account_interval", "coverage", "irregularity", "skew")
    ensure(con, "reject", "file")
    _history(con)
    total, done = steps("people") + steps("facts"), 0

    def after(name: str) -> None:
        nonlocal done
        done += 1
        tell(name, done, total)

    run_folder(con, "people", after)
    run_folder(con, "facts", after)


def _slices(con: duckdb.DuckDBPyConnection) -> list[tuple[datetime, datetime]]:
    """Return spans of days from the first to the last exchange, so that memory stays bounded and steps few.

    Every rule looks at an exchange and the window around it, so that no cut between days changes any outcome. A span
    begins where the one before ends, so that each sign-in is looked at in exactly one.
    """
    spans: list[tuple[datetime, datetime]] = []
    load, between = 0, 0
    for day, asked, signed in con.execute(_DAYS).fetchall():
        weight = between + int(asked) + int(signed) // 10
        between = 0 if asked else weight
        if not asked:
            continue
        if spans and load + weight <= _SLICE:
            spans[-1] = (spans[-1][0], day + timedelta(days=1))
            load += weight
        else:
            spans.append((spans[-1][1] if spans else day, day + timedelta(days=1)))
            load = weight
    return spans


def _move_to(con: duckdb.DuckDBPyConnection, start: datetime, end: datetime) -> None:
    """Set the days in ``param``, and as macros that are constants, so that a scan skips the segments of other days."""
    con.execute("UPDATE param SET day_from = ?, day_to = ?", [start, end])
    bounds = con.execute(_BOUNDS).fetchone()
    for name, value in zip(("day_from", "day_to", "auth_from", "auth_to"), bounds or (), strict=True):
        con.execute(f"CREATE OR REPLACE MACRO {name}() AS TIMESTAMP '{value.isoformat()}'")


def callers(con: duckdb.DuckDBPyConnection) -> None:
    """Fill ``w_caller_group``: who was in which group that a masking rule names, at the instant of each exchange.

    The masking verdicts need it before there are chains. Where no rule names a group it stays empty and costs nothing.
    Needs ``intervals``.

    Raises:
        SourceError: the relations do not fit the SQL of this stage.
    """
    con.execute("CREATE OR REPLACE TABLE w_caller_group (interaction_id VARCHAR, group_id VARCHAR, standing VARCHAR)")
    if con.execute("SELECT count(*) FROM cfg_masking WHERE directory_group IS NOT NULL").fetchone() == (0,):
        return
    for start, end in _slices(con):
        _move_to(con, start, end)
        run_folder(con, "day", last="31_identity")
        run_folder(con, "callers")
    con.execute("UPDATE param SET day_from = period_from, day_to = period_to")


def chains(con: duckdb.DuckDBPyConnection, *, progress: Progress | None = None) -> None:
    """Fill ``chain`` and ``link``: a few UTC days of exchanges after the others, then requests only the vendor saw.

    ``param.day_from`` and ``param.day_to`` move along and are set back to the period at the end. Needs ``intervals``;
    takes ``masking_verdict`` and ``finding`` as they are.

    Raises:
        SourceError: the relations do not fit, or two exchanges of one source have one native id.
    """
    tell = progress or _silent
    ensure(con, "masking_verdict", "finding")
    fresh(con, "chain", "link")
    spans = _slices(con)
    for done, (start, end) in enumerate(spans, 1):
        _move_to(con, start, end)
        if done == 1:
            run_folder(con, "before")
        run_folder(con, "day")
        tell(f"{start:%Y-%m-%d}", done, len(spans))
    con.execute("UPDATE param SET day_from = period_from, day_to = period_to")
    run_folder(con, "groups")
    match_requests(con)
    if twice := con.execute(_TWICE).fetchone():
        raise SourceError(f"two exchanges have the interaction id {twice[0]}",
                          advice="the connector gives one native id to several exchanges; it must add the position")


def reconcile(con: duckdb.DuckDBPyConnection, *, progress: Progress | None = None) -> None:
    """Fill ``reconciliation`` and ``sensitivity``. Needs ``chains``.

    The first has exactly one verdict for each usage row of the period, the second says how many rows would have another
    one at other tolerances of time.

    Raises:
        SourceError: the relations do not fit the SQL of this stage.
    """
    tell = progress or _silent
    fresh(con, "reconciliation", "sensitivity")
    total, done = steps("reconcile") + steps("sensitivity"), 0

    def after(name: str) -> None:
        nonlocal done
        done += 1
        tell(name, done, total)

    run_folder(con, "reconcile", after)
    greedily(con, "w_wider", "w_wider_candidate")
    run_folder(con, "sensitivity", after)
