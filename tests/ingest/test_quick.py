"""What is judged in groups comes out exactly as what is judged one by one."""

from __future__ import annotations

import hashlib
import io
import json
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.ingest import narrow, readers, runs
from evidence.ingest.readers import csv_rows, json_text, quick
from evidence.ingest.readers.base import Options
from evidence.normalize import texts

LINES = st.lists(st.one_of(
    st.sampled_from([b'{"a":1}', b'{"a":1,"b":{"a":2}}', b'{"a":1,"a":2}', b'{"a":1,"\\u0061":2}', b'{"data":[{"x":1}]}', b'{"data":null}', b"{}", b"",
                     b"  ", b'{"a":1} ', b'{"a":NaN}', b'{"a":1e999}', b'{"a":"\\ud800"}', b'{"a":"\xff"}', b"[1]", b'{"a":1}{"b":2}', b'{"a":1},{"b":2}',
                     b'{"a":[1', b"2]}", b'{"a":[{}', b"{}]}", b'{"a":"x', b'{"a":1,}', b'{"a" :1,"a":2}', b'{"a":' + b"[" * 260 + b"]" * 260 + b"}",
                     b'{"a":"' + b"x" * 300 + b'"}', '{"ä":"ö"}'.encode()]),
    st.dictionaries(st.text(max_size=4), st.one_of(st.none(), st.integers(), st.text(max_size=6)), max_size=3).map(lambda d: json.dumps(d).encode())), max_size=12)


def everything(data: bytes, **options):
    """All that a reader says of some bytes, whatever the batches."""
    found = [[], [], [], 0, 0, None]
    for batch in readers.read(lambda: io.BytesIO(data), Options(**options)):
        assert batch.conserved
        assert batch.columns is None or batch.columns["raw"].to_pylist() == [text.decode() for text in batch.texts]
        found[0] += batch.numbers
        found[1] += batch.texts
        found[2] += batch.rejects
        found[3] += batch.lines
        found[4] += batch.blanks
        found[5] = found[5] or batch.stop
    return found


@settings(max_examples=120, deadline=None)
@given(LINES, st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_lines_in_groups_are_what_they_are_alone(lines, end, closed):
    """Records, numbers, rejects and reasons do not depend on whether lines were judged together."""
    data = b'{"first":1}' + end + end.join(lines) + (end if closed else b"")
    options = {"records": ("data", "."), "max_record": 280}
    together = everything(data, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "objects", lambda *_: None)
        assert together == everything(data, **options)


def test_a_long_line_stands_beside_those_before_it():
    """A line of more than a block comes by itself, after others that were judged together."""
    lines = [b'{"a":1}', b'{"b":"' + b"x" * (9 << 20) + b'"}', b'{"c":3}']
    assert everything(b"\n".join(lines))[1] == lines


def test_sound_lines_are_taken_together():
    """The group is not a detour: lines without doubt never reach the judge of single records."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text._Sink, "_judge", lambda *_, **__: pytest.fail("judged alone"))
        assert len(everything(b'{"a":1}\n' * 50)[1]) == 50
        assert len(everything(b'{"a":1}\r\n' * 50)[1]) == 50
    assert quick.objects([b'{"a":1}', b'{"b":[{}]}'], ()).to_pylist() == ['{"a":1}', '{"b":[{}]}']
    assert quick.objects([b'{"a":1}', b'{"b":1,"b":2}'], ()) is None
    assert quick.objects([b'{"a":1}', b'{"data":[]}'], {"data"}) is None


CELLS = st.one_of(st.text(alphabet='ab ,;"\\\n\r\té\x00\x01', max_size=5), st.sampled_from(["", "x", "1"]))
QUOTED = CELLS.map(lambda cell: '"' + cell.replace('"', '""') + '"')
TABLES = st.lists(st.lists(st.one_of(CELLS, QUOTED), min_size=3, max_size=3) | st.lists(CELLS, min_size=1, max_size=4), max_size=10)


@settings(max_examples=250, deadline=None)
@given(TABLES, st.sampled_from(["\n", "\r\n"]), st.sampled_from([",", ";", "\t"]), st.lists(st.sampled_from([*b'a,"\n\r;\xc3\xff\\\x01']), max_size=20), st.sampled_from([9, 64, 1 << 20]),
       st.sampled_from([40, 1 << 20]))
def test_rows_in_groups_are_what_they_are_alone(rows, end, mark, odd, together, limit):
    """Rows, numbers, rejects and their lengths do not depend on whether rows were taken together, and how many at once."""
    data = (mark.join(["a%d", "b", "ü"]) + end + end.join(mark.join(row) for row in rows)).encode() + bytes(odd)
    options = {"format": "csv", "delimiter": mark, "max_record": limit}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "_TOGETHER", together)
        found = everything(data, **options)
        patch.setattr(csv_rows._Text, "ahead", lambda *_: csv_rows._NONE)
        assert found == everything(data, **options)


@settings(max_examples=100, deadline=None)
@given(TABLES, st.sampled_from([",", "\t", "\x01"]), st.sampled_from([9, 1 << 20]))
def test_fields_that_are_wanted_apart_are_those_of_the_records(rows, mark, together):
    """Columns hold what the objects say, in their order; one that the table has not has no value."""
    data = (mark.join(["a", "b", "ü"]) + "\n" + "\n".join(mark.join(row) for row in rows)).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "_TOGETHER", together)
        patch.setattr(csv_rows, "_ALONE", 2)
        for batch in readers.read(lambda: io.BytesIO(data), Options(format="csv", delimiter=mark, apart=("ü", "none", "a"))):
            values = [json.loads(text) for text in batch.texts]
            columns = batch.columns.to_pydict() if batch.columns else {"raw": [], "field0": [], "field1": [], "field2": []}
            assert columns == {"raw": [text.decode() for text in batch.texts], "field0": [one["ü"] for one in values],
                               "field1": [None] * len(values), "field2": [one["a"] for one in values]}
            assert len(batch.texts) == len(batch.numbers)
            assert batch.texts[1:3] == list(batch.texts)[1:3]
            assert batch.size == sum(map(len, batch.texts))


def test_rows_beyond_doubt_are_taken_together():
    """Whole rows never reach the reader of single rows, whatever is in their quotes; of the others only those do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "_take", lambda *_: pytest.fail("parsed alone"))
        assert everything(b"a,b\r\n" + b"1,2\r\n" * 50, format="csv")[1] == [b'{"a":"1","b":"2"}'] * 50
        assert everything(b'a,b\n1,2\n"3, ""x""",4\n5,6\n', format="csv")[1] == [b'{"a":"1","b":"2"}', b'{"a":"3, \\"x\\"","b":"4"}', b'{"a":"5","b":"6"}']
        assert everything(b"a,b\n1,\\\n\t,\x00\n", format="csv")[1] == [b'{"a":"1","b":"\\\\"}', b'{"a":"\\t","b":"\\u0000"}']
        assert everything(b'a\tb\r\n"1\r\n2\t"\t"\n"\r\n""\t""""\r\n', format="csv", delimiter="\t")[1] == [b'{"a":"1\\r\\n2\\t","b":"\\n"}', b'{"a":"","b":"\\""}']
    taken = []
    alone = csv_rows._take
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "_take", lambda records, *row: (alone(records, *row), taken.append(records.batch.lines)))
        everything(b"a,b\n" + b"1,2\n" * 200 + b"1\n" + b"1,2\n" * 200 + b'1,"2"x\n' + b"1,2\n" * 200, format="csv")
    assert taken == [201, 402]


