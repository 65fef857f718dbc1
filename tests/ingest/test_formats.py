"""Formats that connector.yaml can declare beyond one JSON object per line, and how they are told apart."""

from __future__ import annotations

import datetime as dt
import decimal
import gzip
import io
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.ingest import readers
from evidence.ingest.readers.base import Batch, Options
from evidence.ingest.readers.pairs import pairs

OTLP = "resourceSpans[].scopeSpans[].spans"


def read(data: bytes, **options) -> Batch:
    """Everything in some bytes as one batch."""
    total = Batch()
    for batch in readers.read(lambda: io.BytesIO(data), Options(**options)):
        assert batch.conserved
        for name in ("lines", "blanks", "numbers", "rejects"):
            setattr(total, name, getattr(total, name) + getattr(batch, name))
        total.texts += batch.texts
        total.stop, total.stop_detail = total.stop or batch.stop, total.stop_detail or batch.stop_detail
    return total


def values(data: bytes, **options) -> list:
    """The records as Python values."""
    return [json.loads(text) for text in read(data, **options).texts]


def reasons(data: bytes, **options) -> list[str]:
    """The reasons of the rejects, in order."""
    return [reject.reason for reject in read(data, **options).rejects]


def parquet(table: pa.Table, **more) -> bytes:
    """A table as the bytes of a Parquet file."""
    out = io.BytesIO()
    pq.write_table(table, out, **more)
    return out.getvalue()


@pytest.mark.parametrize(("text", "found"), [
    ('type="LOGIN", realmId="x y", userId="null"', {"type": "LOGIN", "realmId": "x y", "userId": "null"}),
    ("type=LOGIN_ERROR, realmId=test, uri=http://localhost:8080?a=b", {"type": "LOGIN_ERROR", "realmId": "test", "uri": "http://localhost:8080?a=b"}),
    ('a="said \\"no\\"" b="" c=1', {"a": 'said "no"', "b": "", "c": "1"}),
    ("error=user not found, code=3", {"error": "user not found", "code": "3"}),
    ("a=1,b=2", {"a": "1,b=2"}),
    ("", {}), ("a=", {"a": ""}),
    ('a="open', 3), ("a=1 a=2", 5), ("nothing here", 1), ('a="x"b', 6),
])
def test_pairs_are_read_with_and_without_quotes(text, found):
    """Pairs give a field each; what cannot be read is a position, and so is a key that comes twice."""
    assert pairs(text) == found


@given(st.text(alphabet=' \t,="\\ab', max_size=40))
def test_pairs_of_anything_are_fields_or_a_position(text):
    """No text breaks the reader of pairs."""
    found = pairs(text)
    assert isinstance(found, dict) or 1 <= found <= len(text) + 1


def test_hostile_pairs_cost_their_size():
    """A line of blanks or of almost-pairs is read in one go."""
    for text in (" " * 200_000, "a=" + " " * 200_000 + "x", "a=b " * 50_000, "x" * 200_000, "a=" + ", " * 100_000):
        pairs(text)


LINES = {"format": "lines", "line": (r"^(?P<time>\S+ \S+) (?P<level>[A-Z]+) +\[(?P<logger>[^\]]+)\] (?P<rest>.*)$",
                                     r"^(?P<time>[^|]+)\|(?P<event>[^|]*)\|(?P<user>[^|]*)$")}


def test_lines_are_taken_apart_by_the_first_expression_that_fits():
    """Named groups are fields, the rest is pairs; expressions are tried in their order."""
    data = b'2026-10-01 10:00:00,123 INFO [events] type="LOGIN", user=mia\r\n\n2026-10-01|LOGIN|mia\n'
    batch = read(data, **LINES)
    assert [json.loads(t) for t in batch.texts] == [
        {"time": "2026-10-01 10:00:00,123", "level": "INFO", "logger": "events", "type": "LOGIN", "user": "mia"},
        {"time": "2026-10-01", "event": "LOGIN", "user": "mia"}]
    assert (batch.lines, batch.blanks) == (3, 1)


