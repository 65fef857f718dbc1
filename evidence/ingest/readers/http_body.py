"""Bodies of recorded messages: decompressed within a limit, split into server-sent events, made into text."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any, Final

import orjson

_FLOOR: Final = 1 << 20
_RATIO: Final = 50
_CEILING: Final = 1 << 28


def inflate(body: bytes, encodings: str) -> tuple[bytes, bool]:
    """Undo Content-Encoding and say whether that worked to the end.

    The result is limited to 50 times the input (at least 1 MiB, at most 256 MiB), so that a small recording cannot
    fill the memory; what is cut, damaged or in an unknown encoding comes back with false.
    """
    if not encodings:
        return body, True
    names = [name for name in encodings.lower().replace(" ", "").split(",") if name and name != "identity"]
    whole = len(names) <= 3
    limit = min(max(_FLOOR, _RATIO * len(body)), _CEILING)
    for name in reversed(names[:3]):
        body, good = _undo(name, body, limit)
        whole = whole and good
    return body, whole


def _undo(name: str, body: bytes, limit: int) -> tuple[bytes, bool]:
    import brotli
    import zstandard

    try:
        if name in {"gzip", "x-gzip"}:
            return _zlib(body, 31, limit)
        if name == "deflate":
            return _zlib(body, 15 if body[:1] == b"\x78" else -15, limit)
        if name == "br":
            decoder = brotli.Decompressor()
            out = decoder.process(body, output_buffer_limit=limit)
            return out[:limit], decoder.is_finished() and len(out) <= limit
        if name == "zstd":
            with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(body) as reader:
                out = reader.read(limit)
                return out, not reader.read(1)
    except (zlib.error, brotli.error, zstandard.ZstdError):
        return b"", False
    return body, False


def _zlib(body: bytes, bits: int, limit: int) -> tuple[bytes, bool]:
    decoder = zlib.decompressobj(bits)
    out = decoder.decompress(body, limit)
    return out, decoder.eof


def load(body: bytes) -> Any:
    """Return the JSON value of a body, or None where it is not JSON.

    A lone surrogate or an over-long number, which the fast parser refuses, must not hide a text: the slow one is asked.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        if b"\\u" not in body and b"NaN" not in body:
            return None
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def clean(text: str) -> str:
    """Return text without lone surrogates, which no encoding can carry."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def looks_like_events(body: bytes, content_type: str) -> bool:
    """Say whether a body is a stream of server-sent events, by its type or, without one, by its first line."""
    if "text/event-stream" in content_type.lower():
        return True
    return not content_type and body[:6] in {b"data: ", b"event:"}


def payloads(body: bytes) -> Iterator[bytes]:
    """Yield the data of each server-sent event."""
    data: list[bytes] = []
    lines = body.split(b"\n")
    for line in lines if b"\r" not in body else (line.rstrip(b"\r") for line in lines):
        if line.startswith(b"data:"):
            data.append(line[5:].lstrip(b" "))
        elif not line and data:
            yield data[0] if len(data) == 1 else b"\n".join(data)
            data.clear()
    if data:
        yield b"\n".join(data)


def block_data(block: bytes) -> bytes | None:
    """Return the data of the event that lines without a blank one among them make, None where they make none."""
    above, mark, last = (b"\n" + block).rpartition(b"\ndata:")
    if mark and b"\n" not in last and b"\ndata:" not in above:
        return last.lstrip(b" ")
    data = [line[5:].lstrip(b" ") for line in block.split(b"\n") if line.startswith(b"data:")]
    return b"\n".join(data) if data else None


def payload(data: bytes) -> tuple[Any, bool]:
    """Return the JSON value of an event's data, None where it has none, and whether it could be read to its end."""
    if data.strip() in {b"[DONE]", b""}:
        return None, True
    value = load(data)
    return value, value is not None


def events(body: bytes) -> tuple[list[Any], bool]:
    """Return the JSON values of server-sent events, and whether every event could be read to its end."""
    read = [payload(data) for data in payloads(body)]
    return [value for value, _ in read if value is not None], all(sound for _, sound in read)
