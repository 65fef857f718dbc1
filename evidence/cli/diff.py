"""``evidence diff``: what changed from one package to another."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli import _out

if TYPE_CHECKING:
    from evidence.export import Difference

PACKAGE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("diff")
@click.argument("old", type=PACKAGE)
@click.argument("new", type=PACKAGE)
@click.option("--fingerprint", multiple=True, help="SHA-256 of a seal's certificate, got on another channel.")
@_out.format_option
def command(old: Path, new: Path, fingerprint: tuple[str, ...], format_: str) -> int:
    """Compare OLD with NEW: results of controls, figures of checks, deviations that are new, came back or are gone.

    A deviation is the same when check, person or object, place and cause are; the requests behind it differ.

    \b
    Example:
      evidence diff packages/evidence-2026-09.zip packages/evidence-2026-10.zip
    """
    from evidence import pipeline

    found = pipeline.difference(old, new, fingerprint=fingerprint, at=datetime.now(UTC))
    if format_ == "json":
        _out.result(found.to_json())
    else:
        _show(found)
    return 0


def _show(found: Difference) -> None:
    before, now = found.packages
    _out.table(("control", "title", before, now),
               [(name, title, a.replace("_", " "), b.replace("_", " ")) for name, title, a, b in found.controls])
    click.echo("")
    _out.table(("check", f"of {before}", f"of {now}", "exceptions", "now", "undetermined", "now"), found.checks)
    click.echo("")
    told = (("new", found.new), ("again", found.again), ("gone", found.gone))
    _out.table(("deviation", "check", "who or what", "where", "cause", "exceptions"),
               [(word, *one, count) for word, listed in told for one, count in listed])
    for source, what in found.sources:
        _out.note(f"source {source}: {what}")
    if found.tested_otherwise:
        _out.note(f"tested by other SQL than before: {', '.join(found.tested_otherwise)}")