def test_a_line_that_nothing_fits_is_a_reject_or_kept_by_declaration():
    """Lines of another kind are rejects, or records under a declared field that a skip can name."""
    data = b"what is this\n2026-10-01 10:00:00 INFO [x] level=2\n2026-10-01 1:0 INFO [x] ???\n\xff\n"
    assert reasons(data, **LINES) == ["unknown_line", "duplicate_key", "malformed_pairs", "invalid_utf8"]
    assert values(b"what is this\n", **LINES, other="text") == [{"text": "what is this"}]


def test_the_format_is_told_by_the_content():
    """Of the declared formats each file has one, whatever it is called and however it is compressed."""
    many = {"format": ("json", "csv", "lines", "parquet"), "line": LINES["line"]}
    assert values(b' [{"a": "1"}]', **many) == [{"a": "1"}]
    assert values(gzip.compress(b"a,b\n1,2\n"), **many) == [{"a": "1", "b": "2"}]
    assert values(b"2026-10-01|LOGIN|mia\n", **many) == [{"time": "2026-10-01", "event": "LOGIN", "user": "mia"}]
    assert values(parquet(pa.table({"a": ["1"]})), **many) == [{"a": "1"}]
    assert read(parquet(pa.table({"a": ["1"]}))).stop == "unknown_format"
    assert read(b"{}", format="parquet").stop == "unknown_format"


def test_the_delimiter_is_the_declared_one_that_the_header_shows():
    """Exports of some countries part columns with semicolons or tabs; one character is chosen, by the header."""
    marks = {"format": "csv", "delimiter": (",", ";", "\t")}
    for mark in ",;\t":
        assert values(f'a{mark}b\n1{mark}"x{mark}y"\n'.encode(), **marks) == [{"a": "1", "b": f"x{mark}y"}]
    assert read(b"a,b\rc\n1,2\n", **marks).stop == "malformed_header"


def test_parquet_rows_keep_every_digit():
    """Large integers, decimals and times are written in full; NULL is left out; maps are objects, bytes base64."""
    day = dt.date(2026, 10, 1)
    table = pa.table({
        "big": pa.array([2**63 - 1, None], pa.int64()), "unsigned": pa.array([2**64 - 1, 0], pa.uint64()),
        "money": pa.array([decimal.Decimal("1.50"), None]), "at": pa.array([1700000000123456789, None], pa.timestamp("ns", "UTC")),
        "wall": pa.array([1700000000123, None], pa.timestamp("ms")), "day": [day, None], "raw": [b"\x00\xff", None],
        "nan": [float("nan"), 0.1], "names": pa.array([[("a", "1"), ("b", None)], []], pa.map_(pa.string(), pa.string())),
        "who": [{"name": "mia", "seen": None}, None], "tags": [["x", None], []]})
    assert values(parquet(table, row_group_size=1), format="parquet") == [
        {"big": 2**63 - 1, "unsigned": 2**64 - 1, "money": "1.50", "at": "2023-11-14 22:13:20.123456789Z",
         "wall": "2023-11-14 22:13:20.123", "day": "2026-10-01", "raw": "AP8=", "nan": "nan", "names": {"a": "1"},
         "who": {"name": "mia"}, "tags": ["x", None]},
        {"unsigned": 0, "nan": 0.1, "names": {}, "tags": []}]


def test_a_damaged_parquet_file_stops_with_a_reason():
    """Bytes that are no Parquet after its first four are an answer, not a crash."""
    data = parquet(pa.table({"a": list(range(5000))}))
    for cut in (data[:40], data[:-1], b"PAR1" + b"\x00" * 64, data[:100] + b"\xff" * 300 + data[400:]):
        assert read(cut, format="parquet").stop in {"damaged_parquet", None}
    assert read(data[:-1], format="parquet").stop == "damaged_parquet"


def otlp(*spans: list[dict]) -> dict:
    """An OTLP document with one resource per list of spans."""
    return {"resourceSpans": [{"resource": {"attributes": [{"n": n}]}, "scopeSpans": [{"scope": {"name": "s"}, "spans": some}]}
                              for n, some in enumerate(spans)]}


