"""Reads the chains as they stream by: the tree over their exact lines (RFC 9162), their order and their form."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterable, Mapping
from itertools import pairwise
from operator import lt
from typing import Any, cast

from evidence import constants as c
from evidence.verify.jcs import MalformedError, parse
from evidence.verify.report import show
from evidence.verify.shapes import IDENT, Shapes

_ID = re.compile(IDENT)
_BASE64URL = b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_,"'
_PART = 1 << 20  # hashes compared at a time
_SALT = re.compile("[0-9a-f]{32,}")
_DIGEST = re.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # base64url of 32 bytes: the last digit holds four bits
_LEAF = hashlib.sha256(b"\x00")
_ESCAPED = bytes(one for one in (*range(0x20), 0x5C) if one != 0x0A)  # what text in JSON cannot hold as it is


class ChainReader:
    """Hashes lines into a tree with O(log n) memory, and notes the first thing that is wrong with them."""

    def __init__(self, *, collect: bool = False) -> None:
        """Start empty; ``collect`` keeps the ids, to be compared with those of other packages."""
        self.size = 0
        self.problem: str | None = None
        self.started = False
        self.ids: set[bytes] | None = set() if collect else None
        self._tail = b""
        self._alone: list[bytes | None] = []  # of each level of the tree the node that has no neighbour yet
        self._last = (-(1 << 62), b"")
        self._known = Shapes()
        # Sixteen bytes for each chain tell whether an id or a salt is there twice. The hash is keyed by this process:
        # nobody can make two collide, and by chance two of a million do once in thirty million verifications.
        self._ids, self._salts = array("q"), array("q")

    def feed(self, piece: bytes) -> None:
        """Take the next bytes of the file."""
        self.started = True
        data = self._tail + piece
        end = data.rfind(b"\n") + 1
        self._take(data, _lines(data, end), plain=self.problem is None and _is_plain(data, end))
        self._tail = data[end:]
        if len(self._tail) > c.MAX_LINE:
            self._note("a line is longer than allowed")
            self._tail = b""

    def close(self) -> int:
        """End the file and return its number of line feeds."""
        lines = self.size
        if self._tail:
            self._note("the last line has no line feed")
            self._take(self._tail, [(0, len(self._tail))], plain=False)
            self._tail = b""
        for what, hashes in (("interaction id", self._ids), ("salt", self._salts)):
            if self.problem is None and _is_twice(hashes):
                self.problem = f"two chains have one {what}"
        self._ids, self._salts = array("q"), array("q")
        return lines

    def root(self) -> str:
        """Return the root of the tree over the lines so far."""
        root: bytes | None = None
        for node in self._alone:
            if node is not None:
                root = node if root is None else hashlib.sha256(b"\x01" + node + root).digest()
        return (hashlib.sha256(b"").digest() if root is None else root).hex()

    def _note(self, problem: str) -> None:
        self.problem = self.problem or f"line {self.size + 1}: {problem}"

    def _take(self, data: bytes, lines: list[tuple[int, int]], *, plain: bool) -> None:
        """Take lines into the tree and judge them: they begin and end at these places; ``plain``: no escapes needed."""
        nodes, view = list[bytes](), memoryview(data)
        for start, stop in lines:
            leaf = _LEAF.copy()
            leaf.update(view[start:stop])
            nodes.append(leaf.digest())
        self._grow(nodes)
        if self.problem is None and not self._all_good(data, lines, plain=plain):
            self._find_problem([data[start:stop] for start, stop in lines])
        self.size += len(lines)

    def _grow(self, nodes: list[bytes]) -> None:
        sha256, level = hashlib.sha256, 0
        while nodes:
            if level == len(self._alone):
                self._alone.append(None)
            if (left := self._alone[level]) is not None:
                nodes.insert(0, left)
            self._alone[level] = nodes.pop() if len(nodes) % 2 else None
            pairs = zip(nodes[::2], nodes[1::2], strict=True)
            nodes = [sha256(b"\x01" + one + other).digest() for one, other in pairs]
            level += 1

    def _all_good(self, data: bytes, lines: list[tuple[int, int]], *, plain: bool) -> bool:
        """Judge lines whole, many at a time, and keep what of them is compared with others; else keep nothing."""
        rows, known = list[tuple[bytes, ...]](), self._known
        fits = known.expression()
        for start, stop in lines:
            found = fits(data, start, stop) if fits and (plain or _is_plain(data[start:stop])) else None
            if found is not None:
                rows.append(found.groups(b""))
                continue
            try:
                value = _parsed(data[start:stop])
            except MalformedError:
                return False
            known.learn(value)
            fits = known.expression()
            rows.append((b"", *_compared(value)))
        if not rows:
            return True
        lists, times, idents, salts = zip(*rows, strict=True)
        order = [self._last, *zip(map(int, times), idents, strict=True)]
        if not all(map(lt, order, order[1:])) or not _are_digests(lists):
            return False
        self._keep(order[-1], idents, salts)
        return True

    def _find_problem(self, lines: list[bytes]) -> None:
        """Judge lines one by one, for the first that is wrong."""
        for number, line in enumerate(lines, self.size + 1):
            try:
                time, ident, salt = _compared(_parsed(line))
            except MalformedError as error:
                self.problem = f"line {number}: {error}"
                return
            if (int(time), ident) <= self._last:
                self.problem = (f"line {number}: {ident.decode()} is not after {self._last[1].decode()}: "
                                "out of order, or there twice")
                return
            self._keep((int(time), ident), (ident,), (salt,))

    def _keep(self, last: tuple[int, bytes], idents: tuple[bytes, ...], salts: tuple[bytes, ...]) -> None:
        self._last = last
        self._ids.extend(map(hash, idents))
        self._salts.extend(map(hash, salts))
        if self.ids is not None:
            self.ids.update(idents)


def _parsed(line: bytes) -> Mapping[str, Any]:
    """Return the members of a chain.

    Raises:
        MalformedError: what is wrong with its form.
    """
    value = parse(line)
    if problem := chain_problem(value):
        raise MalformedError(problem)
    return cast("Mapping[str, Any]", value)


def _compared(value: Mapping[str, Any]) -> tuple[bytes, bytes, bytes]:
    """Return (time, interaction id, salt) of a chain as they stand in its line."""
    return str(value["event_time_us"]).encode(), value["interaction_id"].encode(), value["salt"].encode()


def _lines(data: bytes, end: int) -> list[tuple[int, int]]:
    """Return where each line begins and ends; the last line feed is before ``end``."""
    places, start = list[tuple[int, int]](), 0
    while start < end:
        stop = data.index(b"\n", start)
        places.append((start, stop))
        start = stop + 1
    return places


def _is_plain(data: bytes, end: int | None = None) -> bool:
    """Whether bytes are UTF-8 and hold, but for line feeds, nothing that has to be escaped in the text of JSON."""
    # A search for one byte goes many times as fast as an expression that looks for all of them.
    if any(map(data.__contains__, _ESCAPED)):
        return False
    return data.isascii() or _is_utf8(data[:end])


def _are_digests(lists: Iterable[bytes]) -> bool:
    """Whether lists of digests, each of the right length, are sorted and hold nothing else."""
    for listed in lists:
        digests = listed.split(b",")
        if listed and (len(listed) + 1 != 46 * len(digests) or not all(map(lt, digests, digests[1:]))):
            return False
    return not b"".join(lists).translate(None, _BASE64URL)


def _is_twice(hashes: array[int]) -> bool:
    """Whether a hash is there twice; a part of them at a time, so that memory is bounded."""
    parts = len(hashes) // _PART + 1
    return any(len(set(part)) < len(part) for part in (
        [hashes] if parts == 1 else ([one for one in hashes if one % parts == rest] for rest in range(parts))))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeError:
        return False
    return True


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
    if "event_time_us" not in value or not isinstance(ident := value.get("interaction_id"), str) or not (
            _ID.fullmatch(ident)):
        return "no time, or no interaction id of up to 200 printable ASCII characters"
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
