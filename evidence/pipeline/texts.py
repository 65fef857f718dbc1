"""Texts are not stored: each is read again, from the raw bytes, by the same readers and statements."""

from __future__ import annotations

import hashlib
from pathlib import Path

from evidence import connector as connectors
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
    names = {receipt.source_id for receipt in store.ledger.receipts() if receipt.file_sha256 == sha}
    for source in sorted((s for s in store.company.sources if s.id in names), key=lambda s: s.id):
        return reread(store.catalogs(), source, store.vault, locator, part)
    raise SourceError("no file of this hash was received", advice=f"the locator is {locator}")


def reread(catalogs: tuple[Path, ...], source: Source, vault: Vault, locator: str, part: str) -> bytes:
    """Return one text of one record, read again from the vault by the same readers and statements.

    Raises:
        SourceError: the bytes were not kept, or the record has no such text.
    """
    import pyarrow as pa

    from evidence.ingest.readers import recorded_http
    from evidence.normalize import Normalizer

    sha, member, number = readers.parse_locator(locator)
    if not vault.has(sha):
        raise SourceError("the text was not kept", where=Where(locator), advice="ingest.vault: hashes_only keeps none")
    connector = connectors.load(source.connector, catalogs)
    job = FileJob(vault.root, "", source, connector)
    for batch in readers.read(vault.opener(sha), options_of(job), member):
        if batch.member != member or number not in batch.numbers:
            continue
        raw = batch.texts[batch.numbers.index(number)]
        if connector.decode:
            return recorded_http.text(raw, connector, part)
        records = pa.record_batch({"record_no": pa.array([number], pa.int64()), "locator": [locator],
                                   "raw": pa.array([raw], pa.binary()).cast(pa.string()),
                                   "record_hash": [hashlib.sha256(raw).hexdigest()]})
        normalizer = Normalizer(connector, source_id=source.id, issuer=source.issuer, options=source.options,
                                observed_at=source.observed_at)
        for text in normalizer.batch(records).texts.to_pylist():
            if text["part"] == part:
                return str(text["text"]).encode()
    raise SourceError("the record has no such text", where=Where(locator, key=part))
