"""Finds HTTP messages in recorded bytes that a strict parser refuses.

Recordings lack the last line end of a chunked body, lack lengths, or stop in the middle. A message begins at a start
line; it ends by its length, by its chunks, or at the next start line. Nothing here looks back, so the time is linear in
the size whatever the bytes are.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, MutableSequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from evidence.ingest.readers.http_chunks import Bytes, Chunks

MAX_MESSAGES: Final = 100_000
LATEST: Final = 10**15
_MAX_HEAD: Final = 65_536
_AHEAD: Final = rb"(?=[!#-'*+.0-9A-Z^-z|~-]{1,64}:|\r?\n|\Z)"
REQUEST: Final = re.compile(rb"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE) ([^\s]{1,8192}) HTTP/\d(?:\.\d)?"
                            rb"\r?\n" + _AHEAD)
RESPONSE: Final = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})(?: [^\r\n]{0,128})?\r?\n" + _AHEAD)
_BLANK: Final = b"\r\n"
_BLANKS: Final = re.compile(rb"[\r\n]*")


def micros(seconds: float) -> int:
    """Return the microseconds of an event's time, which is anything that a hostile record says."""
    if 0 <= seconds < LATEST:
        return min(round(seconds * 1_000_000), LATEST)
    return 0 if -LATEST < seconds < 0 else LATEST


@dataclass(slots=True)
class Side:
    """The bytes of one direction, and which event of the recording each position came with."""

    data: Bytes = field(default_factory=bytearray)
    starts: MutableSequence[int] = field(default_factory=lambda: array("q"))
    orders: MutableSequence[int] = field(default_factory=lambda: array("q"))
    seconds: list[float] = field(default_factory=list)
    losses: list[int] = field(default_factory=list)

    def add(self, order: int, seconds: float, data: bytes) -> None:
        """Append the bytes of an event; ``order`` is its place in the recording."""
        if data:
            self.starts.append(len(self.data))
            self.orders.append(order)
            self.seconds.append(seconds)
            self.data += data

    def at(self, position: int) -> tuple[int, int]:
        """Return order and time (microseconds) of the event that brought a byte."""
        index = min(bisect_right(self.starts, position), len(self.orders)) - 1
        return self.orders[index], micros(self.seconds[index])


@dataclass(slots=True)
class Message:
    """One request or response: where it is, its start line, the headers asked for, its body before decompression.

    ``whole`` is false where bytes are missing; ``sure`` is false where the end was guessed from the next start line.
    """

    start: int
    end: int
    words: tuple[str, ...]
    headers: dict[str, str]
    body: bytes
    whole: bool
    sure: bool
    first: tuple[int, int] = (0, 0)
    last: tuple[int, int] = (0, 0)

    @property
    def status(self) -> int:
        """Status of a response."""
        return int(self.words[0])


def messages(side: Side, line: re.Pattern[bytes], keep: frozenset[str], lost: list[tuple[int, int]]) -> list[Message]:
    """Return the messages of one direction; spans that belong to none are added to ``lost``."""
    found: list[Message] = []
    chunks = Chunks(side.data)
    position, size = 0, len(side.data)
    while position < size:
        match = line.match(side.data, position)
        if match is None and side.data[position] in _BLANK:
            position = _skip_blank(side.data, position)
            match = line.match(side.data, position)
        if match is None:
            match = line.search(side.data, position)
            upto = match.start() if match else size
            if upto > position:
                lost.append((position, upto))
                if found and found[-1].end == position:
                    found[-1].whole = False
        if match is None:
            break
        if len(found) >= MAX_MESSAGES:
            lost.append((match.start(), size))
            break
        message = _message(side.data, match, line, keep, chunks)
        message.first, message.last = side.at(message.start), side.at(max(message.end - 1, message.start))
        found.append(message)
        position = message.end
    for place in side.losses:
        _damage(found, place)
    return found


def _damage(found: list[Message], place: int) -> None:
    index = bisect_right(found, place, key=lambda message: message.start) - 1
    if index >= 0 and found[index].end >= place:
        found[index].whole = False


def _skip_blank(data: Bytes, position: int) -> int:
    match = _BLANKS.match(data, position)
    return match.end() if match else position


def _message(data: Bytes, match: re.Match[bytes], line: re.Pattern[bytes], keep: frozenset[str], chunks: Chunks
             ) -> Message:
    start, head = match.start(), match.end()
    words = tuple([word.decode("latin-1") for word in match.groups()])
    if data.startswith((b"\r\n", b"\n"), head):
        after, headers = head + (2 if data.startswith(b"\r\n", head) else 1), {}
    else:
        close = data.find(b"\r\n\r\n", head, head + _MAX_HEAD)
        if close < 0:
            end = _next(data, line, head)
            return Message(start, end, words, {}, b"", whole=False, sure=end == len(data))
        headers, after = _headers(bytes(data[head:close]), keep), close + 4
    body, end, whole, sure = _body(data, after, headers, words, line, chunks)
    return Message(start, end, words, headers, body, whole, sure)


def _headers(block: bytes, keep: frozenset[str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for text in block.decode("latin-1").split("\r\n"):
        name, colon, value = text.partition(":")
        if (key := name.strip().lower()) in keep and colon:
            kept.setdefault(key, value.strip())
    return kept


def _next(data: Bytes, line: re.Pattern[bytes], position: int, stop: int | None = None) -> int:
    stop = len(data) if stop is None else stop
    if data.find(b"HTTP/", position, stop) < 0:
        return stop
    match = line.search(data, position, stop)
    return match.start() if match else stop


def _body(data: Bytes, position: int, headers: dict[str, str], words: tuple[str, ...], line: re.Pattern[bytes],
          chunks: Chunks) -> tuple[bytes, int, bool, bool]:
    """Return body, where it ends, whether it is whole and whether that end is sure."""
    if len(words) == 1 and (words[0] in {"204", "304"} or words[0].startswith("1")):
        return b"", position, True, True
    if "chunked" in headers.get("transfer-encoding", "").lower():
        pieces, end, whole = chunks.read(position)
        if not whole and end < len(data):
            end = _next(data, line, end)
        return b"".join(pieces), end, whole, whole or end == len(data)
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and len(length) < 16:
        return _measured(data, position, int(length), line)
    end = _next(data, line, position)
    body = bytes(data[position:end])
    events = body.startswith((b"data:", b"event:")) and body.endswith(b"\n\n")
    return body, end, True, not body.strip() or events or _is_json(body)


def _measured(data: Bytes, position: int, length: int, line: re.Pattern[bytes]) -> tuple[bytes, int, bool, bool]:
    """Take a body of a stated length, unless that length would swallow the next message.

    A masked body can be shorter than its header says. A start line inside is taken for the next message where the
    recording ends before the stated length, or where what stands before it is JSON that is complete.
    """
    end = position + length
    if length and line.match(data, position):
        return b"", position, True, True
    inside = _next(data, line, position, min(end, len(data)))
    if inside < min(end, len(data)):
        whole = _is_json(data[position:inside])
        if whole or end > len(data):
            return bytes(data[position:inside]), inside, whole, whole
    if end > len(data):
        return bytes(data[position:]), len(data), False, True
    return bytes(data[position:end]), end, True, True


def _is_json(data: Bytes) -> bool:
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True


def texts(side: Side, spans: list[tuple[int, int]]) -> Iterator[bytes]:
    """Yield the bytes of spans, in order."""
    for start, end in spans:
        yield bytes(side.data[start:end])
