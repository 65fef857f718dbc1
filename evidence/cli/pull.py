"""``evidence pull``: what a vendor's API gives, into the folder of its source, with receipts."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli import _out
from evidence.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from evidence.model import Company, Source
    from evidence.pipeline.pulling import Report

COLUMNS = ("source", "state", "pages", "new", "records", "still open", "detail")


@click.command("pull")
@click.argument("sources", nargs=-1)
@_out.folder_option
@click.option("--period", required=True, help="Month, YYYY-MM, in the organisation's time zone.")
@click.option("--plan", "plan_only", is_flag=True, help="Print what would be asked, and ask nothing.")
@click.option("--again", is_flag=True, help="Begin anew, also where a pull is unfinished or everything was proven.")
@_out.format_option
def command(sources: tuple[str, ...], folder: str, period: str, plan_only: bool, again: bool, format_: str) -> int:
    """Ask the APIs of SOURCES (default: all that have pull: in evidence.yaml) for a month.

    Pages go into the source's folder as they come; ingest reads them like exported files. A pull that was stopped is
    carried on by the same command. Exit code 3 when something did not come.

    \b
    Example:
      evidence pull gateway -C acme --period 2026-10 --plan
      GATEWAY_TOKEN=... evidence pull gateway -C acme --period 2026-10
    """
    from evidence import config
    from evidence.pipeline import pulling

    root, now = Path(folder), datetime.now(UTC)
    company = config.load_company(root)
    chosen = _chosen(company, sources)
    if plan_only:
        rows = [row for source in chosen for row in pulling.plan(root, company, source, period, now=now, again=again)]
        _out.rows(pulling.PLAN, rows, format_)
        return 0
    reports: list[Report] = []
    failed: list[EvidenceError] = []
    for source in chosen:
        try:
            reports.append(pulling.pull(root, company, source, period, now=lambda: datetime.now(UTC), again=again,
                                        environ=os.environ))
        except EvidenceError as error:
            if len(chosen) == 1:
                raise
            failed.append(error)
            _out.note(f"{source.id}: {error}")
    _show(reports, format_)
    return min((error.exit_code for error in failed), default=3 if any(r.gaps for r in reports) else 0)


def _show(reports: list[Report], format_: str) -> None:
    if format_ == "json":
        _out.result([report.to_json() for report in reports])
        return
    _out.table(COLUMNS, [report.row() for report in reports])
    for report in reports:
        for line in report.notes:
            _out.note(f"note: {report.source}: {line}")


def _chosen(company: Company, names: tuple[str, ...]) -> list[Source]:
    known = {source.id: source for source in company.sources}
    if unknown := [name for name in names if name not in known]:
        raise UsageError(f"evidence.yaml has no source {', '.join(unknown)}", advice=f"known: {', '.join(known)}")
    chosen = [known[name] for name in names] or [source for source in company.sources if source.pull]
    if not chosen:
        raise UsageError("no source has pull: in evidence.yaml",
                         advice="README, Pulling, shows what to write there")
    return chosen
