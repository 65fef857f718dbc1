"""Exchanges are found in recordings that no strict parser would take, and hostile ones cost no more than their size."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import connector, connector_cases
from evidence.errors import SourceError
from evidence.ingest.readers import decoders, http_body, http_stream, wire, wire_events
from evidence.ingest.readers.feed import feed
from tests.connectors.kit import normalizer
from tests.connectors.recordings import answer, ask, deltas, request, response, spread, stream, streamed

CHOSEN = connector.load("hoop_session")


def decode(events, chosen=CHOSEN):
    """Return the parts of a recording."""
    return list(decoders.of_record(1, json.dumps({"id": "s", "event_stream": stream(events)}), chosen))


MIX = [
    (0.1, "i", request(ask("first"))), (0.5, "o", response(answer("one"))),
    (2.0, "i", request(ask("second", stream=True))), *spread(2.1, "o", streamed(deltas("tw", "o"))),
    (5.0, "i", request(ask("third"), length=False)), (5.2, "o", response(answer("three"))),
    (8.0, "i", request(ask("fourth"))), (8.1, "i", request(ask("fifth", stream=True))),
    (9.0, "o", response(answer("four"))), *spread(9.5, "o", streamed(deltas("five"), closed=True)),
    (20.0, "i", request(None, path="/v1/models", method="GET")), (20.1, "o", response({"data": []})),
    (30.0, "i", request(ask("cut"))[:-5]),
]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_exchanges_do_not_depend_on_how_the_bytes_were_cut(data):
    """The recording's events are packets; cut elsewhere, the same bytes give the same exchanges."""
    pieces = []
    for time, kind, content in MIX:
        cuts = sorted(data.draw(st.sets(st.integers(0, len(content)), max_size=4)))
        for start, end in zip([0, *cuts], [*cuts, len(content)], strict=True):
            pieces.append((time, kind, content[start:end]))
    assert decode(pieces) == decode(MIX)


def test_the_mixture_is_read_as_it_was_written():
    """Sequential pairs are exact, overlapping ones are resolved by what tells them apart, and a cut one says so."""
    rows = decode(MIX)
    assert [(r["prompt"], r.get("response"), r["pairing"]) for r in rows[:-2]] == [
        ("first", "one", "exact"), ("second", "two", "exact"), ("third", "three", "exact"), ("fourth", "four", "exact"),
        ("fifth", "five", "exact")]
    assert (rows[-1]["pairing"], rows[-1]["truncated"]) == ("unpaired", True)


def test_like_requests_that_overlap_are_never_exact():
    """Nothing tells two plain requests apart, so their pairs are shown as a guess."""
    rows = decode([(0, "i", request(ask("a"))), (1, "i", request(ask("b"))),
                   (2, "o", response(answer("x"))), (3, "o", response(answer("y")))])
    assert {row["pairing"] for row in rows} == {"ambiguous"}


def test_a_model_that_begins_like_another_does_not_prove_a_pair():
    """gpt-4o fits gpt-4o-mini too; a proof needs a mark that fits once on both sides."""
    rows = decode([(0, "i", request(ask("a", model="gpt-4o"))), (1, "i", request(ask("b", model="gpt-4o-mini"))),
                   (2, "o", response(answer("x", model="gpt-4o-mini-2024"))), (3, "o", response(answer("y", model="gpt-4o-mini-2024")))])
    assert {row["pairing"] for row in rows} == {"ambiguous"}


