"""``evidence scan``: what should not stand in files, without a company folder."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from evidence.cli import _out
from evidence.cli.masking import rules_options, show
from evidence.errors import SourceError, Where

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

    Says where and what, never the value: equal numbers under "value" are equal values. gzip, bzip2, zstd and UTF-16 are
    opened, and offsets are those of the text inside; archives are read as they lie. Names of people
    and street addresses are not looked for: they have no form (a run finds the names of the company's directory).

    Exit code 0: nothing found; 4: something was; 3: something could not be read.

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
    for name in _files(paths):
        try:
            if isinstance(name, SourceError):
                raise name
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


def _files(paths: Iterable[str]) -> Iterator[str | SourceError]:
    """Yield the files, and of a path that cannot be listed why: what comes after it is read all the same."""
    from evidence.masking import scan_files

    for path in paths:
        try:
            yield from [STDIN] if path == STDIN else [str(name) for name in scan_files.inside(Path(path))]
        except SourceError as error:
            yield error


def _findings(scanner: Scanner, name: str) -> Iterator[FileFinding]:
    from evidence.masking import scan_files

    path = Path(name)
    if name != STDIN and path.suffix == ".parquet":
        yield from scan_files.scan_file(scanner, path)
        return
    stream = _Stream(lambda: sys.stdin.buffer if name == STDIN else path.open("rb"))
    yield from scan_files.scan_stream(scanner, stream, name)
    if stop := stream.source.stop:
        detail = f" ({stream.source.detail})" if stream.source.detail else ""
        raise SourceError(f"the file cannot be read to its end: {stop.replace('_', ' ')}{detail}", where=Where(name))


class _Stream:
    """The text of a file, unpacked, as a stream that gives as many bytes as it is asked for."""

    def __init__(self, opener: Callable[[], IO[bytes]]) -> None:
        from evidence.ingest.readers import streams

        self.source: streams.Readable = streams.Plain(opener)
        self._held, self._at = self.source.read(), 0
        if codec := streams.codec(self._held):
            self.source = streams.Unpacked(streams.Pushed(self._held, self.source), codec)
            self._held = self.source.read()
        if self._held.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self.source = streams.Text(streams.Pushed(self._held, self.source), "utf-16")
            self._held = self.source.read()

    def read(self, size: int) -> bytes:
        """Return up to so many bytes; fewer only at the end."""
        parts, missing = [], size
        while missing and self._held:
            parts.append(self._held[self._at:self._at + missing])
            missing -= len(parts[-1])
            self._at += len(parts[-1])
            if self._at == len(self._held):
                self._held, self._at = self.source.read(), 0
        return b"".join(parts)


def _counts(one: FileFinding) -> bool:
    """Tell whether it would be a residual in a response: not set aside, and sure enough."""
    return one.flag in {None, "capped"} and one.confidence_milli >= 500


def _line(one: FileFinding, number: int) -> tuple[object, ...]:
    aside = None if _counts(one) else one.flag or "weak"
    return (one.path, one.cell or None, one.line or None, one.offset, one.length, one.entity, one.entity_class,
            one.rule_id, one.confidence_milli, aside, number)
