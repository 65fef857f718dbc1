"""What every command says and how: results to stdout, progress and notes to stderr, text or JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def safe(text: object, limit: int = 400) -> str:
    """Return text that cannot steer a terminal: control, format and bidirectional characters are shown as ``<U+..>``.

    Log fields are written by strangers: an escape sequence in a prompt must not rewrite what the officer reads.
    """
    value = str(text)
    value = value if len(value) <= limit else value[: limit - 1] + "…"
    return "".join(_visible(char) for char in value)


def _visible(char: str) -> str:
    """Escapes, bidirectional marks and odd spaces are all "not printable" to Python; only they are replaced."""
    if char == "\n":
        return " "
    return char if char.isprintable() else f"<U+{ord(char):04X}>"


def format_option(command: F) -> F:
    """Give a command ``--format text|json``."""
    choice = click.Choice(["text", "json"])
    return click.option("--format", "format_", type=choice, default="text", show_default=True,
                        help="How the result is printed.")(command)


def folder_option(command: F) -> F:
    """Give a command ``--folder``: the company folder to work on."""
    return click.option("-C", "--folder", type=click.Path(file_okay=False), default=".", show_default=True,
                        help="The company folder (where evidence.yaml is).")(command)


def deed_options(command: F) -> F:
    """Give a command ``--reason`` and ``--by``: an erasure is written down with why and who."""
    command = click.option("--by", default=None, metavar="NAME",
                           help="Who answers for it; default: the account of the system.")(command)
    return click.option("--reason", default=None, metavar="TEXT",
                        help="Why it is erased; goes into the ledger and into later packages, so name nobody.")(command)


def account() -> str:
    """Return the account of the system under which this runs."""
    import getpass
    import os

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return f"uid {os.getuid()}"


def note(message: object) -> None:
    """Say something about the work, to stderr."""
    click.echo(safe(message, 4000), err=True)


def result(data: Any) -> None:
    """Print a result as one JSON document, ASCII only, to stdout."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=True, default=str))


def table(columns: Sequence[str], lines_: Sequence[Sequence[object]]) -> None:
    """Print rows under their columns, to stdout."""
    cells = [[safe(cell) for cell in row] for row in lines_]
    widths = [max([len(name), *(len(row[i]) for row in cells)]) for i, name in enumerate(columns)]
    for line in [list(columns), ["-" * width for width in widths], *cells]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def rows(columns: Sequence[str], cells: Sequence[Sequence[object]], format_: str) -> None:
    """Print rows as a table or as JSON objects, as asked."""
    if format_ == "json":
        result([dict(zip(columns, row, strict=True)) for row in cells])
    else:
        table(columns, cells)


def pairs(values: Mapping[str, object]) -> None:
    """Print names and values under each other, to stdout."""
    width = max(map(len, values), default=0)
    for name, value in values.items():
        click.echo(f"{name.ljust(width)}  {safe(value)}")


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Yield ``tick(done, total)``; draws a bar on a terminal and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:
        def tick(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield tick
