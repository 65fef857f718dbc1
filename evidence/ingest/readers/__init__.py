"""Shapes of files, never vendors: bytes to records.

A file is one stream, or a ZIP of streams; each may be compressed and in one of three encodings. Out come batches in
which every line, element or row is a record, a reject or a blank, and which say where reading stopped, if it did.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import IO, Final
from urllib.parse import quote, unquote

from evidence.errors import ConfigError, SourceError
from evidence.ingest.readers import csv_rows, json_text, line_text, parquet_rows
from evidence.ingest.readers.base import EMPTY, Batch, Options
from evidence.ingest.readers.foreign import DOCUMENT, OFFICE, foreign, litter
from evidence.ingest.readers.gather import gathered
from evidence.ingest.readers.places import placed
from evidence.ingest.readers.rewrite import rewritten
from evidence.ingest.readers.streams import (
    CHUNK,
    DAMAGE,
    EXPANSION,
    FREE_EXPANSION,
    Plain,
    Pushed,
    Readable,
    Text,
    Unpacked,
    codec,
)

MAX_MEMBERS: Final = 10_000
_TEXTS: Final = {"json": json_text.read, "csv": csv_rows.read, "lines": line_text.read}
_FORMATS: Final = frozenset({*_TEXTS, "parquet"})
_HEAD: Final = 64 << 10
_REMEDY: Final = {
    "encrypted_member": "it has a password: unpack it, and bring what is in it",
    "unknown_compression": "packed in an unusual way, such as Deflate64: unpack it, and bring what is in it"}
_DRIVE: Final = re.compile("[A-Za-z]:/")


def locator(file_sha256: str, member: str, number: int) -> str:
    """Return where a record is: ``<file sha256>[!<member path>@<member sha256>]#<record number>``."""
    return f"{file_sha256}{member}#{number}"


def parse_locator(text: str) -> tuple[str, str, int]:
    """Return file hash, member (empty for none) and record number of a locator.

    Raises:
        SourceError: it is not one.
    """
    head, mark, number = text.rpartition("#")
    sha, member = head[:64], head[64:]
    if not mark or not number.lstrip("-").isdigit() or len(sha) != 64 or (member and not member.startswith("!")):
        raise SourceError(f"expected <file sha256>[!<member>@<member sha256>]#<number>, found {text[:200]!r}")
    return sha, member, int(number)


def member_path(member: str) -> str:
    """Return the path inside the ZIP that the member's part of a locator names; empty for none."""
    return unquote(member[1:].rpartition("@")[0])


def read(opener: Callable[[], IO[bytes]], options: Options, member: str = "") -> Iterator[Batch]:
    """Yield what is in a file, in batches bounded by bytes. With ``member`` only that member of a ZIP is read.

    Args:
        opener: opens the raw bytes, as often as called.
        options: how they are to be read.
        member: member of a ZIP as it stands in a locator.

    Raises:
        ConfigError: the format is not one that can be read.
    """
    if unknown := set(options.formats) - _FORMATS:
        raise ConfigError(f"expected a reader of {', '.join(sorted(_FORMATS))}, found {', '.join(sorted(unknown))}")
    with opener() as raw:
        head = raw.read(4)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        with opener() as raw:
            yield from rewritten(_archive(raw, options, member), options)
        return
    yield from rewritten(_gathered(opener, options), options)


def _gathered(opener: Callable[[], IO[bytes]], options: Options) -> Iterator[Batch]:
    """Yield what is in a stream, with cut messages put together where the connector says how."""
    if options.gather is None:
        return _stream(opener, options)
    return gathered(lambda: _stream(opener, options), options.gather)


def _stream(opener: Callable[[], IO[bytes]], options: Options) -> Iterator[Batch]:
    plain = Plain(opener)
    try:
        first = plain.read()
        if first.startswith(parquet_rows.MAGIC):
            known = "parquet" in options.formats
            yield from parquet_rows.read(opener, options) if known else (_unknown(options),)
            return
        begun: Readable = Pushed(first, plain)
        if name := codec(first):
            begun = Unpacked(begun, name)
        text = Text(begun, options.encoding)
        head = text.read()
        while 0 < len(head) < _HEAD and (more := text.read()):
            head += more
        if len(head) < _HEAD and not head.strip():
            yield Batch(stop=text.stop or EMPTY, stop_detail=text.detail or "no text in it")
            return
        form, found = _format(head, options), foreign(head)
        if form is None or found:
            yield _unknown(options, found)
            return
        batches = _TEXTS[form](Pushed(head, text), options)
        yield from placed(batches, options.places) if form == "csv" and options.places else batches
    finally:
        plain.close()


