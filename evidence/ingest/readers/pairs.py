"""``key=value`` pairs as logs write them: with or without quotes, with blanks, commas or both between them."""

from __future__ import annotations

import re
from typing import Final

_BETWEEN: Final = re.compile(r"[\s,]*")
_KEY: Final = re.compile(r'([^\s=,"]{1,256})=')
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
# A value without quotes ends where the next key begins; the blank before it is looked at a few characters at a time, so
# that a line of nothing but blanks costs no more than its length.
_NEXT: Final = re.compile(r'(?=,?\s[\s,]{0,8}[^\s=,"]{1,256}=)')


def pairs(text: str) -> dict[str, str] | int:
    """Return the pairs of a text, or the position (from 1) of the character at which they cannot be read.

    A key that comes twice is such a position: which of the two holds is not for chance to say.
    """
    found: dict[str, str] = {}
    place = _after(_BETWEEN.match(text), 0)
    while place < len(text):
        key = _KEY.match(text, place)
        if key is None or key[1] in found:
            return place + 1
        place = key.end()
        if quoted := _QUOTED.match(text, place):
            found[key[1]] = re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL) if "\\" in quoted[1] else quoted[1]
            place = quoted.end()
        elif text[place:place + 1] == '"':
            return place + 1
        else:
            end = _after(_NEXT.search(text, place), len(text))
            found[key[1]] = text[place:end].rstrip(", \t\r\n")
            place = end
        place = _after(_BETWEEN.match(text, place), place)
    return found


def _after(match: re.Match[str] | None, otherwise: int) -> int:
    return match.end() if match else otherwise
