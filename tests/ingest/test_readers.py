"""What readers make of files: every line, element or row is a record, a reject or a blank, and nothing is lost."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import zipfile

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import ConfigError, SourceError
from evidence.ingest import readers
from evidence.ingest.readers.base import WHOLE_FILE, Batch, Options


def read(data: bytes, **options) -> Batch:
    """Everything in some bytes as one batch."""
    total = Batch()
    for batch in readers.read(lambda: io.BytesIO(data), Options(**options)):
        assert batch.conserved
        total.lines += batch.lines
        total.blanks += batch.blanks
        total.numbers += batch.numbers
        total.texts += batch.texts
        total.rejects += batch.rejects
        total.stop = total.stop or batch.stop
        total.stop_detail = total.stop_detail or batch.stop_detail
    assert len(set(total.numbers)) == len(total.numbers) or data[:2] == b"PK"
    return total


def values(data: bytes, **options) -> list:
    """The records as Python values."""
    return [json.loads(text) for text in read(data, **options).texts]


def reasons(data: bytes, **options) -> list[tuple[int, str]]:
    """Number and reason of each reject."""
    return [(reject.number, reject.reason) for reject in read(data, **options).rejects]


RECORDS = [{"a": 1}, {"a": 'x,]}"\\'}, {"a": [{"b": "}"}]}]


@pytest.mark.parametrize("data", [
    "\n".join(map(json.dumps, RECORDS)).encode(),
    ("\n".join(map(json.dumps, RECORDS)) + "\r\n").encode(),
    json.dumps(RECORDS).encode(),
    json.dumps(RECORDS, indent=4).encode(),
    "".join(map(json.dumps, RECORDS)).encode(),
    "\n".join(json.dumps(r, indent=2) for r in RECORDS).encode(),
    "".join("\x1e" + json.dumps(r) + "\n" for r in RECORDS).encode(),
    ("﻿" + json.dumps(RECORDS)).encode(),
    (json.dumps(RECORDS[:1]) + "\n" + json.dumps(RECORDS[1:])).encode(),
], ids=["lines", "crlf", "array", "pretty array", "concatenated", "pretty one after the other", "text sequence", "mark",
        "two arrays"])
def test_every_container_of_json_gives_the_same_records(data):
    """Lines, arrays, pretty print and concatenation are containers; the records in them are the same."""
    assert values(data) == RECORDS


@pytest.mark.parametrize("indent", [None, 2])
def test_pages_are_opened_at_the_declared_key(indent):
    """The array under the first declared key holds the records; a document without one is a record if '.' is declared."""
    page = json.dumps({"next": None, "total": 3, "other": [[1], {"data": [5]}], "data": RECORDS}, indent=indent).encode()
    assert values(page, records=("data", ".")) == RECORDS
    assert values(page + b"\n" + page, records=("data",)) == RECORDS * 2
    assert values(b'{"id": 1}', records=("data", ".")) == [{"id": 1}]
    assert reasons(b'{"id": 1}', records=("data",)) == [(1, "no_records_key")]
    assert values(b'{"data": []}', records=("data",)) == []


def test_the_text_of_a_record_is_kept_as_it_came():
    """Numbers, escapes and white space inside a record are evidence; no parser rewrites them."""
    odd = b'{"n": 1.50, "e":1e3,"s":"\\u00e9\\/"}'
    assert read(b"[ " + odd + b" ,\n" + odd + b"]").texts == [odd, odd]
    assert read(b'{"data":[' + odd + b"]}", records=("data",)).texts == [odd]


@pytest.mark.parametrize("number", ["1.50", "-0.0", "1e3", "1E-7", "0.1", "12345678901234567890", "-1234567890123456", "9007199254740993",
                                    "10.0", "-3.25e+10"])
@pytest.mark.parametrize("place", ['{"n":%s,"key":"k"}', '{"n" : %s , "key":"k"}', '{"key":"k","n":[%s]}', '{"n":[1, %s],"key":"k"}',
                                   '{"key":"k","n":[\n%s,{"m":\t%s}]}', '{"t":"08:00:01.250, 1.5","key":"k","n":%s}'])
def test_a_number_keeps_its_text_in_a_record_that_is_rewritten(number, place):
    """Wherever a number stands, taking a secret out beside it rounds nothing."""
    text = place.replace("%s", number)
    kept = read(text.encode(), hide=(("key", "drop"),)).texts[0].decode()
    assert kept.count(number) == text.count(number)
    assert '"k"' not in kept


def test_a_record_without_the_field_that_is_opened_is_kept_as_it_came():
    """A text is opened where there is one; what has nothing to open keeps its bytes, and an escaped name is no way around."""
    plain, spelt = b'{"a" : 1.50, "t":"203.0.113.7"}', b'{"\\u006dsg":"a=1, b=2"}'
    one, two, three = read(plain + spelt + b'{"MSG":"a=1"}', parse={"msg": "pairs"}).texts
    assert one == plain
    assert json.loads(two) == {"msg": {"a": "1", "b": "2"}}
    assert json.loads(three) == {"MSG": {"a": "1"}}


@pytest.mark.parametrize(("line", "reason"), [
    (b"nonsense", "malformed_json"), (b'{"a":1,}', "malformed_json"), (b'{"a":NaN}', "malformed_json"),
    (b'{"a":-Infinity}', "malformed_json"), (b'{"a":1e999}', "number_out_of_range"), (b'{"a":1} x', "malformed_json"),
    (b'{"a":1}{"a":2}', "malformed_json"), (b'{"a":"\\ud800"}', "lone_surrogate"), (b'{"a":"\xff"}', "invalid_utf8"),
    (b'{"a":1,"a":2}', "duplicate_key"), (b'{"a":1,"\\u0061":2}', "duplicate_key"), (b"[1]", "not_an_object"),
    (b"7", "not_an_object"), (b'{"a":' * 3000 + b"1" + b"}" * 3000, "too_deep"), (b'{"a":"x', "cut_short"),
    (b'{"a":\x001}', "malformed_json"),
])
def test_what_parsers_would_disagree_about_is_rejected(line, reason):
    """A line is one JSON object in the strictest reading, or a reject with its number and reason."""
    good = b'{"id": 1}\n'
    assert reasons(good + line + b"\n" + good) == [(2, reason)]


def test_a_deep_nest_that_one_parser_still_takes_is_no_crash():
    """Nesting that one parser accepts and the next one recurses on ends as a reject or a record, never as an error."""
    for depth in (900, 1000, 1020, 1024):
        text = b'{"a": ' + b"[" * depth + b"]" * depth + b', "b":1}'
        assert read(b'{"z":1}\n' + text + b"\n").lines == 2


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, zstandard.compress], ids=["gzip", "bzip2", "zstd"])
def test_compression_is_told_by_the_bytes(pack):
    """A name proves nothing: compression is seen from the first bytes, several members included."""
    data = json.dumps(RECORDS).encode()
    assert values(pack(data)) == RECORDS
    half = b'{"a": 1}\n'
    assert values(pack(half) + pack(half)) == [{"a": 1}] * 2


@pytest.mark.parametrize(("pack", "stop"), [(gzip.compress, "gzip_cut_short"), (bz2.compress, "bzip2_cut_short"),
                                            (zstandard.compress, "zstd_cut_short")])
def test_a_stream_cut_short_gives_its_rows_up_to_the_cut(pack, stop):
    """Of a compressed file without its end the whole lines are records; the file says where it stopped."""
    import random

    rng = random.Random(7)
    rows = [json.dumps({"id": i, "x": rng.randbytes(500).hex()}) for i in range(3000)]
    batch = read(pack("\n".join(rows).encode())[:-20_000])
    assert batch.stop == stop
    assert 0 < len(batch.texts) < 3000
    assert batch.texts == [row.encode() for row in rows[:len(batch.texts)]]
    assert [reject.reason for reject in batch.rejects] in ([], ["cut_short"])


def test_damage_and_bombs_are_answers(monkeypatch):
    """A damaged stream, trailing bytes and a stream that expands without end stop with a reason."""
    data = gzip.compress(b'{"a": 1}\n' * 1000)
    assert read(data + b"garbage").stop == "bytes_after_gzip"
    assert read(data[:40] + b"\xff\xff\xff\xff" + data[44:]).stop in {"damaged_gzip", "gzip_cut_short"}  # nobody knows where it would end
    assert read(data[:-8] + b"\xff\xff\xff\xff" + data[-4:]).stop == "damaged_gzip"
    monkeypatch.setattr("evidence.ingest.readers.streams.FREE_EXPANSION", 1 << 20)
    bomb = zstandard.ZstdCompressor(level=19).compress(b" " * (40 << 20))
    assert read(bomb).stop == "expands_too_much"


@pytest.mark.parametrize(("data", "detail"), [
    (b"[" + b'{"a":1},' * 3, "what stands last has no end"), (b'[{"a":1},{"a":1},{"a":1},{"b":"x', "what stands last has no end"),
    (b'{"data":[{"a":1},{"a":1},{"a":1},{"b"', "what stands last has no end"),
    (b'{"a":1}\n{"a":1}\n{"a":1}\n{"b":', "what stands last has no end"),
])
def test_a_truncated_file_gives_what_stands_before_the_cut(data, detail):
    """Elements and lines before the cut are records, the one that is cut is a reject, and the file says so."""
    batch = read(data, records=("data", "."))
    assert [json.loads(t) for t in batch.texts] == [{"a": 1}] * 3
    assert (batch.stop, batch.stop_detail) == ("cut_short", detail)
    assert [r.reason for r in batch.rejects] == (["cut_short"] if batch.lines == 4 else [])


def test_encodings_are_declared():
    """UTF-16 with its mark is read whatever was declared, Latin-1 and Windows-1252 when they were; what does not fit is told."""
    text = '{"a": "é€"}\n'
    assert values(text.encode("utf-16"), encoding="utf-16") == [{"a": "é€"}]
    assert values('{"a": "é"}\n'.encode("latin-1"), encoding="latin-1") == [{"a": "é"}]
    assert values(b'{"a": "\x93\x80\xe9\x81\x94"}\n', encoding="cp1252") == [{"a": "\u201c€é\x81\u201d"}]
    assert values("größe;wer\n5 €;Zoë\n".encode("cp1252"), format="csv", delimiter=";", encoding="cp1252") == [{"größe": "5 €", "wer": "Zoë"}]
    for mark, form in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        for declared in ("utf-8", "utf-16", "latin-1", "cp1252"):
            assert values(mark + text.encode(form), encoding=declared) == [{"a": "é€"}]
    assert read(text.encode(), encoding="utf-16").stop == "wrong_encoding"
    broken = text.encode("utf-16") + b"\x00\xd8\x00\xd8"
    batch = read(broken, encoding="utf-16")
    assert (batch.stop, batch.stop_detail) == ("wrong_encoding", f"byte {len(broken) - 3} is not utf-16")
    assert len(batch.texts) == 1
    assert read(b'{"a": "\xe9"}\n').rejects == [(1, "invalid_utf8", "byte 8", 10)]


def test_csv_rows_become_objects():
    """Marks, quotes, embedded line ends and blank lines; a row of another width is a reject."""
    data = '﻿name,note\r\nmia,"said ""no"",\r\ntwice"\r\n\r\nleo\r\n"x"y,1\r\nzoe,\r\n'.encode()
    assert values(data, format="csv") == [{"name": "mia", "note": 'said "no",\r\ntwice'}, {"name": "zoe", "note": ""}]
    assert reasons(data, format="csv") == [(3, "wrong_number_of_fields"), (4, "malformed_csv")]
    assert values(b"a;b\n1;2\n", format="csv", delimiter=";") == [{"a": "1", "b": "2"}]


TABLE = "who,at,how\r\n" + "".join(f"p{n},{n},x\r\n" for n in range(300))


@pytest.mark.parametrize("between", ["", "\r\n", "\ufeff", "sep=,\r\n", "\ufeffsep=,\r\n", "#TYPE X\r\n", ",,\r\n", '"","",""\r\n'])
def test_exports_put_one_after_the_other_are_one_table(between):
    """The header again, the mark and the line before it, and rows without anything in them are blanks; every row is there."""
    batch = read((TABLE + between + TABLE.replace("who", '"who"') + between.rstrip("\ufeff")).encode(), format="csv")
    assert ([json.loads(text)["at"] for text in batch.texts], batch.rejects, batch.stop) == ([str(n) for n in range(300)] * 2, [], None)
    assert batch.lines == 600 + batch.blanks
    assert batch.numbers[300] - 300 == 1 + (between.strip("\ufeff") != "") + 1


@pytest.mark.parametrize("header", ["at,who,how", "who,at,why,how", "who,at,other"])
def test_the_header_of_another_table_ends_a_file(header):
    """Its rows would be taken for what they are not: what came before is read, and the file says where to part it."""
    batch = read((TABLE + header + "\r\n1,p1,x\r\n").encode(), format="csv")
    assert (len(batch.texts), batch.stop, batch.stop_detail) == (300, "another_table", "record 301 begins another table: make a file of each")
    assert [(one.number, one.reason) for one in batch.rejects] == [(301, "another_table")]


def test_a_row_that_only_begins_like_a_header_is_a_row():
    """Two cells that say what columns are called make no header."""
    assert values(b"who,at,how,why\nat,how,1,2\n", format="csv") == [{"who": "at", "at": "how", "how": "1", "why": "2"}]


def test_what_spreadsheets_put_around_a_table_is_no_part_of_it():
    """Blank lines before the header, and columns without a name and without anything in them."""
    assert values(b"\r\n  \r\na;b;;\r\n1;2;;\r\n3;4;x;\r\n;;;\r\n", format="csv", delimiter=";") == [
        {"a": "1", "b": "2", "column 3": "", "column 4": ""}, {"a": "3", "b": "4", "column 3": "x", "column 4": ""}]


@pytest.mark.parametrize("before", ["#TYPE System.Management.Automation.PSCustomObject\r\n", "#TYPE Selected.X, Y\n", "sep=;\r\n",
                                    '"sep=,"\n', "SEP=\t\n"])
def test_what_programs_write_before_a_header_is_passed_over(before):
    """The line for the spreadsheet, and that of a shell about the type of its objects, are no header."""
    data = before + "a;b\n1;2\n"
    assert values(data.encode("utf-16"), format="csv", delimiter=(",", ";")) == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(("data", "stop"), [(b"a,a\n1,2\n", "duplicate_column"), (b"x,y\n1,2\n", "missing_column"),
                                            (b"\xff,b\n1,2\n", "wrong_encoding"), (b'"a\n', "malformed_header")])
def test_a_header_that_cannot_be_trusted_stops_the_file(data, stop):
    """Without a header nothing in the rows has a meaning."""
    assert read(data, format="csv", columns=("a",)).stop == stop


def test_csv_with_a_quote_that_never_closes():
    """An open quote swallows what follows; that is one reject, and the file is known to be cut."""
    batch = read(b'a,b\n1,2\n3,"x\n4,5\n', format="csv")
    assert ([r.reason for r in batch.rejects], batch.stop, len(batch.texts)) == (["cut_short"], "cut_short", 1)
    assert reasons(b"a,b\n1,\xff\n1,2\n", format="csv") == [(1, "invalid_utf8")]


def archive(members: dict[str, bytes]) -> bytes:
    """A ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


