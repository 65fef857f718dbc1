"""Wire shapes of model APIs: which route carries which JSON, and where prompt, response and counts are in it.

The shapes are data (``connectors/_wire/*.yaml``). The **prompt** is every text that the request gives the model as
instructions, conversation or tool result, in the order of the body, joined by line ends; definitions of tools are left
out. The **response** is every text that the model gave back, each choice or block on a line of its own.
"""

from __future__ import annotations

import json
import re
from binascii import a2b_base64
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from evidence import config
from evidence.ingest.readers.http_body import clean
from evidence.ingest.readers.http_body import load as load_body
from evidence.ingest.readers.wire_shapes import Body, Node, Texts, Wire

__all__ = ["Said", "Wire", "answered", "load", "of_body", "of_route", "operation", "read_events", "read_request",
           "read_response"]

_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Said:
    """What a body says. ``text`` is None where the shape found none."""

    text: str | None = None
    id: str | None = None
    model: str | None = None
    stream: bool | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None


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
            if all(_at(value, path) == wanted for path, wanted in wire.told_by.items()):
                return wire
    return None


def operation(wire: Wire, value: Any) -> str:
    """Return what a request asks for as it stands behind the route (``#tools/call:whoami``), or nothing."""
    words = [word for path in wire.operation if (word := _word(value, (path,)))]
    return "#" + ":".join(words) if words else ""


def answered(wire: Wire, value: Any, *, request: bool = False) -> str | None:
    """Return the mark by which a request and its response know each other."""
    if wire.answers is None or (not request and not any(_at(value, key) is not None for key in wire.answers.having)):
        return None
    mark = _at(value, wire.answers.by)
    return f"{mark!r}"[:256] if isinstance(mark, str | int) and not isinstance(mark, bool) else None


def read_request(wire: Wire, route: str, value: Any) -> Said:
    """Return what a request body says."""
    said = _read(wire.request, value)
    if said.model is None and wire.model_route and (match := re.search(wire.model_route, route)):
        return Said(said.text, said.id, match[1], said.stream, None, None)
    return said


def read_response(wire: Wire, value: Any) -> Said:
    """Return what a response body says."""
    return _read(wire.response, value)


def read_events(wire: Wire, values: list[Any]) -> Said:
    """Return what a streamed response says, its deltas put together."""
    if wire.events is None:
        return Said()
    shape, pieces = wire.events, dict[tuple[object, ...], list[str]]()
    name = model = None
    tokens_in = tokens_out = None
    found: list[tuple[int, tuple[str, ...], str]] = []
    for value in values:
        if shape.packed:
            value = _unpacked(value, shape.packed)  # noqa: PLW2901 - the same event, without what it is wrapped in
        if not isinstance(value, dict):
            continue
        name = name or _word(value, shape.id)
        model = model or _word(value, shape.model)
        if not shape.counts.isdisjoint(value):
            tokens_in = _number(value, shape.tokens_in, tokens_in)
            tokens_out = _number(value, shape.tokens_out, tokens_out)
        found.clear()
        _walk(value, shape.tree, (), found)
        for number, indices, text in found:
            delta = shape.deltas[number]
            if all(_at(value, key) == wanted for key, wanted in delta.when.items()):
                group = (number, *(str(_at(value, key)) for key in delta.by), *indices)
                pieces.setdefault(group, []).append(text)
    text = "\n".join(clean("".join(parts)) for parts in pieces.values())
    return Said(text or None, name, model, True, tokens_in, tokens_out)


def _unpacked(value: Any, key: str) -> Any:
    """Return the event that stands in another one as base64; one that holds none is as it is."""
    text = value.get(key) if isinstance(value, dict) else None
    try:
        inner = load_body(a2b_base64(text)) if isinstance(text, str) else None
    except ValueError:
        return value
    return value if inner is None else inner


def _read(shape: Body, value: Any) -> Said:
    if not isinstance(value, dict):
        return Said()
    found: list[str] = []
    for start in shape.texts.start:
        for key in _numbered(value, start) if "*" in start else (start,):
            inner = value.get(key)
            _collect(_opened(inner) if key in shape.texts.opened else inner, shape.texts, found, _DEPTH)
    stream = next((got for path in shape.stream if isinstance(got := _at(value, path), bool)), None)
    return Said(clean("\n".join(found)) if found else None, _word(value, shape.id), _word(value, shape.model), stream,
                _number(value, shape.tokens_in, None), _number(value, shape.tokens_out, None))


def _numbered(value: dict[str, Any], pattern: str) -> list[str]:
    """Return the keys of a body that fit a pattern such as ``prompt.*.content``, by number: 2 comes before 10."""
    return sorted((key for key in value if fnmatchcase(key, pattern)), key=lambda key: (len(key), key))


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
        for key in texts.keys:
            if key in value:
                _collect(_opened(value[key]) if key in texts.opened else value[key], texts, found, depth - 1)
        whole = (value.get(key) for key in texts.objects)
        found.extend(json.dumps(item, ensure_ascii=False) for item in whole if isinstance(item, dict))


def _walk(value: Any, node: Node, indices: tuple[str, ...], found: list[tuple[int, tuple[str, ...], str]]) -> None:
    """Collect the texts of an event, each with the ``index`` of the list elements on the way to it."""
    if isinstance(value, str):
        if value:
            found.extend((leaf, indices, value) for leaf in node.leaves)
        return
    if not isinstance(value, dict):
        return
    for key, kinds in node.steps.items():
        inner = value.get(key)
        if inner is None:
            continue
        if (plain := kinds.get(False)) is not None:
            _walk(inner, plain, indices, found)
        if isinstance(inner, list) and (many := kinds.get(True)) is not None:
            for place, item in enumerate(inner):
                index = item.get("index", place) if isinstance(item, dict) else place
                _walk(item, many, (*indices, str(index)), found)


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _at(value: Any, path: str) -> Any:
    for step in _steps(path):
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def _word(value: Any, paths: tuple[str, ...]) -> str | None:
    for path in paths:
        if isinstance(got := _at(value, path), str) and got:
            return clean(got)[:256]
    return None


def _number(value: Any, paths: tuple[str, ...], before: int | None) -> int | None:
    for path in paths:
        got = _at(value, path)
        if isinstance(got, int) and not isinstance(got, bool) and 0 <= got < 1 << 53:
            return got
    return before
