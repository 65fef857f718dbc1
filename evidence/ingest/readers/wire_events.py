"""What the events of a streamed response say, their deltas put together."""

from __future__ import annotations

import re
from binascii import a2b_base64
from functools import cache
from typing import Any, Final, NamedTuple

import orjson

from evidence.ingest.readers.http_body import clean, load, payload
from evidence.ingest.readers.wire_shapes import Events, Node

_Group = tuple[object, ...]
_TRIES: Final = 4
_PROBE: Final = "\u2400 what no event says"
_TEXT: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
_NUMBER: Final = re.compile(b"0|[1-9][0-9]{0,14}")
_PAD: Final = re.compile(b"[0-9A-Za-z]*")
_VARIES: Final = re.compile(
    rb'(?:(?<="sequence_number":)|(?<="sequence_number": ))(?:0|[1-9][0-9]{0,14})(?=[,}])'
    rb'|(?:(?<="obfuscation":")|(?<="obfuscation": "))[0-9A-Za-z]*(?=")')
"""What servers put into each event anew: its number, and what hides its length."""


class Said(NamedTuple):
    """What a body says. ``text`` is None where the shape found none."""

    text: str | None = None
    id: str | None = None
    model: str | None = None
    stream: bool | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None


class _Pattern(NamedTuple):
    """Events that are alike but for one text, and for what numbers or pads them.

    They consist of ``parts``, each followed by what stands there instead of what varies, and end with ``end``;
    ``pieces`` is the text so far.
    """

    parts: list[tuple[bytes, re.Pattern[bytes]]]
    end: bytes
    pieces: list[str]

    def text(self, data: bytes) -> bytes | None:
        """Return the text of an event as it is written, None where the event looks different."""
        text, position = None, 0
        for part, varies in self.parts:
            if not data.startswith(part, position) or not (found := varies.match(data, position + len(part))):
                return None
            position = found.end()
            text = found[0] if varies is _TEXT else text
        return text if data[position:] == self.end else None


class Heard:
    """What was heard of a stream so far.

    Most events of a stream differ from the one before in one text alone, and in their number. Where that has been shown
    of an event, by reading it with others in their place, only the text is read of those that look as it did.
    """

    def __init__(self, shape: Events) -> None:
        """Begin a stream of this shape."""
        self._shape = shape
        self._pieces: dict[_Group, list[str]] = {}
        self._id: str | None = None
        self._model: str | None = None
        self._tokens_in: int | None = None
        self._tokens_out: int | None = None
        self._pattern: _Pattern | None = None
        self._tries = 0 if shape.packed else _TRIES

    def said(self) -> Said:
        """Return what all events said together."""
        text = "\n".join(clean("".join(parts)) for parts in self._pieces.values())
        return Said(text or None, self._id, self._model, True, self._tokens_in, self._tokens_out)

    def payload(self, data: bytes) -> bool:
        """Take the data of an event as it was sent, and say whether it could be read."""
        if (like := self._pattern) and (written := like.text(data)):
            try:
                text = orjson.loads(written)
            except orjson.JSONDecodeError:
                text = None
            if text:
                like.pieces.append(text)
                self._tries = _TRIES
                return True
        value, sound = payload(data)
        taken = self.event(value)
        if self._tries and len(taken) == 1:
            self._tries -= 1
            self._pattern = self._alike(data, value, *taken[0])
        return sound

    def event(self, value: Any) -> list[tuple[_Group, str]]:
        """Take the value of an event, and return its texts, none where it counts tokens as well."""
        shape = self._shape
        if shape.packed:
            value = _unpacked(value, shape.packed)
        if not isinstance(value, dict):
            return []
        self._id = self._id or word(value, shape.id)
        self._model = self._model or word(value, shape.model)
        texts = self._texts(value)
        for group, text in texts:
            if group in self._pieces:
                self._pieces[group].append(text)
            else:
                self._pieces[group] = [text]
        if not shape.counts.isdisjoint(value) and any(value.get(key) is not None for key in shape.counts):
            self._tokens_in = number(value, shape.tokens_in, self._tokens_in)
            self._tokens_out = number(value, shape.tokens_out, self._tokens_out)
            return []
        return texts

    def _texts(self, value: dict[str, Any]) -> list[tuple[_Group, str]]:
        found: list[tuple[int, tuple[str, ...], str]] = []
        _walk(value, self._shape.tree, (), found)
        texts: list[tuple[_Group, str]] = []
        for place, indices, text in found:
            delta = self._shape.groups[place]
            if delta is None:
                texts.append(((place, *indices), text))
            elif all(at(value, key) == wanted for key, wanted in delta.when.items()):
                texts.append(((place, *(str(at(value, key)) for key in delta.by), *indices), text))
        return texts

    def _alike(self, data: bytes, value: dict[str, Any], group: _Group, text: str) -> _Pattern | None:
        """Return the pattern of an event, if another text in this place changes nothing else of what it says."""
        try:
            written = orjson.dumps(text)
            if data.count(written) != 1:
                return None
            before, _, after = data.partition(written)
            other = orjson.loads(_VARIES.sub(b"7", before) + orjson.dumps(_PROBE) + _VARIES.sub(b"7", after))
        except (orjson.JSONEncodeError, orjson.JSONDecodeError):
            return None
        shape = self._shape
        if self._texts(other) != [(group, _PROBE)] or any(word(other, paths) != word(value, paths)
                                                          for paths in (shape.id, shape.model)):
            return None
        parts, rest = _parted(before)
        more, end = _parted(after)
        return _Pattern([*parts, (rest, _TEXT), *more], end, self._pieces[group])


