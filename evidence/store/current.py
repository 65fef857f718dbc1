"""Which receipts hold: of everything ever received, what a run up to a line of the ledger has to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from evidence.store.ledger import ERASED, WITHDRAWN, Receipt


@dataclass(slots=True)
class Current:
    """One file of one source: its latest receipt, every name it came under, and when it was first received.

    ``number`` is its place among all files ever received from these sources, those that hold no longer too.
    """

    latest: Receipt
    paths: set[str] = field(default_factory=set)
    first_seq: int = 0
    first_at: str = ""
    number: int = 0


def current(receipts: Sequence[Receipt], sources: Iterable[str]) -> list[Current]:
    """Return the files that hold, by source and hash.

    The same bytes under several names are one file. A file that could not be read holds no longer once it was taken
    away or another lies under its name; one that was read in part, once a whole one with at least as many records does.
    One whose rows are lost because its raw bytes were erased holds for good: what it said is not known any more.
    Sources that evidence.yaml does not name (any more) are left out.
    """
    known = set(sources)
    files: dict[tuple[str, str], Current] = {}
    named: dict[tuple[str, str], Receipt] = {}
    for receipt in receipts:
        if receipt.source_id not in known:
            continue
        key = (receipt.source_id, receipt.file_sha256)
        if receipt.event == WITHDRAWN:
            if key in files:
                files[key].paths.discard(receipt.path)
            continue
        entry = files.setdefault(key, Current(receipt, first_seq=receipt.seq, first_at=receipt.received_at,
                                               number=len(files)))
        entry.latest = receipt
        entry.paths.add(receipt.path)
        named[receipt.source_id, receipt.path] = receipt
    return [entry for _, entry in sorted(files.items()) if not _replaced(entry, named)]


def _replaced(entry: Current, named: dict[tuple[str, str], Receipt]) -> bool:
    mine = entry.latest
    if mine.state == "read" or mine.reason == ERASED:
        return False
    later = [named[mine.source_id, path] for path in sorted(entry.paths)]
    others = [other for other in later if other.file_sha256 != mine.file_sha256]
    if mine.state == "partial":
        return any(other.state == "read" and other.records >= mine.records for other in others)
    return len(others) == len(later)