def test_a_member_named_like_a_folder_is_read_if_it_has_anything():
    """Nothing that a ZIP holds is passed over for its name; folders hold nothing."""
    data = archive({"a.json/": b'{"a": 1}\n', "b.json\\": b'{"a": 2}\n', "empty/": b"", "empty\\": b""})
    batches = list(readers.read(lambda: io.BytesIO(data), Options()))
    assert [batch.texts for batch in batches] == [[b'{"a": 1}'], [b'{"a": 2}']]


def test_a_zip_of_windows_is_read_like_any_other():
    """Backslashes between the steps of a name are no danger, since nothing is written under it; what leads out is refused all the same."""
    data = archive({"members\\g 1\\a.json": b'{"a": 1}\n', "members\\": b"", "__MACOSX\\x": b"x", "..\\up.json": b"{}", "C:\\x.json": b"{}", "09:00.json": b'{"a": 2}'})
    batches = list(readers.read(lambda: io.BytesIO(data), Options(carry={"_from": "@member"})))
    assert [json.loads(t) for b in batches for t in b.texts] == [{"_from": "members/g 1/a.json", "a": 1}, {"_from": "09:00.json", "a": 2}]
    assert [b.stop for b in batches if b.stop] == ["unsafe_member_name"] * 2
    again = list(readers.read(lambda: io.BytesIO(data), Options(), batches[0].member))
    assert [t for b in again for t in b.texts] == [b'{"a": 1}']


