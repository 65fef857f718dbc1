"""``evidence export``: a package in the words of other programs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from evidence.cli import _out
from evidence.export import FORMATS


@click.command("export")
@click.argument("package", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "formats", type=click.Choice(list(FORMATS)), multiple=True, required=True,
              help="Format; may be given several times.")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), default=Path(), show_default="here",
              help="Folder for the files.")
@click.option("--fingerprint", multiple=True, help="SHA-256 of the seal's certificate, got on another channel.")
@_out.format_option
def command(package: Path, formats: tuple[str, ...], output: Path, fingerprint: tuple[str, ...], format_: str) -> int:
    """Write PACKAGE for other programs: OSCAL, OCSF, JUnit, CISO Assistant, a workbook, Parquet.

    The package is verified first; one that does not verify is not exported (exit code 4). An export proves nothing by
    itself: it names the package and the digests in it.

    \b
    Example:
      evidence export packages/evidence-2026-10.zip --as oscal --as xlsx --output exports
    """
    from evidence import pipeline

    written = pipeline.export(package, output, formats, fingerprint=fingerprint, at=datetime.now(UTC))
    if format_ == "json":
        _out.result({"written": [str(path) for path in written]})
    else:
        for path in written:
            click.echo(_out.safe(str(path), 4000))
    return 0
