"""Chunks and events that are read a run at a time say what they say one by one."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import connector
from evidence.ingest.readers import http_body, wire, wire_events
from evidence.ingest.readers.http_chunks import Chunks
from tests.connectors.recordings import deltas

WIRES = {one.id: one for one in wire.load(connector.load("hoop_session").wire)}


def chunk(data, size=None, end=b"\r\n"):
    """One chunk, or one that says another size."""
    return b"%x\r\n" % (len(data) if size is None else size) + data + end


PIECES = st.one_of(st.sampled_from([b"a", b"data: {}\n\n", b"\r\n", b"0\r\n", b"\r\n0\r\n", b"5", b"x\r\ny"]), st.binary(min_size=1, max_size=5))
CHUNKS = st.one_of(PIECES.map(chunk), PIECES.map(chunk), st.builds(chunk, PIECES, st.integers(0, 20), st.sampled_from([b"\r\n", b"", b"\n"])),
                   st.sampled_from([b"1;a=b\r\nx\r\n", b"+1\r\nx\r\n", b" 1\r\nx\r\n", b"0x1\r\nx\r\n", b"1_0\r\n0123456789abcdef\r\n", b"000000001\r\nx\r\n",
                                    b"00\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"\r\n"]))
BODIES = st.tuples(st.lists(CHUNKS, max_size=5), st.sampled_from([b"0\r\n", b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b""])).map(lambda body: b"".join(body[0]) + body[1])


@settings(max_examples=600, deadline=None)
@given(st.lists(BODIES, min_size=1, max_size=4), st.booleans())
def test_chunks_cut_all_at_once_are_those_read_one_by_one(bodies, changing):
    """Whatever the sizes say, bodies one after the other give the same pieces, ends and verdicts in both ways."""
    data = b"".join(bodies)
    quick, slow = Chunks(bytearray(data) if changing else data), Chunks(data)
    slow._doubt = len(data) + 1
    places = [sum(map(len, bodies[:number])) for number in range(len(bodies))]
    assert [quick.read(place) for place in places] == [slow.read(place) for place in places]


def test_a_regular_body_is_cut_at_once():
    """The quick way is taken: of a body of many chunks none is looked for."""
    data = b"".join(chunk(b"w%d" % number) for number in range(500)) + b"0\r\n"
    pieces, end = Chunks(data)._regular(0)
    assert (len(pieces), data[end:]) == (500, b"0\r\n")


LEADS = st.sampled_from(["data: ", "data:", "event: x\ndata: ", "\ndata: ", "id: 1\nevent: y\ndata:  ", "data: 1\ndata: ", ": c\n", "data: 7\nx "])
TEXTS = st.sampled_from(["a", " b", "", "ü", '"', "\\", '\\"', "\n", "\ud83d", "\ude00", "␀ what no event says", "},", '","', "content"]) | st.text(max_size=3)
SHAPES = [
    lambda text, n: {"id": "c1", "model": "gpt", "choices": [{"index": 0, "delta": {"content": text}}], "usage": None},
    lambda text, n: {"choices": [{"index": n % 2, "delta": {"content": text}}], "obfuscation": "x" * (n % 5), "sequence_number": n},
    lambda text, n: {"sequence_number": 10**14 + n, "choices": [{"delta": {"content": text}}], "obfuscation": "é" if n == 3 else "0aZ"},
    lambda text, n: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
    lambda text, n: {"type": "ping" if n == 4 else "content_block_delta", "index": 0, "delta": {"text": text}},
    lambda text, n: {"type": "response.output_text.delta", "sequence_number": n, "output_index": 0, "content_index": 0, "delta": text, "obfuscation": "ab"[:n % 3]},
]


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_a_run_of_events_says_what_they_say_one_by_one(data):
    """Long runs of like events, with others among them that nearly are, give the texts, the ids and the verdict of each read whole."""
    shape = WIRES[data.draw(st.sampled_from(["openai_chat", "anthropic_messages", "openai_responses"]))]
    make, lead, escaped = data.draw(st.sampled_from(SHAPES)), data.draw(LEADS), data.draw(st.booleans())
    blocks = []
    for number in range(data.draw(st.integers(8, 16))):
        other = data.draw(st.integers(0, 7)) == 0
        text = json.dumps(make(data.draw(TEXTS) if other else f" w{number}", number), ensure_ascii=escaped, separators=(",", ":"))
        if other:
            text = data.draw(st.sampled_from([text, text[:-1], text.replace(":", ": ", 1), text + " ", text.replace('"', "'"), text.replace("w", "\n"), "[DONE]"]))
        blocks.append((data.draw(LEADS) if other else lead) + text)
    body = data.draw(st.sampled_from(["\n\n", "\r\n\r\n", "\n\n\n"])).join([*blocks, ""]).encode("utf-8", "surrogatepass")
    body = body[:len(body) - data.draw(st.integers(0, 3))]
    values, whole = http_body.events(body)
    assert wire.read_stream(shape, body) == (wire.read_events(shape, values), whole)


@pytest.mark.parametrize("name", ["chunks that lie", "events of which one is spoiled", "two streams in one"])
def test_what_is_tried_in_vain_is_not_tried_again(name):
    """Four times the bytes take about four times as long, not sixteen times."""
    def spent(size):
        if name == "chunks that lie":
            data = chunk(b"x", 2) * size + b"\r\n0\r\n"
            chunks, began = Chunks(data), time.process_time()
            for place in range(0, len(data) - 9, 6):
                chunks._regular(place)
            return time.process_time() - began
        said = [*map(str, range(size)), "\x01"] if name == "events of which one is spoiled" else ["a"] * size
        sent = [json.dumps(event).replace("\\u0001", "\x01") for event in deltas(*said)]
        if name == "two streams in one":
            sent[::2] = [text.replace('{"content"', '{"refusal"') for text in sent[::2]]
        body, began = "".join(f"data: {text}\n\n" for text in sent).encode(), time.process_time()
        wire.read_stream(WIRES["openai_chat"], body)
        return time.process_time() - began

    spent(100)
    assert spent(20_000) < 8 * max(spent(5_000), 0.005)


def test_a_pattern_is_not_sought_again_and_again():
    """Where events alternate, proofs that serve for one event become rare."""
    sought = []
    original = wire_events.parted
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire_events, "parted", lambda *given: (found := original(*given)) and (sought.append(found) or found))
        body = "".join(f"data: {json.dumps({'choices': [{'index': n // 2 % 3, 'delta': {'content': 'a'}}]})}\n\n" for n in range(3000)).encode()
        said, whole = wire.read_stream(WIRES["openai_chat"], body)
    assert (said.text, whole) == ("\n".join(["a" * 1000] * 3), True)
    assert 0 < len(sought) < 150
