"""Text that hides a value behind an encoding, decoded once and read again.

Zero-width and soft characters, spaces and dashes of other kinds, full-width letters, percent and character references,
escapes, string literals split over lines, and base64: only rows in which such bytes occur are decoded. What is found
there is reported where it lies in the recorded text.
"""

from __future__ import annotations

import base64
import binascii
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from evidence.masking.anchors import parse
from evidence.masking.candidates import Found

TRIGGERS = tuple(parse(text) for text in (
    r"\xc2[\xa0\xad]", r"\xe2\x80[\x80-\x93\xa8\xa9\xaf]", r"\xe2\x81[\x9f\xa0]", r"\xe2\x88\x92", r"\xe3\x80\x80",
    r"\xef\xbb\xbf", r"\xef\xbc[\x8b-\x9a\xa0-\xbf]", r"\xef\xbd[\x81-\x9a]",
    r"\\[nrt][0-9+(]",
    r"%[2-7][0-9A-Fa-f]", r"&#[0-9xX]", r"&commat;", r"&period;", r"&hyphen;", r"\\u00[2-7]", r"\\x[2-7]",
    r"[A-Za-z0-9@._+-]\\\n", r"[A-Za-z0-9@._-]=\n", r"[A-Za-z0-9@._-]=\r\n",
    r"[\"'] ?\+ ?[\"']", r"[\"']\+\n", r"[\"'] \+\n", r"[A-Za-z0-9@._-][\"']\n[ \t\"'+]", r"[0-9] [\"']\n[ \t\"'+]",
))
"""Anchors of encoded characters; each lies in the first ten bytes of its piece."""
BLOB = parse(r"[A-Za-z0-9+/]{32}")
"""The anchor of what may be base64."""

_PIECE = re.compile(
    rb"(?P<gone>\xc2\xad|\xe2\x80[\x8b-\x8f]|\xe2\x81\xa0|\xef\xbb\xbf|\\\r?\n[ \t]{0,24}|=\r?\n"
    rb"|[\"'][ \t]?\+?[ \t]?\r?\n[ \t]{0,24}\+?[ \t]?[\"']|[\"'][ \t]?\+[ \t]?[\"'])"
    rb"|(?P<space>\xc2\xa0|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80|\\[nrt](?=[0-9+(]))"
    rb"|(?P<dash>\xe2\x80[\x90-\x93]|\xe2\x88\x92)"
    rb"|(?P<wide>\xef\xbc[\x81-\xbf]|\xef\xbd[\x80-\x9e])"
    rb"|%(?P<percent>[2-7][0-9A-Fa-f])"
    rb"|&#(?P<decimal>[0-9]{2,3});|&#[xX](?P<hex>[0-9A-Fa-f]{2});|&(?P<named>commat|period|hyphen);"
    rb"|\\u00(?P<escape>[2-7][0-9A-Fa-f])|\\x(?P<byte>[2-7][0-9A-Fa-f])")
_FIRST = re.compile(rb"[\xc2\xe2\xe3\xef%&\\=\"']")
_JOINTS = frozenset((b'"', b"'", b"\\", b"="))
"""What a joint of strings or lines begins with; other bytes that are gone are characters that nobody sees."""
_NAMED = {b"commat": b"@", b"period": b".", b"hyphen": b"-"}
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_WRAPPED = re.compile(rb"(?:\r?\n[A-Za-z0-9+/]{8,})*={0,2}")
_READABLE = re.compile(rb"[\t\n\r\x20-\xff]*")
_PADDING = re.compile(rb"={0,2}")
_HEX = b"0123456789abcdefABCDEF"
_KINDS = tuple(re.compile(kind) for kind in (rb"[0-9]", rb"[a-z]", rb"[A-Z]"))
MAX_BLOBS = 512
BLOB_REACH = 1 << 16


@dataclass(frozen=True, slots=True)
class View:
    """A row decoded, as a list of pieces: where each starts in the decoded text and what span of the row it stands for.

    A piece is either copied (both spans have one length) or one decoded byte. ``whole`` is the span of a base64 blob:
    what is found inside lies there.
    """

    row: int
    text: bytes
    starts: Sequence[int] = ()
    begins: Sequence[int] = ()
    ends: Sequence[int] = ()
    whole: tuple[int, int] | None = None

    def back(self, one: Found) -> Found:
        """Return the finding with its place in the recorded text."""
        start, end = self.whole or (self._span(one.offset)[0], self._span(one.offset + one.length - 1)[1])
        return replace(one, row=self.row, offset=start, length=end - start)

    def _span(self, offset: int) -> tuple[int, int]:
        """Return the span of the row for one byte of the decoded text."""
        index = bisect_right(self.starts, offset) - 1
        start, end = self.begins[index], self.ends[index]
        ahead = offset - self.starts[index]
        following = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.text)
        copied = end - start == following - self.starts[index]
        return (start + ahead, start + ahead + 1) if copied else (start, end)


