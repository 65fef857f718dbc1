"""Which connector a file is of: told by what its first records hold, never by its name."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from evidence import connector as connectors
from evidence.connector import Connector, Fit
from evidence.errors import SourceError, Where
from evidence.ingest import readers
from evidence.ingest.readers.base import Batch, Options, values_of
from evidence.ingest.readers.foreign import tongue
from evidence.ingest.readers.places import Places

SAMPLE: Final = 100
_BATCH: Final = 256 << 10
_BATCHES: Final = 40
_FAR: Final = 1000
"""So many batches of a file are looked through for what the first ones only show to be possible: about 256 MB."""
_EMPTY: Final = "no record in it"
_NO_JSON: Final = f"{_EMPTY}: malformed_json"
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


class Detected(NamedTuple):
    """The connectors that a file is of, each with why. Where it is ``mixed``, each leaves the others' records out."""

    fits: list[tuple[str, str]]
    mixed: bool


class _Start(NamedTuple):
    """The first records of a file under some options, or why there are none; of a table without rows, its columns."""

    records: Sequence[Mapping[str, Any]]
    why: str = ""
    columns: bool = False


def detect(path: Path, catalogs: Sequence[Path] = (), encoding: str | None = None) -> Detected:
    """Return the connectors that a file is of, told by its first records; of a mixed one by records further on, too.

    A good file has one, or is mixed: then it is to be taken in for each of them. A table without rows is told by its
    columns.

    Raises:
        SourceError: no connector fits; the advice names those that evidence.yaml could name, and the nearest.
    """
    def opener() -> IO[bytes]:
        return path.open("rb")

    known = connectors.all_connectors(catalogs)
    trials = _trials(opener, known, encoding)
    found = [(connector, start, _said(tried)) for connector, start, tried in trials if tried.fits]
    late = _further(opener, [(one, start) for one, start, tried in trials if not tried.fits], encoding)
    found += [(connector, start, late[connector.id]) for connector, start, _ in trials if connector.id in late]
    if found:
        fits = sorted((connector.id, why) for connector, _, why in found)
        return Detected(fits, mixed=len(found) > 1 and _beside_each_other([(one, start) for one, start, _ in found]))
    beside = [one.id for one, start, _ in trials if any(one.fits(record, beside=True) for record in start.records)]
    said = ([f"its records are such as stand beside those of {' and '.join(beside)}, of which there is none in it"]
            if beside else _by_name(opener, known, encoding))
    if any(start.why == _EMPTY and one.reader.format == ("json",) for one, start, _ in trials):
        said = ["no record in it: an empty export does not tell whose it is, and is read where evidence.yaml names it"]
    if words := _tongue(opener, encoding):
        said = [words]
    near = nearest([tried for _, _, tried in trials])
    raise SourceError("no connector for this file", where=Where(str(path)), advice="; ".join([*said, near]))


def _said(tried: Candidate) -> str:
    return (f"{tried.fits} of the first {tried.of} records: {tried.why}" if tried.of else
            f"a table without rows, by its columns: {tried.why}")


def _further(opener: Opener, tried: Sequence[tuple[Connector, _Start]], encoding: str | None) -> dict[str, str]:
    """Say which later record is the first of a connector's, where the first ones are such as stand beside those."""
    alike: dict[str, list[Connector]] = {}
    for connector, start in tried:
        if len(start.records) >= SAMPLE and any(connector.fits(record, beside=True) for record in start.records):
            alike.setdefault(repr(_options(connector, encoding)), []).append(connector)
    found: dict[str, str] = {}
    for some in alike.values():
        batches = islice(readers.read(opener, _options(some[0], encoding)), _FAR)
        wanted = list(some)
        for number, record in enumerate(record for batch in batches for record in values_of(batch.texts)):
            for connector in wanted if number >= SAMPLE else ():
                if connector.takes(record):
                    why = connector.fits(record).why
                    found[connector.id] = f"none of the first {number} records, but the next: {why}"
                    wanted = [one for one in wanted if one.id not in found]
            if not wanted:
                break
    return found


