"""A ZIP that has only one possible form: same files, same bytes.

No extra fields (but ZIP64 where a size needs it), no data descriptors, 1980-01-01, mode 0644, entries back to back, and
as archive comment the SHA-256 of every byte before the end record. The comment protects nothing against a forger (the
signature does); it makes an accidental change visible even where deflate has two codings of the same content. Which of
them it is depends on ISA-L and the processor family; the files and their digests do not.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Sequence
from io import BufferedRandom
from pathlib import Path
from typing import BinaryIO, NamedTuple

from isal import isal_zlib

from evidence import constants as c
from evidence.errors import SealError

_CHUNK = 1 << 20
_FULL = 0xFFFF_FFFF


class _Entry(NamedTuple):
    name: bytes
    crc: int
    packed: int
    size: int
    offset: int
    large: bool


def order(names: Sequence[str]) -> list[str]:
    """Return the names in package order: what a reader needs first, then by bytes."""
    return [n for n in c.FIRST if n in names] + sorted(set(names) - set(c.FIRST))


def write_zip(folder: Path, names: Sequence[str], out: Path) -> str:
    """Pack the files of a folder and return the SHA-256 of the ZIP.

    The file appears under its name only when it is whole.

    Raises:
        SealError: a file cannot be read or the ZIP not written.
    """
    part = out.with_name(out.name + ".part")
    try:
        with part.open("w+b") as file:
            entries = [_add(file, folder / name, name) for name in order(names)]
            digest = _finish(file, entries)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    except OSError as error:
        raise SealError(f"the package {out.name} could not be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return digest


def _local(entry: _Entry) -> bytes:
    large = entry.large
    extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.packed) if large else b""
    return struct.pack(
        "<4sHHHHHIIIHH", b"PK\x03\x04", c.ZIP64_VERSION if large else c.ZIP_VERSION, 0, c.DEFLATED, 0, c.ZIP_DATE,
        entry.crc, _FULL if large else entry.packed, _FULL if large else entry.size, len(entry.name), len(extra),
    ) + entry.name + extra


def _add(out: BinaryIO, path: Path, name: str) -> _Entry:
    size, offset = path.stat().st_size, out.tell()
    entry = _Entry(name.encode("ascii"), 0, 0, size, offset, size >= c.ZIP64_FROM)
    out.write(_local(entry))
    start, crc, read = out.tell(), 0, 0
    deflate, entered = isal_zlib.compressobj(c.DEFLATE_LEVEL, isal_zlib.DEFLATED, -15), name in c.RESTARTED
    with path.open("rb") as file:
        while chunk := file.read(c.RESTART_BYTES if entered else _CHUNK):
            crc = isal_zlib.crc32(chunk, crc)
            read += len(chunk)
            if entered and (cut := chunk.rfind(b"\n") + 1):  # a reader can begin after this line
                out.write(deflate.compress(chunk[:cut]) + deflate.flush(isal_zlib.Z_FULL_FLUSH))
                chunk = chunk[cut:]
            out.write(deflate.compress(chunk))
    out.write(deflate.flush())
    end = out.tell()
    if read != size:
        raise SealError(f"{name} changed while it was packed: expected {size} bytes, found {read}")
    entry = entry._replace(crc=crc, packed=end - start)
    out.seek(offset)
    out.write(_local(entry))
    out.seek(end)
    return entry


def _central(entry: _Entry) -> bytes:
    far = entry.offset >= c.ZIP64_FROM
    fields = ([entry.size, entry.packed] if entry.large else []) + ([entry.offset] if far else [])
    extra = struct.pack(f"<HH{len(fields)}Q", 1, 8 * len(fields), *fields) if fields else b""
    version = c.ZIP64_VERSION if fields else c.ZIP_VERSION
    return struct.pack(
        "<4sBBHHHHHIIIHHHHHII", b"PK\x01\x02", version, c.ZIP_UNIX, version, 0, c.DEFLATED, 0, c.ZIP_DATE, entry.crc,
        _FULL if entry.large else entry.packed, _FULL if entry.large else entry.size, len(entry.name), len(extra),
        0, 0, 0, c.ZIP_ATTRIBUTES, _FULL if far else entry.offset,
    ) + entry.name + extra


def _finish(file: BufferedRandom, entries: Sequence[_Entry]) -> str:
    """Write what follows the entries and return the SHA-256 of the whole file."""
    start = file.tell()
    file.writelines(_central(entry) for entry in entries)
    size, count = file.tell() - start, len(entries)
    if start >= c.ZIP64_FROM:
        end64 = file.tell()
        file.write(struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, c.ZIP64_VERSION, c.ZIP64_VERSION, 0, 0,
                               count, count, size, start))
        file.write(struct.pack("<4sIQI", b"PK\x06\x07", 0, end64, 1))
    file.seek(0)
    sha = hashlib.file_digest(file, "sha256")
    comment = c.ZIP_COMMENT + sha.hexdigest().encode()
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, size,
                      _FULL if start >= c.ZIP64_FROM else start, len(comment)) + comment
    sha.update(end)
    file.seek(0, os.SEEK_END)
    file.write(end)
    return sha.hexdigest()