@pytest.mark.parametrize(("name", "encode"), [
    ("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress),
    ("zstd", zstandard.ZstdCompressor().compress)])
def test_compressed_bodies_are_read(name, encode):
    """Prompt and response are found under any content encoding that is in use."""
    row = decode([(0, "i", request(ask("packed"), encode=encode, headers=[("Content-Encoding", name)])),
                  (1, "o", response(answer("tight"), encode=encode, headers=[("Content-Encoding", name)]))])[0]
    assert (row["prompt"], row["response"], row["truncated"]) == ("packed", "tight", False)


def test_a_bomb_stays_small():
    """A body that would fill the memory is cut, and the exchange says that it is not whole."""
    bomb = gzip.compress(b"a" * 80_000_000)
    row = decode([(0, "i", request(bomb, headers=[("Content-Encoding", "gzip")])), (1, "o", response(answer("ok")))])[0]
    assert row["truncated"]
    assert len(row["prompt"]) <= max(1 << 20, 50 * len(bomb))


def test_secret_headers_never_leave():
    """Keys, cookies and tokens that stand in the recording are in no part."""
    headers = [("Authorization", "Bearer s3cr3t"), ("Cookie", "hoop_proxy_token=s3cr3t"), ("api-key", "s3cr3t"),
               ("X-Custom", "s3cr3t")]
    rows = decode([(0, "i", request(ask("hi"), path="/v1/chat/completions?api-key=s3cr3t", headers=headers)),
                   (1, "o", response(answer("ok"), headers=[("Set-Cookie", "s3cr3t")]))])
    assert "s3cr3t" not in str(rows)
    assert rows[0]["route"] == "/v1/chat/completions"


def test_a_text_is_found_again_by_its_part():
    """The address of a text leads back to the same bytes; one of another decoder is refused."""
    raw = json.dumps({"id": "s", "event_stream": stream(MIX)})
    for row in decoders.of_record(1, raw, CHOSEN):
        for field in ("prompt", "response"):
            if row.get(field) is not None:
                assert decoders.text(raw, CHOSEN, row[f"{field}_part"]) == row[field].encode()
    with pytest.raises(SourceError, match="another decoder"):
        decoders.text(raw, CHOSEN, "000000000000:0/prompt")
    with pytest.raises(SourceError, match="no text part"):
        decoders.text(raw, CHOSEN, f"{CHOSEN.decoder_digest}:999/prompt")


def test_every_text_of_the_cases_is_found_again():
    """For each text that a session gives, its address leads back to bytes with the hash that the row keeps."""
    for path in connector_cases.cases(CHOSEN):
        for records, parts, _ in feed(CHOSEN, path):
            raws = dict(zip(records["locator"].to_pylist(), records["raw"].to_pylist(), strict=True))
            out = normalizer("hoop_session").batch(records, parts)
            hashes = {(row["native_id"], field): row[f"{field}_sha256"] for row in out.rows["exchange"].to_pylist()
                      for field in ("prompt", "response")}
            for row in out.texts.to_pylist():
                data = decoders.text(raws[row["locator"]], CHOSEN, row["part"])
                assert hashlib.sha256(data).hexdigest() == hashes[row["native_id"], row["field"]]


def test_an_unknown_route_keeps_its_body_for_the_scanner():
    """Where no wire shape knows the route, the whole body is the text, and the address says so."""
    row = decode([(0, "i", request({"q": "jana@client.example"}, path="/custom")), (1, "o", response({"a": "ok"}))])[0]
    assert "jana@client.example" in row["prompt"]
    assert row["prompt_part"].endswith("request-body")


def test_a_lone_surrogate_hides_nothing():
    """An escape that the fast parser refuses does not keep a prompt from being read."""
    body = b'{"model": "gpt-4o", "messages": [{"role": "user", "content": "mail \\ud800 jana@client.example"}]}'
    row = decode([(0, "i", request(body)), (1, "o", response(answer("ok")))])[0]
    assert row["prompt"] == "mail \ufffd jana@client.example"


def test_a_length_that_masking_made_wrong_does_not_swallow_the_next():
    """A masked body shorter than its stated length ends where its JSON does."""
    body = json.dumps(answer("<PERSON> called")).encode()
    short = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) + 40) + body
    rows = decode([(0, "i", request(ask("a"))), (1, "o", short), (2, "i", request(ask("b"))), (3, "o", response(answer("y")))])
    assert [(r["response"], r["pairing"]) for r in rows] == [("<PERSON> called", "exact"), ("y", "exact")]


