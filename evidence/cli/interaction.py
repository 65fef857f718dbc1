"""``evidence interaction``: the proof of one interaction, taken out of a package."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.cli import _out
from evidence.errors import UsageError


@click.command("interaction")
@click.argument("package", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("interaction_id", required=False)
@click.option("--all", "every", is_flag=True, help="Write one proof for every interaction of the package.")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=None,
              help="File to write, or with --all the folder; default: interaction-<id>.proof.json here.")
def command(package: Path, interaction_id: str | None, every: bool, output: Path | None) -> int:
    """Write an interaction of PACKAGE as a file that proves itself: record, Merkle path, statement, signature.

    \b
    Example:
      evidence interaction packages/evidence-2026-10.zip ix-0a1b2c3d4e5f60718293a4b5
    """
    from evidence.seal import proof

    if every == bool(interaction_id):
        raise UsageError("name one interaction, or all of them", advice="give an id as in explain, or --all")
    if interaction_id:
        target = output or Path(f"interaction-{interaction_id}.proof.json")
        target.write_bytes(proof.proof_bytes(proof.proof(package, interaction_id)))
        _out.note(f"wrote {target}; anyone can check it with: evidence verify {target}")
        return 0
    folder = output or Path()
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, data in proof.proofs(package):
        (folder / f"interaction-{name}.proof.json").write_bytes(data)
        count += 1
    _out.note(f"wrote {count} proofs into {folder}")
    return 0
