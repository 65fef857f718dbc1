"""The ledger: one canonical JSON line for every file received, each carrying the hash of the line before.

What is taken away again has a line too: a raw file that became a tombstone, disclosures that were erased.
Lines are only ever added. A process killed while writing leaves a line without its end: those bytes are moved aside
into a file of their own, and a line in the ledger says so.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from evidence.errors import CustodyError, Where
from evidence.store import disk

GENESIS: Final = "0" * 64
RECEIVED, REREAD, WITHDRAWN, REPAIRED = "received", "reread", "withdrawn", "repaired"
TOMBSTONE, FORGOTTEN = "tombstone", "disclosures_erased"
ERASED: Final = "raw_file_erased"
"""Why a file cannot be read whose rows are gone, and whose raw bytes are a tombstone."""
_OF_FILES: Final = frozenset({RECEIVED, REREAD, WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line about one file.

    ``event`` is ``received`` (bytes or a name that are new), ``reread`` (known bytes under another connector, setting
    or rule pack) or ``withdrawn`` (a file that could not be read lies there no longer). ``segment``, ``findings``
    and ``people`` are the keys of what was derived: rows, what rules found, what the dictionary of people found;
    ``observed_at`` is what evidence.yaml said of it then; times are ISO 8601 in UTC.
    """

    event: str
    file_sha256: str
    bytes: int
    path: str
    source_id: str
    connector: str
    connector_digest: str
    segment: str
    state: str
    received_at: str
    reason: str | None = None
    lines: int = 0
    records: int = 0
    rejects: int = 0
    blanks: int = 0
    skips: int = 0
    rows_out: int = 0
    fan_out: int = 0
    first_time: str | None = None
    last_time: str | None = None
    findings: str | None = None
    people: str | None = None
    rules_digest: str | None = None
    stored_sha256: str | None = None
    stored_bytes: int | None = None
    codec: str | None = None
    observed_at: str | None = None
    seq: int = 0


_FIELDS: Final = tuple(f.name for f in dataclasses.fields(Receipt))


class Ledger:
    """The file ``ledger.jsonl`` of a company."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is read yet."""
        self.path = path

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield every line, oldest first, after checking number, form and chain.

        Raises:
            CustodyError: a line is not what the line after it says, is out of sequence, or is cut off.
        """
        previous = GENESIS
        for number, raw in enumerate(self._raw()):
            if not raw.endswith(b"\n"):
                raise self._wrong("the last line is cut off", number, "evidence ingest moves it aside and says so")
            try:
                line = json.loads(raw)
            except ValueError as error:
                raise self._wrong("expected a line of JSON", number) from error
            if not isinstance(line, dict) or line.get("seq") != number or line.get("prev") != previous:
                raise self._wrong("the line does not follow from the one before", number)
            previous = hashlib.sha256(raw).hexdigest()
            yield line

    def receipts(self, as_of_seq: int | None = None) -> list[Receipt]:
        """Return the receipts up to a line (inclusive), oldest first."""
        return [Receipt(**{name: line[name] for name in _FIELDS if name in line}) for line in self.lines()
                if line["event"] in _OF_FILES and (as_of_seq is None or line["seq"] <= as_of_seq)]

    def erasures(self, as_of_seq: int | None = None) -> list[dict[str, Any]]:
        """Return the lines about what was taken away, up to a line (inclusive), oldest first."""
        return [line for line in self.lines()
                if line["event"] in {TOMBSTONE, FORGOTTEN} and (as_of_seq is None or line["seq"] <= as_of_seq)]

    def mentions(self, event: str) -> bool:
        """Return whether a line is of this kind, without reading what the lines say."""
        mark = f'"event":"{event}"'.encode()
        return any(mark in raw for raw in self._raw())

    def head(self, as_of_seq: int | None = None) -> tuple[int, str]:
        """Return the number of the last line and the hash that the next one must carry; -1 where there is none."""
        raw = list(islice(self._raw(), None if as_of_seq is None else as_of_seq + 1))
        return len(raw) - 1, hashlib.sha256(raw[-1]).hexdigest() if raw else GENESIS

    def append(self, receipts: Iterable[Receipt]) -> None:
        """Add lines, on the disk when this returns. The caller holds the lock of the company folder."""
        self._write([dataclasses.asdict(receipt) for receipt in receipts])

    def book(self, erasures: Iterable[Mapping[str, Any]]) -> None:
        """Add lines about what is taken away, on the disk when this returns. The caller holds the lock.

        Raises:
            CustodyError: the ledger contradicts itself: nothing is taken away on its word.
        """
        for _ in self.lines():
            pass
        self._write([dict(line) for line in erasures])

    def repair(self, at: str) -> str | None:
        """Move a last line that was cut off into a file beside the ledger, and add a line that says so.

        Returns:
            The name of that file, or None where nothing was cut off.
        """
        raw = list(self._raw())
        if not raw or raw[-1].endswith(b"\n"):
            return None
        torn = raw[-1]
        name = f"{self.path.name}.torn-{len(raw) - 1}-{hashlib.sha256(torn).hexdigest()[:12]}"
        with disk.whole(self.path.with_name(name)) as file:
            file.write(torn)
        with self.path.open("r+b") as ledger:
            ledger.truncate(self.path.stat().st_size - len(torn))
            ledger.flush()
            os.fsync(ledger.fileno())
        self._write([{"event": REPAIRED, "moved_to": name, "bytes": len(torn), "received_at": at,
                      "file_sha256": hashlib.sha256(torn).hexdigest()}])
        return name

    def _write(self, lines: list[dict[str, Any]]) -> None:
        import rfc8785

        if not lines:
            return
        number, previous = self.head()
        disk.folder(self.path.parent)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "wb") as file:
            for line in lines:
                number += 1
                raw = rfc8785.dumps({**line, "seq": number, "prev": previous}) + b"\n"
                file.write(raw)
                previous = hashlib.sha256(raw).hexdigest()
            file.flush()
            os.fsync(file.fileno())
        disk.sync(self.path.parent)

    def _raw(self) -> Iterator[bytes]:
        try:
            with self.path.open("rb") as file:
                yield from file
        except FileNotFoundError:
            return

    def _wrong(self, what: str, number: int, advice: str | None = None) -> CustodyError:
        return CustodyError(what, where=Where(str(self.path), number + 1),
                            advice=advice or "bring the ledger back from the backup; it is never edited")
