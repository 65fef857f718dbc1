"""Texts are not stored: each is read again, from the raw bytes, by the same readers and statements."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from evidence import connector as connectors
from evidence.connector import Connector
from evidence.connector.settings import settings
from evidence.errors import SourceError, Where
from evidence.ingest import readers
from evidence.ingest.job import FileJob
from evidence.model import Company, Source
from evidence.pipeline.file_pass import options_of
from evidence.store import Store
from evidence.store.vault import Vault


def open_store(root: Path, company: Company) -> Store:
    """Return the store of a company folder, able to read texts again."""
    return Store(root, company, reread=_reread)


def _reread(store: Store, locator: str, part: str) -> bytes:
    sha, _, _ = readers.parse_locator(locator)
    wrong = SourceError("no file of this hash was received", advice=f"the locator is {locator}")
    for source, _ in _received_for(store, sha):
        try:
            return reread(store.catalogs(), source, store.vault, locator, part)
        except SourceError as error:  # of several sources that the file was received for, one has texts
            wrong = error
    raise wrong


def _received_for(store: Store, sha256: str) -> list[tuple[Source, Connector]]:
    """Return the sources for which a file was received; those first that hide most of a record."""
    names = {receipt.source_id for receipt in store.ledger.receipts() if receipt.file_sha256 == sha256}
    found = [(source, connectors.load(source.connector, store.catalogs())) for source in store.company.sources
             if source.id in names]
    return sorted(found, key=lambda one: (-len(one[1].secrets.hash + one[1].secrets.drop), one[0].id))


def reread(catalogs: tuple[Path, ...], source: Source, vault: Vault, locator: str, part: str) -> bytes:
    """Return one text of one record, read again from the vault by the same readers and statements.

    Raises:
        SourceError: the bytes were not kept, or the record has no such text.
    """
    sha, _, _ = readers.parse_locator(locator)
    if not vault.has(sha):
        raise _gone(vault, sha, locator, "the text was not kept")
    for text in of_file(catalogs, source, vault, [(locator, part)]):
        return text
    raise SourceError("the record has no such text", where=Where(locator, key=part))


def _gone(vault: Vault, sha256: str, locator: str, never: str) -> SourceError:
    """Return the error for bytes that are not there: erased, by whom and why, or never kept."""
    if erased := vault.epitaph(sha256):
        return SourceError(erased, where=Where(locator), advice="its hashes and rows stay; its words are gone")
    return SourceError(never, where=Where(locator), advice="ingest.vault: hashes_only keeps none")


def raw_records(root: Path, locators: Sequence[str]) -> dict[str, str]:
    """Return records as they were received, by locator: text with what is not UTF-8 replaced, or why there is none."""
    from evidence import config

    store = open_store(root, config.load_company(root))
    found = {}
    for locator in locators:
        try:
            found[locator] = record_of(store, locator).decode("utf-8", "replace")
        except SourceError as error:
            found[locator] = f"not available: {error}"
    return found


def record_of(store: Store, locator: str) -> bytes:
    """Return one record as it was received, cut out of the raw bytes by the reader of its connector.

    Raises:
        SourceError: the bytes were not kept, or there is no such record.
    """
    sha, member, number = readers.parse_locator(locator)
    if not store.vault.has(sha):
        raise _gone(store.vault, sha, locator, "the bytes were not kept")
    for source, connector in _received_for(store, sha):
        job = FileJob(store.vault.root, "", source, connector)
        for batch in readers.read(store.vault.opener(sha), options_of(job), member):
            if batch.member == member and number in batch.numbers:
                return bytes(batch.texts[batch.numbers.index(number)])
    raise SourceError("there is no such record", where=Where(locator))


def of_file(catalogs: tuple[Path, ...], source: Source, vault: Vault, wanted: Sequence[tuple[str, str]]
            ) -> Iterator[bytes]:
    """Yield texts of one member of one file, by locator and part, in the order of the records: one pass for them all.

    Raises:
        SourceError: a text was made by another version of its decoder, or the record has none.
    """
    sha, member, _ = readers.parse_locator(wanted[0][0])
    parts: dict[int, list[str]] = {}
    for locator, part in wanted:
        parts.setdefault(readers.parse_locator(locator)[2], []).append(part)
    connector = connectors.load(source.connector, catalogs)
    job = FileJob(vault.root, "", source, connector)
    for batch in readers.read(vault.opener(sha), options_of(job), member):
        numbers = [number for number in batch.numbers if number in parts] if batch.member == member else []
        if not numbers:
            continue
        raw = {number: batch.texts[batch.numbers.index(number)] for number in numbers}
        yield from _of_records(connector, source, f"{sha}{member}#", raw, parts)
        for number in numbers:
            del parts[number]
        if not parts:
            return


def _of_records(connector: Connector, source: Source, prefix: str, raw: dict[int, bytes],
                parts: dict[int, list[str]]) -> Iterator[bytes]:
    import pyarrow as pa

    from evidence.ingest.readers import decoders
    from evidence.normalize import Normalizer

    if connector.decode:
        options = settings(connector, source.options, source.id)
        for number, text in raw.items():
            yield from (decoders.text(text, connector, part, options) for part in parts[number])
        return
    where = {f"{prefix}{number}": number for number in raw}
    records = pa.record_batch({"record_no": pa.array(list(raw), pa.int64()), "locator": list(where),
                               "raw": pa.array(list(raw.values()), pa.binary()).cast(pa.string()),
                               "record_hash": [hashlib.sha256(text).hexdigest() for text in raw.values()]})
    with closing(Normalizer(connector, source_id=source.id, issuer=source.issuer, options=source.options,
                            observed_at=source.observed_at)) as normalizer:
        for row in normalizer.batch(records).texts.to_pylist():
            if row["part"] in parts[where[row["locator"]]]:
                yield str(row["text"]).encode()
