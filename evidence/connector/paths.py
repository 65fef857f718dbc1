"""Places in a record: dotted names of keys, as connector.yaml writes them.

``a.b`` is the key ``b`` in the object under ``a``, or the key that is written ``a.b``: exports flatten names, so a key
is first looked for as it stands. ``[]`` stands for every element of a list, ``*`` for every key of an object.
Of a list of ``{key, value}``, as OTLP writes attributes, a record's value is found under the key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

ABSENT: Final = object()


@cache
def steps(path: str) -> tuple[str, ...]:
    """Return a path in single steps; ``items[].name`` has the steps ``items``, ``[]`` and ``name``."""
    found: list[str] = []
    for step in path.split("."):
        name = step
        lists = 0
        while name.endswith("[]"):
            name, lists = name[:-2], lists + 1
        found += [*([name] if name else []), *["[]"] * lists]
    return tuple(found)


def at(value: Any, path: str) -> Any:
    """Return what stands at a path (of a list its first element), or ``ABSENT``."""
    taken = steps(path)
    if "*" in taken:
        return next(_reach(value, taken), ABSENT)
    return _find(value, taken)


@cache
def splits(path: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the keys with which a path may begin, the longest first, each with the steps that are then left."""
    named = path[:path.index("[]")] if "[]" in path else path
    return tuple((".".join(path[:take]), path[take:]) for take in range(len(named), 0, -1))


@cache
def levels(path: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return each step of a path with the dotted keys that may stand there instead; nothing where a step is ``*``."""
    taken = steps(path)
    return () if "*" in taken else tuple(
        (step, frozenset(key for key, _ in splits(taken[place:])) - {step}) for place, step in enumerate(taken))


def _find(value: Any, path: tuple[str, ...]) -> Any:
    """Return the first thing that a path leads to: what ``_reach`` would yield first, without the places on the way."""
    if isinstance(value, dict):
        for key, rest in splits(path):
            if key in value:
                found = _find(value[key], rest) if rest else value[key]
                if found is not ABSENT:
                    return found
    elif isinstance(value, list) and value:
        if (named := _named(value, ".".join(path))) is not ABSENT:
            return named
        rest = path[1:] if path[:1] == ("[]",) else path
        return _find(value[0], rest) if rest else value[0]
    return ABSENT


def _named(pairs: list[Any], name: str) -> Any:
    """Return the value under a key in a list of ``{key, value}``, without the type that OTLP puts around it."""
    for pair in pairs:
        if isinstance(pair, Mapping) and pair.get("key") == name and "value" in pair:
            value = pair["value"]
            return next(iter(value.values()), None) if isinstance(value, Mapping) else value
    return ABSENT


def _reach(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Yield what a path with a ``*`` in it leads to; of a list its first element."""
    if isinstance(value, list):
        if (named := _named(value, ".".join(path))) is not ABSENT:
            yield named
            return
        rest = path[1:] if path[:1] == ("[]",) else path
        for element in value[:1]:
            yield from _reach(element, rest) if rest else (element,)
    elif isinstance(value, dict):
        for key, rest in splits(path):
            for one in list(value) if key == "*" else [key] if key in value else []:
                yield from _reach(value[one], rest) if rest else (value[one],)


@cache
def _spelled(path: tuple[str, ...]) -> tuple[frozenset[int], tuple[tuple[str, int, tuple[str, ...]], ...]]:
    """Return all lengths of the keys with which a path may begin; and each in lower case, its length, what is left."""
    found = tuple((key.lower(), len(key), rest) for key, rest in splits(path))
    return frozenset(size for _, size, _ in found), found


def _everywhere(value: Any, path: tuple[str, ...], found: list[tuple[Any, Any, Any]]) -> None:
    """Collect each place that a path leads to: the container, the key, and what is there.

    Names of secrets are told whatever their case.
    """
    if isinstance(value, list):
        rest = path[1:] if path[:1] == ("[]",) else path
        for number, element in enumerate(value):
            if rest:
                _everywhere(element, rest, found)
            else:
                found.append((value, number, element))
    elif isinstance(value, dict):
        sizes, starts = _spelled(path)
        near = [key for key in value if len(key) in sizes]
        for wanted, size, rest in starts:
            for key in value if wanted == "*" else [key for key in near if len(key) == size and key.lower() == wanted]:
                if rest:
                    _everywhere(value[key], rest, found)
                else:
                    found.append((value, key, value[key]))


def change(value: Any, path: str, new: Callable[[Any], Any]) -> None:
    """Replace, in place, whatever a path leads to by what ``new`` makes of it; ``ABSENT`` takes it away."""
    places: list[tuple[Any, Any, Any]] = []
    _everywhere(value, steps(path), places)
    for holder, key, found in places:
        put(holder, key, new(found))


def put(holder: Any, key: Any, value: Any) -> None:
    """Put a value into an object or a list; ``ABSENT`` takes what is there away."""
    if value is not ABSENT:
        holder[key] = value
    elif isinstance(holder, dict):
        del holder[key]
    else:
        holder[key] = None


def plain(value: Any) -> str:
    """Return a scalar as JSON writes it, without quotes, to be compared with what YAML says."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return value if isinstance(value, str) else str(value)
