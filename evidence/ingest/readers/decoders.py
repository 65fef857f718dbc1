"""What is packed in a record, as rows of the table ``part``: which decoder does it, and how a text is found again.

A text part is addressed as ``<decoder digest>:<ordinal>/prompt`` (or ``response``), and as ``.../request-body`` (or
``response-body``) where no wire shape found the text and the whole body stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from evidence.connector import Connector
from evidence.decoding import PART_COLUMNS, RecordedHttp
from evidence.errors import SourceError
from evidence.ingest.readers import http_body, model_bodies, recorded_http, wire
from evidence.ingest.readers.quick import strings

if TYPE_CHECKING:
    import pyarrow as pa


def opened(records: pa.RecordBatch, connector: Connector, options: Mapping[str, str] | None = None
           ) -> tuple[pa.RecordBatch, pa.Table | None]:
    """Return records (record_no and raw are used) and their parts: None where the connector has no decoder.

    What a decoder has read and nobody else reads is not in the records any more; ``byte_len`` says how long they were.
    ``options`` are those of the source, by which a connector for any gateway knows its columns.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if connector.decode is None:
        return records, None
    read, found, rests = _reader(connector, options), list[dict[str, Any]](), list[bytes]()
    for number, raw in zip(records["record_no"].to_pylist(), records["raw"].cast(pa.binary()), strict=True):
        rows, rest = read(raw.as_py())
        found += _of(number, rows, connector.decoder_digest)
        rests.append(rest)
    if _unseen(connector):
        records = records.append_column("byte_len", pc.binary_length(records["raw"]).cast(pa.int64()))
        records = records.set_column(records.schema.get_field_index("raw"), "raw", strings(rests))
    return records, _table(found)


def _table(found: list[dict[str, Any]]) -> pa.Table:
    """Return parts with all their columns; most decoders know no values for half of them."""
    import pyarrow as pa

    kinds = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "BOOLEAN": pa.bool_()}
    given = set[str]().union(*found)
    return pa.table({name: pa.array([row.get(name) for row in found], kinds[kind]) if name in given else
                     pa.nulls(len(found), kinds[kind]) for name, kind in PART_COLUMNS.items()})


def parts(records: pa.RecordBatch, connector: Connector, options: Mapping[str, str] | None = None) -> pa.Table | None:
    """Return the parts of a batch of records alone."""
    return opened(records, connector, options)[1]


def _unseen(connector: Connector) -> bool:
    """Say whether no statement of a connector can see the field that its decoder reads."""
    decode = connector.decode
    return isinstance(decode, RecordedHttp) and decode.field not in connector.shape and not connector.mapped


def of_record(number: int, raw: str | bytes, connector: Connector, options: Mapping[str, str] | None = None
              ) -> Iterator[dict[str, Any]]:
    """Yield the parts of one record, in order."""
    if connector.decode is not None:
        data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
        yield from _of(number, _reader(connector, options)(data)[0], connector.decoder_digest)


def _reader(connector: Connector, options: Mapping[str, str] | None
            ) -> Callable[[bytes], tuple[Iterable[dict[str, Any]], bytes]]:
    """Return what makes the parts of a record, with all that is alike for the records of a source."""
    decode, wires = connector.decode, wire.load(connector.wire)
    if isinstance(decode, RecordedHttp):
        return recorded_http.Recordings(decode, wires).opened
    assert decode is not None
    bodies = model_bodies.Bodies(decode, wires, options or {})
    return lambda raw: (bodies.rows(raw), raw)


def _of(number: int, found: Iterable[dict[str, Any]], digest: str) -> Iterator[dict[str, Any]]:
    """Yield parts with their number and where their texts are."""
    for ordinal, row in enumerate(found):
        row.update(record_no=number, ordinal=ordinal)
        for field, side in (("prompt", "request"), ("response", "response")):
            where = row.pop(f"{field}_mark", None)
            if row.get(field) is not None:
                row[f"{field}_part"] = f"{digest}:{ordinal}/{field if where != 'body' else f'{side}-body'}"
        yield row


def text(raw: str | bytes, connector: Connector, part: str, options: Mapping[str, str] | None = None) -> bytes:
    """Return the text of one part of a record, read again from the record.

    ``record:<key>.<key>`` addresses a text that stands in the record itself.

    Raises:
        SourceError: the part does not exist, or was made by another version of the decoder.
    """
    digest, _, path = part.partition(":")
    if digest == "record":
        return _field(raw, path)
    ordinal, _, name = path.partition("/")
    if digest != connector.decoder_digest or not ordinal.isdigit():
        raise SourceError(f"the text part {part!r} was made by another decoder; this one is {connector.decoder_digest}",
                          advice="ingest the file again with this version")
    field = "prompt" if name in {"prompt", "request-body"} else "response"
    for row in of_record(0, raw, connector, options):
        if row["ordinal"] == int(ordinal) and row.get(field) is not None:
            return str(row[field]).encode()
    raise SourceError(f"the record has no text part {part!r}")


def _field(raw: str | bytes, path: str) -> bytes:
    value = http_body.load(raw.encode() if isinstance(raw, str) else raw)
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if not isinstance(value, str):
        raise SourceError(f"the record has no text at {path!r}")
    return http_body.clean(value).encode()
