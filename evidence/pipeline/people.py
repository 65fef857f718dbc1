"""The people whom the directory files name, for the scanner to look for in texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from evidence.ingest.job import FileOutcome
from evidence.store import Store
from evidence.store.current import current

if TYPE_CHECKING:
    from evidence.masking.directory import Dictionary, Sight
    from evidence.render import People


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


def facts(store: Store, as_of_seq: int | None = None) -> People | None:
    """Return how large the list was by which the texts that count were read; None where one was read without a list.

    Texts of different months may have been read by different lists only until the next ingest.
    """
    from evidence.render import People

    entries = current(store.ledger.receipts(as_of_seq), (source.id for source in store.company.sources))
    sizes = []
    for entry in entries:
        if entry.latest.findings:
            manifest = store.segments.manifest(entry.latest.people) if entry.latest.people else None
            sizes.append(manifest["people"] if manifest else None)
    least = min((size for size in sizes if size), key=lambda size: size["names"], default=None)
    return People(**least) if least and None not in sizes else None
