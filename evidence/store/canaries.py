"""Canaries: made-up values sent through the real gateway, to see with real traffic that they are found.

``register/canaries.jsonl`` holds for each its name, what it looks like, when it was made, and the keyed hash by which
it is known again. The value itself is shown once, to whoever sends it, and kept nowhere.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from evidence.errors import CustodyError, Where
from evidence.store import disk


@dataclass(frozen=True, slots=True)
class Canary:
    """One canary. ``registered_at`` is ISO 8601 in UTC, without a zone; ``value_hmac`` as in the relation finding."""

    canary_id: str
    entity_type: str
    value_hmac: str
    registered_at: str


def read(register: Path) -> list[Canary]:
    """Return the canaries of a company, in the order in which they were made.

    Raises:
        CustodyError: a line is not one.
    """
    path = register / "canaries.jsonl"
    found = []
    for number, line in enumerate(path.read_bytes().splitlines() if path.exists() else (), 1):
        try:
            found.append(Canary(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise CustodyError("the line is not an entry of the register of canaries",
                               where=Where(str(path), number)) from error
    return found


def add(register: Path, canary: Canary) -> None:
    """Add a canary; the file appears whole or as it was. The caller holds the lock of the company folder."""
    import rfc8785

    lines = [rfc8785.dumps(asdict(one)) + b"\n" for one in (*read(register), canary)]
    with disk.whole(register / "canaries.jsonl") as file:
        file.write(b"".join(lines))
