"""``evidence run``: a month, from files to signed package."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli import _out
from evidence.errors import UsageError

if TYPE_CHECKING:
    from evidence.pipeline.outcome import Outcome

SEVERITIES = ["critical", "high", "medium", "low"]


def reference(as_of: str | None) -> datetime:
    """Return the instant a run speaks for: the one asked for, or now.

    Raises:
        UsageError: the text is not an instant with a zone.
    """
    if as_of is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        instant = datetime.fromisoformat(as_of)
    except ValueError as error:
        raise UsageError(f"expected an instant such as 2026-11-05T06:00:00Z for --as-of, found {as_of!r}") from error
    if instant.tzinfo is None:
        raise UsageError(f"expected a time zone in --as-of, found {as_of!r}", advice="write 2026-11-05T06:00:00Z")
    return instant.astimezone(UTC)


def execute(root: Path, period: str, *, jobs: int = 2, as_of: str | None = None, fail_on: str = "high",
            test_key: bool = False, edition: bool = False) -> Outcome:
    """Run a month and return its outcome; the clock is read here and nowhere deeper."""
    from evidence import pipeline

    with _out.progress("running") as tick:
        return pipeline.run(root, period, reference_time=reference(as_of), sealed_at=datetime.now(UTC), jobs=jobs,
                            fail_on=fail_on, test_key=test_key, edition=edition, progress=tick)


def show(outcome: Outcome, format_: str) -> None:
    """Print where the package is, what was found, and the line that verifies it."""
    if format_ == "json":
        _out.result(outcome.to_json())
    else:
        _out.table(("what the period shows", "of", "holds", "exceptions", "approved", "undetermined"), outcome.headline)
        click.echo("")
        _out.pairs(outcome.places())
    for line in outcome.warnings:
        _out.note(f"note: {line}")


@click.command("run")
@_out.folder_option
@click.option("--period", required=True, help="Month, YYYY-MM, in the organisation's time zone.")
@click.option("--as-of", default=None, help="Instant the run speaks for, ISO 8601 with zone; default: now.")
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that read files.")
@click.option("--fail-on", type=click.Choice(SEVERITIES), default="high", show_default=True,
              help="Severity from which an exception makes exit code 4.")
@click.option("--test-key", is_flag=True, help="Seal with a self-made key; the package says TEST everywhere.")
@click.option("--edition", is_flag=True, help="Seal another edition of a month that is sealed already.")
@_out.format_option
def command(folder: str, period: str, as_of: str | None, jobs: int, fail_on: str, test_key: bool, edition: bool,
            format_: str) -> int:
    """Ingest, correlate, check, render and seal a month.

    Exit codes: 0 no exception that counts; 3 evidence is incomplete; 4 a control has exceptions at or above --fail-on.

    \b
    Example:
      evidence run -C acme --period 2026-10
    """
    outcome = execute(Path(folder), period, jobs=jobs, as_of=as_of, fail_on=fail_on, test_key=test_key, edition=edition)
    show(outcome, format_)
    return outcome.exit_code
