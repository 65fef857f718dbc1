"""``evidence verify``: a package, a proof or a folder of packages, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli import _out
from evidence.cli.run import reference

if TYPE_CHECKING:
    from evidence.verify import Report

PEM = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("verify")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--fingerprint", multiple=True, help="SHA-256 of the seal's certificate, got on another channel.")
@click.option("--expect-id", default=None, help="Package id that was asked for; catches an older package in its place.")
@click.option("--expect-digest", default=None, help="SHA-256 of SHA256SUMS, as it was sent when it was sealed.")
@click.option("--anchor", multiple=True, type=PEM, help="PEM file with CA certificates trusted for the seal.")
@click.option("--authority", multiple=True, type=PEM, help="PEM file with certificates trusted for time stamps.")
@click.option("--received", default=None, help="When it was received, ISO 8601 with zone; decides about expiry.")
@click.option("--production", is_flag=True, help="Let packages sealed with a TEST key fail.")
@click.option("--require-timestamp", is_flag=True, help="Let packages without proof of time fail.")
@click.option("--require-approval", multiple=True, metavar="ROLE", help="Role that must have countersigned.")
@_out.folder_option
@_out.format_option
def command(path: Path, folder: str, fingerprint: tuple[str, ...], expect_id: str | None, expect_digest: str | None,
            anchor: tuple[Path, ...], authority: tuple[Path, ...], received: str | None, production: bool,
            require_timestamp: bool, require_approval: tuple[str, ...], format_: str) -> int:
    """Verify PATH: a package (.zip), an interaction's proof (.proof.json), or a folder with a history of packages.

    Exit code 4 when a step fails. Without --fingerprint, and where evidence.yaml of the company folder pins none
    (signing.pinned_fingerprints), the seal is checked, but not who made it: the output says so.

    \b
    Example:
      evidence verify packages/evidence-2026-10.zip --fingerprint 3f1c...
    """
    from evidence.verify import load_certificates, verify

    pins = fingerprint or _pinned(Path(folder))
    report = verify(path, fingerprint=pins, expect_id=expect_id, expect_digest=expect_digest,
                    at=reference(received), anchors=[c for p in anchor for c in load_certificates(p)],
                    authorities=[c for p in authority for c in load_certificates(p)], production=production,
                    timed=require_timestamp, approvals=require_approval)
    if format_ == "json":
        _out.result({"path": report.path, "package_id": report.package_id, "ok": report.ok,
                     "sha256sums_sha256": report.sha256sums_sha256, "steps": [step._asdict() for step in report.steps]})
    else:
        _show(report)
    return 0 if report.ok else 4


def _pinned(root: Path) -> tuple[str, ...]:
    """Return the fingerprints that a company folder pins; none where there is no such folder."""
    if not (root / "evidence.yaml").is_file():
        return ()
    from evidence import config

    pins = config.load_company(root).signing.pinned_fingerprints
    if pins:
        _out.note(f"pinned by {root / 'evidence.yaml'}: {', '.join(pins)}")
    return pins


def _show(report: Report) -> None:
    for step in report.steps:
        click.echo(_out.safe(f"{step.number:>3}  {step.state:<11}  {step.title}  [{step.clause}]", 300))
        if step.state != "holds":
            click.echo(_out.safe(f"                  expected  {step.expected}", 600))
            click.echo(_out.safe(f"                  found     {step.found}", 600))
    warned = sum(step.state == "warning" for step in report.steps)
    if report.failed:
        click.echo(_out.safe(f"DOES NOT VERIFY: {', '.join(report.failed)}", 1000))
    else:
        also = f"; {warned} warning{'s' if warned > 1 else ''} above" if warned else ""
        click.echo(_out.safe(f"VERIFIES: {report.package_id or report.path}{also}", 1000))
