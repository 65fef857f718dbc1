"""``evidence ingest``: raw files into custody and into segments."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from evidence.cli import _out


@click.command("ingest")
@_out.folder_option
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that read files.")
@click.option("--stdin", "piped", metavar="SOURCE", help="Take standard input in as well, as a file of this source.")
@_out.format_option
def command(folder: str, jobs: int, piped: str | None, format_: str) -> int:
    """Read the files named in evidence.yaml: hash, keep, read, and write down every line that could not be read.

    The same file twice changes nothing. Exit code 3 when a file could not be read or a required source has no file.

    \b
    Example:
      evidence ingest -C acme
      zcat export.gz | evidence ingest -C acme --stdin signins
    """
    from evidence import config, pipeline

    root = Path(folder)
    company = config.load_company(root)
    with _out.progress("reading") as tick:
        store = pipeline.open_store(root, company)
        stream = (piped, sys.stdin.buffer) if piped else None
        summary = pipeline.take_in(store, received_at=datetime.now(UTC), jobs=jobs, progress=tick, stream=stream)
    if format_ == "json":
        _out.result(summary.to_json())
    else:
        _out.table(summary.columns, summary.rows())
        _out.note(summary.sentence())
    return 3 if summary.incomplete else 0