def blobs(row: int, text: bytes, ends: Iterable[int]) -> Iterator[View]:
    """Yield what base64 blobs of a row hold, where that is text; ``ends`` are the ends of their anchors, ascending."""
    done = number = 0
    for end in ends:
        if end <= done or number >= MAX_BLOBS:
            continue
        number += 1
        start = len(text[:end].rstrip(_ALPHABET)) if end < BLOB_REACH else \
            end - BLOB_REACH + len(text[end - BLOB_REACH:end].rstrip(_ALPHABET))
        tail = text[end:end + BLOB_REACH]
        close = end + len(tail) - len(tail.lstrip(_ALPHABET))
        wrapped = _WRAPPED.match(text, close) if close - start >= 56 else _PADDING.match(text, close)
        done = wrapped.end() if wrapped else close
        content = _content(text[start:done])
        if content is not None:
            yield View(row, content, whole=(start, done))


def characters(row: int, text: bytes, ends: Sequence[int]) -> Iterator[View]:
    """Yield a row with its encoded characters decoded, if there are any; ``ends`` are those of their anchors.

    Where strings are joined in it too, it comes a second time with these apart: what is joined may belong together, or
    end one value and begin the next.
    """
    whole, joined = _decoded(text, ends, join=True)
    yield from whole.view(row)
    if joined:
        yield from _decoded(text, ends, join=False)[0].view(row)


def _decoded(text: bytes, ends: Iterable[int], *, join: bool) -> tuple[Pieces, bool]:
    """Return a decoded text, and whether there are strings in it that could be joined."""
    pieces, joined, at = Pieces(text), False, 0
    for end in ends:
        at = max(at, end - 10)
        while at < end and (first := _FIRST.search(text, at, end)):
            at = first.end()
            if match := _PIECE.match(text, first.start()):
                at = match.end()
                joint = match.lastgroup == "gone" and first[0] in _JOINTS
                joined |= joint
                if join or not joint:
                    pieces.decoded(_byte(match), *match.span())
    return pieces, joined


class Pieces:
    """A decoded text in the making: what is copied, what is decoded, and where each came from."""

    def __init__(self, text: bytes) -> None:
        """Begin at the start of the recorded text."""
        self.done = 0
        self._text, self._size = text, 0
        self._parts: list[bytes] = []
        # A hostile text has a piece for every character or two: plain numbers take a sixth of the memory of objects.
        self._starts, self._begins, self._ends = array("q"), array("q"), array("q")

    def _add(self, part: bytes, start: int, end: int) -> None:
        if part:
            self._parts.append(part)
            self._starts.append(self._size)
            self._begins.append(start)
            self._ends.append(end)
            self._size += len(part)

    def decoded(self, byte: bytes, start: int, end: int) -> None:
        """Copy up to ``start``, then put ``byte`` (or nothing) for what stands between ``start`` and ``end``."""
        self._add(self._text[self.done:start], self.done, start)
        self._add(byte, start, end)
        self.done = end

    def view(self, row: int) -> Iterator[View]:
        """Yield the whole, if anything was decoded."""
        if self.done:
            self._add(self._text[self.done:], self.done, len(self._text))
            yield View(row, b"".join(self._parts), self._starts, self._begins, self._ends)


def _byte(match: re.Match[bytes]) -> bytes:
    """Return the one byte, or nothing, that an encoded character stands for."""
    kind = match.lastgroup or "gone"
    code = match[kind]
    if kind in {"gone", "space", "dash"}:
        return {"gone": b"", "space": b" ", "dash": b"-"}[kind]
    if kind == "wide":
        point = code.decode()
        return bytes([ord(point) - 0xFEE0])
    if kind == "named":
        return _NAMED[code]
    number = int(code, 10 if kind == "decimal" else 16)
    return bytes([number]) if 32 <= number < 127 else b" "


def _content(blob: bytes) -> bytes | None:
    """Return what a base64 blob holds, if that is text; None for digests, paths and names."""
    compact = blob.translate(None, b"\r\n=")
    if not compact.translate(None, _HEX) or not all(kind.search(compact) for kind in _KINDS):
        return None
    if len(compact) % 4 == 1:
        compact = compact[:-1]
    try:
        content = base64.b64decode(compact.translate(_URL_SAFE) + b"=" * (-len(compact) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None
    high = sum(byte > 126 for byte in content)
    return content if _READABLE.fullmatch(content) and high * 4 <= len(content) else None


_URL_SAFE = bytes.maketrans(b"-_", b"+/")