HOSTILE = {
    "start lines": [(0, "i", b"GET / HTTP/1.1\r\n" * 60_000)],
    "stated lengths": [(0, "i", b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n{" * 20_000)],
    "almost responses": [(0, "o", b"HTTP/1.1 200 " * 60_000)],
    "broken chunks": [(0, "o", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz" * 20_000)],
    "tiny chunks": [(0, "o", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 150_000)],
    "tiny events": [(n, "i", b"G") for n in range(40_000)],
    "long words": [(0, "i", (b"GET " + b"a" * 8_000) * 150)],
    "all open": [(n, "i", request(ask("q"))) for n in range(3_000)] + [(9_999, "o", response(answer("a")) * 3_000)],
    "deep": [(0, "i", request(b"[" * 900_000)), (1, "o", response(b'{"a":' * 200_000))],
    "deep escapes": [(0, "i", request(b'["\\ud800",' * 100_000))],
    "blank events": [(0, "i", request(ask("x"))), (1, "o", b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + b"data: {}\n\n" * 60_000)],
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_recordings_cost_their_size(name):
    """No recording makes the decoder look at the same bytes again and again; a quadratic one would not end here."""
    rows = decode(HOSTILE[name])
    assert 1 <= len(rows) <= http_stream.MAX_MESSAGES + 1


@settings(max_examples=120, deadline=None)
@given(st.lists(st.one_of(
    st.tuples(st.one_of(st.floats(), st.integers(), st.none(), st.text(max_size=3)), st.sampled_from(["i", "o", "e", "x", None]),
              st.one_of(st.text(max_size=12), st.none(), st.sampled_from(["R0VUIC8gSFRUUC8xLjENCg0K", "SFRUUC8xLjEgMjAwIE9LDQoNCnt9"]))),
    st.integers(), st.none()), max_size=8))
def test_events_of_any_kind_are_taken_without_a_traceback(events):
    """Whatever stands in the list of events, the decoder answers with parts and not with an error."""
    raw = json.dumps({"id": "s", "event_stream": [list(e) if isinstance(e, tuple) else e for e in events]})
    for row in decoders.of_record(1, raw, CHOSEN):
        assert row["pairing"] in {"exact", "ambiguous", "unpaired", "unparsed"}


def test_calls_of_tools_that_overlap_are_told_apart_by_their_numbers():
    """JSON-RPC numbers its requests and repeats the number in the answer, so pairs are proven; a number used twice proves nothing."""
    def call(number, text):
        return request({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": "find", "arguments": {"q": text}}}, path="/fleet")

    def found(number, text):
        return response({"jsonrpc": "2.0", "id": number, "result": {"content": [{"type": "text", "text": text}]}})

    rows = decode([(0, "i", call(7, "a")), (1, "i", call(8, "b")), (2, "o", found(8, "to b")), (3, "o", found(7, "to a"))])
    assert [(r["prompt"], r["response"], r["pairing"], r["route"]) for r in rows] == [
        ('{"q": "a"}', "to a", "exact", "/fleet#tools/call:find"), ('{"q": "b"}', "to b", "exact", "/fleet#tools/call:find")]
    twice = decode([(0, "i", call(7, "a")), (1, "i", call(7, "b")), (2, "o", found(7, "x")), (3, "o", found(7, "y"))])
    assert {row["pairing"] for row in twice} == {"ambiguous"}


def test_lines_of_the_gateway_between_the_bytes_of_a_response_are_no_part_of_it():
    """A line of the proxy in the middle of a body neither shortens nor lengthens the response; another line of JSON is one of its bytes."""
    whole = response(answer("both halves"))
    line = b'{"Type": "mcp.redacted", "Tool": "find", "Fields": {}}\n'
    rows = decode([(0, "i", request(ask("a"))), (1, "o", whole[:90]), (1.5, "o", line), (2, "o", whole[90:])])
    assert [(r["kind"], r.get("response"), r["truncated"], r["method"], r["route"]) for r in rows] == [
        ("http", "both halves", False, "POST", "/v1/chat/completions"), ("note", None, False, "mcp.redacted", "find")]
    other = decode([(0, "i", request(ask("a"))), (1, "o", whole[:90]), (1.5, "o", line.replace(b"mcp.", b"log.")), (2, "o", whole[90:])])
    assert [(row["kind"], row["truncated"]) for row in other] != [("http", False)]


def lines(*values):
    """Return messages as a pipe carries them, one to a line."""
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def rpc(number, method=None, **more):
    """Return a message of JSON-RPC."""
    return {"jsonrpc": "2.0", **({} if number is None else {"id": number}), **({"method": method} if method else {}), **more}


PIPE = [
    (0.1, "i", lines(rpc(1, "initialize", params={"protocolVersion": "1"}))), (0.2, "o", lines(rpc(1, result={"protocolVersion": "1"}))),
    (0.3, "i", lines(rpc(None, "notifications/initialized"))),
    (1.0, "i", lines(rpc(2, "tools/call", params={"name": "find", "arguments": {"q": "a"}}))),
    (1.1, "i", lines(rpc(3, "tools/call", params={"name": "find", "arguments": {"q": "b"}}))),
    (1.2, "o", lines(rpc(1, "sampling/createMessage", params={"messages": [{"role": "user", "content": {"type": "text", "text": "and you?"}}]}))),
    (1.3, "i", lines(rpc(1, result={"role": "assistant", "content": {"type": "text", "text": "I am well"}}))),
    (1.4, "o", lines(rpc(3, result={"content": [{"type": "text", "text": "to b"}]}))),
    (1.5, "o", lines(rpc(2, error={"code": -1, "message": "not a"}))),
    (1.6, "o", lines(rpc(None, "notifications/message", params={"level": "info", "data": "told"}))),
    (2.0, "i", lines(rpc(4, "tools/call", params={"name": "hang", "arguments": {}}))),
    (2.1, "o", b"not a message\n"), (2.2, "e", b"gone"),
]


def test_calls_over_a_pipe_are_paired_by_their_numbers_whoever_makes_them():
    """Without HTTP, each numbered message is a call of its own; the server's has the texts the other way round, and the rest is scanned."""
    rows = decode(PIPE)
    assert [(r["kind"], r.get("route"), r.get("prompt"), r.get("response"), r["pairing"]) for r in rows[1:]] == [
        ("rpc", "#tools/call:find", '{"q": "a"}', "not a", "exact"), ("rpc", "#tools/call:find", '{"q": "b"}', "to b", "exact"),
        ("rpc", "#sampling/createMessage", "I am well", "and you?", "exact"), ("rpc", "#notifications/message", None, "told", "exact"),
        ("rpc", "#tools/call:hang", "{}", None, "unpaired"), ("stream", None, None, "not a messagegone", "unparsed")]
    assert (rows[0]["route"], rows[0]["request_offset_us"], rows[0]["response_offset_us"]) == ("#initialize", 100_000, 200_000)


def test_a_number_in_use_twice_proves_no_pair_over_a_pipe():
    """Two clients may count alike; which answer is whose is then a guess."""
    rows = decode([(0, "i", lines(rpc(1, "ping"), rpc(1, "ping"))), (1, "o", lines(rpc(1, result={}), rpc(1, result={}), rpc(9, result={})))])
    assert [row["pairing"] for row in rows] == ["ambiguous", "ambiguous", "unpaired"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_calls_over_a_pipe_do_not_depend_on_how_the_bytes_were_cut(data):
    """Cut elsewhere, the same bytes give the same calls, but for the time at which a line was whole."""
    pieces = []
    for time, kind, content in PIPE:
        cuts = sorted(data.draw(st.sets(st.integers(0, len(content)), max_size=3)))
        pieces += [(time, kind, content[start:end]) for start, end in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    assert decode(pieces) == decode(PIPE)


SAID = st.sampled_from(["a", "content", "delta", "text", "0", "x\ny", 'say "no"', "ü", "", "gpt", "␀ what no event says"]) | st.text(max_size=3)
EVENTS = st.one_of(
    st.builds(lambda text, index: {"id": "c1", "model": "gpt", "choices": [{"index": index, "delta": {"content": text}}], "usage": None}, SAID, st.integers(0, 1)),
    st.builds(lambda text, index: {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": text}}, SAID, st.integers(0, 1)),
    st.builds(lambda text, count: {"sequence_number": count, "choices": [{"delta": {"content": text}}], "obfuscation": "x" * count}, SAID, st.integers(0, 3)),
    st.builds(lambda text, kind: {"type": kind, "delta": {"text": text}}, SAID, st.sampled_from(["content_block_delta", "ping"])),
    st.builds(lambda text, count: {"id": text, "choices": [{"delta": {"content": text, "refusal": text}}], "usage": {"prompt_tokens": count}}, SAID, st.integers(0, 3)),
    st.builds(lambda text, count: {"choices": [{"index": text, "delta": {"content": "x"}}], "usage": {"completion_tokens": count}}, SAID, st.integers(0, 3)))
PAYLOADS = st.one_of(EVENTS.map(json.dumps), EVENTS.map(lambda e: json.dumps(e, ensure_ascii=False, separators=(",", ":"))), st.sampled_from([
    "[DONE]", "", "null", "7", "{", '{"choices":[{"delta":{"content":"\\ud800"}}]}', '{"choices":[{"delta":{"content":"a","content":"b"}}]}',
    '{"choices":[{"delta":{"\\u0063ontent":"content"}}]}', '{"choices":[{"delta":{"content":"\\u0061"}}]}', '{"choices":[{"delta":{"content":"a"b"}}]}', '{"sequence_number":01,"choices":[{"delta":{"content":"a"}}]}',
    '{"sequence_number":5,"id":"a","choices":[{"delta":{"content":"b"}}],"obfuscation":"\\"}']))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["openai_chat", "anthropic_messages"]), st.lists(PAYLOADS | st.tuples(PAYLOADS, SAID), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_a_stream_read_by_what_differs_says_what_its_events_say(name, drawn, end):
    """Events of which only the text is read give what they give when each is read whole, those made to mislead as well."""
    shape = next(one for one in wire.load(CHOSEN.wire) if one.id == name)
    # Most events of a stream are as the one before, with another text in its place.
    sent = [one if isinstance(one, str) else one[0].replace('"a"', json.dumps(one[1])) for drawn_one in drawn for one in (drawn_one, drawn_one)]
    body = "".join(f"data: {one}{end}{end}" for one in sent).encode("utf-8", "surrogatepass")
    values, whole = http_body.events(body)
    assert wire.read_stream(shape, body) == (wire.read_events(shape, values), whole)


def test_of_events_that_are_alike_only_the_text_is_read():
    """The way is taken: of a long stream but a few events are read whole."""
    shape = next(one for one in wire.load(CHOSEN.wire) if one.id == "openai_chat")
    read = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire_events, "payload", lambda data: read.append(data) or http_body.payload(data))
        padded = [event | {"sequence_number": number, "obfuscation": "x" * (number % 9)} for number, event in enumerate(deltas(*map(str, range(500))))]
        said, whole = wire.read_stream(shape, b"".join(f"data: {json.dumps(event, separators=(',', ':'))}\n\n".encode() for event in padded))
    assert (said.text, whole) == ("".join(map(str, range(500))), True)
    assert len(read) <= 3
