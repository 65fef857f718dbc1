"""Events of a stream that are alike but for one text, and for what numbers or pads them: only the text is read.

That they are alike has been shown of one of them, by reading it with other texts in their place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Any, Final, NamedTuple

import orjson

PROBE: Final = "\u2400 what no event says"
_PROBED: Final = orjson.dumps(PROBE)
_TEXT: Final = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*')
_NUMBER: Final = re.compile(b"0|[1-9][0-9]{0,14}")
_PAD: Final = re.compile(b"[0-9A-Za-z]*")
_NAMES: Final = (b"sequence_number", b"obfuscation")
_VARIES: Final = re.compile(
    rb'(?:(?<="sequence_number":)|(?<="sequence_number": ))(?:0|[1-9][0-9]{0,14})(?=[,}])'
    rb'|(?:(?<="obfuscation":")|(?<="obfuscation": "))[0-9A-Za-z]*(?=")')
"""What servers put into each event anew: its number, and what hides its length."""


class Pattern(NamedTuple):
    """How a block of a stream looks: it begins with ``lead``, then comes what varies, each followed by a fixed part."""

    lead: bytes
    holes: tuple[tuple[re.Pattern[bytes], bytes], ...]

    def texts(self, blocks: Sequence[bytes], start: int) -> list[bytes]:
        """Return the texts, as they are written, of the blocks from a place on that look like this."""
        found = self._plain(blocks, start) if len(self.holes) == 1 else self._varying(blocks, start)
        if all(map(_TEXT.fullmatch, found)):
            return found
        return list(takewhile(_TEXT.fullmatch, found))

    def _plain(self, blocks: Sequence[bytes], start: int) -> list[bytes]:
        """Take what stands between the two parts of a block that has no others."""
        found: list[bytes] = []
        lead, tail = self.lead, self.holes[0][1]
        begin, end = len(lead), len(tail)
        for place in range(start, len(blocks)):
            block = blocks[place]
            if not block.startswith(lead) or not block.endswith(tail) or len(block) < begin + end:
                break
            found.append(block[begin:-end])
        return found

    def _varying(self, blocks: Sequence[bytes], start: int) -> list[bytes]:
        """Take the text out of blocks in which a number or a pad varies as well."""
        found: list[bytes] = []
        for place in range(start, len(blocks)):
            block = blocks[place]
            if not block.startswith(self.lead):
                break
            text, rest = b"", block[len(self.lead):]
            for varies, part in self.holes:
                value, mark, rest = rest.partition(part)
                if varies is _TEXT:
                    text = value
                elif not varies.fullmatch(value):
                    return found
                if not mark:
                    return found
            if rest:
                break
            found.append(text)
        return found


def parted(block: bytes, data: bytes, text: str, following: bytes) -> tuple[Pattern, Any] | None:
    """Return the pattern of an event that has this text once, and the value of one like it that says something else.

    Nothing is returned where there is no such pattern, where the event is not the last line of its block with no other
    data above, or where the ``following`` block does not look like it, so that a pattern would not pay.
    """
    lead = block.removesuffix(data)
    above, _, own = lead.rpartition(b"\n")
    if own.rstrip(b" ") != b"data:" or b"\ndata:" in b"\n" + above:
        return None
    try:
        written = orjson.dumps(text)
        if data.count(written) != 1:
            return None
        before, _, after = data.partition(written)
        if not any(name in data for name in _NAMES):
            found = Pattern(lead + before + b'"', ((_TEXT, b'"' + after),))
            alike = following.startswith(found.lead) and following.endswith(after)
            return (found, orjson.loads(before + _PROBED + after)) if alike else None
        other = orjson.loads(_VARIES.sub(b"7", before) + _PROBED + _VARIES.sub(b"7", after))
    except (orjson.JSONEncodeError, orjson.JSONDecodeError):
        return None
    ahead, first = _parts(before)
    behind, then = _parts(after)
    ahead[-1] += b'"'
    behind[0] = b'"' + behind[0]
    return Pattern(lead + ahead[0], tuple(zip([*first, _TEXT, *then], [*ahead[1:], *behind], strict=True))), other


def _parts(text: bytes) -> tuple[list[bytes], list[re.Pattern[bytes]]]:
    """Return the parts of a text around what varies in it, and what may stand between each two of them."""
    parts, kinds, end = list[bytes](), list[re.Pattern[bytes]](), 0
    for found in _VARIES.finditer(text):
        parts.append(text[end:found.start()])
        kinds.append(_PAD if text[found.start() - 1:found.start()] == b'"' else _NUMBER)
        end = found.end()
    return [*parts, text[end:]], kinds


def values(texts: Sequence[bytes]) -> list[str] | None:
    """Return what texts say that stand in a stream between quotation marks, None where one of them is no JSON."""
    try:
        said: list[str] = orjson.loads(b'["' + b'","'.join(texts) + b'"]')
    except orjson.JSONDecodeError:
        return None
    return said
