"""From chains to results: every check over its whole population, approved exceptions, then one result per control.

Fills ``check_result``, ``check_summary`` and ``control_result``. The order in which a control's result is decided, and
what an exception is identified by, are fixed here in one place each: :func:`conclusion` and ``assess/exception.sql``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from evidence import catalog, checks, relations
from evidence.checks import Check
from evidence.errors import CatalogSqlError, ConfigError, UsageError, Where
from evidence.framework import Control, Framework, load_framework
from evidence.model import Exceptions, Period, Soa

if TYPE_CHECKING:
    import duckdb

    from evidence.model import ApprovedException, SoaRow

__all__ = ["assess", "conclusion", "exception_states", "load_framework", "worst"]

SEVERITIES = ("low", "medium", "high", "critical")
Result = Literal["error", "exceptions", "source_gap", "not_tested", "no_occurrence",
                 "effective_with_approved_exceptions", "effective"]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one check, or of all checks of a control.

    ``gap``: nothing was seen while a source that would show it was not covered, so that nothing may be concluded.
    """

    errors: int = 0
    ran: int = 0
    population: int = 0
    failed: int = 0
    approved: int = 0
    undetermined: int = 0
    gap: bool = False
    severity: str | None = None
    notes: tuple[str, ...] = field(default=())

    def __add__(self, other: Figures) -> Figures:
        """Return the figures of both."""
        severity = max((s for s in (self.severity, other.severity) if s), key=SEVERITIES.index, default=None)
        return Figures(self.errors + other.errors, self.ran + other.ran, self.population + other.population,
                       self.failed + other.failed, self.approved + other.approved,
                       self.undetermined + other.undetermined, self.gap or other.gap, severity,
                       self.notes + other.notes)


def conclusion(figures: Figures) -> Result:
    """Return what figures allow to say; the first that applies. Nothing out of nothing is never effective."""
    if figures.errors:
        return "error"
    if figures.failed:
        return "exceptions"
    if figures.undetermined or figures.gap:
        return "source_gap"
    if not figures.ran:
        return "not_tested"
    if not figures.population:
        return "no_occurrence"
    return "effective_with_approved_exceptions" if figures.approved else "effective"


def assess(con: duckdb.DuckDBPyConnection, framework: str, *, soa: Soa, exceptions: Exceptions, period: Period,
           reference_day: str, extra: Sequence[Path] = ()) -> None:
    """Run every check and conclude on every control of a framework.

    Args:
        con: engine with the relations, of which chain and its siblings are filled.
        framework: id of the framework.
        soa: statement of applicability; a control that it does not list is applicable.
        exceptions: approved exceptions.
        period: the period; its last day decides which exceptions still hold.
        reference_day: the day the run speaks for, YYYY-MM-DD; approvals of later days do not count yet.
        extra: further catalogues.

    Raises:
        ConfigError: the catalogue, the statement of applicability or the exceptions name what does not exist.
    """
    known = checks.load_checks(extra)
    ids = {check.id for check in known}
    frame = load_framework(framework, extra, known=ids)
    rows = _soa_rows(soa, frame)
    _exceptions_exist(exceptions, ids)
    for table in ("check_result", "check_summary", "control_result"):
        con.execute(f"DROP TABLE IF EXISTS {table}")
        relations.create(con, table)
    checks.create_owner_view(con)
    states = {check.id: _run(con, check) for check in known}
    _apply(con, exceptions, period, reference_day)
    summaries = {check.id: _summary(con, check, states[check.id]) for check in known}
    for control in frame.controls:
        _conclude(con, frame.framework.id, control, rows.get(control.id), {c.id: c for c in known}, summaries)


def _soa_rows(soa: Soa, frame: Framework) -> Mapping[str, SoaRow]:
    known = {control.id for control in frame.controls}
    rows: dict[str, SoaRow] = {}
    for number, row in enumerate(soa.controls):
        where = Where("soa.yaml", key=f"controls.{number}.control")
        if row.control not in known:
            raise ConfigError(f"{frame.framework.title} has no control {row.control!r}", where=where,
                              advice="ids are written as in: " + frame.controls[0].id)
        if row.control in rows:
            raise ConfigError(f"the control {row.control} stands twice", where=where)
        rows[row.control] = row
    return rows