@pytest.mark.parametrize(("local", "central", "value", "stop", "words"), [
    (6, 8, 1, "encrypted_member", "it has a password: unpack it"), (8, 10, 9, "unknown_compression", "such as Deflate64: unpack it")])
def test_a_zip_that_cannot_be_opened_says_what_to_do(local, central, value, stop, words):
    """A password, or the compression of large ZIPs of Windows: the file names the member and the remedy."""
    data = bytearray(archive({"a.json": b"{}"}))
    data[local] = data[data.index(b"PK\x01\x02") + central] = value
    batch, = readers.read(lambda: io.BytesIO(bytes(data)), Options())
    assert (readers.member_path(batch.member), batch.stop) == ("a.json", stop)
    assert words in (batch.stop_detail or "")


def test_members_of_a_zip_are_files_of_their_own():
    """Each member is read as a file; its locator names it and its hash; a name that leads out is refused."""
    data = archive({"day 1.json": b'{"a": 1}\n', "b#2/x.json.gz": gzip.compress(b'[{"a": 2}]'), "../up.json": b'{"a": 3}'})
    batches = list(readers.read(lambda: io.BytesIO(data), Options()))
    assert [json.loads(t) for b in batches for t in b.texts] == [{"a": 1}, {"a": 2}]
    assert [b.stop for b in batches if b.stop] == ["unsafe_member_name"]
    where = readers.locator("0" * 64, batches[1].member, 1)
    sha, member, number = readers.parse_locator(where)
    assert (sha, member, number) == ("0" * 64, batches[1].member, 1)
    again = list(readers.read(lambda: io.BytesIO(data), Options(), member))
    assert [t for b in again for t in b.texts] == [b'{"a": 2}']


