"""Takes prompt, response, model and counts out of bodies that a record keeps as fields: the decoder ``model_bodies``.

A gateway that logs one request per record writes the body of the request and of the response as an object, as a list of
messages, as JSON in a text, or as the text of a stream of events. Each record gives one part of kind ``body``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from evidence.connector import paths
from evidence.decoding import ModelBodies
from evidence.ingest.readers import http_body, wire

_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {}, paths.ABSENT)


def rows(raw: str | bytes, decode: ModelBodies, wires: tuple[wire.Wire, ...], columns: Mapping[str, str]
         ) -> Iterator[dict[str, Any]]:
    """Yield the part of one record; a record that is not a JSON object gives none.

    ``columns`` says where a place is that evidence.yaml declares (``columns.prompt``).
    """
    document = http_body.load(raw.encode() if isinstance(raw, str) else raw)
    if not isinstance(document, dict):
        return
    record = {key: _opened(value) for key, value in document.items()}
    routes, asks, answers = (tuple(columns.get(place, place) for place in named)
                             for named in (decode.route, decode.request, decode.response))
    route = next((str(got) for place in routes if (got := paths.at(record, place)) not in _EMPTY), "")
    route = route.partition("?")[0].partition("#")[0]
    named = {shape.id: shape for shape in wires}
    by_route = wire.of_route(wires, route) if route else None
    shapes = [by_route] if by_route else [named[name] for name in decode.wires if name in named]
    asked, asked_cut, _ = _side(record, asks, decode, shapes, route)
    given, given_cut, streaming = _side(record, answers, decode, shapes, None)
    yield {"kind": "body", "pairing": "exact", "truncated": asked_cut or given_cut, "blocked": False,
           "route": _path(route), "model": asked.model or given.model, "response_id": given.id,
           "streaming": asked.stream if asked.stream is not None else streaming,
           "tokens_in": given.tokens_in, "tokens_out": given.tokens_out, "prompt": asked.text, "response": given.text}


def _opened(value: Any) -> Any:
    """Return a list of ``{key, value: {stringValue: ...}}``, as OTLP writes attributes, as the object it describes.

    A list of ``{name, attributes}``, as it writes events, is an object of lists by name. All else is as it is.
    """
    return _otlp(value) if isinstance(value, list) and value and isinstance(value[0], Mapping) else value


def _otlp(items: list[Any]) -> Any:
    if all(isinstance(item, Mapping) and "key" in item and isinstance(item.get("value"), Mapping) for item in items):
        return {str(item["key"]): _scalar(item["value"]) for item in items}
    if all(isinstance(item, Mapping) and "name" in item and "attributes" in item for item in items):
        named: dict[str, list[Any]] = {}
        for item in items:
            named.setdefault(str(item["name"]), []).append(_opened(item["attributes"]))
        return named
    return items


def _scalar(value: Mapping[str, Any]) -> Any:
    """Return the value of an OTLP attribute: a scalar, a list or an object."""
    kind, inner = next(iter(value.items()), ("", None))
    if kind == "arrayValue" and isinstance(inner, Mapping):
        return [_scalar(item) for item in inner.get("values") or [] if isinstance(item, Mapping)]
    if kind == "kvlistValue" and isinstance(inner, Mapping):
        return _opened(inner.get("values") or [])
    return inner


def _side(record: Mapping[str, Any], places: tuple[str, ...], decode: ModelBodies, shapes: list[wire.Wire],
          route: str | None) -> tuple[wire.Said, bool, bool | None]:
    """Return what the first place with a text says (a request has a route), if it was cut, and if it was a stream."""
    seen = wire.Said()
    for place in places:
        value = paths.at(record, place)
        text = value if isinstance(value, str) else None
        if value in _EMPTY or (text is not None and text.strip() in decode.absent):
            continue
        streaming = text is not None and http_body.looks_like_events(text.lstrip()[:8].encode("utf-8", "replace"), "")
        said = (_stream(text, shapes) if streaming and text is not None else
                _body(text, value, place.rpartition(".")[2], shapes, route))
        if said.text is None and decode.whole and text is None:
            whole = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
            said = wire.Said(whole, said.id, said.model, said.stream, said.tokens_in, said.tokens_out)
        if said.text is not None:
            cut = any(mark in said.text for mark in decode.cut)
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
