"""The people whom the directory files name, for the scanner to look for in texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from evidence.ingest.job import FileOutcome
from evidence.store import Store
from evidence.store.current import current
from evidence.store.ledger import Receipt

if TYPE_CHECKING:
    from evidence.masking.directory import Dictionary, Sight
    from evidence.model import Period
    from evidence.render import People


RECENT: Final = timedelta(days=62)
"""Texts of so long are looked into again when the list of people changes: those of the month under way and the last."""
_EDGE: Final = timedelta(days=1)


def known(store: Store, outcomes: Iterable[FileOutcome]) -> Dictionary | None:
    """Return everybody whom the files read so far name; None where they name nobody."""
    from evidence.masking import directory

    segments = sorted({outcome.segment for outcome in outcomes})
    return directory.collect((sight for key in segments for sight in _sights(store, key)), key=store.key("finding"))


def _sights(store: Store, key: str) -> Iterator[Sight]:
    import pyarrow.parquet as pq

    from evidence.masking.directory import Sight

    manifest = store.segments.manifest(key)
    for relation, columns in (("identity_alias", ("alias_type", "alias", "display_name", "person_kind")),
                              ("account_event", ("account_name", "old_name"))):
        if manifest is None or relation not in manifest["relations"]:
            continue
        path = store.segments.folder(key) / f"{relation}.parquet"
        rows = zip(*(column.to_pylist() for column in pq.read_table(path, columns=list(columns)).columns), strict=True)
        for row in rows:
            if relation == "identity_alias":
                yield Sight(*row)
            else:
                yield from (Sight("upn", name, None, "unknown") for name in row if name)


def older(receipts: Sequence[Receipt], at: datetime, period: Period | None) -> dict[tuple[str, str], Receipt]:
    """Return what was read by an earlier list of people and stays so: files without a record of the time that counts.

    That is the period of a run, and the time up to now. Otherwise everybody who joins would have all texts of all years
    read again. A run of an earlier month reads the texts of that month again.

    Args:
        receipts: all so far.
        at: the instant of the ingest.
        period: of the run, if it is one.
    """
    latest = {(r.source_id, r.file_sha256): r for r in receipts}
    return {key: r for key, r in latest.items() if r.people and r.last_time and r.last_time < _text(at - RECENT)
            and not (period and _within(r, period))}


def _within(receipt: Receipt, period: Period) -> bool:
    """Return whether a file may have records of a period; one without any that has a time may."""
    return not receipt.first_time or not receipt.last_time or (
        receipt.first_time < _text(period.end + _EDGE) and receipt.last_time >= _text(period.start - _EDGE))


def _text(at: datetime) -> str:
    """Return an instant as receipts have it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def facts(store: Store, period: Period, as_of_seq: int | None = None) -> People | None:
    """Return how large the list was by which a period's texts were read; None where one was read without a list."""
    from evidence.render import People

    every = current(store.ledger.receipts(as_of_seq), (source.id for source in store.company.sources))
    entries = [entry for entry in every if _within(entry.latest, period)]
    sizes = []
    for entry in entries if any(entry.latest.findings for entry in entries) else every:
        if entry.latest.findings:
            manifest = store.segments.manifest(entry.latest.people) if entry.latest.people else None
            sizes.append(manifest["people"] if manifest else None)
    least = min((size for size in sizes if size), key=lambda size: size["names"], default=None)
    return People(**least) if least and None not in sizes else None