def test_a_zip_that_is_damaged_is_an_answer():
    """Cut, scrambled or encrypted archives stop with a reason."""
    data = archive({"a.json": b'{"a": 1}\n' * 5000, "b.json": b'{"b": 1}\n'})
    assert read(data[:-30]).stop == "damaged_zip"
    assert read(data[:60] + b"\x00" * 10 + data[70:]).stop in {"unreadable_bytes", "damaged_member"}


def test_a_line_beyond_the_limit_is_a_reject_and_the_next_one_is_read():
    """A line, element or row that is too long costs itself, not the file, wherever the blocks end."""
    long = json.dumps({"a": "x" * 5000}).encode()
    data = b'{"a":1}\n' + long + b'\n{"a":2}\n'
    batch = read(data, max_record=4000)
    assert ([json.loads(t) for t in batch.texts], batch.rejects) == (
        [{"a": 1}, {"a": 2}], [(2, "line_too_long", None, len(long))])
    assert len(values(data)) == 3


def test_records_come_in_batches_bounded_by_bytes():
    """A batch ends with the record that fills it, so that memory does not grow with the file."""
    data = b"".join(b'{"a": "%s"}\n' % (b"x" * 1000) for _ in range(100))
    sizes = [b.size for b in readers.read(lambda: io.BytesIO(data), Options(batch_bytes=10_000))]
    assert max(sizes) < 12_000
    assert sum(sizes) == len(data) - 100


