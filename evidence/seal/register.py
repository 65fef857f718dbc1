"""The register of packages: which were sealed, in which order, each line chained to the one before.

``.evidence/register/packages.jsonl``. It gives a new package its sequence number and the digest of its predecessor.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.errors import CustodyError, Where
from evidence.seal.leaves import canonical
from evidence.seal.statement import Previous

_START = "0" * 64


@dataclass(frozen=True, slots=True)
class Registered:
    """One sealed package."""

    sequence: int
    package_id: str
    period: str
    edition: int
    sha256sums_sha256: str
    zip_sha256: str
    tree_root: str
    tree_size: int
    signer: str


class Register:
    """The packages sealed so far; reading it verifies its chain."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder/packages.jsonl``, which need not exist yet."""
        self.path = folder / "packages.jsonl"

    def entries(self) -> list[Registered]:
        """Return all packages in order.

        Raises:
            CustodyError: a line was changed, removed or inserted.
        """
        return [entry for entry, _ in self._read()]

    def _read(self) -> list[tuple[Registered, str]]:
        if not self.path.exists():
            return []
        found, before = list[tuple[Registered, str]](), _START
        for number, line in enumerate(self.path.read_bytes().splitlines(), 1):
            where = Where(str(self.path), number)
            try:
                value: dict[str, Any] = json.loads(line)
                prev = value.pop("prev")
                entry = Registered(**value)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise CustodyError("the line is not an entry of the register of packages", where=where) from error
            if prev != before or entry.sequence != number:
                raise CustodyError(f"the register breaks here: expected sequence {number} after {before[:12]}, "
                                   f"found {entry.sequence} after {str(prev)[:12]}", where=where,
                                   advice="a line was changed, removed or inserted; restore the register")
            before = hashlib.sha256(line).hexdigest()
            found.append((entry, before))
        return found

    def next(self) -> tuple[int, Previous | None]:
        """Return the sequence number of the next package, and its predecessor."""
        entries = self.entries()
        if not entries:
            return 1, None
        return len(entries) + 1, Previous(entries[-1].package_id, entries[-1].sha256sums_sha256)

    def latest(self, period: str) -> Registered | None:
        """Return the newest edition of a period, or None."""
        return next((e for e in reversed(self.entries()) if e.period == period), None)

    def append(self, entry: Registered) -> None:
        """Add a package, on disk before this returns.

        Raises:
            CustodyError: it is not the next one.
        """
        lines = self._read()
        if entry.sequence != len(lines) + 1:
            raise CustodyError(f"expected package number {len(lines) + 1}, found {entry.sequence}",
                               where=Where(str(self.path)))
        value = {name: getattr(entry, name) for name in Registered.__slots__}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(canonical({**value, "prev": lines[-1][1] if lines else _START}) + b"\n")
            file.flush()
            os.fsync(file.fileno())
