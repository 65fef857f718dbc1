"""``evidence vault``: what was taken away of what was kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from evidence.cli import _out


@click.group("vault")
def command() -> None:
    """Say what was erased of what this company kept: raw files of the vault, and disclosures beside the packages.

    \b
    Example:
      evidence vault log -C acme
    """


@command.command("log")
@_out.folder_option
@_out.format_option
def log(folder: str, format_: str) -> int:
    """Print every erasure with who, when and why, from the ledger, whose chain is checked first.

    \b
    Example:
      evidence vault log -C acme --format json
    """
    from evidence.store.ledger import Ledger

    lines = Ledger(Path(folder) / ".evidence" / "ledger.jsonl").erasures()
    if format_ == "json":
        _out.result(lines)
    else:
        _out.table(("line", "at", "by", "what", "why"),
                   [(line["seq"], line["at"], line["by"], _what(line), line["reason"]) for line in lines])
    return 0


def _what(line: Mapping[str, Any]) -> str:
    """Say in words what is gone."""
    whose = f" of {', '.join(line['pseudonyms'] or [line['person']])}" if line["scope"] == "person" else ""
    return (f"{line['disclosures']} disclosures ({', '.join(line['names'])}) of {line['interactions']} interactions"
            f"{whose} of {line['package_id']}")
