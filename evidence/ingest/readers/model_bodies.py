"""Takes prompt, response, model and counts out of bodies that a record keeps as fields: the decoder ``model_bodies``.

A gateway that logs one request per record writes the body of the request and of the response as an object, as a list of
messages, as JSON in a text, or as the text of a stream of events. Each record gives one part of kind ``body``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from evidence.connector import paths
from evidence.decoding import ModelBodies
from evidence.ingest.readers import http_body, wire

_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {}, paths.ABSENT)
_ANY: Final = frozenset({"stringValue", "kvlistValue", "arrayValue"})
"""How OTLP says of what kind a value is, where it is one by itself and not that of an attribute."""
_ROUTES: Final = 4096
"""So many routes are remembered with the shapes that speak on them."""
_EVENTS: Final = ("data: ", "event:")


class Bodies:
    """Reads the bodies of records of one source.

    ``columns`` says where a place is that evidence.yaml declares (``columns.prompt``).
    """

    def __init__(self, decode: ModelBodies, wires: tuple[wire.Wire, ...], columns: Mapping[str, str]) -> None:
        """Settle what is alike for all records."""
        named = {shape.id: shape for shape in wires}
        self._decode, self._wires = decode, wires
        self._shapes = [named[name] for name in decode.wires if name in named]
        self._by_route: dict[str, _Route] = {}
        self._routes, self._asks, self._answers = (
            tuple(columns.get(place, place) for place in places)
            for places in (decode.route, decode.request, decode.response))
        every = (*self._routes, *self._asks, *self._answers)
        self._first = {paths.steps(place)[0] for place in every}
        self._others = tuple(place for place in every if not _plainly(place))
        self._places = _Places.of(place for place in every if place not in self._others)

    def rows(self, raw: str | bytes) -> Iterator[dict[str, Any]]:
        """Yield the part of one record; a record that is not a JSON object gives none."""
        record = http_body.load(raw.encode() if isinstance(raw, str) else raw)
        if not isinstance(record, dict):
            return
        for key in self._first:
            if isinstance(value := record.get(key), list):
                record[key] = _opened(value)
        found: dict[str, Any] = {}
        if self._places.find(record, found):
            found |= {place: _at(record, place) for place in self._others}
        else:
            found = {place: _at(record, place) for place in (*self._routes, *self._asks, *self._answers)}
        said = next((str(got) for place in self._routes if (got := found.get(place)) not in _EMPTY), "")
        route = self._spoken(said.partition("?")[0].partition("#")[0])
        asked, asked_cut, _ = _side(found, self._asks, self._decode, route.shapes, route.address)
        given, given_cut, streaming = _side(found, self._answers, self._decode, route.shapes, None)
        yield {"kind": "body", "pairing": "exact", "truncated": asked_cut or given_cut, "blocked": False,
               "route": route.path, "model": asked.model or given.model, "response_id": given.id,
               "streaming": asked.stream if asked.stream is not None else streaming, "tokens_in": given.tokens_in,
               "tokens_out": given.tokens_out, "prompt": asked.text, "response": given.text}

    def _spoken(self, address: str) -> _Route:
        """Return what an address says: the shape that speaks on it is tried, else those that the connector names."""
        if (known := self._by_route.get(address)) is None:
            if len(self._by_route) >= _ROUTES:
                self._by_route.clear()
            one = wire.of_route(self._wires, address) if address else None
            known = self._by_route[address] = _Route(address, _path(address), [one] if one else self._shapes)
        return known


@dataclass(frozen=True, slots=True)
class _Route:
    """What is alike for all requests on a route."""

    address: str
    path: str | None
    shapes: list[wire.Wire]


@dataclass(slots=True)
class _Places:
    """Places of a record as one tree, so that a record is walked once whatever their number."""

    place: str | None = None
    steps: dict[str, _Places] = field(default_factory=dict)
    dotted: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, every: Iterable[str]) -> _Places:
        """Return the tree of some places."""
        root = cls()
        for place in every:
            node = root
            for step, dotted in paths.levels(place):
                node.dotted |= dotted
                node = node.steps.setdefault(step, cls())
            node.place = place
        return root

    def find(self, value: dict[str, Any], found: dict[str, Any]) -> bool:
        """Collect what stands at the places; say whether that is certain.

        It is not where a key has dots in it that could be steps, or a list is on the way: these are looked at singly.
        """
        if not self.dotted.isdisjoint(value):
            return False
        for step, node in self.steps.items():
            inner = value.get(step)
            if inner is None:
                continue
            if node.place is not None:
                found[node.place] = inner
            if node.steps and (isinstance(inner, list) or (isinstance(inner, dict) and not node.find(inner, found))):
                return False
        return True


def _plainly(place: str) -> bool:
    """Say whether a place is its steps with dots between them: no list on the way, no ``*``, no dot too many."""
    return bool(paths.levels(place)) and "[]" not in place and ".".join(paths.steps(place)) == place


def _at(record: Mapping[str, Any], place: str) -> Any:
    """Return what stands at a place; most places are a key as it stands, or objects inside each other."""
    if place in record:
        return record[place]
    value: Any = record
    for step in paths.steps(place):
        if not isinstance(value, dict) or step not in value:
            return paths.ABSENT if _bare(record, place) else paths.at(record, place)
        value = value[step]
    return value


def _bare(record: Mapping[str, Any], place: str) -> bool:
    """Say whether a place is missing for certain: objects as far as it is there, and no key with dots on the way."""
    value: Any = record
    for step, dotted in paths.levels(place):
        if not isinstance(value, dict) or not value.keys().isdisjoint(dotted):
            return False
        if step not in value:
            return step != "[]"
        value = value[step]
    return False


def _opened(value: Any) -> Any:
    """Return a list of ``{key, value: {stringValue: ...}}``, as OTLP writes attributes, as the object it describes.

    A list of ``{name, attributes}``, as it writes events, is an object of lists by name. All else is as it is.
    """
    return _otlp(value) if isinstance(value, list) and value and isinstance(value[0], dict) else value


def _otlp(items: list[Any]) -> Any:
    pairs: dict[str, Any] = {}
    for item in items:
        if not (isinstance(item, dict) and "key" in item and isinstance(value := item.get("value"), dict)):
            break
        pairs[str(item["key"])] = value["stringValue"] if "stringValue" in value and len(value) == 1 else _scalar(value)
    else:
        return pairs
    if all(isinstance(item, dict) and "name" in item and "attributes" in item for item in items):
        named: dict[str, list[Any]] = {}
        for item in items:
            named.setdefault(str(item["name"]), []).append(_opened(item["attributes"]))
        return named
    return items


def _plain(value: Any) -> Any:
    """Return a value, or a list of values, without what OTLP puts around each of them."""
    if isinstance(value, list) and value and isinstance(value[0], dict) and _ANY.issuperset(value[0]):
        return [_plain(item) for item in value]
    return _scalar(value) if isinstance(value, dict) and value and _ANY.issuperset(value) else value


def _scalar(value: Mapping[str, Any]) -> Any:
    """Return the value of an OTLP attribute: a scalar, a list or an object."""
    kind, inner = next(iter(value.items()), ("", None))
    if kind == "arrayValue" and isinstance(inner, dict):
        values = inner.get("values")
        return [_scalar(item) for item in (values if isinstance(values, list) else ()) if isinstance(item, dict)]
    if kind == "kvlistValue" and isinstance(inner, dict):
        return _opened(inner.get("values") or [])
    return inner


def _side(found: Mapping[str, Any], places: tuple[str, ...], decode: ModelBodies, shapes: list[wire.Wire],
          route: str | None) -> tuple[wire.Said, bool, bool | None]:
    """Return what the first place with a text says (a request has a route), if it was cut, and if it was a stream."""
    seen = wire.Said()
    for place in places:
        if (value := found.get(place)) is None:
            continue
        value = _plain(value)
        text = value if isinstance(value, str) else None
        if value in _EMPTY or (text is not None and text.strip() in decode.absent):
            continue
        streaming = text is not None and text.lstrip()[:6] in _EVENTS
        said = (_stream(text, shapes) if streaming and text is not None else
                _body(text, value, place.rpartition(".")[2], shapes, route))
        if said.text is None and decode.whole and text is None:
            whole = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
            said = wire.Said(whole, said.id, said.model, said.stream, said.tokens_in, said.tokens_out)
        if said.text is not None:
            cut = bool(decode.cut) and any(mark in said.text for mark in decode.cut)
            return said, cut, streaming or None
        seen = seen if seen.model else said
    return seen, False, None


def _body(text: str | None, value: Any, key: str, shapes: list[wire.Wire], route: str | None) -> wire.Said:
    """Return what a body says; a text that is no JSON, or that no shape can read, stands for itself."""
    if text is not None:
        opened = http_body.load(text.encode("utf-8", "replace")) if text.lstrip()[:1] in {"{", "["} else None
        if not isinstance(opened, dict | list):
            return wire.Said(http_body.clean(text))
        if opened in _EMPTY:
            return wire.Said()
        value = opened
    body = {key: value} if isinstance(value, list) else value
    said = wire.Said()
    for shape in shapes if route is None and isinstance(value, list) else ():
        if (found := wire.read_events(shape, value)).text is not None:
            return found
    for shape in shapes:
        found = wire.read_request(shape, route, body) if route is not None else wire.read_response(shape, body)
        if found.text is not None:
            return found
        said = said if said.model or said.id else found
    return wire.Said(http_body.clean(text), said.id, said.model) if text is not None else said


def _stream(text: str, shapes: list[wire.Wire]) -> wire.Said:
    values, _ = http_body.events(text.encode("utf-8", "replace"))
    for shape in shapes:
        said = wire.read_events(shape, values)
        if said.text is not None:
            return said
    return wire.Said(http_body.clean(text))


def _path(route: str) -> str | None:
    """Return the path of an address."""
    if "://" in route[:12]:
        route = "/" + route.split("/", 3)[3] if route.count("/") >= 3 else "/"
    return route[:2048] or None
