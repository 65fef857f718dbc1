"""Which connector a file is of: told by what its first records hold, never by its name."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

from evidence import connector as connectors
from evidence.connector import Connector
from evidence.errors import SourceError, Where
from evidence.ingest import readers
from evidence.ingest.readers.base import Options, values_of

SAMPLE: Final = 100
_BATCH: Final = 256 << 10
_BATCHES: Final = 40
_NEAR: Final = 3
Opener = Callable[[], IO[bytes]]


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """A connector that was tried on a file: how many of the first records it fits, of how many, and why (not)."""

    connector: str
    fits: int
    of: int
    why: str
    nearness: int = 0


def detect(path: Path, catalogs: Sequence[Path] = (), encoding: str | None = None) -> list[tuple[str, str]]:
    """Return the connectors that the first records of a file are of, each with why; a good file has exactly one.

    Raises:
        SourceError: no connector fits; the advice names those that evidence.yaml could name, and the nearest.
    """
    known = connectors.all_connectors(catalogs)
    tried = candidates(lambda: path.open("rb"), known, encoding)
    if found := [one for one in tried if one.fits]:
        return [(one.connector, f"{one.fits} of the first {one.of} records: {one.why}") for one in found]
    advice = "; ".join([*_by_name(lambda: path.open("rb"), known, encoding), nearest(tried)])
    raise SourceError("no connector for this file", where=Where(str(path)), advice=advice)


def _by_name(opener: Opener, known: Sequence[Connector], encoding: str | None) -> Iterator[str]:
    """Say which connectors that are used by name alone could read a file, and which columns may be what."""
    for connector in known:
        columns = connector.options.get("columns")
        if connector.detect or not columns or not columns.likely:
            continue
        records = _first(opener, _options(connector, encoding))
        plain = {} if isinstance(records, str) else {
            key: None for record in records for key, value in record.items() if not isinstance(value, dict | list)}
        if guess := columns.guess(plain):
            told = ", ".join(f"{name}: {column}" for name, column in guess.items())
            yield (f"if each record is a {' or '.join(connector.relations)}, {connector.id} reads it where"
                   f" evidence.yaml says which column is what, perhaps columns: {{{told}}}")


def _options(connector: Connector, encoding: str | None) -> Options:
    return dataclasses.replace(Options.of(connector, encoding=encoding), hide=(), batch_bytes=_BATCH)


def nearest(tried: Sequence[Candidate]) -> str:
    """Say which of the connectors that do not fit come near, and what each misses."""
    near = sorted((one for one in tried if one.nearness), key=lambda one: (-one.nearness, one.connector))[:_NEAR]
    if not near:
        told = Counter(one.why for one in tried if not one.of)
        if tried and told.total() == len(tried):
            return min(told, key=lambda why: (-told[why], why))
        return "no connector is near; evidence connectors list prints what can be read"
    return "nearest: " + "; ".join(f"{one.connector} ({one.why})" for one in near)


def candidates(opener: Opener, known: Sequence[Connector], encoding: str | None = None) -> list[Candidate]:
    """Try connectors on a file. Those that are only used by name are left out."""
    read: dict[str, list[dict[str, Any]] | str] = {}
    tried = []
    for connector in known:
        if not connector.detect:
            continue
        options = _options(connector, encoding)
        name = repr(options)
        if name not in read:
            read[name] = _first(opener, options)
        tried.append(_try(connector, read[name]))
    return tried


def _try(connector: Connector, records: list[dict[str, Any]] | str) -> Candidate:
    if isinstance(records, str):
        return Candidate(connector.id, 0, 0, records)
    fits = [connector.fits(record) for record in records]
    good = [fit for fit in fits if fit]
    near = [connector.nearness(record) for record in records]
    why = (good or [fits[near.index(max(near))]])[0].why
    return Candidate(connector.id, len(good), len(fits), why, max(near))


def _first(opener: Opener, options: Options) -> list[dict[str, Any]] | str:
    """Return the first records of a file under some options, or why there are none."""
    found: list[dict[str, Any]] = []
    why = "no record in it"
    batches: Iterator[Any] = iter(readers.read(opener, options))
    for _, batch in zip(range(_BATCHES), batches, strict=False):
        found += values_of(batch.texts[:SAMPLE - len(found)])
        stop = batch.stop and ": ".join(filter(None, (batch.stop, batch.stop_detail)))
        if reasons := [*filter(None, (stop, *(reject.reason for reject in batch.rejects)))]:
            why = f"no record in it: {reasons[0]}"
        if len(found) >= SAMPLE:
            break
    return found or why
