"""Streams in binary frames are read as far as their lengths and checksums hold, and no further."""

from __future__ import annotations

import json
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import connector
from evidence.ingest.readers import decoders, event_frames
from tests.connectors.recordings import frame, packed, request, response, stream

ASKED = {"anthropic_version": "x", "messages": [{"role": "user", "content": "who is on call?"}]}
CLAUDE = [{"type": "message_start", "message": {"id": "msg_1", "model": "claude-x", "usage": {"input_tokens": 6}}},
          {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "In"}},
          {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "es."}},
          {"type": "message_stop", "amazon-bedrock-invocationMetrics": {"inputTokenCount": 6, "outputTokenCount": 2}}]
CONVERSE = [("messageStart", {"role": "assistant"}), ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "In"}, "p": "ab"}),
            ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "es."}}), ("messageStop", {"stopReason": "end_turn"}),
            ("metadata", {"usage": {"inputTokens": 6, "outputTokens": 2}})]


def exchange(path, asked, body):
    """Return the one part of a recording whose response is a framed stream."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (body[:7], body[7:]) if piece)
    events = [(0, "i", request(asked, path=path)), (1, "o", head), (1.5, "o", chunks + b"0\r\n")]
    [row] = decoders.of_record(1, json.dumps({"id": "s", "event_stream": stream(events)}), connector.load("hoop_session"))
    return row


@pytest.mark.parametrize(("path", "asked", "body"), [
    ("/model/claude-x/invoke-with-response-stream", ASKED, b"".join(map(packed, CLAUDE))),
    ("/model/nova-x/invoke-with-response-stream", {"messages": [{"role": "user", "content": [{"text": "who is on call?"}]}]},
     b"".join(map(packed, [{"contentBlockDelta": {"delta": {"text": "Ines."}, "contentBlockIndex": 0}},
                           {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 6, "outputTokenCount": 2}}]))),
    ("/model/llama-x/invoke-with-response-stream", {"prompt": "who is on call?"},
     b"".join(map(packed, [{"generation": "In"}, {"generation": "es.", "amazon-bedrock-invocationMetrics": {"inputTokenCount": 6, "outputTokenCount": 2}}]))),
    ("/model/any-x/converse-stream", {"messages": [{"role": "user", "content": [{"text": "who is on call?"}]}]},
     b"".join(frame(value, kind=kind) for kind, value in CONVERSE)),
])
def test_a_framed_stream_is_read_as_an_answer(path, asked, body):
    """Texts and counts come out of the frames of InvokeModelWithResponseStream, whoever made the model, and of ConverseStream."""
    row = exchange(path, asked, body)
    assert (row["prompt"], row["response"], row["pairing"], row["streaming"]) == ("who is on call?", "Ines.", "exact", True)
    assert (row["tokens_in"], row["tokens_out"], row["truncated"]) == (6, 2, False)


def test_a_stream_written_as_one_list_is_read_as_an_answer():
    """Gemini streams a list of whole responses where nobody asked for events."""
    body = json.dumps([{"candidates": [{"content": {"parts": [{"text": piece}]}}],
                        "usageMetadata": {"promptTokenCount": 6, "candidatesTokenCount": count}} for count, piece in ((1, "In"), (2, "es."))])
    events = [(0, "i", request({"contents": [{"parts": [{"text": "who is on call?"}]}]}, path="/v1beta/models/gemini-x:streamGenerateContent")),
              (1, "o", response(body.encode()))]
    [row] = decoders.of_record(1, json.dumps({"id": "s", "event_stream": stream(events)}), connector.load("hoop_session"))
    assert (row["prompt"], row["response"], row["model"], row["tokens_out"]) == ("who is on call?", "Ines.", "gemini-x", 2)
    assert (row["streaming"], row["pairing"], row["truncated"]) == (True, "exact", False)


def test_an_exception_in_a_stream_stands_as_it_came():
    """A stream that says nothing but why it failed is kept whole, so that it is scanned."""
    row = exchange("/model/any-x/converse-stream", ASKED, frame({"message": "too many requests"}, kind="throttling", message="exception"))
    assert "too many requests" in row["response"]


@pytest.mark.parametrize("spoil", [
    lambda body: body[:-1],                                                   # cut short
    lambda body: body[:-9] + b"\x00" + body[-8:],                             # a changed byte
    lambda body: body + struct.pack(">II", 0xFFFFFFFF, 0) + b"\x00" * 8,      # a length of four gigabytes
    lambda body: body + struct.pack(">III", 16, 0xFFFFFFFF, 0) + b"\x00" * 4,  # headers longer than the frame
    lambda body: body + struct.pack(">III", 0, 0, zlib.crc32(b"\x00" * 8)) + b"\x00" * 4,  # a frame of no length
    lambda body: body + b"\x00",
])
def test_a_spoilt_frame_ends_the_reading_and_is_said(spoil):
    """What was sound before it is read; the exchange is not whole."""
    first, last = frame({"contentBlockIndex": 0, "delta": {"text": "Ines."}}), frame({"usage": {"inputTokens": 6}}, kind="metadata")
    row = exchange("/model/any-x/converse-stream", ASKED, spoil(first + last))
    assert (row["response"], row["truncated"]) == ("Ines.", True)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 60), st.integers(0, 255))
def test_no_bytes_trip_the_reader(noise, place, byte):
    """Whatever the bytes are, the answer is a list and a verdict, and sound frames alone are whole."""
    assert event_frames.events(noise)[1] is (noise == b"")
    sound = frame({"delta": {"text": "x"}})
    changed = bytearray(sound)
    changed[place % len(sound)] = byte
    assert event_frames.events(bytes(changed))[1] is (bytes(changed) == sound)
