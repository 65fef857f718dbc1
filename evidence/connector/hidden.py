"""Places of secrets in a record: all that are declared, found in one walk over it.

Places are written as in ``paths``, and are told whatever the case of their names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from evidence.connector import paths

States = frozenset[tuple[tuple[str, ...], int]]
"""What is left of each place at some point of a record, with the number of the place."""


@dataclass(slots=True)
class _Fork:
    """Where a key leads: the places that end there, and what is left of the others."""

    ends: list[int] = field(default_factory=list)
    left: set[tuple[tuple[str, ...], int]] = field(default_factory=set)
    states: States = frozenset()

    def take(self, left: tuple[str, ...], number: int) -> None:
        """Note a place that leads here."""
        if left:
            self.left.add((left, number))
            self.states = frozenset(self.left)
        else:
            self.ends.append(number)


@dataclass(slots=True)
class _Forks:
    """Where the keys of an object lead, and every key, and the elements of a list."""

    keys: dict[str, _Fork] = field(default_factory=dict)
    sizes: set[int] = field(default_factory=set)
    every: _Fork = field(default_factory=_Fork)
    elements: _Fork = field(default_factory=_Fork)


def states(places: Iterable[str]) -> States:
    """Return where a walk for these places begins; they are numbered in their order."""
    return frozenset((paths.steps(place), number) for number, place in enumerate(places))


def find(value: Any, begin: States) -> list[tuple[int, Any, Any]]:
    """Return the number of each place that is there, its container and its key, in the order of the places."""
    found: list[tuple[int, Any, Any]] = []
    _walk(value, begin, found)
    return sorted(found, key=lambda one: one[0])


@cache
def _forks(begin: States) -> _Forks:
    forks = _Forks()
    for left, number in sorted(begin, key=lambda one: one[1]):
        forks.elements.take(left[1:] if left[0] == "[]" else left, number)
        for key, rest in paths.splits(left):
            fork = forks.every if key == "*" else forks.keys.setdefault(key.lower(), _Fork())
            fork.take(rest, number)
            forks.sizes.add(len(key))
    return forks


def _walk(value: Any, begin: States, found: list[tuple[int, Any, Any]]) -> None:
    forks = _forks(begin)
    if isinstance(value, dict):
        steps = [(key, fork) for key in value if len(key) in forks.sizes and (fork := forks.keys.get(key.lower()))]
        if forks.every.ends or forks.every.states:
            steps += [(key, forks.every) for key in value]
    elif isinstance(value, list):
        steps = [(number, forks.elements) for number in range(len(value))]
    else:
        return
    for key, fork in steps:
        found.extend([(number, value, key) for number in fork.ends])
        if fork.states:
            _walk(value[key], fork.states, found)
