"""What is done to a record before anything is kept of it: texts that are JSON are opened, secrets are taken out.

Numbers keep the text they came with.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

import orjson

from evidence.connector import paths
from evidence.ingest.readers.base import Batch, Judge, Options
from evidence.ingest.readers.pairs import pairs

_INEXACT: Final = re.compile(rb'(?:^|"\s*:|[,\[])\s*-?(?:[0-9]{16}|(?:0|[1-9][0-9]*)[.eE])')
"""A number that a computer may round: where JSON has numbers, not the addresses and times in its texts."""


def exact(text: bytes) -> Any:
    """Return the value of a JSON text; numbers that a computer would round are kept as they are written."""
    if not _INEXACT.search(text):
        return orjson.loads(text)
    return json.loads(text, parse_float=_fragment, parse_int=_fragment)


def _fragment(text: str) -> orjson.Fragment:
    return orjson.Fragment(text.encode())


class Rewriter:
    """Opens and hides fields of records, as connector.yaml declares."""

    def __init__(self, options: Options, member: str = "") -> None:
        """Say what is declared, and in which member of a ZIP the records are, if they are in one."""
        self._parse, self._hide, self._key = options.parse, options.hide, options.key
        self._member = {key: member for key, where in options.carry.items() if where == "@member" and member}
        self._names = [_last(path) for path, _ in options.hide]
        self._opens = [_last(path) for path in options.parse]
        self.idle = not (self._parse or self._member or self._hide)

    def batch(self, batch: Batch) -> None:
        """Rewrite the records of a batch in place; what cannot be opened becomes a reject."""
        numbers, texts = batch.numbers, batch.texts
        batch.numbers, batch.texts, batch.size = [], [], 0
        for number, text in zip(numbers, texts, strict=True):
            made = self.record(text)
            if isinstance(made, tuple):
                batch.reject(number, *made, len(text))
            else:
                batch.add(number, made)

    def record(self, text: bytes) -> bytes | tuple[str, str | None]:
        """Return a record as it may be kept, or why it is none."""
        hidden = list(self._mentioned(text))
        if not self._member and not hidden and not self._to_open(text):
            return text
        value = exact(text)
        if taken := [key for key in self._member if key in value]:
            return "duplicate_key", taken[0]
        value |= self._member
        wrong: list[tuple[str, str | None]] = []
        for path, way in self._parse.items():
            paths.change(value, path, partial(_opened, path=path, way=way, wrong=wrong))
        if wrong:
            return wrong[0]
        for path, how in hidden:
            paths.change(value, path, (lambda _: paths.ABSENT) if how == "drop" else self._hashed)
        try:
            return orjson.dumps(value)
        except orjson.JSONEncodeError:
            return "too_deep", None

    def _mentioned(self, text: bytes) -> Iterator[tuple[str, str]]:
        """Yield the secrets whose names can be in a record; escaped names are possible everywhere."""
        if not self._hide or b"\\u" in text:
            yield from self._hide
            return
        lowered = text.lower()
        yield from (hide for hide, name in zip(self._hide, self._names, strict=True) if name in lowered)

    def _to_open(self, text: bytes) -> bool:
        """Whether a field that is to be opened can be in a record; its name may be written with escapes."""
        if not self._opens or b"\\u" in text:
            return bool(self._opens)
        lowered = text.lower()
        return any(name in lowered for name in self._opens)

    def _hashed(self, value: Any) -> Any:
        if value is None or value in ("", [], {}):
            return value
        data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else orjson.dumps(value)
        return "hmac-sha256:" + hmac.new(self._key, data, hashlib.sha256).hexdigest()


def _last(path: str) -> bytes:
    """Return the last name in a path: a record without it has nothing there. It is empty where any name will do."""
    return b"" if path[-1] in "*]" else paths.steps(path)[-1].lower().encode()


def _opened(value: Any, path: str, way: str, wrong: list[tuple[str, str | None]]) -> Any:
    """Return what a text says; of values that are no text, nothing is changed."""
    if not isinstance(value, str) or not value.strip():
        return value
    if way == "pairs":
        found = pairs(value)
        return value if isinstance(found, int) else found
    data = value.encode("utf-8", "surrogatepass")
    judged = Judge.look(data)
    if isinstance(judged, tuple) and judged[0] != "not_an_object":
        wrong.append((f"{judged[0]}:{path}", judged[1]))
        return value
    return exact(data)


def rewritten(batches: Iterable[Batch], options: Options) -> Iterator[Batch]:
    """Yield batches with their records rewritten."""
    for batch in batches:
        rewriter = Rewriter(options, unquote(batch.member[1:].rpartition("@")[0]))
        if not rewriter.idle:
            rewriter.batch(batch)
        yield batch

