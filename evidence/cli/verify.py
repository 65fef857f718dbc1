"""``evidence verify``: a package, a proof or a folder of packages, step by step."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.cli import _out


@click.command("verify")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--fingerprint", default=None, help="SHA-256 of the seal's certificate, got elsewhere.")
@click.option("--expect-id", default=None, help="Package id that was asked for; catches an older package in its place.")
@_out.format_option
def command(path: Path, fingerprint: str | None, expect_id: str | None, format_: str) -> int:
    """Verify PATH: a package (.zip), an interaction's proof (.proof.json), or a folder with a history of packages.

    Exit code 4 when a step fails. Without --fingerprint the seal is checked, but not who made it: the output says so.

    \b
    Example:
      evidence verify packages/evidence-2026-10.zip --fingerprint 3f1c...
    """
    from evidence.verify import verify

    report = verify(path, fingerprint=fingerprint, expect_id=expect_id)
    if format_ == "json":
        _out.result(report.to_json())
    else:
        for step in report.steps:
            click.echo(_out.safe(f"{step.number:>3}  {step.state:<11}  {step.name}  [{step.clause}]", 300))
            if step.state != "holds":
                click.echo(_out.safe(f"        expected  {step.expected}", 600))
                click.echo(_out.safe(f"        found     {step.found}", 600))
        click.echo(_out.safe(report.sentence(), 1000))
    return 0 if report.ok else 4
