"""Reads the chains as they stream by: the tree over their exact lines (RFC 9162), their order and their form."""

from __future__ import annotations

import hashlib
import re

from evidence import constants as c
from evidence.verify.jcs import MalformedError, parse

_TIME = re.compile(rb'"event_time_us":(-?\d{1,16}),')
_ID = re.compile(rb'"interaction_id":"([\x21\x23-\x5b\x5d-\x7e]{1,200})"')
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
        if not isinstance(value, dict) or value.get("v") != c.LEAF_FORMAT or value.get("interaction_id") != interaction:
            self._note(f"not a chain of {c.LEAF_FORMAT}")
        elif not isinstance(salt := value.get("salt"), str) or not re.fullmatch("[0-9a-f]{32,}", salt):
            self._note("no salt of 128 bits")
