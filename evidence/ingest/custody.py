"""Taking a file in: its bytes are hashed, and kept, before anything reads what they say."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Callable, Collection
from pathlib import Path
from typing import IO, Final

from evidence.errors import NO_ROOM, SourceError, Where
from evidence.store import disk
from evidence.store.vault import Kept, Vault

CHANGED = "changed_while_read"
UNREADABLE = "unreadable_file"
AGAIN = "erased_before"
_BEGINNING: Final = 64
"""Bytes of a file that are remembered: some readers look at no more to tell what it is."""


class ChangedError(SourceError):
    """A file was not the same at the end of reading it as at the beginning."""

    def __init__(self, path: Path, kept: Kept) -> None:
        """Say which file, and keep what was seen of it."""
        super().__init__("the file changed while it was read", where=Where(str(path)),
                         advice="wait until it is written, then run evidence ingest again")
        self.kept = kept


class ErasedError(SourceError):
    """Bytes come again that were erased: they are not taken in."""

    def __init__(self, path: Path, kept: Kept, epitaph: str) -> None:
        """Say which file, who erased it and why, and keep its hash."""
        super().__init__(epitaph, where=Where(str(path)), advice="take it away there too")
        self.kept = kept


class Held:
    """A file in custody: its hashes, and how its bytes are opened."""

    def __init__(self, kept: Kept, opener: Callable[[], IO[bytes]], check: Callable[[], None]) -> None:
        """Keep the three together."""
        self.kept, self.opener, self._check = kept, opener, check

    def settle(self) -> None:
        """Make sure, after reading, that what was read is what was hashed.

        Raises:
            ChangedError: it is not.
        """
        self._check()


class _Authenticator:
    """What tells whether bytes read later are the same: a one-time authenticator under a key that nobody can know.

    It costs a quarter of a hash. Two messages have one tag with a chance of one in 2**100 (RFC 8439, section 2.5).
    """

    def __init__(self, key: bytes) -> None:
        from cryptography.hazmat.primitives.poly1305 import Poly1305

        self._sum = Poly1305(key)
        self.size, self.beginning = 0, b""

    def update(self, data: bytes) -> None:
        """Take what comes next."""
        if self.size < _BEGINNING:
            self.beginning = (self.beginning + data)[:_BEGINNING]
        self.size += len(data)
        self._sum.update(data)

    def tag(self) -> bytes:
        """Return what stands for all that was taken; nothing more can be."""
        return self._sum.finalize()


class _Watched(io.BufferedReader):
    """A file of which is noted what was read, as long as that was done from its beginning on."""

    def __init__(self, path: Path, key: bytes) -> None:
        super().__init__(path.open("rb", buffering=0))
        self.seen, self.jumped, self.ended = _Authenticator(key), False, False

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.seen.update(data)
        self.ended = size is None or not 0 <= size <= len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        self.jumped = True
        return super().seek(offset, whence)


def receive(path: Path, vault: Vault, *, keep: bool = True, known: Collection[str] = ()) -> Held:
    """Hash a file, keep it if wished, and return how to read the bytes that were hashed.

    A file that is one of those ``known`` (hashes that were received before) is hashed and not stored another time.

    Bytes that are kept are read from the vault, so that nothing that happens to the file afterwards matters. Otherwise
    the file itself is read, and what is read is compared with what was hashed.

    Raises:
        ChangedError: the file changed while it was hashed.
        ErasedError: a tombstone stands in place of these bytes.
        SourceError: it cannot be opened.
    """
    seen = _Authenticator(key := secrets.token_bytes(32))
    try:
        with path.open("rb") as file:
            before = _state(file.fileno())
            kept = (_again(file, vault, known) or vault.keep(file)) if keep else _hash_only(file, seen)
            after = _state(file.fileno())
        now = _state(path)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise  # no room for what is kept of it: that is not the file's fault
        raise SourceError(f"the file cannot be read: {error.strerror}", where=Where(str(path))) from error
    if not before == after == now or kept.bytes != before[1]:
        raise ChangedError(path, kept)
    if gone := vault.epitaph(kept.sha256):
        raise ErasedError(path, kept, gone)
    if keep:
        return Held(kept, vault.opener(kept.sha256), lambda: None)
    opened, tag = list[_Watched](), seen.tag()

    def opener() -> IO[bytes]:
        opened.append(_Watched(path, key))
        return opened[-1]

    def unchanged() -> None:
        judged = [_same(one, seen, tag) for one in opened]
        if False in judged or (None in judged and not _still(path, kept)):
            raise ChangedError(path, kept)

    return Held(kept, opener, unchanged)


def _again(file: IO[bytes], vault: Vault, known: Collection[str]) -> Kept | None:
    """Return what the vault holds of a file that was received before; None, from its beginning on, where it is new."""
    found = _hash_only(file) if known else None
    kept = vault.kept(found.sha256, found.bytes) if found and found.sha256 in known else None
    file.seek(0)
    return kept


def _same(file: _Watched, known: _Authenticator, tag: bytes) -> bool | None:
    """Say whether what was read of a file is what was hashed; None where it was read in pieces, or not to its end."""
    if file.jumped:
        return None
    if not file.ended and file.seen.size < known.size:
        return file.seen.beginning == known.beginning[:file.seen.size] if file.seen.size <= _BEGINNING else None
    return file.seen.size == known.size and file.seen.tag() == tag


def _still(path: Path, kept: Kept) -> bool:
    """Say whether a file has the hash it had."""
    try:
        with path.open("rb") as file:
            return _hash_only(file).sha256 == kept.sha256
    except OSError:
        return False


def take_stream(stream: IO[bytes], folder: Path) -> tuple[Path, str]:
    """Write a stream that comes once into a file of a folder, and return the file and the hash of its bytes."""
    disk.folder(folder)
    place = disk.scratch(folder / "stream")
    sha = hashlib.sha256()
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while block := stream.read(disk.BLOCK):
            sha.update(block)
            file.write(block)
    return place, sha.hexdigest()


def sweep(folder: Path) -> None:
    """Remove what killed processes left of streams. The caller holds the lock of the company folder."""
    for place in folder.glob(".tmp-*"):
        place.unlink(missing_ok=True)


def from_vault(vault: Vault, kept: Kept) -> Held:
    """Return a file that was received before, to be read again."""
    return Held(kept, vault.opener(kept.sha256), lambda: None)


def _state(target: int | Path) -> tuple[int, int, int, int]:
    state = os.fstat(target) if isinstance(target, int) else target.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _hash_only(file: IO[bytes], known: _Authenticator | None = None) -> Kept:
    sha, size = hashlib.sha256(), 0
    while block := file.read(disk.BLOCK):
        sha.update(block)
        if known:
            known.update(block)
        size += len(block)
    return Kept(sha.hexdigest(), size)
