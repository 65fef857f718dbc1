"""What chains look like that were found good, as one expression, so that those like them need no parsing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any, Final

from evidence import constants as c

IDENT: Final = r"[\x21\x23-\x5b\x5d-\x7e]{1,200}"
Fits = Callable[[bytes, int, int], re.Match[bytes] | None]
_MEMBER = re.compile("[A-Za-z0-9_]+")
_WHOLE = "(?:0|-?(?:[1-8][0-9]{0,15}+|9[0-9]{0,14}+))"  # below 9 * 10^15: what lies between that and 2^53 is parsed
_LISTED = '"[^"]{42}[AEIMQUYcgkosw048]"'
_ALWAYS = frozenset({"event_time_us", "interaction_id", "salt"})
# An insider could make a package in which no two chains look alike: so many expressions are compiled, of so many
# members, and so many shapes make runs; the rest is parsed, and takes longer.
_COMPILED, _MEMBERS, _SHAPES = 64, 500, 16


class Shapes:
    """The members of the lines that were parsed, as one expression: it fits only lines that would be parsed alike.

    Parsing costs ten times as much. The order of members is that of the canonical form, and the expression knows of
    what kind each is. Members which stand together in all lines parsed so far make one run, which is there or is not:
    with every run the expression takes longer. What does not fit is parsed, so that it shows another shape, or a fault.
    """

    def __init__(self) -> None:
        """Know of none."""
        self._kinds: dict[str, set[type]] = {}
        self._shapes: set[frozenset[str]] = set()
        self._fits: Fits | None = None
        self._compiled = 0

    def learn(self, value: Mapping[str, Any]) -> None:
        """Take in the members of a line that is good."""
        kinds, shape = self._kinds, frozenset(value)
        for name, member in value.items():
            kind = type(member)
            if (name not in kinds or kind not in kinds[name]) and _MEMBER.fullmatch(name) and kind is not list:
                kinds.setdefault(name, set()).add(kind)
                self._fits = None
        if len(self._shapes) <= _SHAPES and shape not in self._shapes:
            self._shapes.add(shape)
            self._fits = None

    def expression(self) -> Fits | None:
        """Return what fits plain lines that are good, if their list of digests is; None: there is nothing of the kind.

        The groups of a match are the list of digests, the time, the interaction id and the salt.
        """
        if self._fits is None and self._kinds and self._compiled < _COMPILED and len(self._kinds) <= _MEMBERS:
            self._compiled += 1
            self._fits = re.compile(self._pattern().encode()).fullmatch
        return self._fits

    def _pattern(self) -> str:
        names = sorted({*self._kinds, "_sd"} - {"_sd_alg"})
        before = "".join(self._run([self._member(name) + "," for name in run], run)
                         for run in self._runs(name for name in names if name < "v"))
        after = "".join(self._run([f",{self._form(name)}" for name in run], run)
                        for run in self._runs(name for name in names if name > "v"))
        return f'\\{{{before}"v":"{c.LEAF_FORMAT}"{after}\\}}'

    def _runs(self, names: Iterable[str]) -> list[list[str]]:
        """Return names in runs of those that stood together so far; each alone when the shapes are too many."""
        if len(self._shapes) > _SHAPES:
            return [[name] for name in names]
        return [list(run) for _, run in groupby(names, lambda name: [name in shape for shape in self._shapes])]

    def _run(self, members: list[str], names: list[str]) -> str:
        always = not _ALWAYS.isdisjoint(names)  # every line has it, and so all that stands with it
        return "".join(members) if always else f"(?:{''.join(members)})?+"

    def _member(self, name: str) -> str:
        special = {"_sd": f'"_sd":\\[({_LISTED}(?:,{_LISTED})*+)\\],"_sd_alg":"sha-256"',
                   "event_time_us": f'"event_time_us":({_WHOLE})', "salt": '"salt":"([0-9a-f]{32,}+)"',
                   "interaction_id": '"interaction_id":"(' + IDENT + '+)"'}
        return special.get(name) or self._form(name)

    def _form(self, name: str) -> str:
        forms = {frozenset({str}): '"[^"]*+"', frozenset({int}): _WHOLE}
        return f'"{re.escape(name)}":' + forms.get(frozenset(self._kinds[name]), f'(?:"[^"]*+"|{_WHOLE})')
