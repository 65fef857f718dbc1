"""``evidence check``: the checks of a period, without a package."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.cli import _out
from evidence.cli.run import SEVERITIES, reference

EXCEPTION = ("check", "severity", "subject", "reason", "expected", "actual", "approved")
CHECK = ("check", "severity", "population", "passed", "failed", "approved", "undetermined", "state")


@click.command("check")
@_out.folder_option
@click.option("--period", required=True, help="Month, YYYY-MM.")
@click.option("--as-of", default=None, help="Instant the run speaks for, ISO 8601 with zone; default: now.")
@click.option("--fail-on", type=click.Choice(SEVERITIES), default="high", show_default=True,
              help="Severity from which an exception makes exit code 4.")
@click.option("--exceptions/--summary", "list_all", default=False, help="List every exception, or one line a check.")
@_out.format_option
def command(folder: str, period: str, as_of: str | None, fail_on: str, list_all: bool, format_: str) -> int:
    """Run the checks of a period over what was ingested, and print what they find.

    \b
    Example:
      evidence check -C acme --period 2026-10 --exceptions
    """
    from evidence import pipeline

    with _out.progress("correlating") as tick:
        view = pipeline.check(Path(folder), period, reference_time=reference(as_of), fail_on=fail_on, progress=tick)
    if format_ == "json":
        _out.result({"checks": view.checks, "exceptions": view.exceptions if list_all else len(view.exceptions)})
    elif list_all:
        _out.table(EXCEPTION, [[row[name] for name in EXCEPTION] for row in view.exceptions])
    else:
        _out.table(CHECK, [[row[name] for name in CHECK] for row in view.checks])
    return view.exit_code