def _beside_each_other(chosen: Sequence[tuple[Connector, _Start]]) -> bool:
    """Say whether each connector knows what is another's as standing beside its own, and so leaves it out."""
    return all(not _fit(connector, record, start) or all(
        other.fits(record, beside=True) and (start.columns or not other.fits(record))
        for other, _ in chosen if other.id != connector.id)
        for connector, start in chosen for record in start.records)


def _by_name(opener: Opener, known: Sequence[Connector], encoding: str | None) -> Iterator[str]:
    """Say which connectors that are used by name alone could read a file, and which columns may be what."""
    for connector in known:
        columns = connector.options.get("columns")
        if connector.detect or not columns or not columns.likely:
            continue
        start = _first(opener, _options(connector, encoding))
        plain = {key: None for record in start.records for key, value in record.items()
                 if not isinstance(value, dict | list)}
        if guess := columns.guess(plain):
            told = ", ".join(f"{name}: {column}" for name, column in guess.items())
            yield (f"if each record is a {' or '.join(connector.relations)}, {connector.id} reads it where"
                   f" evidence.yaml says which column is what, perhaps columns: {{{told}}}")


def _tongue(opener: Opener, encoding: str | None) -> str | None:
    """Say whether a file is a table whose columns have names in another language, and what to do."""
    options = Options(("json", "csv"), delimiter=(",", ";", "\t"), encoding=encoding or "utf-8", repeats=True,
                      batch_bytes=_BATCH)
    for batch in islice(readers.read(opener, options), _BATCHES):
        if batch.table:
            return tongue(batch.header or values_of(batch.texts[:1])[0])
        if batch.texts:
            break
    return None


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
    return [tried for _, _, tried in _trials(opener, known, encoding)]


def _trials(opener: Opener, known: Sequence[Connector], encoding: str | None
            ) -> list[tuple[Connector, _Start, Candidate]]:
    read: dict[str, _Start] = {}
    trials = []
    no_json: _Start | None = None
    for connector in known:
        if not connector.detect:
            continue
        options = _options(connector, encoding)
        name = repr(options)
        if name not in read:
            # What is no JSON for one reader is none for the next, wherever that looks for records.
            read[name] = no_json if no_json and options.formats == ("json",) else _first(opener, options)
            if options.formats == ("json",) and read[name].why == _NO_JSON:
                no_json = read[name]
        trials.append((connector, read[name], _try(connector, read[name])))
    return trials


def _fit(connector: Connector, record: Mapping[str, Any], start: _Start) -> Fit:
    return connector.fits(record, columns=start.columns)


def _try(connector: Connector, start: _Start) -> Candidate:
    if not start.records:
        return Candidate(connector.id, 0, 0, start.why)
    fits = [_fit(connector, record, start) for record in start.records]
    good = [fit for fit in fits if fit]
    near = [connector.nearness(record) for record in start.records]
    why = (good or [fits[near.index(max(near))]])[0].why
    return Candidate(connector.id, len(good), 0 if start.columns else len(fits), why, max(near))


def columns_of(batch: Batch, options: Options) -> dict[str, Any]:
    """Return a record with the columns of a table, where connectors see them, and nothing in any."""
    made = Places(options.places).record(dict.fromkeys(batch.header, "-")) if options.places else None
    return made if isinstance(made, dict) else dict.fromkeys(batch.header, "")


def _first(opener: Opener, options: Options) -> _Start:
    """Return how a file begins under some options."""
    found: list[dict[str, Any]] = []
    why, columns = _EMPTY, None
    batches: Iterator[Any] = iter(readers.read(opener, options))
    for _, batch in zip(range(_BATCHES), batches, strict=False):
        found += values_of(batch.texts[:SAMPLE - len(found)])
        stop = batch.stop and ": ".join(filter(None, (batch.stop, batch.stop_detail)))
        if reasons := [*filter(None, (stop, *(reject.reason for reject in batch.rejects)))]:
            why = f"{_EMPTY}: {reasons[0]}"
        elif len(batch.header) > 1:
            columns = columns or columns_of(batch, options)
        if len(found) >= SAMPLE:
            break
    if not found and columns:
        return _Start([columns], columns=True)
    return _Start(found, why)
