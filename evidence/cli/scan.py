"""``evidence scan``: what should not stand in files, without a company folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli import _out
from evidence.cli.masking import rules_options, show
from evidence.errors import SourceError

if TYPE_CHECKING:
    from evidence.masking import Scanner
    from evidence.masking.scan_files import FileFinding

COLUMNS = ("file", "cell", "line", "offset", "length", "entity", "class", "rule", "confidence", "set_aside", "value")
STDIN = "-"


@click.command("scan")
@click.argument("paths", nargs=-1, required=True)
@rules_options
@click.option("--all", "show_all", is_flag=True, help="List also what is set aside: documentation values, private "
              "addresses, what is weak. It never counts.")
@_out.format_option
def command(paths: tuple[str, ...], packs: tuple[str, ...], rules: tuple[Path, ...], engine: str, show_all: bool,
            format_: str) -> int:
    """Look for personal data and secrets in files, folders, text columns of Parquet, or standard input (-).

    Says where and what, never the value: equal numbers under "value" are equal values. Compressed files are read as
    they lie. Exit code 0: nothing found; 4: something was; 3: something could not be read.

    \b
    Example:
      evidence scan answers/ export.parquet --rules our-rules.yaml
      git diff | evidence scan - --pack secrets
    """
    from evidence import masking

    scanner = masking.load(packs, key=os.urandom(32), extra=rules, engine=engine)
    lines: list[tuple[object, ...]] = []
    numbers: dict[str, int] = {}
    unread = files = aside = 0
    for path in paths:
        try:
            for name in _files(path):
                files += 1
                for one in _findings(scanner, name):
                    counts = _counts(one)
                    aside += not counts
                    if counts or show_all:
                        lines.append(_line(one, numbers.setdefault(one.value_hmac, len(numbers) + 1)))
        except SourceError as error:
            unread += 1
            _out.note(error)
    show(COLUMNS, lines, format_)
    found = sum(line[COLUMNS.index("set_aside")] is None for line in lines)
    _out.note(f"{found} findings in {files} files; {aside} set aside; {unread} not read")
    return 3 if unread else 4 if found else 0


def _files(path: str) -> list[str]:
    from evidence.masking import scan_files

    return [STDIN] if path == STDIN else [str(name) for name in scan_files.inside(Path(path))]


def _findings(scanner: Scanner, name: str) -> Iterator[FileFinding]:
    from evidence.masking import scan_files

    if name == STDIN:
        yield from scan_files.scan_stream(scanner, sys.stdin.buffer, STDIN)
    else:
        yield from scan_files.scan_file(scanner, Path(name))


def _counts(one: FileFinding) -> bool:
    """Tell whether it would be a residual in a response: not set aside, and sure enough."""
    return one.flag in {None, "capped"} and one.confidence_milli >= 500


def _line(one: FileFinding, number: int) -> tuple[object, ...]:
    aside = None if _counts(one) else one.flag or "weak"
    return (one.path, one.cell or None, one.line or None, one.offset, one.length, one.entity, one.entity_class,
            one.rule_id, one.confidence_milli, aside, number)
