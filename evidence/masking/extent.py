"""How far to the left of its end a match can begin, said by the pattern itself.

The engine names the places where matches end. A pattern is a sequence of parts of bounded width and of runs of
unbounded width; a run holds bytes of its classes only. From an end one goes left, over each part its greatest width,
over each run as long as the text has bytes of it: where that stops, no match with this end begins further left. An
expression then reads a few dozen bytes instead of the row, and finds the same.
"""

from __future__ import annotations

import re
import string
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Chain = tuple[tuple[int, bytes], ...]
"""Parts from right to left: greatest width, then the bytes of the run to the left of it (none: the pattern begins)."""

MOST_CHAINS = 8
FAR = 256
"""Bytes before an end that are looked at to tell what a secret is made of."""
_DIALECT = re.compile(r"\[:|\{,|[^\x00-\x7f]")
"""What Python's parser reads without complaint and in another way than RE2."""
_ANY = bytes(range(256))
_CATEGORIES = {"DIGIT": string.digits, "WORD": string.ascii_letters + string.digits + "_", "SPACE": " \t\n\r\f"}


def parsed(pattern: str) -> Any:
    """Return the pattern as Python's own parser of expressions reads it; None where the two dialects differ."""
    from re import _parser  # type: ignore[attr-defined]  # private since 3.11, and the only one there is

    if _DIALECT.search(pattern):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _parser.parse(pattern)
        except re.error:
            return None


def chains(tree: Any) -> tuple[Chain, ...] | None:
    """Return the ways a match is made of parts and runs; None where they are too many, or it cannot be said."""
    found = _sequence(tree)
    if found is None or len(found) > MOST_CHAINS:
        return None
    return tuple(sorted({tuple(zip(way[::-2], [*way[-2::-2], b""], strict=True)) for way in found}))


def begin(ways: Iterable[Chain], text: bytes, end: int, floor: int) -> int:
    """Return where a match with this end may begin at the earliest; nothing before ``floor`` is looked at."""
    return min(_begin(way, text, end, floor) for way in ways)


def _begin(way: Chain, text: bytes, at: int, floor: int) -> int:
    for width, run in way:
        at -= width
        if at <= floor:
            return floor
        if run:
            at = _run(text, at, run, floor)
    return at


def _run(text: bytes, at: int, run: bytes, floor: int) -> int:
    """Return where the bytes of a run that end at ``at`` begin."""
    size = 256
    while at > floor:
        piece = text[max(floor, at - size):at]
        kept = len(piece.rstrip(run))
        if kept:
            return at - len(piece) + kept
        at, size = at - len(piece), size * 4
    return floor


def sight(tree: Any) -> int | None:
    """Return how many bytes from its start on an attempt to match looks at most; None where there is no end to it."""
    try:
        return None if tree is None else _sight(tree, {})
    except OverflowError:
        return None


def _sight(tree: Any, groups: dict[int | None, int]) -> int:
    total = 0
    for item, value in tree:
        kind = str(item)
        if kind in {"LITERAL", "NOT_LITERAL", "ANY", "IN", "AT"}:
            total += 1
        elif kind == "SUBPATTERN":
            inner = _sight(value[-1], groups)
            groups[value[0]] = inner
            total += inner
        elif kind == "BRANCH":
            total += max(_sight(branch, groups) for branch in value[1])
        elif kind in {"MAX_REPEAT", "MIN_REPEAT"} and str(value[1]) != "MAXREPEAT":
            total += int(value[1]) * _sight(value[2], groups)
        elif kind in {"ASSERT", "ASSERT_NOT"}:
            total += _sight(value[1], groups) if value[0] > 0 else 0
        elif kind == "GROUPREF":
            total += groups[value]
        else:
            raise OverflowError(kind)
    return total


@dataclass(frozen=True, slots=True)
class Tail:
    """What is known of a secret from where its match ends: at most ``width`` bytes after it, all its bytes of a class.

    A secret has ``least`` different bytes or more.
    """

    width: int
    kinds: bytes
    least: int

    def fits(self, text: memoryview, end: int) -> bool:
        """Tell whether a match that ends here can hold a secret: false is certain, true is not."""
        piece = bytes(text[max(0, end - self.width - FAR):end])
        inner = max(0, len(piece) - self.width)
        begin = len(piece[:inner].rstrip(self.kinds))
        return (not begin and inner == FAR) or len(set(piece[begin:]).intersection(self.kinds)) >= self.least


def tail(tree: Any, group: int, least: int) -> Tail | None:
    """Return what is known of the secret, which is a group; None where that may be empty, or far from the end."""
    for place, (kind, value) in enumerate(tree):
        if str(kind) == "SUBPATTERN" and value[0] == group:
            width = int(tree[place + 1:].getwidth()[1])
            if width > FAR or not value[-1].getwidth()[0]:
                return None
            return Tail(width, _both_cases(held(value[-1])), least)
    return None


def letterless(tree: Any) -> bool:
    """Tell whether there is no character that must stand in what a pattern matches (as in ``[0-9a-f]{40}``)."""
    return all(not (kind == "LITERAL" or (inner and not any(map(letterless, inner))))
               for kind, inner in ((str(kind), _needed(str(kind), value)) for kind, value in tree))


