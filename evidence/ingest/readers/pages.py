"""Records inside documents: elements of an array somewhere in a page, each with what its surroundings say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from evidence.connector.paths import steps
from evidence.ingest.readers.structure import Sliced, members, slice_of, span_of

MEMBER: Final = "@member"


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a page: its text, with what it carries put in front; ``whole`` is false where the file is cut.

    ``lost`` says that this is a container which lacks the array that should be in it.
    """

    text: bytes
    whole: bool = True
    lost: bool = False


class Place:
    """Where the records of a page are: ``data``, ``response.items`` or ``resourceSpans[].scopeSpans[].spans``."""

    def __init__(self, path: str, carry: Mapping[str, str]) -> None:
        """Read a path of connector.yaml, and of what is carried keep what stands on the way to it."""
        names = steps(path)
        names = names[:-1] if names[-1] == "[]" else names
        self.levels = _levels(names)
        self._carried: dict[int, list[tuple[bytes, tuple[str, ...]]]] = {}
        for key, where in carry.items():
            if where.startswith("@"):
                continue
            *outer, inner = _levels(steps(where))
            if outer == self.levels[:len(outer)]:
                self._carried.setdefault(len(outer), []).append((f'"{key}":'.encode(), inner))

    def there(self, value: Any) -> bool:
        """Say whether a page has the outermost array."""
        for name in self.levels[0]:
            value = value.get(name) if isinstance(value, dict) else None
        return isinstance(value, list)

    def elements(self, text: Sliced, level: int = 0, carried: bytes = b"") -> Iterator[Element]:
        """Yield the records of a page, or of a container inside it."""
        for key, path in self._carried.get(level, ()):
            if len(value := _inside(text, path)):
                carried += key + value[0:len(value)] + b","
        *outer, name = self.levels[level]
        inner = _inside(text, tuple(outer), cut=True) if outer else text
        found = False
        for element, whole in members(inner, name):
            found = True
            if level + 1 == len(self.levels):
                yield Element(_joined(carried, element), whole)
            else:
                yield from self.elements(element, level + 1, carried)
        if not found and level and slice_of(inner, name) not in {b"[]", b"null"}:
            yield Element(text[0:len(text)], lost=True)


def _levels(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the steps between one list and the next."""
    levels: list[tuple[str, ...]] = [()]
    for name in names:
        levels = [*levels, ()] if name == "[]" else [*levels[:-1], (*levels[-1], name)]
    return levels


def _inside(text: Sliced, path: tuple[str, ...], *, cut: bool = False) -> Sliced:
    for name in path:
        first, last = span_of(text, name, cut=cut)
        text = text[first:last].strip() if isinstance(text, bytes) else text.part(first, last)
    return text


def _joined(carried: bytes, element: bytes) -> bytes:
    """Put fields in front of those that an object has; what is no object stays as it is, to be refused."""
    if not carried or element[:1] != b"{":
        return element
    rest = element[1:].lstrip()
    return b"{" + (carried[:-1] if rest[:1] == b"}" else carried) + rest
