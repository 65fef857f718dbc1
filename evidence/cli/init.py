"""``evidence init``: a company folder to start from."""

from __future__ import annotations

from pathlib import Path

import click

from evidence import catalog
from evidence.cli import _out
from evidence.errors import UsageError

FILES = ("evidence.yaml", "soa.yaml", "exceptions.yaml", "people.csv")


@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def command(folder: Path) -> int:
    """Write a commented company folder: evidence.yaml, soa.yaml, exceptions.yaml, people.csv and logs/.

    \b
    Example:
      evidence init acme
    """
    for name in FILES:
        if (folder / name).exists():
            raise UsageError(f"{folder / name} exists already and is left as it is", advice="name an empty folder")
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (folder / name).write_bytes((catalog.home("templates") / "company" / name).read_bytes())
    _out.note(f"wrote {', '.join(FILES)} and logs/ into {folder}; next: evidence doctor -C {folder}")
    return 0
