"""``evidence explain``: one chain as a person reads it."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.cli import _out
from evidence.cli.run import reference


@click.command("explain")
@click.argument("interaction_id")
@_out.folder_option
@click.option("--period", required=True, help="Month of the interaction, YYYY-MM.")
@click.option("--as-of", default=None, help="Instant the run speaks for, ISO 8601 with zone; default: now.")
@_out.format_option
def command(interaction_id: str, folder: str, period: str, as_of: str | None, format_: str) -> int:
    """Print the chain of one interaction: each link, how it was made, how sure it is, and what else it could have been.

    \b
    Example:
      evidence explain ix-0a1b2c3d4e5f60718293a4b5 -C acme --period 2026-10
    """
    from evidence import pipeline

    with _out.progress("correlating") as tick:
        explanation = pipeline.explain(Path(folder), period, interaction_id, reference_time=reference(as_of),
                                       progress=tick)
    if format_ == "json":
        _out.result(explanation.to_json())
    else:
        for line in explanation.lines():
            click.echo(_out.safe(line, 1000))
    return 0