def _exceptions_exist(exceptions: Exceptions, ids: Iterable[str]) -> None:
    known, seen = set(ids), set()
    for number, item in enumerate(exceptions.exceptions):
        where = Where("exceptions.yaml", key=f"exceptions.{number}")
        if item.check not in known:
            raise ConfigError(f"there is no check {item.check!r}", where=where,
                              advice="evidence controls list names the checks")
        if item.id in seen:
            raise ConfigError(f"two exceptions are called {item.id!r}", where=where)
        seen.add(item.id)


def _run(con: duckdb.DuckDBPyConnection, check: Check) -> str | None:
    """Run a check and return why it failed, or None; the others must not suffer from it."""
    try:
        checks.run(con, check)
    except CatalogSqlError as error:
        return f"{error.message} ({Path(check.path).name}:{error.where.line if error.where else 1})"
    return None


def exception_states(exceptions: Exceptions, period: Period, reference_day: str) -> list[tuple[str, str]]:
    """Return (id, ``in_force``, ``expired`` or ``not_yet``) of every exception, in their order.

    An exception must outlive the period: one that expires on the period's last day, or before, covers nothing in it.
    """
    last = (period.end - timedelta(microseconds=1)).astimezone(ZoneInfo(period.zone)).date().isoformat()
    return [(item.id, "expired" if item.expires <= last else "not_yet" if item.approved_on > reference_day
             else "in_force") for item in exceptions.exceptions]


def _apply(con: duckdb.DuckDBPyConnection, exceptions: Exceptions, period: Period, reference_day: str) -> None:
    """Mark the fails that an approved exception covers; say where one does so no longer."""
    con.execute("CREATE OR REPLACE TEMP TABLE approved_exception (id VARCHAR, check_id VARCHAR, subject VARCHAR,"
                " connection VARCHAR, cause VARCHAR, state VARCHAR, words VARCHAR)")
    states = dict(exception_states(exceptions, period, reference_day))
    for item in exceptions.exceptions:
        con.execute("INSERT INTO approved_exception VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [item.id, item.check, item.subject, item.connection, item.cause, states[item.id],
                     _words(item, states[item.id])])
    con.execute(f"CREATE OR REPLACE TEMP TABLE covered AS {catalog.sql_file('assess/exception')}")
    con.execute("UPDATE check_result SET exception_id = c.exception_id, actual = actual || c.words FROM covered AS c"
                " WHERE c.check_id = check_result.check_id AND c.subject = check_result.subject")
    con.execute("DROP TABLE covered; DROP TABLE approved_exception")


def _words(item: ApprovedException, state: str) -> str:
    return {"in_force": "", "expired": f"; the approved exception {item.id} expired on {item.expires}",
            "not_yet": f"; the exception {item.id} was approved on {item.approved_on}, after the reference day"}[state]


def _summary(con: duckdb.DuckDBPyConnection, check: Check, error: str | None) -> Figures:
    """Write one line of figures for a check, and return them."""
    row = con.execute(catalog.sql_file("assess/summary"), {"check_id": check.id}).fetchone()
    assert row is not None
    population, passed, failed, approved, undetermined, left_out, digest = row
    state, reason = ("error", error) if error else ("ran", None)
    gap = False
    if not error and not population + left_out:
        state, reason, gap = _nothing_seen(con, check)
    con.execute("INSERT INTO check_summary VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [check.id, check.title, check.severity, check.sql_sha256, state, reason, population, passed, failed,
                 approved, undetermined, left_out, digest])
    note = (f"{check.id}: {reason}",) if reason else ()
    return Figures(int(state == "error"), int(state == "ran"), population, failed, approved, undetermined, gap,
                   check.severity if failed else None, note)


