"""Reads the one form of ZIP that a package may have, and refuses every other.

A general ZIP reader is lenient, and two lenient readers can see two packages in one file. This one rebuilds each header
from what it declares and compares bytes; what is not the allowed form is named and refused.
"""

from __future__ import annotations

import hashlib
import os
import struct
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, NamedTuple, cast

from isal import isal_zlib

from evidence import constants as c
from evidence.verify.report import Checklist, show

_END, _END64, _LOCATOR, _CENTRAL, _LOCAL = 22, 56, 20, 46, 30
_FULL = 0xFFFF_FFFF
_COMMENT = len(c.ZIP_COMMENT) + 64
_CHUNK = 1 << 20
_DAMAGED = cast("type[Exception]", isal_zlib.error)  # whose types call it an exception, not a class


class Entry(NamedTuple):
    """One file of the archive: its name, where its compressed bytes are, and what they should become."""

    name: str
    start: int
    packed: int
    size: int
    crc: int
    readable: bool


class _Header(NamedTuple):
    """What a central header declares."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    attributes: int
    form: bytes  # the bytes that this header should have had


def read_directory(file: BinaryIO, check: Checklist) -> list[Entry]:
    """Return the entries of a package in the order of the file, recording what is wrong with the container.

    An empty list means that nothing can be read. Reads headers only; ``inflate`` reads the contents.
    """
    size = file.seek(0, os.SEEK_END)
    place = _end(file, size, check)
    if place is None:
        return []
    start, length, count, end = place
    if count > c.MAX_ENTRIES or length > count * (_CENTRAL + 3 * 0xFFFF):
        check.fail("limits", f"{count} entries in a directory of {length} bytes; the limit is {c.MAX_ENTRIES} entries")
        return []
    file.seek(start)
    headers = _central(file.read(length), count, check)
    if headers is None:
        return []
    entries = _locals(file, headers, start, check)
    _names([h.raw_name for h in headers], check)
    _limits(entries, check)
    _checksum(file, end, size, check)
    for step in ("container", "entries"):
        check.hold(step, f"{count} files in {size} bytes")
    return entries


def _end(file: BinaryIO, size: int, check: Checklist) -> tuple[int, int, int, int] | None:
    """Return (directory start, its length, entries, where the end record begins), or None."""
    tail_at = max(0, size - _END - 0xFFFF)
    file.seek(tail_at)
    tail = file.read()
    at = size - _END - _COMMENT
    if at < 0 or tail[at - tail_at:at - tail_at + 4] != b"PK\x05\x06":
        found = tail.rfind(b"PK\x05\x06")
        cause = "no end record: the file is cut off, or no ZIP" if found < 0 else (
            f"an end record {size - tail_at - found} bytes before the end, expected {_END + _COMMENT}: "
            "bytes were appended or removed, or its comment is not the checksum")
        check.fail("container", cause)
        return None
    disk, disk0, here, count, length, start, _ = struct.unpack("<HHHHIIH", tail[at - tail_at + 4:at - tail_at + _END])
    form = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, length, start, _COMMENT)
    end = at
    if start == _FULL:
        found64 = _end64(file, at, count, length, check)
        if found64 is None:
            return None
        start, end = found64
    if tail[at - tail_at:at - tail_at + _END] != form or disk or disk0 or here != count:
        check.fail("container", "the end record names other disks, other counts or another comment")
    if start + length != end:
        check.fail("container", f"the directory should end at {end}, where the end record begins, "
                                f"but ends at {start + length}: bytes before, between or after the parts")
        return None
    return start, length, count, at


def _end64(file: BinaryIO, at: int, count: int, length: int, check: Checklist) -> tuple[int, int] | None:
    """Return (directory start, where the ZIP64 end record begins), or None."""
    begin = at - _LOCATOR - _END64
    file.seek(max(begin, 0))
    found = file.read(_END64 + _LOCATOR)
    start = struct.unpack("<Q", found[48:56])[0] if begin >= 0 and len(found) == _END64 + _LOCATOR else 0
    form = struct.pack("<4sQHHIIQQQQ4sIQI", b"PK\x06\x06", 44, c.ZIP64_VERSION, c.ZIP64_VERSION, 0, 0, count, count,
                       length, start, b"PK\x06\x07", 0, max(begin, 0), 1)
    if found != form or start < c.ZIP64_FROM:
        check.fail("container", "the ZIP64 end record contradicts the end record, or is not needed")
        return None
    return start, begin


def _central(data: bytes, count: int, check: Checklist) -> list[_Header] | None:
    headers, at = [], 0
    for number in range(count):
        fixed = data[at:at + _CENTRAL]
        if len(fixed) < _CENTRAL or fixed[:4] != b"PK\x01\x02":
            check.fail("container", f"the directory ends after {number} of {count} entries")
            return None
        (flags, method, crc, packed, size, name_length, extra_length, comment_length, attributes,
         offset) = struct.unpack("<8xHH4xIIIHHH4xII", fixed)
        end = at + _CENTRAL + name_length + extra_length + comment_length
        name = data[at + _CENTRAL:at + _CENTRAL + name_length]
        extra = data[at + _CENTRAL + name_length:at + _CENTRAL + name_length + extra_length]
        header = _widen(_Header(name, flags, method, crc, packed, size, offset, attributes, b""), extra)
        if data[at:end] != header.form:
            check.fail("entries", _difference(header, extra, comment_length))
        headers.append(header)
        at = end
    if at != len(data):
        check.fail("container", f"{len(data) - at} bytes between the directory and the end record")
        return None
    return headers


def _widen(header: _Header, extra: bytes) -> _Header:
    """Return the header with its ZIP64 sizes, and with the bytes that it should have."""
    wide = [value for value in (header.size, header.packed, header.offset) if value == _FULL]
    if wide and len(extra) == 4 + 8 * len(wide):
        values = list(struct.unpack(f"<{len(wide)}Q", extra[4:]))
        header = header._replace(
            size=values.pop(0) if header.size == _FULL else header.size,
            packed=values.pop(0) if header.packed == _FULL else header.packed,
            offset=values.pop(0) if header.offset == _FULL else header.offset)
    large, far = header.size >= c.ZIP64_FROM, header.offset >= c.ZIP64_FROM
    fields = ([header.size, header.packed] if large else []) + ([header.offset] if far else [])
    tail = struct.pack(f"<HH{len(fields)}Q", 1, 8 * len(fields), *fields) if fields else b""
    version = c.ZIP64_VERSION if fields else c.ZIP_VERSION
    form = struct.pack(
        "<4sBBHHHHHIIIHHHHHII", b"PK\x01\x02", version, c.ZIP_UNIX, version, 0, c.DEFLATED, 0, c.ZIP_DATE, header.crc,
        _FULL if large else min(header.packed, _FULL), _FULL if large else header.size, len(header.raw_name), len(tail),
        0, 0, 0, c.ZIP_ATTRIBUTES, _FULL if far else header.offset)
    return header._replace(form=form + header.raw_name + tail)


def _difference(header: _Header, extra: bytes, comment_length: int) -> str:
    """Say in words what is not allowed about a central header."""
    name, mode = show(header.raw_name.decode("utf-8", "replace")), header.attributes >> 16
    folder = header.raw_name.endswith(b"/") or mode & 0o170000 == 0o040000 or bool(header.attributes & 0x10)
    causes = {
        "is encrypted": bool(header.flags & 0x41),
        "is a symbolic link": mode & 0o170000 == 0o120000,
        "is a directory": folder,
        f"uses method {header.method}, expected 8 (deflate)": header.method != c.DEFLATED,
        f"has flags {header.flags:#06x}": header.flags != 0,
        "has a comment": comment_length > 0,
        "has extra data or contradicting ZIP64 sizes": bool(extra),
        f"has mode {mode:o}, expected 100644": header.attributes != c.ZIP_ATTRIBUTES,
        "has another time or version": True,
    }
    return f"{name} " + next(text for text, holds in causes.items() if holds)


def _locals(file: BinaryIO, headers: Sequence[_Header], directory: int, check: Checklist) -> list[Entry]:
    entries, at = [], 0
    for header in headers:
        name = header.raw_name.decode("utf-8", "replace")
        large = header.size >= c.ZIP64_FROM
        tail = struct.pack("<HHQQ", 1, 16, header.size, header.packed) if large else b""
        form = struct.pack(
            "<4sHHHHHIIIHH", b"PK\x03\x04", c.ZIP64_VERSION if large else c.ZIP_VERSION, 0, c.DEFLATED, 0, c.ZIP_DATE,
            header.crc, _FULL if large else min(header.packed, _FULL), _FULL if large else header.size,
            len(header.raw_name), len(tail)) + header.raw_name + tail
        if header.offset != at:
            check.fail("container", f"{show(name)} begins at {header.offset}, expected {at}: "
                                    "bytes between the entries, or two of them in one place")
        file.seek(header.offset)
        local = file.read(_LOCAL)
        lengths = sum(struct.unpack("<HH", local[26:])) if len(local) == _LOCAL else 0
        if local + file.read(lengths) != form:
            check.fail("entries", f"the local header of {show(name)} differs from the central one, or is not allowed")
        start = header.offset + _LOCAL + lengths
        at = start + header.packed
        plain = header.method == c.DEFLATED and not header.flags & 0x41
        entries.append(Entry(name, start, header.packed, header.size, header.crc, plain and at <= directory))
    if at != directory:
        check.fail("container", f"the entries end at {at}, but the directory begins at {directory}")
    return entries


def check_names(names: Sequence[str], check: Checklist) -> None:
    """Record names that two systems could understand differently."""
    seen: dict[str, str] = {}
    for name in names:
        if cause := _name_problem(name):
            check.fail("names", f"{show(name)} {cause}")
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            kind = "is there twice" if seen[folded] == name else f"is {show(seen[folded])} on some systems"
            check.fail("names", f"{show(name)} {kind}")
        seen[folded] = name


def _names(raw: Iterable[bytes], check: Checklist) -> None:
    names = [name.decode("utf-8", "surrogateescape") for name in raw]
    check_names(names, check)
    expected = [n for n in c.FIRST if n in names] + sorted(set(names) - set(c.FIRST))
    if names != expected and not check.failed("names"):
        place = next((n for n, e in zip(names, expected, strict=False) if n != e), names[-1] if names else "")
        check.fail("names", f"{show(place)} is out of order")
    check.hold("names", f"{len(names)} names")


def _name_problem(name: str) -> str | None:
    problems = {
        "is longer than allowed": len(name) > c.NAME_LIMIT,
        "is empty": not name,
        "is absolute": name.startswith(("/", "\\")) or name[1:2] == ":",
        "leads out of the folder": ".." in name.replace("\\", "/").split("/"),
        "has a backslash": "\\" in name,
        "is a directory": name.endswith("/"),
        "has characters outside ASCII, which look different from system to system": not name.isascii(),
        "has characters that are not allowed": not c.NAME.fullmatch(name),
    }
    return next((text for text, holds in problems.items() if holds), None)


def _limits(entries: Sequence[Entry], check: Checklist) -> None:
    for entry in entries:
        if entry.size > (entry.packed + 1) * c.MAX_RATIO:
            check.fail("limits", f"{show(entry.name)} claims {entry.size} bytes from {entry.packed}: a bomb")
    if (total := sum(entry.size for entry in entries)) > c.MAX_TOTAL:
        check.fail("limits", f"{total} bytes in all, the limit is {c.MAX_TOTAL}")
    check.hold("limits", f"{total} bytes unpacked")


def _checksum(file: BinaryIO, end: int, size: int, check: Checklist) -> None:
    sha, left = hashlib.sha256(), end
    file.seek(0)
    while left and (chunk := file.read(min(_CHUNK, left))):
        sha.update(chunk)
        left -= len(chunk)
    file.seek(end + _END)
    comment = file.read(size - end - _END)
    if comment != c.ZIP_COMMENT + sha.hexdigest().encode():
        check.fail("checksum", f"expected sha256:{sha.hexdigest()}, found {show(comment.decode('latin-1'))}")
    check.hold("checksum", sha.hexdigest())


def inflate(file: BinaryIO, entry: Entry, check: Checklist) -> Iterator[bytes]:
    """Yield the bytes of an entry in bounded pieces, recording when they are not what was declared."""
    if not entry.readable:
        check.fail("contents", f"{show(entry.name)} cannot be read")
        return
    # Twice as fast as zlib. It takes some codes that zlib refuses; what comes out is bound by the list of digests.
    stream, left, size, crc = isal_zlib.decompressobj(-15), entry.packed, 0, 0
    try:
        while not stream.eof:
            data = stream.unconsumed_tail
            if not data and left:
                file.seek(entry.start + entry.packed - left)  # another entry may have been read in between
                data = file.read(min(_CHUNK, left))
                left -= len(data)
            piece = stream.decompress(data, _CHUNK)
            if not piece and len(stream.unconsumed_tail) == len(data):
                break  # nothing came of it, and nothing will
            size += len(piece)
            if size > entry.size:
                break
            crc = isal_zlib.crc32(piece, crc)
            yield piece
    except _DAMAGED as error:
        check.fail("contents", f"{show(entry.name)} is damaged: {error}")
        return
    if not stream.eof or stream.unused_data or left or size != entry.size or crc != entry.crc:
        check.fail("contents", f"{show(entry.name)} does not unpack to {entry.size} bytes with CRC {entry.crc:08x}")
