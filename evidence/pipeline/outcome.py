"""What a run gives back: where the package is, what the period shows, and with which exit code it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

_HEADLINE = """
    SELECT s.title, s.population, s.passed, s.failed, s.approved, s.undetermined
    FROM check_summary AS s
    WHERE s.state <> 'not_run'
    ORDER BY s.failed = 0, CASE s.severity WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 ELSE 4 END,
             s.check_id
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a run.

    Attributes:
        package: the sealed ZIP; None when the period is sealed already and no further edition was asked for.
        folder: where report.html, report.pdf and the rest of the package lie unpacked.
        headline: per check: title, population, passed, failed, approved, undetermined.
        fingerprint: SHA-256 of the seal's certificate.
        exit_code: 0, 3 or 4.
        warnings: what the operator should know, in sentences.
    """

    package: Path | None
    folder: Path
    headline: list[tuple[Any, ...]]
    fingerprint: str
    exit_code: int
    pages: int
    warnings: tuple[str, ...] = field(default=())

    def places(self) -> dict[str, object]:
        """Return what a person wants to open next, and the line that verifies the package."""
        verify = f"evidence verify {self.package} --fingerprint {self.fingerprint}" if self.package else "-"
        return {
            "package": self.package or "not sealed: see the notes",
            "PDF": self.folder / "report.pdf",
            "HTML": self.folder / "report.html",
            "verify with": verify,
            "exit code": f"{self.exit_code} ({_MEANING[self.exit_code]})",
        }

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        names = ("title", "population", "passed", "failed", "approved", "undetermined")
        return {
            "package": str(self.package) if self.package else None,
            "report_pdf": str(self.folder / "report.pdf"),
            "report_html": str(self.folder / "report.html"),
            "fingerprint": self.fingerprint,
            "pages": self.pages,
            "checks": [dict(zip(names, row, strict=True)) for row in self.headline],
            "warnings": list(self.warnings),
            "exit_code": self.exit_code,
        }


_MEANING = {0: "done; no exception that counts, what was not tested is listed", 3: "evidence is incomplete",
            4: "a control has exceptions"}


_CHECKS = """
    SELECT check_id AS "check", title, severity, population, passed, failed, approved, undetermined, not_applicable,
           state, state_reason
    FROM check_summary ORDER BY check_id
"""
_EXCEPTIONS = """
    SELECT check_id AS "check", severity, subject_kind, subject, reason, expected, actual,
           coalesce(exception_id, '') AS approved, coalesce(person_id, '') AS person,
           coalesce(connection, '') AS connection, record_refs
    FROM check_result WHERE verdict = 'fail'
    ORDER BY exception_id IS NOT NULL,
             CASE severity WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 ELSE 4 END,
             check_id, subject_kind, subject
"""


def checks(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the figures of every check, by id."""
    return _named(con, _CHECKS)


def exceptions(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return every exception, the unapproved and the worst first."""
    return _named(con, _EXCEPTIONS)


def _named(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    rows = con.execute(query).fetchall()
    names = [column[0] for column in con.description or ()]
    return [dict(zip(names, row, strict=True)) for row in rows]


def headline(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Return the figures of every check that ran, those with exceptions first."""
    return con.execute(_HEADLINE).fetchall()
