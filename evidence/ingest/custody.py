"""Taking a file in: its bytes are hashed, and kept, before anything reads what they say."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from evidence.errors import SourceError, Where
from evidence.store import disk
from evidence.store.vault import Kept, Vault

CHANGED = "changed_while_read"
UNREADABLE = "unreadable_file"


class ChangedError(SourceError):
    """A file was not the same at the end of reading it as at the beginning."""

    def __init__(self, path: Path, kept: Kept) -> None:
        """Say which file, and keep what was seen of it."""
        super().__init__("the file changed while it was read", where=Where(str(path)),
                         advice="wait until it is written, then run evidence ingest again")
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


def receive(path: Path, vault: Vault | None) -> Held:
    """Hash a file, keep it where there is a vault, and return how to read the bytes that were hashed.

    With a vault the bytes are read from there, so that nothing that happens to the file afterwards matters. Without
    one the file itself is read, and hashed a second time at the end.

    Raises:
        ChangedError: the file changed while it was hashed.
        SourceError: it cannot be opened.
    """
    try:
        with path.open("rb") as file:
            before = _state(file.fileno())
            kept = vault.keep(file) if vault else _hash_only(file)
            after = _state(file.fileno())
        now = _state(path)
    except OSError as error:
        raise SourceError(f"the file cannot be read: {error.strerror}", where=Where(str(path))) from error
    if not before == after == now or kept.bytes != before[1]:
        raise ChangedError(path, kept)
    if vault:
        return Held(kept, vault.opener(kept.sha256), lambda: None)

    def unchanged() -> None:
        try:
            with path.open("rb") as file:
                same = _hash_only(file).sha256 == kept.sha256
        except OSError:
            same = False
        if not same:
            raise ChangedError(path, kept)

    return Held(kept, lambda: path.open("rb"), unchanged)


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


def from_vault(vault: Vault, kept: Kept) -> Held:
    """Return a file that was received before, to be read again."""
    return Held(kept, vault.opener(kept.sha256), lambda: None)


def _state(target: int | Path) -> tuple[int, int, int, int]:
    state = os.fstat(target) if isinstance(target, int) else target.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _hash_only(file: IO[bytes]) -> Kept:
    sha, size = hashlib.sha256(), 0
    while block := file.read(disk.BLOCK):
        sha.update(block)
        size += len(block)
    return Kept(sha.hexdigest(), size)