CARRY = {"records": (OTLP, "."), "carry": {"_resource": "resourceSpans[].resource", "_scope": "resourceSpans[].scopeSpans[].scope.name"}}


@pytest.mark.parametrize("indent", [None, 1])
def test_records_deep_in_a_document_carry_what_is_around_them(indent):
    """Each span is a record with the resource and the scope it stands in; its own text is as it came."""
    found = values(json.dumps(otlp([{"id": 1}, {}], [{"id": 3}]), indent=indent).encode(), **CARRY)
    assert found == [{"_resource": {"attributes": [{"n": 0}]}, "_scope": "s", "id": 1},
                     {"_resource": {"attributes": [{"n": 0}]}, "_scope": "s"},
                     {"_resource": {"attributes": [{"n": 1}]}, "_scope": "s", "id": 3}]
    assert values(b'{"id": 7}', **CARRY) == [{"id": 7}]
    data = b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"n":1.50,"e":1e3}]}]}]}'
    assert read(data, **CARRY).texts == [b'{"n":1.50,"e":1e3}']


def test_what_stands_deep_in_a_document_is_not_lost():
    """A container without its array is a reject, an empty one is nothing; a file that is cut keeps what is whole."""
    lost = {"resourceSpans": [{"resource": {}, "scopeLogs": []}, {"scopeSpans": []}, {"scopeSpans": [{"spans": [{"id": 1}, 7]}]}]}
    batch = read(json.dumps(lost).encode(), **CARRY)
    assert [json.loads(t) for t in batch.texts] == [{"id": 1}]
    assert [r.reason for r in batch.rejects] == ["no_records_key", "not_an_object"]
    whole = json.dumps(otlp([{"id": 1}, {"id": 2}], [{"id": 3}, {"id": 4}])).encode()
    cut = read(whole[:whole.index(b'"id": 4') + 3], **CARRY)
    assert [json.loads(t)["id"] for t in cut.texts] == [1, 2, 3]
    assert ([r.reason for r in cut.rejects], cut.stop) == (["cut_short"], "cut_short")


def test_a_carried_field_never_hides_one_of_the_record():
    """Where a record has a field of the same name already, two would be one too many: it is refused."""
    assert reasons(json.dumps({"team": "x", "data": [{"team": "y"}]}).encode(), records=("data",), carry={"team": "team"}) == ["duplicate_key"]
    assert values(json.dumps({"team": "x", "a": {"b": [{"id": 1}]}}).encode(), records=("a.b",), carry={"_team": "team"}) == [{"_team": "x", "id": 1}]


