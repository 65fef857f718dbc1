"""What the body of a response says: one value, or a stream of events, as text or in binary frames."""

from __future__ import annotations

from typing import Any

from evidence.ingest.readers import event_frames, http_body, wire


def streams(head: bytes, kind: str) -> bool:
    """Say whether a body is a stream of events, by its type or by its first bytes."""
    return event_frames.CONTENT_TYPE in kind.lower() or http_body.looks_like_events(head, kind)


def events(body: bytes, kind: str) -> tuple[list[Any] | None, bool]:
    """Return the events of a streamed body, None where it is no stream, and whether they are whole."""
    if event_frames.CONTENT_TYPE in kind.lower():
        return event_frames.events(body)
    return http_body.events(body) if http_body.looks_like_events(body, kind) else (None, True)


def read(body: bytes, kind: str, shape: wire.Wire | None) -> tuple[wire.Said, Any, bool, bool]:
    """Return what a response says, its value where it is one, whether it is a stream, and whether that is whole."""
    if shape and event_frames.CONTENT_TYPE not in kind.lower() and http_body.looks_like_events(body, kind):
        said, complete = wire.read_stream(shape, body)
        return said, None, True, complete
    values, complete = events(body, kind)
    value = http_body.load(body) if values is None else None
    if isinstance(value, list):  # a stream may also be written as one list of its events
        values, value = value, None
    said = wire.Said()
    if shape:
        said = wire.read_response(shape, value) if values is None else wire.read_events(shape, values)
    return said, value, values is not None, complete
