"""Reads the chains as they stream by: the tree over their exact lines (RFC 9162), their order and their form."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from evidence import constants as c
from evidence.verify.jcs import MalformedError, parse
from evidence.verify.report import show

_TIME = re.compile(rb'"event_time_us":(-?\d{1,16}),')
_ID = re.compile(rb'"interaction_id":"([\x21\x23-\x5b\x5d-\x7e]{1,200})"')
_SALT = re.compile("[0-9a-f]{32,}")
_DIGEST = re.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # base64url of 32 bytes: the last digit holds four bits
_EVERY = 1024  # beyond the first ones, every so many lines is parsed entire
_FIRST = 2_000


class ChainReader:
    """Hashes lines into a tree with O(log n) memory, and notes the first thing that is wrong with them."""

    def __init__(self, *, collect: bool = False) -> None:
        """Start empty; ``collect`` keeps the ids, to be compared with those of other packages."""
        self.size = 0
        self.problem: str | None = None
        self.started = False
        self.parsed = 0
        self.ids: set[bytes] | None = set() if collect else None
        self._tail = b""
        self._roots: list[bytes] = []
        self._before = (-(1 << 62), b"")

    def feed(self, piece: bytes) -> None:
        """Take the next bytes of the file."""
        self.started = True
        *lines, self._tail = (self._tail + piece).split(b"\n")
        if len(self._tail) > c.MAX_LINE:
            self._note("a line is longer than allowed")
            self._tail = b""
        for line in lines:
            self._add(line)

    def close(self) -> int:
        """End the file and return its number of line feeds."""
        lines = self.size
        if self._tail:
            self._note("the last line has no line feed")
            self._add(self._tail)
            self._tail = b""
        return lines

    def root(self) -> str:
        """Return the root of the tree over the lines so far."""
        if not self._roots:
            return hashlib.sha256(b"").hexdigest()
        node = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node.hex()

    def _note(self, problem: str) -> None:
        self.problem = self.problem or f"line {self.size + 1}: {problem}"

    def _add(self, line: bytes) -> None:
        node, position, roots = hashlib.sha256(b"\x00" + line).digest(), self.size, self._roots
        while position & 1:
            node = hashlib.sha256(b"\x01" + roots.pop() + node).digest()
            position >>= 1
        roots.append(node)
        if not self.problem:
            self._judge(line)
        self.size += 1

    def _judge(self, line: bytes) -> None:
        # A search for fixed bytes is many times as fast as the expression, which then only judges what was found.
        time = _TIME.match(line, max(0, line.find(b'"event_time_us":')))
        ident = _ID.match(line, max(0, line.find(b'"interaction_id":"', time.end()))) if time else None
        if time is None or ident is None:
            self._note("no time or no interaction id where they belong")
            return
        place = (int(time[1]), ident[1])
        if place <= self._before:
            self._note(f"{place[1].decode()} is not after {self._before[1].decode()}: out of order, or there twice")
        self._before = place
        if self.ids is not None:
            self.ids.add(ident[1])
        if self.size < _FIRST or not self.size % _EVERY:
            self._parse(line, ident[1].decode())

    def _parse(self, line: bytes, interaction: str) -> None:
        self.parsed += 1
        try:
            value = parse(line)
        except MalformedError as error:
            self._note(str(error))
            return
        if problem := chain_problem(value):
            self._note(problem)
        elif value["interaction_id"] != interaction:
            self._note("another interaction id than where it belongs")


def chain_problem(value: Any) -> str | None:
    """Return what is wrong with a chain that was parsed (FORMAT 7), or None."""
    if not isinstance(value, dict) or value.get("v") != c.LEAF_FORMAT:
        return f"not a chain of {c.LEAF_FORMAT}"
    for name, member in value.items():
        kind = type(member)
        if name != "_sd" and kind is not str and kind is not int:
            return f"{show(name)} is neither text nor a whole number"
        if name.endswith("_us") and kind is not int:
            return f"{show(name)} is no number of microseconds"
    if not is_salt(value.get("salt")):
        return "no salt of 128 bits"
    if "event_time_us" not in value or not isinstance(ident := value.get("interaction_id"), str) or not ident:
        return "no time or no interaction id"
    return _digests_problem(value)


def is_salt(value: Any) -> bool:
    """Whether a value has the form of a salt of at least 128 bits."""
    return isinstance(value, str) and _SALT.fullmatch(value) is not None


def _digests_problem(chain: Mapping[str, Any]) -> str | None:
    digests = chain.get("_sd", [])
    if ("_sd" in chain or "_sd_alg" in chain) and chain.get("_sd_alg") != "sha-256":
        return "_sd_alg is not sha-256"
    if not isinstance(digests, list) or not all(isinstance(one, str) and _DIGEST.fullmatch(one) for one in digests):
        return "_sd holds something else than digests"
    if any(one >= other for one, other in pairwise(digests)):
        return "_sd is not sorted, or holds a digest twice"
    return None