def test_the_name_of_a_member_can_be_carried():
    """Some exports say only by the folder inside the ZIP what a file is about."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("ai reviews/2026-10-01.json", '[{"ts": "1.5"}]')
    assert values(out.getvalue(), carry={"_from": "@member"}) == [{"ts": "1.5", "_from": "ai reviews/2026-10-01.json"}]


def test_texts_that_are_json_or_pairs_are_opened():
    """A field whose text is JSON is read as JSON, in CSV too; numbers keep their text; what is no JSON is a reject."""
    inner = '{"n": 1.50, "big": 12345678901234567890, "deep": "{\\"x\\": 1}", "path": "a\\/b"}'
    data = f'Id,AuditData\n1,"{inner.replace(chr(34), chr(34) * 2)}"\n2,nonsense\n3,\n'.encode()
    batch = read(data, format="csv", parse={"AuditData": "json", "AuditData.deep": "json"})
    assert batch.texts[0] == b'{"Id":"1","AuditData":{"n":1.50,"big":12345678901234567890,"deep":{"x":1},"path":"a/b"}}'
    assert [json.loads(t) for t in batch.texts[1:]] == [{"Id": "3", "AuditData": ""}]
    assert [r.reason for r in batch.rejects] == ["malformed_json:AuditData"]
    assert values(b'{"message": "type=LOGIN, user=mia"}\n{"message": "started"}\n{"message": {"type": "x"}}',
                  parse={"message": "pairs"}) == [{"message": {"type": "LOGIN", "user": "mia"}}, {"message": "started"}, {"message": {"type": "x"}}]


def hidden(record: dict, *hide: tuple[str, str]) -> dict:
    """A record after its secrets were taken out."""
    return values(json.dumps(record).encode(), hide=hide, key=b"k")[0]


def test_secrets_become_keyed_hashes_or_nothing():
    """Secret fields, in lists and maps and under any case of their name, leave as a hash under the company's key or not at all."""
    record = {"headers": {"Authorization": "Bearer s3cr3t", "Accept": "*/*"}, "items": [{"original": "s3cr3t", "n": 1.50}, {"n": 2}],
              "env": {"A": "s3cr3t", "B": ["s3cr3t"]}, "empty": {"original": ""}}
    made = hidden(record, ("headers.authorization", "hash"), ("items[].original", "drop"), ("env.*", "hash"), ("empty.original", "hash"))
    assert "s3cr3t" not in json.dumps(made)
    assert made["headers"]["Authorization"].startswith("hmac-sha256:")
    assert made["headers"]["Accept"] == "*/*"
    assert made["items"] == [{"n": 1.5}, {"n": 2}]
    assert made["empty"] == {"original": ""}
    same = hidden({"headers": {"AUTHORIZATION": "Bearer s3cr3t"}}, ("headers.authorization", "hash"))
    assert same["headers"]["AUTHORIZATION"] == made["headers"]["Authorization"]


NAMES = st.sampled_from(("a", "B", "a.b", "b.A", "c"))
PLACES = st.lists(st.sampled_from(("a", "b", "c", "*")), min_size=1, max_size=3).map(".".join)


@given(st.dictionaries(NAMES, st.recursive(st.sampled_from(("s3cr3t", 1.5, None)), lambda inner: st.lists(inner, max_size=2)
                                           | st.dictionaries(NAMES, inner, max_size=3)), min_size=1),
       st.lists(st.tuples(PLACES | PLACES.map("{}[]".format), st.sampled_from(("hash", "drop"))), min_size=1, max_size=4))
def test_secrets_are_hidden_as_if_one_place_came_after_the_other(record, hide):
    """What several places lead to, also where one is inside another or both are the same, is hidden in the order they are named in."""
    one_by_one = record
    for place in hide:
        one_by_one = hidden(one_by_one, place)
    assert hidden(record, *hide) == one_by_one


@pytest.mark.parametrize("number", ["1.50", "1.5", "-0.0", "1e5", "2.5e-07", "12345678901234567890", "1" * 40, "0.30000000000000004", "0.3000000000000000444",
                                    "100000000000000000000.0", "1E400"])
@pytest.mark.parametrize("text", ['{"n":%s,"t":"x"}', '{"t": "x", "n": [ %s ] }', '{"t":"x","w":"\\u00e9","n":%s}', '{"t":"x","w":"\\ud800","n":%s}'])
def test_a_record_whose_secrets_are_hidden_keeps_its_numbers(text, number):
    """A number is written as it came beside a secret, whatever a computer would make of it, and however the text is spaced."""
    batch = read((text % number).encode(), hide=(("t", "drop"),))
    assert [f'"n":{number}' in kept.decode() or f'"n":[{number}]' in kept.decode() for kept in batch.texts] == [True] * (not batch.rejects)
    assert len(batch.texts) + len(batch.rejects) == 1


def test_a_secret_under_an_escaped_name_is_found():
    """A key written with escapes is the same key."""
    data = b'{"headers": {"\\u0041uthorization": "s3cr3t"}}'
    assert b"s3cr3t" not in read(data, hide=(("headers.authorization", "hash"),), key=b"k").texts[0]


def test_a_record_without_secrets_keeps_its_text():
    """Where no secret can be in it, the text of a record stays as it came."""
    assert read(b'{"n": 1.50 }', hide=(("token", "drop"),)).texts == [b'{"n": 1.50 }']
