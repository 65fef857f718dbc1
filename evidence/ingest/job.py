"""What a worker is told about a file, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple

from evidence.connector import Connector
from evidence.ingest.readers.base import BATCH_BYTES, MAX_RECORD
from evidence.ingest.readers.foreign import RESAVED
from evidence.model import Source
from evidence.store.vault import Kept

_ADVICE: Final = {
    "invalid_utf8": RESAVED,
    "bad_timestamp": "no zone, or not as the source spells times: bring the file as it was exported, not as a"
                     " spreadsheet saved it, or set times and zone where the connector has these options",
    "not_null:issuer": "set issuer for the source"}
_SHOWN: Final = 3
"""So many reasons of refusals are told of a file; the report has them all."""


@dataclass(frozen=True, slots=True)
class FileJob:
    """One file to read for one source.

    ``path`` is relative to the company folder. ``kept`` is given where the bytes are to come from the vault instead,
    because the file itself lies there no longer. ``known`` has hash and ``observed_at`` of what was received under this
    name before: the next export of a source does not change when the one before was made. ``secret`` is the key with
    which fields are hashed that the connector calls secret, ``vault_key`` the one under which raw bytes are kept.
    ``place`` is where bytes lie that came by standard input, for which ``path`` is only a name. ``older`` has hash,
    rows and findings of people of what was received before, under this name, and is not of the time that counts.
    """

    root: Path
    path: str
    source: Source
    connector: Connector
    catalogs: tuple[Path, ...] = ()
    keep: bool = True
    kept: Kept | None = None
    known: tuple[tuple[str, str | None], ...] = ()
    max_record: int = MAX_RECORD
    batch_bytes: int = BATCH_BYTES
    size: int = 0
    secret: bytes = field(default=b"", repr=False)
    vault_key: bytes | None = field(default=None, repr=False)
    place: Path | None = None
    older: tuple[tuple[str, str, str], ...] = ()

    @property
    def file(self) -> Path:
        """Where the bytes lie."""
        return self.place or self.root / self.path

    def pinned(self, file_sha256: str) -> FileJob:
        """Return the job for the bytes found, under the ``observed_at`` with which they were received, if any."""
        at = dict(self.known).get(file_sha256)
        if at is None:
            return self
        return replace(self, source=self.source.model_copy(update={"observed_at": datetime.fromisoformat(at)}))


class Refused(NamedTuple):
    """How many records of a file were refused for a reason, the number of the first, and in which member of a ZIP."""

    reason: str
    times: int
    first: int
    member: str = ""

    def __str__(self) -> str:
        """Say it to a person."""
        place = f"record {self.first}" + (f" of {self.member}" if self.member else "")
        advice = next((f" ({words})" for reason, words in _ADVICE.items() if self.reason.startswith(reason)), "")
        times = "" if self.times == 1 else f" {self.times} times, first"
        return f"{self.reason}{times} in {place}{advice}"


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What came of one file.

    ``event`` is what the ledger got: ``received``, ``reread``, ``withdrawn``, or ``known`` where it got nothing.
    ``state`` is ``read``, ``partial`` or ``unreadable``; ``detail`` says the reason to a person. ``refused`` are the
    reasons for which records were refused, the most frequent first. ``tombstone``: the raw bytes were erased, and all
    that counts was made of them before.
    """

    path: str
    source_id: str
    connector: str = ""
    connector_digest: str = ""
    kept: Kept = field(default_factory=lambda: Kept("0" * 64, 0))
    segment: str = ""
    findings: str | None = None
    people: str | None = None
    rules_digest: str | None = None
    event: str = "known"
    state: str = "unreadable"
    reason: str | None = None
    detail: str | None = None
    observed_at: str | None = None
    lines: int = 0
    records: int = 0
    rejects: int = 0
    blanks: int = 0
    skips: int = 0
    rows_out: int = 0
    fan_out: int = 0
    first_time: str | None = None
    last_time: str | None = None
    tombstone: bool = False
    refused: tuple[Refused, ...] = ()

    @property
    def words(self) -> str:
        """What is wrong with the file and its records, to a person; empty where nothing is."""
        said = (f"{self.reason}: {self.detail}" if self.reason and self.detail else
                self.reason or (self.detail or "") * self.tombstone)
        more = len(self.refused) - _SHOWN
        return "; ".join([*([said] if said else []), *map(str, self.refused[:_SHOWN]),
                          *([f"{more} more reasons"] if more > 0 else [])])


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """What an ingest did: every file with its state, and the required sources of which there is no file.

    ``max_reject_share`` is the share of lines that may be rejects in one source before its evidence is incomplete.
    """

    files: tuple[FileOutcome, ...]
    missing: tuple[str, ...]
    max_reject_share: float = 1.0
    repaired: str | None = None
    head: int = -1
    columns: ClassVar[tuple[str, ...]] = ("source", "file", "state", "records", "rejects", "rows", "reason")

    @property
    def unread(self) -> tuple[FileOutcome, ...]:
        """Files that could not be read, or not to their end."""
        return tuple(f for f in self.files if f.state != "read" and f.event != "withdrawn")

    @property
    def rejecting(self) -> tuple[str, ...]:
        """Sources of which a larger share of lines than accepted could not be used, blank lines not counted."""
        totals: dict[str, tuple[int, int]] = {}
        for f in self.files:
            if f.event != "withdrawn":
                rejects, lines = totals.get(f.source_id, (0, 0))
                totals[f.source_id] = (rejects + f.rejects, lines + f.lines - f.blanks)
        return tuple(name for name, (rejects, lines) in sorted(totals.items())
                     if rejects > self.max_reject_share * lines)

    @property
    def incomplete(self) -> bool:
        """Whether evidence is missing: a file not read in full, a source without a file, or one with many rejects."""
        return bool(self.missing or self.unread or self.rejecting)

    def rows(self) -> Sequence[Sequence[object]]:
        """Return a line for each file and for each missing source, in the order of ``columns``."""
        lines: list[tuple[object, ...]] = [
            (f.source_id, f.path, _state(f), f.records, f.rejects, f.rows_out, f.words) for f in self.files]
        return [*lines, *((name, "-", "missing", 0, 0, 0, "no file for this source") for name in self.missing)]

    def sentence(self) -> str:
        """Say it in one sentence."""
        new = sum(f.event == "received" for f in self.files)
        said = (f"{len(self.files)} files ({new} new): {sum(f.records for f in self.files)} records, "
                f"{sum(f.rejects for f in self.files)} rejects, {sum(f.rows_out for f in self.files)} rows")
        if graves := sum(f.tombstone for f in self.files):
            lost = sum(f.tombstone and f.state != "read" for f in self.files)
            said += f"; {graves} raw files are tombstones" + (f", the rows of {lost} are lost" if lost else "")
        if self.unread:
            said += f"; {len(self.unread)} files not read in full"
        if self.missing:
            said += f"; no file for {', '.join(self.missing)}"
        if self.rejecting:
            said += f"; more rejects than thresholds.max_reject_share allows in {', '.join(self.rejecting)}"
        return said + (f"; a cut ledger line was moved to {self.repaired}" if self.repaired else "")

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"files": [{k: v for k, v in asdict(f).items() if k != "kept"} | {
                    "file_sha256": f.kept.sha256, "refused": [one._asdict() for one in f.refused]} for f in self.files],
                "missing": list(self.missing), "rejecting": list(self.rejecting),
                "incomplete": self.incomplete, "repaired": self.repaired,
                "ledger_seq": self.head}


def _state(one: FileOutcome) -> str:
    if one.event == "withdrawn":
        return "withdrawn"
    return "tombstone" if one.tombstone and one.state == "read" else one.state
