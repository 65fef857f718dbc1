"""Long records and pages: put aside in a file, judged without being held, and the same as if they had been."""

from __future__ import annotations

import json
from contextlib import ExitStack
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.kit import chat, company, connect, ingest, lines
from tests.ingest.test_readers import PIECES, read

HELD = ("lines", "documents", "csv_rows")
PLACES = {"records": ("response.items", "data", "."), "carry": {"_n": "n", "_at": "response.at"}}


def aside(data: bytes, large: int, **options):
    """Read some bytes where all beyond a few of them is long."""
    with ExitStack() as patched:
        for name in HELD:
            patched.enter_context(mock.patch(f"evidence.ingest.readers.{name}.LARGE", large))
        patched.enter_context(mock.patch("evidence.ingest.readers.streams.CHUNK", 7))
        return read(data, **options)


def told(batch):
    """What a batch says."""
    return batch.numbers, batch.texts, batch.rejects, batch.blanks, batch.stop, batch.stop_detail


MORE = st.sampled_from([b'{"response":{"at":1,"items":[{"a":1}, {"b":[2]}]},"n":7}', b'{"data":[{"a":1},{"b":2} ],"n":"x"}', b'{"data":[]}',
                        b'{"data":null}', b'{"data":[1,{"a":1},]}', b'{"data":[{"a":1}', b'{"response":{"items":[{"a":1},{"b"',
                        b'{"data":[{"a":1}],"data":[{"a":2}]}', b'{"data":[{"a":1}],"response":{"items":[{"b":1}]}}', b'{"a":"\xc3\xa4","b":{"data":[1]}}'])


@given(st.lists(st.one_of(PIECES, MORE, st.just(b"\n")), max_size=12).map(b"".join), st.integers(1, 40))
@settings(max_examples=400, deadline=None)
def test_what_is_put_aside_is_read_as_what_is_held(data, large):
    """Whatever the bytes: a record, a page, something cut or broken gives the same, long or not."""
    data = b" " + data
    assert told(aside(data, large, **PLACES)) == told(read(data, **PLACES))


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_page_may_be_longer_than_a_record(end):
    """The records of a page of any length are read, with what they carry; one that is itself too long is a reject."""
    page = {"n": 3, "data": [{"a": n, "text": "x" * (5000 if n == 7 else 50)} for n in range(40)], "more": "y" * 500}
    batch = aside(json.dumps(page).encode() + end, 300, max_record=1000, **PLACES)
    assert [json.loads(text)["a"] for text in batch.texts] == [n for n in range(40) if n != 7]
    assert all(json.loads(text)["_n"] == 3 for text in batch.texts)
    [reject] = batch.rejects
    assert (reject.number, reject.reason, batch.stop) == (8, "record_too_long", None)
    assert reject.byte_len > 5000


def test_a_long_page_that_is_broken_says_where():
    """One element that is no JSON costs the page, since nobody knows what it is; the reject has its length and which it is."""
    page = b'{"data":[' + b",".join([b'{"a":1}'] * 300 + [b'{"a":}'] + [b'{"a":1}'] * 300) + b"]}"
    batch = aside(page + b'\n{"b":2}\n', 300, max_record=1000, **PLACES)
    assert batch.texts == [b'{"b":2}']
    assert batch.rejects == [(1, "malformed_json", "element 301 of its page", len(page))]


def test_a_long_page_that_is_cut_gives_what_is_whole():
    """Of a page without an end the records that are whole are read; the file is not read in full."""
    page = b'{"data":[' + b",".join(b'{"a":%d}' % n for n in range(300))
    for data in (page, page.replace(b"},", b"},\n")):
        batch = aside(data, 300, max_record=1000, **PLACES)
        assert [json.loads(text)["a"] for text in batch.texts] == list(range(299))
        assert (batch.stop, batch.rejects[-1].reason) == ("cut_short", "cut_short")


@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_is_too_long_costs_itself_alone(form):
    """An element of an array, a document or a row beyond the limit is a reject with its length; what follows is read."""
    long = {"a": "1", "b": "x" * 5000}
    records = [{"a": "1", "b": "y"}, long, {"a": "2", "b": "z"}]
    given = ([json.dumps(records).encode(), "\n".join(json.dumps(one, indent=1) for one in records).encode()] if form == "json" else
             [b"a,b\n" + "\n".join(",".join(one.values()) for one in records).encode()])
    for data in given:
        batch = aside(data, 300, format=form, max_record=1000)
        assert [json.loads(text)["b"] for text in batch.texts] == ["y", "z"]
        assert [(one.number, one.byte_len > 5000) for one in batch.rejects] == [(2, True)]


def test_long_rows_are_rows():
    """A row beyond what is handled together with others has the same fields, quotes and line ends in them included."""
    text = 'long ""text"" of \u00e4\n'
    rows = [f'{n},"{text * (n % 3 * 20)}"' for n in range(20)]
    data = ("a,b\n" + "\r\n".join(rows) + "\r\n").encode()
    assert told(aside(data, 60, format="csv")) == told(read(data, format="csv"))
    assert len(read(data, format="csv").texts) == 20


def test_a_long_record_of_too_many_values(monkeypatch):
    """Values cost many times their bytes: a long record with more of them than a record may have is a reject, commas in texts are none."""
    monkeypatch.setattr("evidence.ingest.readers.json_text._LONG", 100)
    dense, text = json.dumps({"a": [1] * 100}).encode(), json.dumps({"a": ',\\",' * 100}).encode()
    for data in (dense + b"\n" + text, b"[" + dense + b"," + text + b"]"):
        batch = read(data, max_record=1000)
        assert (batch.texts, batch.rejects) == ([text], [(1, "too_many_values", None, len(dense))])


def test_the_limit_is_said_in_evidence_yaml(tmp_path):
    """A record beyond max_record_mb is a reject; with a higher limit the file is read again, and the record is there."""
    source = {"id": "chat", "connector": "plain_chat", "paths": ["logs/chat*"]}
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/chat").write_bytes(lines(chat(1), chat(2, ask="word " * 400_000), chat(3)))
    seen = []
    for more in ({"max_record_mb": 1}, {"max_record_mb": 2}, {}):
        store = company(tmp_path, source | more)
        [outcome] = ingest(store).files
        seen.append((outcome.records, outcome.rejects, [one.reason for one in outcome.refused]))
    assert seen == [(2, 1, ["line_too_long"]), (3, 0, []), (3, 0, [])]


def test_a_large_record_goes_its_way_alone(tmp_path, monkeypatch):
    """It is the same record, between small ones and in whatever batch; its text is found again."""
    for name in ("ingest.readers.base", "pipeline.group", "ingest.readers.lines"):
        monkeypatch.setattr(f"evidence.{name}.LARGE", 1000)
    monkeypatch.setattr("evidence.normalize._LARGE", 500)
    store = company(tmp_path, {"id": "chat", "connector": "plain_chat", "paths": ["logs/chat*"]})
    (tmp_path / "logs/chat").write_bytes(lines(*(chat(n, ask=f"{n} " * (3000 if n % 4 == 1 else 1)) for n in range(9))))
    [outcome] = ingest(store).files
    assert (outcome.records, outcome.rejects, outcome.rows_out) == (9, 0, 9)
    opened = connect(store)
    found = opened.sql("SELECT native_id, prompt_bytes, locator FROM exchange ORDER BY native_id").fetchall()
    assert [(name, size) for name, size, _ in found] == [(f"x{n}", len(f"{n} ") * (3000 if n % 4 == 1 else 1)) for n in range(9)]
