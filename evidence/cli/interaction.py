"""``evidence interaction``: the proof of one interaction, taken out of a package."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evidence.cli import _out


@click.command("interaction")
@click.argument("interaction_id")
@click.argument("package", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default=None,
              help="File to write; default: interaction-<id>.proof.json.")
def command(interaction_id: str, package: Path, output: Path | None) -> int:
    """Write one interaction of PACKAGE as a file that proves itself: record, Merkle path, statement, signature.

    \b
    Example:
      evidence interaction ix-0a1b2c3d4e5f60718293a4b5 packages/evidence-2026-10.zip
    """
    from evidence.seal.proof import proof

    document = proof(package, interaction_id)
    target = output or Path(f"interaction-{interaction_id}.proof.json")
    target.write_text(json.dumps(document, indent=1, ensure_ascii=True) + "\n", "utf-8")
    _out.note(f"wrote {target}; anyone can check it with: evidence verify {target}")
    return 0
