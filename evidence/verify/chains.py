"""Reads the chains as they stream by: the tree over their exact lines (RFC 9162), their order and their form."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Mapping
from itertools import pairwise
from operator import lt
from typing import Any

from evidence import constants as c
from evidence.verify.jcs import MalformedError, parse
from evidence.verify.report import show

_IDENT = r"[\x21\x23-\x5b\x5d-\x7e]{1,200}"
_ID = re.compile(_IDENT)
_TIME = re.compile(rb'"event_time_us":(-?\d{1,16}),')
_ID_AT = re.compile(rb'"interaction_id":"([\x21\x23-\x5b\x5d-\x7e]{1,200})"')
_HEX = b"0123456789abcdef"
_MEMBER = re.compile("[A-Za-z0-9_]+")
_WHOLE = "(?:0|-?(?:[1-8][0-9]{0,15}+|9[0-9]{0,14}+))"  # below 9 * 10^15: what lies between that and 2^53 is parsed
_LISTED = '"[^"]{42}[AEIMQUYcgkosw048]"'
_BASE64URL = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_,"
_COMPILED, _MEMBERS = 64, 500
_PART = 1 << 20  # hashes compared at a time
_SALT = re.compile("[0-9a-f]{32,}")
_DIGEST = re.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # base64url of 32 bytes: the last digit holds four bits
# Judging the form of a line costs half of all the rest: of so many lines it is done always, then by turns of so many.
_ENTIRE, _TURN = 10_000, 32
_FIRST, _EVERY = 2_000, 1024  # the same for parsing, where the expression of what was parsed before fits as well


class ChainReader:
    """Hashes lines into a tree with O(log n) memory, and notes the first thing that is wrong with them."""

    def __init__(self, *, collect: bool = False) -> None:
        """Start empty; ``collect`` keeps the ids, to be compared with those of other packages."""
        self.size = 0
        self.problem: str | None = None
        self.started = False
        self.entire = 0
        self.ids: set[bytes] | None = set() if collect else None
        self._tail = b""
        self._roots: list[bytes] = []
        self._time, self._ident = -(1 << 62), b""
        self._known = _Known()
        # Sixteen bytes for each chain tell whether an id or a salt is there twice. The hash is keyed by this process:
        # nobody can make two collide, and by chance two of a million do once in thirty million verifications.
        self._ids, self._salts = array("q"), array("q")

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
        for what, hashes in (("interaction id", self._ids), ("salt", self._salts)):
            if self.problem is None and _is_twice(hashes):
                self.problem = f"two chains have one {what}"
        self._ids, self._salts = array("q"), array("q")
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
        """Judge one line: time, id and salt always; its whole form in the first lines, and then by turns."""
        found, number = None, self.size
        if number >= _ENTIRE and number % _TURN:
            found = _places(line)
        elif number >= _FIRST and number % _EVERY:
            self.entire += 1
            found = self._known.match(line)
        else:
            self.entire += 1
        if found is None:
            found = self._parse(line)
        if found is None:
            return
        time, ident, salt = found
        if time < self._time or (time == self._time and ident <= self._ident):
            self._note(f"{ident.decode()} is not after {self._ident.decode()}: out of order, or there twice")
        self._time, self._ident = time, ident
        self._ids.append(hash(ident))
        self._salts.append(hash(salt))
        if self.ids is not None:
            self.ids.add(ident)

    def _parse(self, line: bytes) -> tuple[int, bytes, bytes] | None:
        try:
            value = parse(line)
        except MalformedError as error:
            self._note(str(error))
            return None
        if problem := chain_problem(value):
            self._note(problem)
            return None
        self._known.learn(value)
        return value["event_time_us"], value["interaction_id"].encode(), value["salt"].encode()


def _places(line: bytes) -> tuple[int, bytes, bytes] | None:
    """Return (time, interaction id, salt) as they stand in a line, the rest of which is not looked at, or None."""
    # A search for fixed bytes is many times as fast as an expression, which then only judges what was found.
    time = _TIME.match(line, max(0, line.find(b'"event_time_us":')))
    ident = _ID_AT.match(line, max(0, line.find(b'"interaction_id":"', time.end()))) if time else None
    if time is None or ident is None:
        return None
    start = line.find(b'"salt":"', ident.end()) + 8
    salt = line[start:line.find(b'"', start)]
    return None if start < 8 or len(salt) < 32 or salt.translate(None, _HEX) else (int(time[1]), ident[1], salt)


def _is_twice(hashes: array[int]) -> bool:
    """Whether a hash is there twice; a part of them at a time, so that memory is bounded."""
    parts = len(hashes) // _PART + 1
    return any(len(set(part)) < len(part) for part in (
        [hashes] if parts == 1 else ([one for one in hashes if one % parts == rest] for rest in range(parts))))


class _Known:
    """The members of the lines that were parsed, as one expression: it fits only lines that would be parsed alike.

    Parsing costs five times as much. Every member may be left out, but those which every line has; their order is that
    of the canonical form. Only control characters inside of a text would pass; lines that are parsed show them.
    """

    def __init__(self) -> None:
        self._kinds: dict[str, set[type]] = {}
        self._fits: re.Pattern[bytes] | None = None
        self._compiled = 0

    def learn(self, value: Mapping[str, Any]) -> None:
        """Take in the members of a line that is good."""
        kinds = self._kinds
        for name, member in value.items():
            kind = type(member)
            if (name not in kinds or kind not in kinds[name]) and _MEMBER.fullmatch(name) and kind is not list:
                kinds.setdefault(name, set()).add(kind)
                self._fits = None

    def match(self, line: bytes) -> tuple[int, bytes, bytes] | None:
        """Return (time, interaction id, salt) of a line that is good beyond doubt, else None."""
        fits = self._fits or self._compile()
        if fits is None or b"\\" in line or not (line.isascii() or _is_utf8(line)):
            return None
        found = fits.fullmatch(line)
        if found is None:
            return None
        digests, time, ident, salt = found.groups()
        if digests is not None:
            parts = digests.split(b",")
            if digests.translate(None, _BASE64URL) != b'""' * len(parts) or not all(map(lt, parts, parts[1:])):
                return None
        return int(time), ident, salt

    def _compile(self) -> re.Pattern[bytes] | None:
        if self._compiled == _COMPILED or len(self._kinds) > _MEMBERS:
            return None  # no two lines alike: whoever makes such a package waits longer
        self._compiled += 1
        before = "".join(self._member(name) for name in sorted({*self._kinds, "_sd"}) if name < "v")
        after = "".join(f"(?:,{self._form(name)})?+" for name in sorted(self._kinds) if name > "v")
        self._fits = re.compile(f'\\{{{before}"v":"{c.LEAF_FORMAT}"{after}\\}}'.encode())
        return self._fits

    def _member(self, name: str) -> str:
        special = {"_sd": f'(?:"_sd":\\[({_LISTED}(?:,{_LISTED})*+)\\],"_sd_alg":"sha-256",)?+', "_sd_alg": "",
                   "event_time_us": f'"event_time_us":({_WHOLE}),', "salt": '"salt":"([0-9a-f]{32,}+)",',
                   "interaction_id": '"interaction_id":"(' + _IDENT + '+)",'}
        return special[name] if name in special else f"(?:{self._form(name)},)?+"

    def _form(self, name: str) -> str:
        forms = {frozenset({str}): '"[^"]*+"', frozenset({int}): _WHOLE}
        return f'"{re.escape(name)}":' + forms.get(frozenset(self._kinds[name]), f'(?:"[^"]*+"|{_WHOLE})')


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
