"""The vault: raw bytes under their own hash, written once, compressed where they were not already.

The ledger carries both hashes, of the bytes as received and of the bytes as stored.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from evidence.errors import CustodyError, Where
from evidence.store import disk

LEVEL: Final = 1
PACKED: Final = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"PK\x03\x04": "zip",
                 b"PK\x05\x06": "zip"}
"""First bytes of containers: these are kept as they are, everything else is compressed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a file after it was read once: hash and size, and the same of what the vault holds."""

    sha256: str
    bytes: int
    stored_sha256: str | None = None
    stored_bytes: int | None = None
    codec: str | None = None


def packed(head: bytes) -> str | None:
    """Return the container that a file with these first bytes is, or None."""
    return next((name for magic, name in PACKED.items() if head.startswith(magic)), None)


class Vault:
    """The folder ``vault/`` of a company."""

    def __init__(self, root: Path) -> None:
        """Name the folder; it is made with the first file."""
        self.root = root

    def keep(self, stream: IO[bytes]) -> Kept:
        """Store a stream under its hash and return both hashes; the bytes are hashed before anything reads them.

        Storing what is already there leaves it untouched.
        """
        import zstandard

        head = stream.read(disk.BLOCK)
        codec = "raw" if packed(head) else "zstd"
        place = disk.scratch(disk.folder(self.root) / "incoming")
        sha, stored, size = hashlib.sha256(), hashlib.sha256(), 0
        pack = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj() if codec == "zstd" else None
        try:
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as file:
                def put(block: bytes) -> None:
                    stored.update(block)
                    file.write(block)

                while head:
                    sha.update(head)
                    size += len(head)
                    put(pack.compress(head) if pack else head)
                    head = stream.read(disk.BLOCK)
                put(pack.flush() if pack else b"")
                file.flush()
                os.fsync(file.fileno())
            return self._settle(place, sha.hexdigest(), size, codec, stored.hexdigest())
        finally:
            with suppress(FileNotFoundError):
                place.unlink()

    def _settle(self, place: Path, sha: str, size: int, codec: str, stored: str) -> Kept:
        """Give a whole file its name; one that is there already stays, and its own stored hash is the one to know."""
        final = self._place(sha, codec)
        if final.exists():
            with final.open("rb") as file:
                stored = disk.sha256(file)
        else:
            disk.folder(final.parent)
            place.replace(final)
        return Kept(sha, size, stored, final.stat().st_size, codec)

    def settle(self, hashes: Iterable[str]) -> None:
        """Flush the names of what was kept to the disk; the bytes are there already."""
        for name in sorted({sha[:2] for sha in hashes}):
            if (self.root / name).is_dir():
                disk.sync(self.root / name)

    def sweep(self) -> None:
        """Remove what killed processes left half written. The caller holds the lock of the company folder."""
        for place in self.root.glob(".tmp-*"):
            place.unlink(missing_ok=True)

    def has(self, sha256: str) -> bool:
        """Return whether the bytes are kept."""
        return any(self._place(sha256, codec).exists() for codec in ("zstd", "raw"))

    def opener(self, sha256: str) -> Callable[[], IO[bytes]]:
        """Return what opens the bytes as they were received, as often as called.

        Raises:
            CustodyError: the vault does not hold them.
        """
        import zstandard

        raw, packed_ = self._place(sha256, "raw"), self._place(sha256, "zstd")
        if raw.exists():
            return lambda: raw.open("rb")
        if packed_.exists():
            return lambda: zstandard.ZstdDecompressor().stream_reader(packed_.open("rb"), closefd=True)
        raise CustodyError(f"the vault does not hold {sha256}", where=Where(str(self.root)),
                           advice="the raw file was not kept (ingest.vault: hashes_only) or was taken away")

    def _place(self, sha256: str, codec: str) -> Path:
        return self.root / sha256[:2] / (f"{sha256}.zst" if codec == "zstd" else f"{sha256}.raw")
