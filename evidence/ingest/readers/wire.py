"""Wire shapes of model APIs: which route carries which JSON, and where prompt, response and counts are in it.

The shapes are data (``connectors/_wire/*.yaml``). The **prompt** is every text that the request gives the model as
instructions, conversation or tool result, in the order of the body, joined by line ends; definitions of tools are left
out. The **response** is every text that the model gave back, each choice or block on a line of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from evidence import config
from evidence.ingest.readers import http_body
from evidence.ingest.readers.http_body import clean
from evidence.ingest.readers.http_body import load as load_body
from evidence.ingest.readers.wire_events import Heard, Said, at, flag, number, word
from evidence.ingest.readers.wire_shapes import Body, Texts, Wire

__all__ = ["Said", "Wire", "answered", "load", "of_body", "of_route", "operation", "read_events", "read_request",
           "read_response", "read_stream"]

_DEPTH = 40
_NOTHING = Said()


@cache
def load(folder: Path) -> tuple[Wire, ...]:
    """Return the wire shapes of a folder, by name.

    Raises:
        ConfigError: a file is wrong.
    """
    return tuple(config.load(path, Wire) for path in sorted(folder.glob("*.yaml")))


def of_route(wires: Iterable[Wire], route: str) -> Wire | None:
    """Return the shape that speaks on a path, or None."""
    return next((wire for wire in wires if any(one.search(route) for one in wire.compiled)), None)


def of_body(wires: Iterable[Wire], body: bytes) -> Wire | None:
    """Return the shape that a request's body says it has, where its route says nothing."""
    for wire in wires:
        if wire.told_by and all(value.encode() in body for value in (*wire.told_by, *wire.told_by.values())):
            value = load_body(body)
            if all(at(value, path) == wanted for path, wanted in wire.told_by.items()):
                return wire
    return None


def operation(wire: Wire, value: Any) -> str:
    """Return what a request asks for as it stands behind the route (``#tools/call:whoami``), or nothing."""
    words = [said for path in wire.operation if (said := word(value, (path,)))]
    return "#" + ":".join(words) if words else ""


def answered(wire: Wire, value: Any, *, request: bool = False) -> str | None:
    """Return the mark by which a request and its response know each other."""
    if wire.answers is None or (not request and not any(at(value, key) is not None for key in wire.answers.having)):
        return None
    mark = at(value, wire.answers.by)
    return f"{mark!r}"[:256] if isinstance(mark, str | int) and not isinstance(mark, bool) else None


def read_request(wire: Wire, route: str, value: Any) -> Said:
    """Return what a request body says."""
    said = _read(wire.request, value)
    if said.model is None and wire.names_model and (match := wire.names_model.search(route)):
        return Said(said.text, said.id, match[1], said.stream, None, None)
    return said


def read_response(wire: Wire, value: Any) -> Said:
    """Return what a response body says."""
    return _read(wire.response, value)


def read_events(wire: Wire, values: list[Any]) -> Said:
    """Return what a streamed response says, its deltas put together."""
    if wire.events is None:
        return Said()
    heard = Heard(wire.events)
    for value in values:
        heard.event(value)
    return heard.said()


def read_stream(wire: Wire, body: bytes) -> tuple[Said, bool]:
    """Return the same for the bytes of a stream, and whether every event of it could be read to its end."""
    if wire.events is None:
        return Said(), http_body.events(body)[1]
    heard = Heard(wire.events)
    whole = heard.stream(body)
    return heard.said(), whole


def _read(shape: Body, value: Any) -> Said:
    if not isinstance(value, dict):
        return _NOTHING
    found: list[str] = []
    starts, before, facts = shape.heads
    if not starts.isdisjoint(value) or (before and any(key.startswith(before) for key in value)):
        for start in shape.texts.start:
            for key in _numbered(value, start) if "*" in start else (start,) if start in value else ():
                inner = value[key]
                _collect(_opened(inner) if key in shape.texts.opened else inner, shape.texts, found, _DEPTH)
    text = clean("\n".join(found)) if found else None
    if facts.isdisjoint(value):
        return Said(text) if found else _NOTHING
    return Said(text, word(value, shape.id), word(value, shape.model), flag(value, shape.stream),
                number(value, shape.tokens_in, None), number(value, shape.tokens_out, None))


def _numbered(value: dict[str, Any], pattern: str) -> list[str]:
    """Return the keys of a body that fit a pattern such as ``prompt.*.content``, by number: 2 comes before 10."""
    before = pattern.partition("*")[0]
    return sorted((key for key in value if key.startswith(before) and fnmatchcase(key, pattern)),
                  key=lambda key: (len(key), key))


def _opened(value: Any) -> Any:
    """Return what a text says as JSON, where it is an object or a list; else the value as it is."""
    if isinstance(value, list):
        return [_opened(item) for item in value]
    if not isinstance(value, str) or value.lstrip()[:1] not in {"{", "["}:
        return value
    return load_body(value.encode("utf-8", "replace")) or value


def _collect(value: Any, texts: Texts, found: list[str], depth: int) -> None:
    if isinstance(value, str):
        if value:
            found.append(value)
    elif depth and isinstance(value, list):
        for item in value:
            _collect(item, texts, found, depth - 1)
    elif depth and isinstance(value, dict):
        _follow(value, texts, found, depth)


def _follow(value: dict[str, Any], texts: Texts, found: list[str], depth: int) -> None:
    """Collect what stands under the keys of an object; most of it is text."""
    for key in texts.keys:
        if key in value:
            inner = _opened(value[key]) if key in texts.opened else value[key]
            if not isinstance(inner, str):
                _collect(inner, texts, found, depth - 1)
            elif inner:
                found.append(inner)
    if texts.objects:
        found.extend([json.dumps(whole, ensure_ascii=False) for key in texts.objects
                      if isinstance(whole := value.get(key), dict)])
