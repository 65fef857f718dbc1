"""Wire shapes of model APIs: which route carries which JSON, and where prompt, response and counts are in it.

The shapes are data (``connectors/_wire/*.yaml``). The **prompt** is every text that the request gives the model as
instructions, conversation or tool result, in the order of the body, joined by line ends; definitions of tools are left
out. The **response** is every text that the model gave back, each choice or block on a line of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from evidence import config
from evidence.fields import Frozen, Identifier
from evidence.ingest.readers.http_body import clean
from evidence.ingest.readers.http_body import load as load_body

_DEPTH = 40


class Texts(Frozen):
    """Keys of the body to begin with, and keys to follow from there, in this order, through lists and objects.

    ``objects`` names keys whose value may be an object of any kind, which then stands as JSON text. ``opened`` names
    keys whose value may be written as JSON in a text.
    """

    start: tuple[str, ...] = Field(alias="from", min_length=1)
    keys: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()


class Body(Frozen):
    """Where things are in a JSON body: dotted paths, the first that is there."""

    id: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    stream: tuple[str, ...] = ()
    tokens_in: tuple[str, ...] = ()
    tokens_out: tuple[str, ...] = ()
    texts: Texts


@dataclass(slots=True)
class _Node:
    """A step of a path: what follows under which key, through a list or not, and the deltas that end here."""

    steps: dict[str, dict[bool, _Node]] = field(default_factory=dict)
    leaves: list[int] = field(default_factory=list)


class Delta(Frozen):
    """A piece of text in an event: path (``[]`` walks a list), keys that tell pieces of one text, and a condition."""

    path: str
    by: tuple[str, ...] = ()
    when: Mapping[str, str] = Field(default_factory=dict)


class Events(Frozen):
    """Where things are in the events of a streamed response; of counts the last one seen holds."""

    id: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    tokens_in: tuple[str, ...] = ()
    tokens_out: tuple[str, ...] = ()
    deltas: tuple[Delta, ...] = Field(min_length=1)

    @cached_property
    def counts(self) -> frozenset[str]:
        """Keys of an event under which it may count tokens; most events have none of them."""
        return frozenset(path.partition(".")[0] for path in (*self.tokens_in, *self.tokens_out))

    @cached_property
    def tree(self) -> _Node:
        """Paths of the deltas as one tree, so that an event is walked once whatever their number."""
        root = _Node()
        for number, delta in enumerate(self.deltas):
            node = root
            for step in delta.path.split("."):
                node = node.steps.setdefault(step.removesuffix("[]"), {}).setdefault(step.endswith("[]"), _Node())
            node.leaves.append(number)
        return root


class Wire(Frozen):
    """One model API."""

    id: Identifier
    title: str
    vendor_page: str
    routes: tuple[str, ...] = Field(min_length=1, description="regular expressions over the path, ends included")
    model_route: str | None = Field(default=None, description="regular expression whose group 1 is the model")
    request: Body
    response: Body
    events: Events | None = None

    @cached_property
    def compiled(self) -> tuple[re.Pattern[str], ...]:
        """The routes, ready to be searched for."""
        return tuple(map(re.compile, self.routes))

    @field_validator("routes")
    @classmethod
    def _compiles(cls, routes: tuple[str, ...]) -> tuple[str, ...]:
        for route in routes:
            try:
                re.compile(route)
            except re.error as error:
                raise ValueError(f"expected a regular expression, found {route!r}: {error}") from error
        return routes


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


def _read(shape: Body, value: Any) -> Said:
    if not isinstance(value, dict):
        return Said()
    found: list[str] = []
    for key in shape.texts.start:
        _collect(_opened(value.get(key)) if key in shape.texts.opened else value.get(key), shape.texts, found, _DEPTH)
    stream = next((got for path in shape.stream if isinstance(got := _at(value, path), bool)), None)
    return Said(clean("\n".join(found)) if found else None, _word(value, shape.id), _word(value, shape.model), stream,
                _number(value, shape.tokens_in, None), _number(value, shape.tokens_out, None))


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


def _walk(value: Any, node: _Node, indices: tuple[str, ...], found: list[tuple[int, tuple[str, ...], str]]) -> None:
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
