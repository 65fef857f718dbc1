"""The vault: raw bytes under their own hash, written once, compressed where they were not already, encrypted if wished.

The ledger carries both hashes, of the bytes as received and of the bytes as stored. What was erased is a tombstone in
their place, the line of the ledger that says so, and those bytes are never taken in again.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

from evidence.errors import CustodyError, Where
from evidence.store import disk
from evidence.store.sealed import PIECE, Opened, Sealer

LEVEL: Final = 1
PACKED: Final = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"PK\x03\x04": "zip",
                 b"PK\x05\x06": "zip", b"PAR1": "parquet"}
"""First bytes of containers: these are kept as they are, everything else is compressed."""


TOMBSTONE: Final = ".tombstone"
_SUFFIX: Final = {"raw": ".raw", "zstd": ".zst", "raw+aes": ".raw.aes", "zstd+aes": ".zst.aes"}


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

    def __init__(self, root: Path, key: bytes | Callable[[], bytes] | None = None) -> None:
        """Name the folder; it is made with the first file. With a key (or what gets it) new files are encrypted."""
        self.root, self._given = root, key

    @property
    def key(self) -> bytes | None:
        """The key under which files are encrypted, or None."""
        if callable(self._given):
            self._given = self._given()
        return self._given

    def keep(self, stream: IO[bytes]) -> Kept:
        """Store a stream under its hash and return both hashes; the bytes are hashed before anything reads them.

        Storing what is already there leaves it untouched.
        """
        import zstandard

        head = stream.read(disk.BLOCK)
        codec = "raw" if packed(head) else "zstd"
        seal = Sealer(self.key) if self.key else None
        place = disk.scratch(disk.folder(self.root) / "incoming")
        sha, stored, size = hashlib.sha256(), hashlib.sha256(), 0
        pack = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj() if codec == "zstd" else None
        try:
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as file:
                def put(block: bytes) -> None:
                    stored.update(block)
                    file.write(block)

                put(seal.header if seal else b"")
                while head:
                    sha.update(head)
                    size += len(head)
                    block = pack.compress(head) if pack else head
                    put(seal.add(block) if seal else block)
                    head = stream.read(disk.BLOCK)
                block = pack.flush() if pack else b""
                put(seal.add(block) + seal.end() if seal else block)
                file.flush()
                os.fsync(file.fileno())
            codec += "+aes" if seal else ""
            return self._settle(place, sha.hexdigest(), size, codec, stored.hexdigest())
        finally:
            with suppress(FileNotFoundError):
                place.unlink()

    def kept(self, sha: str, size: int) -> Kept | None:
        """Return what is known of bytes that were kept or erased before, None where they were not.

        Whether what is stored is what it was is seen by its hash, which is made anew.
        """
        if self.buried(sha):
            return Kept(sha, size)
        codec = next((name for name in _SUFFIX if self._place(sha, name).exists()), None)
        if codec is None:
            return None
        final = self._place(sha, codec)
        with final.open("rb") as file:
            return Kept(sha, size, disk.sha256(file), final.stat().st_size, codec)

    def _settle(self, place: Path, sha: str, size: int, codec: str, stored: str) -> Kept:
        """Give a whole file its name; one that is there already stays, and so does a tombstone."""
        if before := self.kept(sha, size):
            return before
        final = self._place(sha, codec)
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
        for place in (*self.root.glob(".tmp-*"), *self.root.glob("??/.tmp-*")):
            place.unlink(missing_ok=True)

    def has(self, sha256: str) -> bool:
        """Return whether the bytes are kept."""
        return not self.buried(sha256) and self._holds(sha256)

    def buried(self, sha256: str) -> bool:
        """Return whether a tombstone stands in place of the bytes."""
        return self._tombstone(sha256).exists()

    def bury(self, sha256: str, line: bytes) -> None:
        """Put a tombstone in place of the bytes, on the disk when this returns; doing it again changes nothing.

        The tombstone stands before the bytes go, so that a killed process leaves them under one and out of reach.
        """
        place = self._tombstone(sha256)
        if not place.exists():
            with disk.whole(place, 0o400) as file:
                file.write(line)
        if self._holds(sha256):
            for codec in _SUFFIX:
                self._place(sha256, codec).unlink(missing_ok=True)
            disk.sync(place.parent)

    def unfinished(self, sha256: str) -> bool:
        """Return whether bytes that the ledger calls erased are here, or have no tombstone."""
        return not self.buried(sha256) or self._holds(sha256)

    def epitaph(self, sha256: str) -> str | None:
        """Return in words who erased the bytes, when and why; None where no tombstone stands."""
        if not self.buried(sha256):
            return None
        try:
            line: dict[str, Any] = json.loads(self._tombstone(sha256).read_bytes())
            return f"the raw file was erased at {line['at'][:19]}Z by {line['by']}: {line['reason']}"
        except (ValueError, KeyError, TypeError) as error:
            raise CustodyError("expected a tombstone", where=Where(str(self._tombstone(sha256))),
                               advice="remove it: the next ingest writes it again from the ledger") from error

    def opener(self, sha256: str) -> Callable[[], IO[bytes]]:
        """Return what opens the bytes as they were received, as often as called.

        Raises:
            CustodyError: the vault does not hold them, or holds them under another key.
        """
        if gone := self.epitaph(sha256):
            raise CustodyError(gone, where=Where(str(self._tombstone(sha256))),
                               advice="what was read of it before stays; its bytes cannot be read again")
        codec = next((name for name in _SUFFIX if self._place(sha256, name).exists()), None)
        if codec is None:
            raise CustodyError(f"the vault does not hold {sha256}", where=Where(str(self.root)),
                               advice="the raw file was not kept (ingest.vault: hashes_only) or was taken away")
        place = self._place(sha256, codec)

        def opened() -> IO[bytes]:
            import zstandard

            with ExitStack() as undo:
                stored: IO[bytes] = undo.enter_context(place.open("rb"))
                if codec.endswith("+aes"):
                    stored = cast("IO[bytes]", io.BufferedReader(Opened(stored, self._required(place), place), PIECE))
                undo.pop_all()
            return zstandard.ZstdDecompressor().stream_reader(stored, closefd=True) if "zstd" in codec else stored

        return opened

    def _required(self, place: Path) -> bytes:
        if self.key is None:
            raise CustodyError("a file of the vault is encrypted", where=Where(str(place)),
                               advice="evidence.yaml must say ingest.vault: encrypted, and where the key is")
        return self.key

    def _holds(self, sha256: str) -> bool:
        return any(self._place(sha256, codec).exists() for codec in _SUFFIX)

    def _tombstone(self, sha256: str) -> Path:
        return self.root / sha256[:2] / f"{sha256}{TOMBSTONE}"

    def _place(self, sha256: str, codec: str) -> Path:
        return self.root / sha256[:2] / f"{sha256}{_SUFFIX[codec]}"
