"""What chains only commit to, as it is opened (FORMAT 7; RFC 9901): in a proof, or for all chains in the package."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from evidence import constants as c
from evidence.verify.chains import is_salt
from evidence.verify.jcs import MalformedError, parse
from evidence.verify.report import show

NAMES: Final = frozenset({"requester", "approver", "record", "prompt", "response"})
_DISCLOSURE = re.compile(rf"[A-Za-z0-9_-]{{1,{c.MAX_DISCLOSURE}}}")
_LISTED = b'{"_sd":["'


class Opened(NamedTuple):
    """A disclosure as it reads; without a name it is damaged."""

    salt: str = ""
    name: str = ""
    value: Any = None


def digest_of(disclosure: str) -> str:
    """Return the digest by which a chain commits to a disclosure."""
    return base64.urlsafe_b64encode(hashlib.sha256(disclosure.encode()).digest()).rstrip(b"=").decode()


def read_disclosure(disclosure: str) -> Opened:
    """Return what a disclosure holds: a salt of 128 bits, a name, and an object."""
    if not _DISCLOSURE.fullmatch(disclosure):
        return Opened()
    try:
        value = json.loads(base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))
    except (ValueError, RecursionError):
        return Opened()
    shape = (isinstance(value, list) and len(value) == 3 and is_salt(value[0]) and isinstance(value[1], str)
             and isinstance(value[2], dict))
    return Opened(*value) if shape else Opened()


class DisclosureReader:
    """Reads disclosures as they stream by, beside the chains, which are in the same order; notes the first problem."""

    def __init__(self, chains: Iterable[bytes]) -> None:
        """Take the bytes of the chains in pieces, a second time."""
        self.problem: str | None = None
        self.lines = self.opened = 0
        self._chains = _lines(chains)
        self._tail = b""

    def feed(self, piece: bytes) -> None:
        """Take the next bytes of the file."""
        *lines, self._tail = (self._tail + piece).split(b"\n")
        for line in lines:
            self._take(line)
        if len(self._tail) > c.MAX_LINE:
            self._note("a line is longer than allowed")
            self._tail = b""

    def close(self) -> int:
        """End the file and return its number of line feeds."""
        if self._tail:
            self._note("the last line has no line feed")
        return self.lines

    def _note(self, problem: str) -> None:
        self.problem = self.problem or f"line {self.lines + 1}: {problem}"

    def _take(self, line: bytes) -> None:
        if self.problem is None:
            try:
                self._judge(line)
            except MalformedError as error:
                self._note(error.message)
        self.lines += 1

    def _judge(self, line: bytes) -> None:
        value = parse(line)
        if not isinstance(value, dict) or set(value) != {"disclosures", "interaction_id"}:
            raise MalformedError("not an interaction id and its disclosures")
        ident, given = value["interaction_id"], value["disclosures"]
        if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
            raise MalformedError("no list of disclosures")
        committed = self._of(ident)
        if committed is None:
            raise MalformedError(f"{show(ident)} is no chain of the package, or is out of order, or there twice")
        names = set[str]()
        for disclosure in given:
            name = read_disclosure(disclosure).name
            if digest_of(disclosure) not in committed:
                raise MalformedError(f"a disclosure of {show(ident)} belongs to another chain")
            if name not in NAMES or name in names:
                raise MalformedError(f"a disclosure of {show(ident)} is damaged, of an unknown name, or there twice")
            names.add(name)
        self.opened += len(given)

    def _of(self, ident: object) -> Sequence[str] | None:
        """Go on to the chain of an interaction, and return the digests to which it commits."""
        wanted = json.dumps(ident, ensure_ascii=False).encode("utf-8", "replace") + b","
        for line in self._chains:
            at = line.find(b'"interaction_id":') + 17
            if at >= 17 and line.startswith(wanted, at):
                if not line.startswith(_LISTED):
                    return ()
                return line[len(_LISTED):line.find(b'"]')].decode("utf-8", "replace").split('","')
        return None


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    tail = b""
    for piece in pieces:
        *lines, tail = (tail + piece).split(b"\n")
        yield from lines
        if len(tail) > c.MAX_LINE:
            return