def _needed(kind: str, value: Any) -> Sequence[Any]:
    """Return the alternatives of which one takes part in every match."""
    if kind == "SUBPATTERN":
        return [value[-1]]
    if kind == "BRANCH":
        return list(value[1])
    return [value[2]] if kind in {"MAX_REPEAT", "MIN_REPEAT"} and value[0] else []


Way = tuple[Any, ...]
"""Width, run, width, run, ... width: from left to right."""


def _sequence(tree: Any) -> set[Way] | None:
    found: set[Way] = {(0,)}
    for kind, value in tree:
        part = _part(str(kind), value)
        if part is None or len(part) * len(found) > MOST_CHAINS * MOST_CHAINS:
            return None
        found = _widest((*a[:-1], a[-1] + b[0], *b[1:]) for a in found for b in part)
    return found


def _widest(ways: Iterable[Way]) -> set[Way]:
    """Return the ways, of those without a run only the widest."""
    every = set(ways)
    runs = {way for way in every if len(way) > 1}
    return runs | ({max(every - runs)} if every - runs else set())


def _part(kind: str, value: Any) -> set[Way] | None:
    if kind in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
        return {(1,)}
    if kind == "AT":
        return {(0,)}
    if kind == "SUBPATTERN":
        return _sequence(value[-1])
    if kind == "BRANCH":
        parts = [_sequence(branch) for branch in value[1]]
        return None if None in parts else _widest(way for part in parts for way in part or ())
    if kind in {"MAX_REPEAT", "MIN_REPEAT"}:
        return _repeated(int(value[1]), str(value[1]) == "MAXREPEAT", value[2])
    return None


def _repeated(most: int, unbounded: bool, tree: Any) -> set[Way] | None:
    inner = _sequence(tree)
    if inner is None:
        return None
    if not unbounded and all(len(way) == 1 for way in inner):
        return {(max(inner)[0] * most,)}
    return {(0, _both_cases(held(tree)), 0)}


def _both_cases(found: set[int]) -> bytes:
    return bytes(sorted(found | {ord(chr(byte).swapcase()) for byte in found if byte < 128}))


def held(tree: Any) -> set[int]:
    """Return the bytes that may stand in what a pattern matches, rather too many; letters in the case that it names."""
    found: set[int] = set()
    for item, value in tree:
        kind = str(item)
        if kind == "LITERAL":
            found.add(value)
        elif kind == "RANGE":
            found.update(range(value[0], value[1] + 1))
        elif kind == "CATEGORY":
            found |= _category(str(value).removeprefix("CATEGORY_"))
        elif kind == "IN":
            inverted = str(value[0][0]) == "NEGATE"
            found |= set(_ANY) - held(value[1:]) if inverted else held(value)
        elif kind in {"SUBPATTERN", "BRANCH", "MAX_REPEAT", "MIN_REPEAT"}:
            for branch in value[1] if kind == "BRANCH" else [value[-1]]:
                found |= held(branch)
        elif kind != "AT":
            return set(_ANY)
    return found


def _category(name: str) -> set[int]:
    known = set(_CATEGORIES[name.removeprefix("NOT_")].encode())
    return set(_ANY) - known if name.startswith("NOT_") else known


_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?P?<\w+>|\?[a-zA-Z-]*:)?|.", re.DOTALL)
_LONE = re.compile(r"((?:\\[dwDWsS]|\[\^?\]?(?:\\.|[^\]\\])*\]))\{(\d+)(,\d*)?(\}\??)", re.DOTALL)


def lengthened(pattern: str, group: int, least: int) -> str | None:
    """Return the pattern with every lone run of its group at least so long (``(\\w{10,150})``); None: nothing changes.

    The group is only changed where it takes part once: at the top of the pattern, not repeated.
    """
    span = _group(pattern, group)
    if span is None or pattern[span[1] + 1:span[1] + 2] in {"?", "*", "+", "{"}:
        return None
    branches = [_longer(branch, least) for branch in _branches(pattern[span[0]:span[1]])]
    changed = pattern[:span[0]] + "|".join(branches) + pattern[span[1]:]
    return changed if changed != pattern else None


def _longer(branch: str, least: int) -> str:
    run = _LONE.fullmatch(branch)
    if run is None or not 1 <= int(run[2]) < least:
        return branch
    most = run[3][1:] if run[3] else run[2]
    return f"{run[1]}{{{least}{run[3]}{run[4]}" if run[3] and (not most or int(most) >= least) else branch


def _group(pattern: str, wanted: int) -> tuple[int, int] | None:
    """Return where the inside of a group at the top of a pattern begins and ends."""
    depth = number = 0
    start = None
    for piece in _PIECE.finditer(pattern):
        text = piece[0]
        if text.startswith("("):
            captures = "<" in text or (text == "(" and not pattern.startswith("?", piece.end()))
            number += captures
            if captures and number == wanted:
                if depth:
                    return None
                start = piece.end()
            depth += 1
        elif text == ")":
            depth -= 1
            if start is not None and not depth:
                return start, piece.start()
    return None


def _branches(text: str) -> list[str]:
    """Return the alternatives of a pattern."""
    found, depth, start = [], 0, 0
    for piece in _PIECE.finditer(text):
        depth += piece[0].startswith("(") - (piece[0] == ")")
        if piece[0] == "|" and not depth:
            found.append(text[start:piece.start()])
            start = piece.end()
    return [*found, text[start:]]
