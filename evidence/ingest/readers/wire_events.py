"""What the events of a streamed response say, their deltas put together."""

from __future__ import annotations

from binascii import a2b_base64
from functools import cache
from typing import Any, Final, NamedTuple

from evidence.ingest.readers.http_body import block_data, clean, load, payload, payloads
from evidence.ingest.readers.wire_patterns import PROBE, Pattern, parted, values
from evidence.ingest.readers.wire_shapes import Events, Node

_Group = tuple[object, ...]
_LEAST: Final = 6
"""Events that must still come for a pattern to be worth its proof."""
_PATIENCE: Final = 64


class Said(NamedTuple):
    """What a body says. ``text`` is None where the shape found none."""

    text: str | None = None
    id: str | None = None
    model: str | None = None
    stream: bool | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None


class Heard:
    """What was heard of a stream so far.

    Most events of a stream differ from the one before in one text alone, and in their number. Where that has been shown
    of an event, only the text is read of those that follow it and look as it did.
    """

    def __init__(self, shape: Events) -> None:
        """Begin a stream of this shape."""
        self._shape = shape
        self._pieces: dict[_Group, list[str]] = {}
        self._id: str | None = None
        self._model: str | None = None
        self._tokens_in: int | None = None
        self._tokens_out: int | None = None

    def said(self) -> Said:
        """Return what all events said together."""
        text = "\n".join(clean("".join(parts)) for parts in self._pieces.values())
        return Said(text or None, self._id, self._model, True, self._tokens_in, self._tokens_out)

    def stream(self, body: bytes) -> bool:
        """Take the events of a body, and say whether every one of them could be read to its end."""
        body = body.replace(b"\r\n", b"\n") if b"\r" in body else body
        if b"\r" in body or self._shape.single:
            read = [payload(data) for data in payloads(body)]
            for value, _ in read:
                self.event(value)
            return all(sound for _, sound in read)
        blocks, place, whole = body.split(b"\n\n"), 0, True
        known: tuple[Pattern, list[str]] | None = None
        pause = wait = 0
        while place < len(blocks):
            if known and blocks[place].startswith(known[0].lead) and (written := known[0].texts(blocks, place)):
                if (said := values(written)) is not None:
                    known[1].extend(said)
                    place += len(written)
                    pause, wait = (0, 0) if len(written) >= _LEAST else (pause, wait)
                    continue
                known, pause = None, len(written)
            block, place = blocks[place], place + 1
            if (data := block_data(block)) is None:
                continue
            value, sound = payload(data)
            texts, whole = self.event(value), whole and sound
            if len(texts) == 1 and pause == 0 and len(blocks) - place >= _LEAST:
                group, text = texts[0]
                if found := parted(block, data, text, blocks[place]):
                    pattern, other = found
                    known = (pattern, self._pieces[group]) if self._texts(other) == [(group, PROBE)] else None
                    pause = wait = min(2 * wait + 1, _PATIENCE)
            else:
                pause = max(0, pause - 1)
        return whole

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
        kinds = self._shape.kinds
        if kinds and value.get(kinds[0]) not in kinds[1]:
            return []
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
    if "." not in path:
        return value.get(path) if isinstance(value, dict) else None
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


def flag(value: Any, paths: tuple[str, ...]) -> bool | None:
    """Return the first truth value, or None."""
    for path in paths:
        if isinstance(got := at(value, path), bool):
            return got
    return None


def number(value: Any, paths: tuple[str, ...], before: int | None) -> int | None:
    """Return the first count, or what was known before."""
    for path in paths:
        got = at(value, path)
        if isinstance(got, int) and not isinstance(got, bool) and 0 <= got < 1 << 53:
            return got
    return before