def _nothing_seen(con: duckdb.DuckDBPyConnection, check: Check) -> tuple[str, str | None, bool]:
    """Say whether an empty population means that nothing happened: (state, reason, gap).

    Only where a source that would have shown it is there, and is covered for the whole period.
    """
    offered: dict[str, set[str]] = {}
    for source, capability in con.execute("SELECT source_id, capability FROM cfg_capability ORDER BY ALL").fetchall():
        offered.setdefault(capability, set()).add(source)
    gaps = {row[0] for row in con.execute(
        "SELECT DISTINCT c.source_id FROM coverage AS c, param AS p WHERE c.state <> 'covered'"
        " AND c.from_time < p.period_to AND c.to_time > p.period_from").fetchall()}
    for need in check.needs:
        ways = [offered[capability] for capability in need.split("|") if capability in offered]
        if not ways:
            return "not_run", f"no source can show: {need.replace('|', ' or ')}", False
        if all(sources & gaps for sources in ways):
            open_ = ", ".join(sorted(set().union(*ways) & gaps))
            return "ran", f"nothing was seen, but the period is not covered by {open_}", True
    return "ran", None, False


def _conclude(con: duckdb.DuckDBPyConnection, framework: str, control: Control, row: SoaRow | None,
              known: Mapping[str, Check], summaries: Mapping[str, Figures]) -> None:
    """Write the result of one control: design by its design checks, operation by the others."""
    design = sum((summaries[c] for c in control.checks if known[c].design), Figures())
    operating = sum((summaries[c] for c in control.checks if not known[c].design), Figures())
    both = design + operating
    results: list[Result] = [conclusion(design), conclusion(operating)]
    if results[0] == "no_occurrence":
        results[0] = "not_tested"  # a setting that nobody saw is not a setting in place
    con.execute("INSERT INTO control_result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [framework, control.id, control.title, control.testability, row is None or row.applicable, *results,
                 both.severity, ",".join(sorted(control.checks)), both.population, both.failed, both.approved,
                 both.undetermined, reason_words(control, both, row)])


def reason_words(control: Control, figures: Figures, row: SoaRow | None = None) -> str:
    """Return on what a control's result rests, or what to attach, in words."""
    parts = []
    if row is not None and not row.applicable:
        parts.append(f"Excluded by the statement of applicability ({row.justification or 'no justification given'}).")
        if figures.population:
            parts.append(f"Yet there was activity that it applies to: {figures.population} members were seen.")
    if not control.checks or not figures.ran:
        parts.append({"S": "Evidenced by this package itself.", "N": "Not testable from these sources.",
                      "P": "Partially evidenced; no automated test.", "T": "Not tested."}[control.testability])
    elif figures.population:
        held = figures.population - figures.failed - figures.approved - figures.undetermined
        counts = ((figures.failed, "fail"), (figures.approved, "fail under an approved exception"),
                  (figures.undetermined, "cannot be determined"))
        parts.append(f"{held} of {figures.population} hold" + "".join(f", {n} {what}" for n, what in counts if n) + ".")
    else:
        parts.append("The circumstances that call for this control did not occur in what was seen.")
    parts += [f"{note}." for note in figures.notes]
    if control.testability != "T" or not figures.ran:
        parts.append(f"Not shown: {control.not_shown.rstrip('.')}. Attach: {'; '.join(control.attach)}.")
    return " ".join(parts)


def worst(con: duckdb.DuckDBPyConnection, fail_on: str) -> bool:
    """Return whether an applicable control has an unapproved exception at or above a severity (exit code 4).

    Raises:
        UsageError: the severity is none of low, medium, high, critical.
    """
    if fail_on not in SEVERITIES:
        raise UsageError(f"expected a severity of {', '.join(SEVERITIES)}; found {fail_on!r}")
    found: list[Any] = con.execute("SELECT DISTINCT severity FROM control_result WHERE applicable AND failed > 0"
                                   " AND severity IS NOT NULL").fetchall()
    return any(SEVERITIES.index(row[0]) >= SEVERITIES.index(fail_on) for row in found)