def test_what_cannot_be_read_is_a_configuration_error():
    """An unknown format and a locator that is none are errors in words."""
    with pytest.raises(ConfigError, match="expected a reader"):
        list(readers.read(lambda: io.BytesIO(b"x"), Options(format="tape")))
    with pytest.raises(SourceError, match="expected <file sha256>"):
        readers.parse_locator("nowhere")


PIECES = st.sampled_from([b'{"a":1}', b'{"data":[{"a":1},{"b":2}]}', b"[", b"]", b"{", b"}", b'"', b"\\", b",", b":", b"\n", b"\r\n",
                          b" ", b"\x1e", b"\xff", b"\x00", b"null", b"1e999", b"\xef\xbb\xbf", b"\x1f\x8b", b"PK\x03\x04",
                          b'"a":', b"[{},", b'{"a":"\\"}\\\\"}', b"\xff\xfe", b'\\"'])
MANGLED = st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=30).map(b"".join))


@given(MANGLED, st.sampled_from(["json", "csv"]), st.sampled_from(["utf-8", "utf-16", "latin-1", "cp1252"]),
       st.sampled_from([(".",), ("data", "."), ("data",)]))
@settings(max_examples=500, deadline=None)
def test_mangled_bytes_never_raise_and_never_lose_a_line(data, form, encoding, keys):
    """Whatever the bytes: no traceback, and lines = records + rejects + blanks."""
    batch = read(data, format=form, encoding=encoding, records=keys, batch_bytes=50, max_record=100)
    counted = [r for r in batch.rejects if r.number != WHOLE_FILE]
    assert batch.lines == len(batch.texts) + len(counted) + batch.blanks
    for text in batch.texts:
        assert isinstance(json.loads(text), dict)


