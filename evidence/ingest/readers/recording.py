"""The recording of a tunnel, taken out of its record: what was sent, what came back, errors, and lines of the gateway.

A recording is a list of events ``[seconds, "i" | "o" | "e", base64]``. As a gateway writes it, it is cut along its
quotation marks, without making a value of every event; whatever gives cause for doubt is read event by event.
"""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, compress
from operator import itemgetter
from typing import Any, Final

import orjson

from evidence.decoding import Notes, RecordedHttp
from evidence.ingest.readers import http_body
from evidence.ingest.readers.http_stream import Side, micros

_KINDS: Final = ("i", "o", "e")
_PLAIN: Final = frozenset({b"i", b"o"})
_NUMBERS: Final = frozenset({int, float})
_TAKEN: Final = "the recording was here"
_MARK: Final = orjson.dumps(_TAKEN)
_SENT: Final = bytes(byte == ord("i") for byte in range(256))
_GOT: Final = bytes(byte == ord("o") for byte in range(256))
_WINDOW: Final = 4 << 20
_LARGE: Final = 64 << 20
"""A recording longer than this is read event by event, which holds less of it at a time."""

_decoded: Final = partial(binascii.a2b_base64, strict_mode=True)
_first: Final = itemgetter(0)


@dataclass(slots=True)
class Tape:
    """One recording, its two directions and its errors taken apart."""

    sent: Side
    got: Side
    errors: list[tuple[int, str]]
    notes: list[dict[str, Any]]
    broken: bool


def taken(raw: bytes, decode: RecordedHttp) -> tuple[Tape | None, bytes]:
    """Return the recording of a record, and the record without it, or as it is where the two cannot be told apart.

    A record without the field, or that is not JSON, has none.
    """
    name = decode.field.encode()
    if name not in raw and b"\\" not in raw:
        return None, raw
    span = _span(raw, b'"' + name + b'":') if len(raw) <= _LARGE else None
    if span and (tape := _quick(raw, *span, decode)):
        rest = raw[:span[0]] + _MARK + raw[span[1]:]
        if _alone(rest, decode.field):
            return tape, rest
    return _read(raw, decode), raw


def _span(raw: bytes, key: bytes) -> tuple[int, int] | None:
    """Return where in a record its recording may stand."""
    place = raw.find(key)
    start, end = raw.find(b"[", place + len(key)), raw.rfind(b'"]]') + 3
    if place < 0 or not start < end:
        return None
    return None if raw.find(_MARK, 0, start) >= 0 or raw.find(_MARK, end) >= 0 else (start, end)


def _alone(rest: bytes, field: str) -> bool:
    """Say whether what was cut out of a record is the value of this field of it, and the record is one without it."""
    try:
        document = orjson.loads(rest)
    except orjson.JSONDecodeError:
        return False
    return isinstance(document, dict) and document.get(field) == _TAKEN


def _quick(raw: bytes, start: int, end: int, decode: RecordedHttp) -> Tape | None:
    """Return a recording that is written as gateways do and holds no error and no note, or nothing.

    It is cut a piece at a time, behind an event, so that it is not held twice.
    """
    heads, kinds, pieces = list[bytes](), list[bytes](), list[bytes]()
    comma = b""
    while start < end:
        stop = raw.find(b'"]', start + _WINDOW, end) + 1 or end
        parts = raw[start:stop].split(b'"')
        comma = comma or (b", " if parts[2:3] == [b", "] else b",")
        own = parts[1::4]
        if len(parts) % 4 != 1 or not _PLAIN.issuperset(own) or parts[2::4].count(comma) != len(own):
            return None
        try:
            pieces += map(_decoded, parts[3::4])
        except ValueError:
            return None
        heads += parts[:-1:4]
        kinds += own
        start = stop
    times = _times(heads, comma)
    if times is None or not all(pieces) or (decode.notes and _noted(pieces, decode.notes)):
        return None
    said = b"".join(kinds)
    return Tape(_side(pieces, times, said.translate(_SENT)), _side(pieces, times, said.translate(_GOT)), [], [],
                broken=False)


def _times(heads: Sequence[bytes], comma: bytes) -> list[float] | None:
    """Return the numbers of ``[[1,`` and the ``],[2,`` that follow it, None where one of them is anything else."""
    between = comma + b"|]" + comma + b"["
    joined = b"|".join(heads)
    others = len(heads) - 1
    if joined.count(b"|") != others or joined.count(between) != others or not joined.endswith(comma):
        return None
    try:
        times: list[float] = orjson.loads(joined[1:-len(comma)].replace(between, b",") + b"]")
    except orjson.JSONDecodeError:
        return None
    return times if len(times) == len(heads) and _NUMBERS.issuperset(map(type, times)) else None


def _noted(pieces: Sequence[bytes], notes: Notes) -> bool:
    """Say whether one of some pieces may be a note."""
    return ord("{") in set(map(_first, pieces)) and any(piece[:1] == b"{" and _note(piece, notes) for piece in pieces)


def _side(pieces: Sequence[bytes], times: Sequence[float], chosen: bytes) -> Side:
    own = list(compress(pieces, chosen))
    return Side(b"".join(own), [0, *accumulate(map(len, own))], list(compress(range(len(pieces)), chosen)),
                list(compress(times, chosen)))


def _read(raw: bytes, decode: RecordedHttp) -> Tape | None:
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    events = document.pop(decode.field, None) if isinstance(document, dict) else None
    if events is None or events == []:
        return None
    tape = Tape(Side(), Side(), [], [], broken=not isinstance(events, list))
    if tape.broken:
        return tape
    events.reverse()
    # Events are taken from the list one by one, so that the recording is not held twice.
    for order in range(len(events)):
        event = events.pop()
        if not isinstance(event, list) or len(event) != 3:
            tape.broken = True
            continue
        seconds, kind, text = event
        if type(seconds) not in _NUMBERS or kind not in _KINDS or not isinstance(text, str):
            tape.broken = True
            continue
        side = tape.sent if kind == "i" else tape.got
        try:
            data = _decoded(text)
        except ValueError:
            side.losses.append(len(side.data))
            tape.broken = True
            continue
        if kind == "o" and data[:1] == b"{" and decode.notes and (note := _note(data, decode.notes)):
            tape.notes.append(note | {"request_offset_us": micros(seconds)})
        elif kind == "e":
            tape.errors.append((micros(seconds), data.decode("utf-8", "replace")))
        else:
            side.add(order, seconds, data)
    return tape


def _note(data: bytes, notes: Notes) -> dict[str, Any] | None:
    """Return what a line says that the gateway wrote between the bytes of responses, or None where it is none."""
    value = http_body.load(data) if notes.prefix.encode() in data[:4096] and data.endswith(b"\n") else None
    if not isinstance(value, dict):
        return None
    kind, about = (next((got for name in names if isinstance(got := value.get(name), str)), None)
                   for names in (notes.kind, notes.about))
    if kind is None or not kind.startswith(notes.prefix):
        return None
    return {"kind": "note", "pairing": "exact", "truncated": False, "blocked": False,
            "method": http_body.clean(kind)[:256], "route": http_body.clean(about)[:256] if about else None}