def _parted(text: bytes) -> tuple[list[tuple[bytes, re.Pattern[bytes]]], bytes]:
    """Return the parts of a text before what varies in it, each with what may stand there, and what follows them."""
    parts, end = [], 0
    for found in _VARIES.finditer(text):
        parts.append((text[end:found.start()], _PAD if text[found.start() - 1:found.start()] == b'"' else _NUMBER))
        end = found.end()
    return parts, text[end:]


def _unpacked(value: Any, key: str) -> Any:
    """Return the event that stands in another one as base64; one that holds none is as it is."""
    text = value.get(key) if isinstance(value, dict) else None
    try:
        inner = load(a2b_base64(text)) if isinstance(text, str) else None
    except ValueError:
        return value
    return value if inner is None else inner


def _walk(value: Any, node: Node, indices: tuple[str, ...], found: list[tuple[int, tuple[str, ...], str]]) -> None:
    """Collect the texts of an event, each with the ``index`` of the list elements on the way to it."""
    if isinstance(value, dict):
        for key, (plain, many) in node.steps.items():
            inner = value.get(key)
            if inner is None:
                continue
            if isinstance(inner, str):
                if inner:
                    found.extend([(leaf, indices, inner) for leaf in plain.leaves])
            elif not isinstance(inner, list):
                _walk(inner, plain, indices, found)
            elif many.used:
                for place, item in enumerate(inner):
                    index = item.get("index", place) if isinstance(item, dict) else place
                    _walk(item, many, (*indices, str(index)), found)
    elif value and isinstance(value, str):
        found.extend([(leaf, indices, value) for leaf in node.leaves])


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def at(value: Any, path: str) -> Any:
    """Return what stands at a dotted path, or None."""
    for step in _steps(path):
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def word(value: Any, paths: tuple[str, ...]) -> str | None:
    """Return the first text that is not empty, at most 256 characters of it."""
    for path in paths:
        if isinstance(got := at(value, path), str) and got:
            return clean(got)[:256]
    return None


def number(value: Any, paths: tuple[str, ...], before: int | None) -> int | None:
    """Return the first count, or what was known before."""
    for path in paths:
        got = at(value, path)
        if isinstance(got, int) and not isinstance(got, bool) and 0 <= got < 1 << 53:
            return got
    return before
