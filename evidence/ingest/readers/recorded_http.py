"""Turns a recording of a tunnel into exchanges: the decoder ``recorded_http``.

A recording holds what went in, what came out, and errors. Where HTTP requests or responses are in it, each exchange
gives one part of kind ``http``; bytes that belong to no message give one last part of kind ``stream`` and pairing
``unparsed``, so that they are scanned and counted. A recording without any message (a terminal, a script) is one part
of kind ``stream``, or, where it is lines of JSON that number their requests, parts of kind ``rpc``. Lines that the
gateway itself wrote into the recording, as the connector tells them, are parts of kind ``note`` and belong to no
message.

Headers other than those that the connector declares are dropped here; those that carry secrets cannot be declared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from evidence.decoding import Blocked, RecordedHttp
from evidence.ingest.readers import http_answer, http_body, http_stream, recording, rpc_lines, wire
from evidence.ingest.readers.http_pairing import Marks, Pair, pair
from evidence.ingest.readers.http_stream import Message
from evidence.ingest.readers.recording import Tape

_FRAMING: Final = frozenset({"content-length", "transfer-encoding", "content-type", "content-encoding", "host"})
_ROUTES: Final = 4096
_LONG: Final = 1024
"""So many paths, of at most so many characters, are remembered with the shape that is spoken there."""


@dataclass(slots=True)
class _Read:
    """One request as far as it was understood."""

    shape: wire.Wire | None
    said: wire.Said
    path: str
    text: str | None
    mark: str
    whole: bool
    operation: str = ""
    echo: str | None = None


class Recordings:
    """Reads the recordings of one source."""

    def __init__(self, decode: RecordedHttp, wires: tuple[wire.Wire, ...]) -> None:
        """Settle what is alike for all records."""
        self._decode, self._wires = decode, wires
        self._keep = _FRAMING | {*decode.correlation_id, *decode.request_id, *decode.echo, *decode.client_ip}
        self._answering = [shape for shape in wires if shape.answers]
        self._routes: dict[str, wire.Wire | None] = {}

    def opened(self, raw: bytes) -> tuple[list[dict[str, Any]], bytes]:
        """Return the parts of one record, in order, and the record without its recording, or as it is without one.

        A record without the field, or that is not JSON, gives no parts: whether that is an error is for the connector
        to say.
        """
        tape, rest = recording.taken(raw, self._decode)
        del raw  # a large record would be held beside all that is made of it
        return ([], rest) if tape is None else ([*self.rows(tape), *tape.notes], rest)

    def rows(self, tape: Tape) -> Iterator[dict[str, Any]]:
        """Yield the parts of a recording that are no notes."""
        decode, lost_sent, lost_got = self._decode, list[tuple[int, int]](), list[tuple[int, int]]()
        requests = http_stream.messages(tape.sent, http_stream.REQUEST, self._keep, lost_sent)
        responses = http_stream.messages(tape.got, http_stream.RESPONSE, self._keep, lost_got)
        if not requests and not responses:
            yield from _other(tape, self._wires)
            return
        asked = [self._read_request(message) for message in requests]
        numbered = [shape for shape in self._answering if any(one.shape is shape for one in asked)]
        pairs = pair(requests, responses, lambda n: _mark_request(requests[n], asked[n], decode),
                     lambda n: _mark_response(responses[n], decode, numbered))
        stop = _stopped(tape, decode, pairs)
        rest = _stream(tape, lost_sent, lost_got, "unparsed", []) if lost_sent or lost_got else None
        upgraded = [number for number, item in enumerate(pairs) if item.pairing == "unparsed"]
        for number, item in enumerate(pairs):
            row: dict[str, Any] = {"kind": "http", "pairing": item.pairing, "truncated": tape.broken, "blocked": False}
            shape = None
            if item.request is not None:
                shape = asked[item.request].shape
                row |= _of_request(requests[item.request], asked[item.request], decode, broken=tape.broken)
            if item.response is not None:
                row |= _of_response(responses[item.response], shape, decode, row)
            if number == stop:
                row |= {"blocked": True, "blocked_by": decode.blocked.error_prefix if decode.blocked else None}
            if rest and upgraded and number == upgraded[-1]:
                row |= _frames(row, rest)
            yield row
        if rest and not upgraded:
            yield rest

    def _read_request(self, message: Message) -> _Read:
        body, good = http_body.inflate(message.body, message.headers.get("content-encoding", ""))
        path = _path(message)
        shape = self._of_route(path) or wire.of_body(self._wires, body)
        value = http_body.load(body) if shape else None
        said = wire.read_request(shape, path, value) if shape else wire.Said()
        read = _Read(shape, said, path, said.text, "text", message.whole and good)
        if said.text is None:
            read.text, read.mark = body.decode("utf-8", "replace") or None, "body"
        if shape:
            read.operation, read.echo = wire.operation(shape, value), wire.answered(shape, value, request=True)
        return read

    def _of_route(self, path: str) -> wire.Wire | None:
        """Return the shape of a path, which mostly has been seen before."""
        if path not in self._routes:
            if len(self._routes) >= _ROUTES or len(path) > _LONG:
                return wire.of_route(self._wires, path)
            self._routes[path] = wire.of_route(self._wires, path)
        return self._routes[path]


def _other(tape: Tape, wires: tuple[wire.Wire, ...]) -> Iterator[dict[str, Any]]:
    """Yield the parts of a recording without HTTP: calls over a pipe, or all its bytes as one."""
    calls = rpc_lines.rows(tape.sent, tape.got, wires, broken=tape.broken)
    if calls is not None:
        found, lost_sent, lost_got = calls
        yield from found
        if lost_sent or lost_got or tape.errors:
            yield _stream(tape, lost_sent, lost_got, "unparsed" if lost_sent or lost_got else "exact", tape.errors)
    elif not tape.notes or tape.sent.data or tape.got.data or tape.errors or tape.broken:
        yield _stream(tape, [(0, len(tape.sent.data))], [(0, len(tape.got.data))],
                      "unparsed" if tape.broken else "exact", tape.errors)


def _frames(row: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """Put bytes after an upgrade (frames of a web socket) where they belong, unread."""
    joined = {name: "\n".join(text for text in (row.get(name), rest[name]) if text) or None
              for name in ("prompt", "response")}
    return {**joined, "prompt_mark": "body", "response_mark": "body", "truncated": True}


def _path(message: Message) -> str:
    """Return the path of a request; the query can carry keys and is dropped."""
    target = message.words[1].partition("?")[0].partition("#")[0]
    return "/" + target.split("/", 3)[-1] if "://" in target[:12] and target.count("/") >= 3 else target


def _header(message: Message, names: tuple[str, ...]) -> str | None:
    return next((message.headers[name][:256] for name in names if message.headers.get(name)), None)


def _mark_request(message: Message, read: _Read, decode: RecordedHttp) -> Marks:
    return Marks(read.echo or _header(message, decode.echo), read.said.model, read.said.stream)


def _mark_response(message: Message, decode: RecordedHttp, numbered: list[wire.Wire]) -> Marks:
    """Return what tells a response apart; its model is only in the body, which is read when it is paired.

    Where requests bear numbers that responses repeat in their bodies, these are read here, too; that one of them is a
    stream says nothing, since the server chooses that.
    """
    kind = message.headers.get("content-type", "")
    if numbered:
        body, _ = http_body.inflate(message.body, message.headers.get("content-encoding", ""))
        values, _ = http_answer.events(body, kind)
        found = [mark for value in ([http_body.load(body)] if values is None else values)
                 for shape in numbered if (mark := wire.answered(shape, value))]
        if found:
            return Marks(found[0], None, None)
    streaming = http_answer.streams(message.body[:8], kind)
    model = None
    if "content-encoding" not in message.headers:
        head = message.body[:4096]
        place = head.find(b'"model"')
        quoted = head[place + 7:].split(b'"', 2) if place >= 0 else []
        model = quoted[1].decode("utf-8", "replace") if len(quoted) == 3 and quoted[0].strip() == b":" else None
    return Marks(_header(message, decode.echo), model, streaming)


def _of_request(message: Message, read: _Read, decode: RecordedHttp, *, broken: bool) -> dict[str, Any]:
    host, route = message.headers.get("host"), read.path[:2048] + read.operation
    return {
        "request_offset_us": message.first[1], "method": message.words[0], "route": route,
        "host": host.rsplit(":", 1)[0].lower()[:255] if host else None, "model": read.said.model,
        "streaming": read.said.stream, "truncated": broken or not read.whole,
        "correlation_id": _header(message, decode.correlation_id), "client_ip": _header(message, decode.client_ip),
        "prompt": read.text, "prompt_mark": read.mark}


def _of_response(message: Message, shape: wire.Wire | None, decode: RecordedHttp, row: dict[str, Any]
                 ) -> dict[str, Any]:
    body, whole = http_body.inflate(message.body, message.headers.get("content-encoding", ""))
    said, value, streaming, complete = http_answer.read(body, message.headers.get("content-type", ""), shape)
    out = {
        "response_offset_us": message.last[1], "status_code": message.status, "streaming": streaming,
        "truncated": row["truncated"] or not (message.whole and whole and complete),
        "request_id": _header(message, decode.request_id), "response_id": said.id,
        "tokens_in": said.tokens_in, "tokens_out": said.tokens_out, "model": row.get("model") or said.model,
        "response": said.text if said.text is not None else body.decode("utf-8", "replace") or None,
        "response_mark": "text" if said.text is not None else "body"}
    if (sign := decode.blocked) and isinstance(value, dict) and out["status_code"] in sign.status:
        out |= _verdict(sign, value)
    return out


def _verdict(sign: Blocked, value: dict[str, Any]) -> dict[str, Any]:
    """Say whether the gateway stopped the request, by which rule, and how risky it found it."""
    if any(key not in value for key in sign.require):
        return {}
    rule, risk = value.get(sign.rule), value.get(sign.risk) if sign.risk else None
    return {"blocked": True, "blocked_by": http_body.clean(str(rule))[:256] if rule else None,
            "risk_level": risk.lower() if isinstance(risk, str) and risk.lower() in {"low", "medium", "high"} else None}


def _stopped(tape: Tape, decode: RecordedHttp, pairs: list[Pair]) -> int | None:
    """Return the number of the pair that an error event says was stopped: the last one without a response.

    Other errors of a tunnel (a lost connection) say nothing about one request and are left in the record.
    """
    prefix = decode.blocked.error_prefix if decode.blocked else None
    if not prefix or not any(text.startswith(prefix) for _, text in tape.errors):
        return None
    return next((n for n in reversed(range(len(pairs))) if pairs[n].response is None), None)


def _stream(tape: Tape, sent: list[tuple[int, int]], got: list[tuple[int, int]], pairing: str,
            errors: list[tuple[int, str]]) -> dict[str, Any]:
    """Return the part for bytes that are not HTTP."""
    prompt = b"".join(http_stream.texts(tape.sent, sent)).decode("utf-8", "replace")
    answer = b"".join(http_stream.texts(tape.got, got)).decode("utf-8", "replace") + "".join(e for _, e in errors)
    begin = [tape.sent.at(s)[1] for s, e in sent[:1] if e > s]
    end = [tape.got.at(e - 1)[1] for s, e in got[-1:] if e > s] + [time for time, _ in errors[-1:]]
    return {"kind": "stream", "pairing": pairing, "truncated": tape.broken, "blocked": False,
            "request_offset_us": begin[0] if begin else (min(end) if end else None),
            "response_offset_us": max(end) if end else None,
            "prompt": prompt or None, "prompt_mark": "text", "response": answer or None, "response_mark": "text"}