@given(st.lists(st.dictionaries(st.text(max_size=5), st.recursive(
    st.none() | st.booleans() | st.integers(-2**53, 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=8),
    max_size=4), max_size=8), st.booleans(), st.sampled_from([None, 1]))
@settings(max_examples=100, deadline=None)
def test_whatever_json_says_comes_out_again(records, ascii_only, indent):
    """Any objects, as an array, a page or lines, come out as they went in."""
    array = json.dumps(records, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "replace")
    expected = json.loads(array)
    assert values(array) == expected
    page = b'{"n": [1, "]"], "data": ' + array + b', "z": {"data": []}}'
    assert values(page, records=("data",)) == expected
    lines = "\n".join(json.dumps(r) for r in expected).encode()
    assert values(lines, records=("data", ".")) == [
        r for e in expected for r in (e["data"] if isinstance(e.get("data"), list) else [e]) if isinstance(r, dict)]


@given(st.binary(max_size=400), st.integers(0, 400), st.binary(max_size=3))
@settings(max_examples=150, deadline=None)
def test_mangled_archives_never_raise(data, at, patch):
    """Compressed files and archives with bytes changed give an answer too."""
    for whole in (gzip.compress(data, mtime=0), bz2.compress(data), zstandard.compress(data), archive({"a.json": data})):
        read(whole[:at] + patch + whole[at + len(patch):])
        read(whole[:at])


@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_limit_does_not_depend_on_where_blocks_end(form, monkeypatch):
    """The same file gives the same records and rejects whatever the size of the blocks it is read in."""
    rows = [b"a,b"] + [b"%d,%s" % (i, b"x" * (i * 37 % 300)) for i in range(60)]
    data = b"\n".join(rows) if form == "csv" else b"\n".join(b'{"a":"%s"}' % row for row in rows)
    seen = []
    for chunk in (1, 7, 100, 4096):
        monkeypatch.setattr("evidence.ingest.readers.streams.CHUNK", chunk)
        batch = read(data, format=form, max_record=150)
        seen.append((batch.texts, batch.rejects, batch.lines, batch.stop))
    assert all(other == seen[-1] for other in seen)
    assert len(seen[0][1]) == sum(len(row) > 150 for row in data.split(b"\n"))


@given(st.lists(PIECES, max_size=25).map(b"".join), st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_blocks_of_any_size_give_the_same(data, chunk):
    """Where blocks end is chance; what is read is not."""
    from unittest import mock

    data = b" " + data
    whole = read(data, records=("data", "."))
    with mock.patch("evidence.ingest.readers.streams.CHUNK", chunk):
        pieces = read(data, records=("data", "."))
    assert pieces.lines == len(pieces.texts) + len(pieces.rejects) + pieces.blanks
    assert (pieces.texts, pieces.rejects, pieces.stop) == (whole.texts, whole.rejects, whole.stop)


def test_a_broken_first_line_does_not_swallow_the_rest():
    """One object per line stays one object per line when the first one is cut or garbled."""
    for broken in (b'{"a": "x', b'{"a": [1,', b'{"a": {"b":', b'{"a": nonsense}', b'{"a": 1'):
        assert values(broken + b'\n{"a": 1}\n{"a": 2}\n') == [{"a": 1}, {"a": 2}], broken


def test_every_sample_is_conserved(shared):
    """Every file as vendors write it, read as what its name says: lines add up, and JSON gives records."""
    seen = 0
    for path in sorted((shared / "samples").rglob("*")):
        if path.suffix in {".json", ".jsonl", ".ndjson", ".csv"}:
            form = "csv" if path.suffix == ".csv" else "json"
            batch = read(path.read_bytes(), format=form, records=("data", "value", "records", "."))
            assert (batch.rejects, batch.stop) == ([], None), (path, batch.rejects[:3], batch.stop)
            seen += 1
    assert seen > 50