def _unknown(options: Options, found: str | None = None) -> Batch:
    said = f"expected {' or '.join(options.formats)}"
    return Batch(stop="unknown_format", stop_detail=f"{said}, found {found}" if found else said)


def _format(head: bytes, options: Options) -> str | None:
    """Return which of the declared formats a text is in, by its first lines."""
    declared = [name for name in options.formats if name != "parquet"]
    if len(declared) < 2:
        return next(iter(declared), None)
    start = head.lstrip(b" \t\r\n\x1e")
    if "json" in declared and start[:1] in (b"{", b"["):
        return "json"
    if "lines" in declared and any(line_text.fits(line, options) for line in start.splitlines()[:20]):
        return "lines"
    return next((name for name in ("csv", "lines", "json") if name in declared), None)


def _archive(raw: IO[bytes], options: Options, only: str) -> Iterator[Batch]:
    try:
        archive = zipfile.ZipFile(raw)
        every = [entry for entry in archive.infolist() if not _folder(entry)]
    except DAMAGE:
        yield Batch(stop="damaged_zip", stop_detail="its directory cannot be read")
        return
    if any(entry.filename == OFFICE for entry in every):
        yield Batch(stop="unknown_format", stop_detail=f"expected {' or '.join(options.formats)}, {DOCUMENT}")
        return
    entries = [entry for entry in every if not litter(_place(entry).parts)]
    if not entries:
        yield Batch(stop=EMPTY, stop_detail="no file in it")
        return
    if len(entries) > MAX_MEMBERS:
        yield Batch(stop="too_many_members", stop_detail=f"{len(entries)}, accepted are {MAX_MEMBERS}")
        return
    seen: set[str] = set()
    for entry in entries:
        name = quote(entry.filename, safe="/ ")
        if only and member_path(only) != entry.filename:
            continue
        wrong = _refused(entry, seen)
        seen.add(entry.filename)
        if wrong:
            yield Batch(member=f"!{name}@{'0' * 64}", stop=wrong, stop_detail=_REMEDY.get(wrong))
            continue
        yield from _member(archive, entry, f"!{name}", options)


def _place(entry: zipfile.ZipInfo) -> PurePosixPath:
    """Return where a member says it is; some programs write the separator of Windows."""
    return PurePosixPath(entry.filename.replace("\\", "/"))


def _folder(entry: zipfile.ZipInfo) -> bool:
    """Say whether a member is a folder: named like one, and with nothing in it."""
    return entry.filename.endswith(("/", "\\")) and not entry.file_size


def _refused(entry: zipfile.ZipInfo, seen: set[str]) -> str | None:
    """Return why a member is not read. Nothing is ever written under its name; the name stands in locators."""
    path = _place(entry)
    if path.is_absolute() or ".." in path.parts or _DRIVE.match(path.as_posix()) or "\0" in entry.filename:
        return "unsafe_member_name"
    if entry.filename in seen:
        return "duplicate_member"
    if entry.flag_bits & 0x1:
        return "encrypted_member"
    return None


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, options: Options) -> Iterator[Batch]:
    sha, wrong = _hash(archive, entry)
    member = f"{name}@{sha}"
    if wrong:
        yield Batch(member=member, stop=wrong, stop_detail=_REMEDY.get(wrong))
        return
    for batch in _gathered(lambda: archive.open(entry), options):
        batch.member = member
        yield batch


def _hash(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[str, str | None]:
    """Return the hash of a member's bytes up to where it is damaged, and why it is not read any further."""
    sha, size = hashlib.sha256(), 0
    try:
        with archive.open(entry) as raw:
            while block := raw.read(CHUNK):
                sha.update(block)
                size += len(block)
                if size > FREE_EXPANSION and size > EXPANSION * max(entry.compress_size, 1):
                    return sha.hexdigest(), "expands_too_much"
    except NotImplementedError:
        return sha.hexdigest(), "unknown_compression"
    except DAMAGE:
        # What stands before the damage is read all the same; the stream says where it stopped.
        return sha.hexdigest(), None if size else "damaged_member"
    return sha.hexdigest(), None
