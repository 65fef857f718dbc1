"""A recording is cut out of its record without making a value of every event, and what comes out is the same."""

from __future__ import annotations

import base64
import json

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import connector
from evidence.ingest.readers import decoders, recording
from tests.connectors.kit import batch, run
from tests.connectors.recordings import answer, ask, request, response, stream

CHOSEN = connector.load("hoop_session")
EVENTS = [(0.1, "i", request(ask("first"))), (0.5, "o", response(answer("one"))), (7, "i", request(ask("größer")))]
SESSION = {"id": "s", "status": "done", "start_date": "2026-10-01T08:00:00Z", "event_size": 1, "metadata": {"note": [["a"]]},
           "event_stream": stream(EVENTS), "review": None}
WAYS = {"as gateways write": {"separators": (",", ":")}, "with spaces": {}, "over lines": {"indent": 1}}


def both(raw):
    """The recording as it is taken out, and as it is read event by event."""
    tape, rest = recording.taken(raw, CHOSEN.decode)
    slow = recording._read(raw, CHOSEN.decode)
    return [t and ([(bytes(s.data), [s.at(place) for place in range(len(s.data))], s.losses)
                    for s in (t.sent, t.got)], t.errors, t.notes, t.broken) for t in (tape, slow)], rest


@pytest.mark.parametrize("way", sorted(WAYS))
def test_however_a_record_is_written_its_recording_is_the_same(way):
    """Blanks and line ends between the values of a record say nothing."""
    raw = json.dumps(SESSION, **WAYS[way]).encode()
    (tape, slow), rest = both(raw)
    assert tape == slow
    assert tape[0][0][0] == EVENTS[0][2] + EVENTS[2][2]
    assert (len(rest) < 250, rest == raw) == (way != "over lines", way == "over lines")


ODD = st.one_of(st.sampled_from([[], [1], [1, "i", "QQ==", 2], None, 7, "x", {"a": []}]), st.tuples(
    st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-10**20, 10**20), st.sampled_from([None, True, "1", [2], {}])),
    st.sampled_from(["i", "o", "i", "o", "i", "o", "e", "x", "", "io", None]),
    st.one_of(st.binary(max_size=9).map(lambda data: base64.b64encode(data).decode()),
              st.sampled_from(["", "=", "QQ", "QQ=", "Q Q=", "QQ==QQ==", "QR==", "é", '"', "\\", "e30K", "]],[[", None, 3,
                               base64.b64encode(b'{"type":"mcp.tool_denied","tool":"rm"}\n').decode()]))).map(list))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(ODD, st.tuples(st.floats(0, 9), st.sampled_from("io"), st.just("QUJD")).map(list)), max_size=6),
       st.sampled_from(sorted(WAYS)), st.booleans(), st.integers(0, 3))
def test_what_is_cut_is_what_is_read(events, way, escaped, mischief):
    """Whatever the events are, and wherever else a record has such a field, both ways of reading give the same."""
    value = {"id": "s", "event_stream": events}
    if mischief == 1:
        value = {"metadata": {"event_stream": [[0, "o", "WFla"]]}, "id": "s", "event_stream": events}
    text = json.dumps(value, ensure_ascii=escaped, **WAYS[way])
    if mischief == 2:
        text = text[:-1] + ', "event_stream": [[0.5, "i", "WFla"]]}'
    if mischief == 3:
        text = text.replace('"event_stream"', '"event\\u005fstream"')
    (tape, slow), rest = both(text.encode())
    assert tape == slow
    without = json.loads(rest) | {"event_stream": None}
    assert without == json.loads(text) | {"event_stream": None}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_record_that_is_spoiled_is_read_as_before(data):
    """One byte more, less or different in a record never makes the quick way read what the other does not."""
    raw = bytearray(json.dumps({"id": "s", "event_stream": [[0.5, "i", "QUJD"], [1, "o", "WFla"], [2.5, "o", "QQ=="]], "x": {"y": [["z"]]}},
                               separators=(",", ":")).encode())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place:place + data.draw(st.integers(0, 1))] = data.draw(st.sampled_from([b"", *(bytes([c]) for c in b'"[]{},|\\ 0eioAQ=\xff')]))
    (tape, slow), _ = both(bytes(raw))
    assert tape == slow


def test_the_engine_does_not_see_a_recording_and_knows_how_long_it_was():
    """The engine is given what its statements can ask for; a record that is refused is as long as it was received."""
    raw = json.dumps(SESSION, separators=(",", ":"))
    records, parts = decoders.opened(batch([raw]), CHOSEN)
    assert (len(records["raw"][0].as_py()) < 250, records["byte_len"].to_pylist(), parts.num_rows) == (True, [len(raw)], 2)
    wrong = json.dumps(SESSION | {"start_date": "today"}, separators=(",", ":"))
    [reject] = run("hoop_session", [wrong]).rejects.to_pylist()
    assert (reject["reason"], reject["byte_len"]) == ("bad_timestamp:start_date", len(wrong))


def test_a_field_that_a_statement_sees_stays_in_the_record():
    """A connector whose shape has the recording gets the record whole."""
    seeing = CHOSEN.model_copy(update={"shape": {**CHOSEN.shape, "event_stream": "JSON"}})
    records, _ = decoders.opened(batch([SESSION]), seeing)
    assert records["raw"].equals(pa.array([json.dumps(SESSION)]))
