"""Anchors: the small regular expressions by which a rule is looked for in all text at once.

An anchor is a necessary part of what a rule's pattern matches (``AKIA[A-Z2-7]{4}``). It is written in a language that
every engine reads alike (literals, ``\\d \\w``, classes, ``{m,n}``, ``?``, groups with ``|``, ``\\b``), so that two
engines report the same places; that is what makes their findings equal by construction and not by luck.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CLASSES = {"d": "0123456789", "w": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"}
_FORBIDDEN = frozenset("^$.*+")
MAX_WIDTH = 80


class AnchorError(ValueError):
    """The anchor is outside the language above."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """One anchor: its expression, whether case counts, and how many bytes a match can have.

    ``low == high`` marks an anchor of fixed width; only such an anchor may match the separator between rows. A
    ``literal`` has no expression for a pattern but the bytes themselves, one for each character.
    """

    pattern: str
    caseless: bool
    low: int
    high: int
    literal: bool = False


def parse(text: str) -> Anchor:
    """Read an anchor; a leading ``(?i)`` makes it caseless.

    Raises:
        AnchorError: it leaves the language, is wider than 80 bytes, or can match a line feed at a varying width.
    """
    caseless = text.startswith("(?i)")
    pattern = text[4:] if caseless else text
    reader = _Reader(pattern)
    low, high, newline = reader.alternation()
    if reader.at < len(pattern):
        raise AnchorError(f"unbalanced ')' at {reader.at}")
    if not low >= 2 or high > MAX_WIDTH:
        raise AnchorError(f"expected 2 to {MAX_WIDTH} bytes, found {low} to {high}")
    if newline and low != high:
        raise AnchorError("an anchor of varying width must not match a line feed (write [^x\\n])")
    return Anchor(pattern, caseless, low, high)


Width = tuple[int, int, bool]


class _Reader:
    """Recursive descent over one anchor; each method returns the least and greatest width and whether LF can match."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def _take(self) -> str:
        if self.at >= len(self.text):
            raise AnchorError("the anchor ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def _next(self, text: str) -> bool:
        found = self.text.startswith(text, self.at)
        self.at += len(text) * found
        return found

    def alternation(self) -> Width:
        branches = [self._sequence()]
        while self._next("|"):
            branches.append(self._sequence())
        return min(b[0] for b in branches), max(b[1] for b in branches), any(b[2] for b in branches)

    def _sequence(self) -> Width:
        low = high = 0
        newline = False
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            a, b, lf = self._atom()
            m, n = self._count()
            low, high, newline = low + a * m, high + b * n, newline or lf
        return low, high, newline

    def _atom(self) -> Width:
        char = self._take()
        if char == "(":
            if not self._next("?:"):
                raise AnchorError("only groups of the form (?:...) are read alike by every engine")
            width = self.alternation()
            if not self._next(")"):
                raise AnchorError("a group is not closed")
            return width
        if char == "[":
            return self._set()
        if char == "\\":
            return self._escape(self._take())
        if char in _FORBIDDEN or ord(char) > 126 or ord(char) < 32:
            raise AnchorError(f"{char!r} is not part of the language of anchors")
        return 1, 1, False

    def _escape(self, char: str) -> Width:
        if char == "b":
            return 0, 0, False
        if char in "nrt":
            return 1, 1, char == "n"
        if char == "x":
            return 1, 1, int(self._take() + self._take(), 16) == 10
        if char in _CLASSES or not char.isalnum():
            return 1, 1, False
        raise AnchorError(f"\\{char} is not part of the language of anchors")

    def _set(self) -> Width:
        start = self.at - 1
        while (char := self._take()) != "]":
            if char == "\\":
                self._escape(self._take())
        try:
            return 1, 1, re.fullmatch(self.text[start:self.at], "\n") is not None
        except re.error as error:
            raise AnchorError(f"the class {self.text[start:self.at]} is wrong: {error}") from error

    def _count(self) -> tuple[int, int]:
        if self._next("?"):
            return 0, 1
        if not self._next("{"):
            return 1, 1
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at:end].partition(",")
        if end < 0 or not low.isdigit() or (comma and not high.isdigit()):
            raise AnchorError("expected {n} or {m,n}")
        self.at = end + 1
        return int(low), int(high or low)
