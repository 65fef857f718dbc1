"""Finds calls in recorded lines of JSON that number their requests: a protocol spoken over a pipe instead of HTTP.

One line is one message. A message that bears a number and no result is a request, whichever side it came from, and the
line of the other side that bears the number and a result is its answer. A message without a number asks for nothing.
What was sent is the prompt and what came back the response, so that a call by the server has them the other way round.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evidence.ingest.readers import http_body, wire
from evidence.ingest.readers.http_stream import MAX_MESSAGES, Side

_SENT, _GOT = 0, 1


@dataclass(slots=True)
class _Line:
    """One message: the side it came from, its order and time, its number, whether it answers, and what it says."""

    side: int
    order: int
    time_us: int
    mark: str | None
    answers: bool
    operation: str
    text: str
    found: bool


_Calls = list[tuple[_Line, _Line | None, str]]
Spans = list[tuple[int, int]]


def rows(sent: Side, got: Side, wires: tuple[wire.Wire, ...], *, broken: bool
         ) -> tuple[list[dict[str, Any]], Spans, Spans] | None:
    """Return the calls of a recording and the spans of each side that are none of them; None where it has no calls.

    A recording is taken for such lines where what was sent begins with one.
    """
    told = [shape for shape in wires if shape.told_by and shape.answers]
    first = bytes(sent.data[:1 << 20]).lstrip().partition(b"\n")[0]
    if not first.startswith(b"{") or wire.of_body(told, first) is None:
        return None
    lost: tuple[Spans, Spans] = ([], [])
    lines = sorted((line for number, side in ((_SENT, sent), (_GOT, got)) for line in _lines(number, side, told, lost)),
                   key=lambda line: (line.order, line.side))
    return [_row(*call, broken=broken) for call in _calls(lines)], *lost


def _lines(number: int, side: Side, told: list[wire.Wire], lost: tuple[Spans, Spans]) -> Iterator[_Line]:
    position, count = 0, 0
    while position < len(side.data):
        end = side.data.find(b"\n", position)
        end = len(side.data) if end < 0 else end
        body = bytes(side.data[position:end]).strip()
        shape = wire.of_body(told, body) if body and count < MAX_MESSAGES else None
        if shape is not None:
            count += 1
            yield _read(number, side.at(position), body, shape)
        elif body:
            lost[number].append((position, end))
        position = end + 1


def _read(number: int, at: tuple[int, int], body: bytes, shape: wire.Wire) -> _Line:
    value = http_body.load(body)
    said = wire.read_request(shape, "", value) if number == _SENT else wire.read_response(shape, value)
    answer = wire.answered(shape, value)
    text = said.text if said.text is not None else http_body.clean(body.decode("utf-8", "replace"))
    return _Line(number, *at, answer or wire.answered(shape, value, request=True), answer is not None,
                 wire.operation(shape, value), text, said.text is not None)


def _calls(lines: list[_Line]) -> _Calls:
    """Return each request with its answer; a number that two requests bear at the same time proves no pair."""
    calls: _Calls = []
    waiting: dict[tuple[int, str], deque[int]] = {}
    for line in lines:
        if line.mark is None:
            calls += [(line, None, "exact")] if line.found else []
        elif not line.answers:
            same = waiting.setdefault((line.side, line.mark), deque())
            same.append(len(calls))
            calls.append((line, None, "unpaired"))
            for place in (same[0], same[-1]) if len(same) > 1 else ():
                calls[place] = (*calls[place][:2], "ambiguous")
        elif places := waiting.get((1 - line.side, line.mark)):
            place = places.popleft()
            asked, _, pairing = calls[place]
            calls[place] = (asked, line, "exact" if pairing == "unpaired" else pairing)
        else:
            calls.append((line, None, "unpaired"))
    return calls


def _row(asked: _Line, answer: _Line | None, pairing: str, *, broken: bool) -> dict[str, Any]:
    both = [asked, *([answer] if answer else [])]
    last = answer or (asked if asked.mark is None or asked.answers else None)
    row: dict[str, Any] = {
        "kind": "rpc", "pairing": pairing, "truncated": broken, "blocked": False, "request_offset_us": asked.time_us,
        "response_offset_us": last.time_us if last else None, "route": asked.operation[:2048] or None}
    for line in both:
        name = "prompt" if line.side == _SENT else "response"
        row |= {name: line.text or None, f"{name}_mark": "text" if line.found else "body"}
    return row
