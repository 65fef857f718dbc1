"""What is done to a record before anything is kept of it: texts that are JSON are opened, secrets are taken out.

Numbers keep the text they came with.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

import orjson

from evidence.connector import hidden, paths
from evidence.ingest.readers.base import Batch, Judge, Options, written
from evidence.ingest.readers.pairs import pairs

_ROUNDED: Final = r"\s*-?(?:[0-9]{16}|(?:0|[1-9][0-9]*)[.eE])"
_INEXACT: Final = rf'(?:^|"\s*:|[,\[]){_ROUNDED}'
"""A number that a computer may round: where JSON has numbers, not the addresses and times in its texts."""
_CERTAIN: Final = re.compile(_INEXACT.encode())
_POSSIBLE: Final = re.compile(rf"(?:^|[:,\[]){_ROUNDED}".encode())
"""Finds some times too, in a third of the time."""


_SPACE: Final = b" \t\r\n"


def inexact(texts: Sequence[bytes]) -> list[bool]:
    """Say of each text whether it may have a number that a computer would round."""
    return _found(texts, _INEXACT)


def exact(text: bytes, *, rounded: bool) -> Any:
    """Return the value of a JSON text; numbers that a computer would round are kept as they are written.

    ``rounded`` says whether there may be such numbers. Where the value written again is the same text but for white
    space, none was rounded. To ask that takes a quarter of the time in which each number is kept as a text of its own.
    """
    if not rounded:
        return orjson.loads(text)
    try:
        value = orjson.loads(text)
        if orjson.dumps(value).translate(None, _SPACE) == text.translate(None, _SPACE):
            return value
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        # What this parser refuses the other one reads.
        return _kept(text)
    return _kept(text)


def _kept(text: bytes) -> Any:
    return json.loads(text, parse_float=_fragment, parse_int=_fragment)


def _fragment(text: str) -> orjson.Fragment:
    return orjson.Fragment(text.encode())


class Rewriter:
    """Opens and hides fields of records, as connector.yaml declares."""

    def __init__(self, options: Options, member: str = "") -> None:
        """Say what is declared, and in which member of a ZIP the records are, if they are in one."""
        self._parse, self._hide, self._key = options.parse, options.hide, options.key
        self._member = {key: member for key, where in options.carry.items() if where == "@member" and member}
        self._secrets = hidden.states(path for path, _ in options.hide)
        self._hides = _among(path for path, _ in options.hide)
        self._opens = _among(options.parse)
        self.idle = not (self._parse or self._member or self._hide)

    def batch(self, batch: Batch) -> None:
        """Rewrite the records of a batch in place; what cannot be opened becomes a reject."""
        numbers, texts = batch.numbers, list(batch.texts)
        batch.numbers, batch.texts, batch.columns, batch.size = [], [], None, 0
        asked = (inexact(texts), _found(texts, self._hides), _found(texts, self._opens))
        for number, text, rounded, hides, opens in zip(numbers, texts, *asked, strict=True):
            made = self.record(text, rounded=rounded, hides=hides) if hides or opens or self._member else text
            if isinstance(made, tuple):
                batch.reject(number, *made, len(text))
            else:
                batch.add(number, made)

    def record(self, text: bytes, *, rounded: bool, hides: bool) -> bytes | tuple[str, str | None]:
        """Return a record as it may be kept, or why it is none; ``hides`` says whether it may have secrets."""
        value = exact(text, rounded=rounded)
        if taken := [key for key in self._member if key in value]:
            return "duplicate_key", taken[0]
        value |= self._member
        wrong: list[tuple[str, str | None]] = []
        for path, way in self._parse.items():
            paths.change(value, path, partial(_opened, path=path, way=way, wrong=wrong))
        if wrong:
            return wrong[0]
        for number, holder, key in hidden.find(value, self._secrets) if hides else ():
            # What stood inside something that was hidden before is gone.
            if isinstance(holder, list) or key in holder:
                drop = self._hide[number][1] == "drop"
                paths.put(holder, key, paths.ABSENT if drop else self._hashed(holder[key]))
        try:
            return written(value)
        except orjson.JSONEncodeError:
            return "too_deep", None

    def _hashed(self, value: Any) -> Any:
        if value is None or value in ("", [], {}):
            return value
        data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else orjson.dumps(value)
        return "hmac-sha256:" + hmac.digest(self._key, data, "sha256").hex()


def _among(places: Iterable[str]) -> str:
    """Return the pattern of texts of records that may have something at one of these places; empty for no place.

    A name that is not in its text is none of a record's fields; names may be written with escapes, which could be any.
    """
    names = {"" if place[-1] in "*]" else paths.steps(place)[-1] for place in places}
    return f"(?i){'|'.join(sorted(map(re.escape, names)))}|\\\\u" if names else ""


def _found(texts: Sequence[bytes], pattern: str) -> list[bool]:
    """Say in which texts a pattern is found, whatever the case."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pattern:
        return [False] * len(texts)
    found: list[bool] = pc.match_substring_regex(pa.array(texts, pa.binary()), pattern).to_pylist()
    return found


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
    rounded = bool(_POSSIBLE.search(data) and _CERTAIN.search(data))
    return exact(data, rounded=rounded) if rounded or isinstance(judged, tuple) else judged


def rewritten(batches: Iterable[Batch], options: Options) -> Iterator[Batch]:
    """Yield batches with their records rewritten."""
    for batch in batches:
        rewriter = Rewriter(options, unquote(batch.member[1:].rpartition("@")[0]).replace("\\", "/"))
        if not rewriter.idle:
            rewriter.batch(batch)
        yield batch

