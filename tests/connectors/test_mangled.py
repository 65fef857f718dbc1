"""Whatever a record looks like, it is accounted for: rows, a reject or a skip, and never a traceback."""

from __future__ import annotations

import bz2
import copy
import gzip
import io
import json
import zipfile
from functools import cache

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence import connector, connector_cases
from evidence.ingest.readers.feed import content, feed
from tests.connectors.kit import conserved, normalizer, numbers, run

NAMES = [c.id for c in connector.all_connectors()]
ODD = st.sampled_from([
    None, True, False, 0, -1, 1.5, 10**30, "", " ", "\u0000", "\ud7ff", "x" * 300, "true", "9999-12-31T00:00:00Z",
    "0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "-infinity", "infinity", "Infinity", "NaN", "1e400", "''; DROP TABLE record", [], [None], [[]],
    [1, "a", None, {}], {}, {"": None}, {"id": {"id": []}}, "2026-09-14", "290309-12-31T23:59:59Z", "🦆" * 5, "--", "%%%", "====", "A" * 23])


@cache
def seeds(name):
    """Records of the connector's own cases."""
    chosen = connector.load(name)
    raws = [raw for path in connector_cases.cases(chosen) for records, _, _ in feed(chosen, path) for raw in records["raw"].to_pylist()]
    return [json.loads(raw) for raw in raws]


def places(value, path=()):
    """Every place in a record, as a path."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items)[:60]:
        yield from places(inner, (*path, key))


def put(value, path, new):
    """Return the record with another value at one place."""
    if not path:
        return new
    value = copy.copy(value)
    value[path[0]] = put(value[path[0]], path[1:], new)
    return value


@st.composite
def mangled(draw, name):
    """A record of a case with up to three values replaced, or its text cut or spoiled."""
    record = draw(st.sampled_from(seeds(name)))
    for _ in range(draw(st.integers(1, 3))):
        record = put(record, draw(st.sampled_from(list(places(record)))), draw(ODD))
    text = json.dumps(record)
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return text[:draw(st.integers(0, len(text)))]
    return text + "}" if kind == 1 else text


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_mangled_record_is_accounted_for(name, data):
    """Values of the wrong type, out of range or cut short become rejects with a reason, record by record."""
    raws = data.draw(st.lists(mangled(name), min_size=1, max_size=45))  # few batches of many: each costs its statements
    out = run(name, raws)
    assert conserved(out, len(raws))
    assert all(row["reason"] for row in out.rejects.to_pylist())


@pytest.mark.parametrize("name", NAMES)
def test_no_sound_record_breaks_a_statement(name):
    """On the records of the cases no statement fails: ``sql_error`` would mean a cast that should have been a TRY."""
    out = run(name, seeds(name))
    assert conserved(out, len(seeds(name)))
    assert "sql_error" not in out.rejects["reason"].to_pylist()


def zipped(data: bytes) -> bytes:
    """A ZIP with the file below a folder, beside one whose name leads out of it and one that is none of these."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("export/2026/a.json", data), ("../../etc/passwd", data), ("note.txt", b"hello")):
            archive.writestr(name, content)
    return out.getvalue()


CONTAINERS = {"plain": bytes, "gzip": gzip.compress, "two members": lambda d: gzip.compress(d[:99]) + gzip.compress(d[99:]),
              "bzip2": bz2.compress, "zstd": zstandard.compress, "zip": zipped, "utf-16": lambda d: d.decode("utf-8", "replace").encode("utf-16")}


@st.composite
def harmed(draw, name):
    """A case file of a connector in some container, with up to three harms to the text, and then to the container."""
    data = draw(st.sampled_from([content(path) for path in connector_cases.cases(connector.load(name))]))[:60_000]
    kind = draw(st.sampled_from(sorted(CONTAINERS)))
    for _ in range(draw(st.integers(0, 3))):
        data = harm(draw, data)
    packed = CONTAINERS[kind](data)
    return kind, harm(draw, packed) if draw(st.booleans()) else packed


def harm(draw, data: bytes) -> bytes:
    """Some bytes cut off, lost, overwritten, repeated or put in between."""
    start, size = draw(st.integers(0, len(data))), draw(st.integers(0, 200))
    odd = draw(st.sampled_from([b"", b"\x00", b"\xff\xfe", b"\n", b"\r\n\r\n", b'"', b"{", b"]", b",", b"\\", b"PK\x03\x04", "\ufeff".encode(), b"NaN"]))
    return draw(st.sampled_from([data[:start], data[:start] + odd + data[start + size:], data[:start + size] + odd + data[start:], odd + data]))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_mangled_file_is_accounted_for(name, data, tmp_path_factory):
    """Whatever happened to a file and to what it is packed in: no traceback, and each line ends as rows, reject, skip or blank."""
    kind, content = data.draw(harmed(name))
    path = tmp_path_factory.getbasetemp() / "mangled"
    path.write_bytes(content)
    for records, parts, refused in feed(connector.load(name), path, normalizer(name).options, encoding="utf-16" if kind == "utf-16" else None):
        out = normalizer(name).batch(records, parts)
        given, skips = set().union(*(numbers(table) for table in out.rows.values())), numbers(out.skips)
        assert given | skips | numbers(out.rejects) == set(records["record_no"].to_pylist())
        assert not given & skips
        assert all(reject.reason for reject in refused)
