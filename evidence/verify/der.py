"""DER and nothing else (X.690 8 to 11): one encoding for one value, so that no byte can change unnoticed."""

from __future__ import annotations

from itertools import pairwise

from evidence.verify.jcs import MalformedError

_DEPTH = 40


def require_der(data: bytes) -> None:
    """Refuse bytes that are not exactly one DER value.

    Raises:
        MalformedError: BER forms (indefinite or long lengths, unsorted sets, loose booleans), or bytes after the value.
    """
    if _value(data, 0, len(data), 0) != len(data):
        raise MalformedError("bytes after the end of the DER value")


def _value(data: bytes, at: int, end: int, depth: int) -> int:
    """Check the value at a position and return where it ends."""
    if depth > _DEPTH or at + 2 > end:
        raise MalformedError("DER cut off, or nested without end")
    tag = data[at]
    if tag & 0x1F == 0x1F:
        raise MalformedError("a DER tag of more than one byte")
    length, start = _length(data, at + 1, end)
    stop = start + length
    if stop > end:
        raise MalformedError("a DER length beyond the end")
    if tag & 0x20:
        _children(data, start, stop, depth, is_set=tag == 0x31)
    else:
        _primitive(tag, data[start:stop])
    return stop


def _length(data: bytes, at: int, end: int) -> tuple[int, int]:
    first = data[at]
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    if not 1 <= count <= 4 or at + 1 + count > end:
        raise MalformedError("an indefinite or oversized length: BER, not DER")
    length = int.from_bytes(data[at + 1:at + 1 + count], "big")
    if length < 0x80 or length >> (8 * (count - 1)) == 0:
        raise MalformedError("a length in a longer form than needed: BER, not DER")
    return length, at + 1 + count


def _children(data: bytes, start: int, stop: int, depth: int, *, is_set: bool) -> None:
    before = b""
    while start < stop:
        after = _value(data, start, stop, depth + 1)
        if is_set and data[start:after] < before:
            raise MalformedError("a set out of order: BER, not DER")
        before, start = data[start:after], after


def _is_padded(identifier: bytes) -> bool:
    """Whether a number of an object identifier begins with digits that say nothing (X.690 8.19.2)."""
    return any(before < 0x80 and byte == 0x80 for before, byte in pairwise(b"\0" + identifier))


def _primitive(tag: int, content: bytes) -> None:
    if tag in {0x01, 0x02, 0x05, 0x06, 0x03}:
        problems = {
            0x01: content not in {b"\x00", b"\xff"},
            0x02: not content or (len(content) > 1 and (content[0], content[1] >> 7) in {(0, 0), (0xFF, 1)}),
            0x05: bool(content),
            0x06: not content or content[-1] >= 0x80 or _is_padded(content),
            0x03: not content or content[0] > 7 or (content[0] > 0 and (
                len(content) == 1 or bool(content[-1] & ((1 << content[0]) - 1)))),
        }
        if problems[tag]:
            raise MalformedError(f"a primitive value (tag {tag:#04x}) that is BER, not DER")
    elif tag in {0x30 ^ 0x20, 0x31 ^ 0x20}:
        raise MalformedError("a sequence or set without parts")