def slow(text: str) -> str:
    """The normal form of a text as its definition says it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").strip())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=8), st.text(alphabet=" \t\r\n\x1f\x85\xa0ae\u0301é\u2003x", max_size=6)), max_size=6), st.integers(0, 3))
def test_hashes_of_many_texts_are_those_of_each(values, start):
    """Both hashes and the length of each text are what they are for the text alone, in any slice of a column."""
    column = pa.chunked_array([pa.array(values, pa.string()).slice(start), pa.array(["ß", None], pa.string())])
    made = texts.hashes("x", column)
    for n, value in enumerate(column.to_pylist()):
        wanted = [None] * 3 if value is None else [hashlib.sha256(value.encode()).hexdigest(), hashlib.sha256(slow(value).encode()).hexdigest(), len(value.encode())]
        assert [made[name][n].as_py() for name in ("x_sha256", "x_norm_sha256", "x_bytes")] == wanted
        assert value is None or texts.normal(value.encode()) == slow(value).encode()


ROWS = st.tuples(st.one_of(st.none(), st.integers(-2, 3)), st.sampled_from([None, "", "a", "ä", "\ue000", "\U00010000"]), st.booleans())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(ROWS, min_size=1, max_size=12), min_size=1, max_size=4), st.sampled_from([1, 1000, 1 << 20]))
def test_rows_merged_from_the_disk_are_in_the_order_of_memory(tmp_path_factory, parts, window):
    """Runs merge into what a sort of all rows gives, rows alike in the order in which they came."""
    schema = pa.schema([("at", pa.timestamp("us")), ("name", pa.string()), ("flag", pa.bool_()), ("nth", pa.int64())])
    count = iter(range(100))
    tables = [pa.Table.from_pylist([{"at": a, "name": n, "flag": f, "nth": next(count)} for a, n, f in rows], schema=schema) for rows in parts]
    keys = ("at", "name", "flag")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "_BATCH", 2)
        patch.setattr(runs, "_WINDOW", window)
        spilled = runs.Runs(tmp_path_factory.mktemp("runs") / "x", keys)
        for table in tables:
            spilled.add(narrow.narrow(table, schema, keys))
        pieces = [piece.whole(schema) for piece in spilled.merged()]
    assert pa.concat_tables(pieces).equals(runs.ordered(pa.concat_tables(tables), keys))
    together = narrow.joined([narrow.narrow(table, schema, keys) for table in tables])
    assert together.whole(schema).equals(pa.concat_tables(tables).combine_chunks())
