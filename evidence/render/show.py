"""How values of unknown origin become printable: nothing in them may act, and nothing may hide.

Control characters, bidirectional overrides, zero-width and unassigned characters are printed as their names in angle
brackets; floods of combining marks are cut; what is too long ends with its length and digest. Escaping for HTML is
Jinja's business and happens after.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Set as AbstractSet
from datetime import datetime
from zoneinfo import ZoneInfo

LIMIT = 240
NAMES = {0: "NUL", 7: "BEL", 8: "BS", 9: "TAB", 10: "LF", 13: "CR", 27: "ESC", 127: "DEL", 0xA0: "NBSP", 0xAD: "SHY"}
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_MARKS = re.compile(r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})"
                    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+)")
ABSENT = "\u2013"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last four full-width
_PLAIN = re.compile(r"[ -~]*")


def _visible(char: str, covered: AbstractSet[int] | None) -> str:
    code = ord(char)
    if code in NAMES:
        return f"⟨{NAMES[code]}⟩"
    category = unicodedata.category(char)
    if category in _HIDDEN or (category == "Zs" and char != " ") or 0xFE00 <= code <= 0xFE0F:
        return f"⟨U+{code:04X}⟩"
    if covered is not None and code not in covered:
        return f"⟨U+{code:04X}⟩"
    return char


def visible(text: str, covered: AbstractSet[int] | None = None) -> str:
    """Return text in which every character can be seen and none acts.

    Args:
        text: text of unknown origin.
        covered: code points that the font has; others are printed as code points. ``None``: all.
    """
    if _PLAIN.fullmatch(text):
        return text
    cut = _MARKS.sub(lambda match: f"{match[1]}⟨{len(match[2])} marks⟩", text)
    return "".join(_visible(char, covered) for char in cut)


def shorten(text: str, limit: int = LIMIT) -> str:
    """Return text of at most about ``limit`` characters; what was cut is named by length and digest."""
    if len(text) <= limit:
        return text
    data = text.encode("utf-8", "surrogatepass")
    return f"{text[:limit]} … ({len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()[:12]})"


def cut(text: str, limit: int) -> str:
    """Return text of at most ``limit`` characters for a figure, where there is no room to wrap."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def slug(text: str) -> str:
    """Return an id for an anchor: letters, digits and hyphens; a digest keeps different texts apart."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", text)[:60].strip("-")
    if re.fullmatch(r"[A-Za-z0-9._-]{1,60}", text):
        return plain
    return f"{plain}-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def cell(value: object) -> str:
    """Return a CSV cell that no spreadsheet takes for a formula and no terminal obeys."""
    if value is None:
        return ""
    text = visible(instant(value) if isinstance(value, datetime) else str(value))
    return f"'{text}" if text.startswith(FORMULA) else text


def instant(value: datetime) -> str:
    """Return a UTC instant as ISO 8601, with microseconds where there are any."""
    return value.replace(tzinfo=None).isoformat() + "Z"


def when(value: datetime | None) -> str:
    """Return a UTC instant for reading: ``2026-10-03 09:12:44``."""
    return ABSENT if value is None else f"{value:%Y-%m-%d %H:%M:%S}"


def local(value: datetime, zone: str) -> str:
    """Return an instant in a zone, with its offset: ``2026-10-01 00:00 (+02:00)``."""
    there = value.astimezone(ZoneInfo(zone))
    offset = f"{there:%z}"
    return f"{there:%Y-%m-%d %H:%M} ({offset[:3]}:{offset[3:]})"


def number(value: int | None) -> str:
    """Return an integer with its thousands apart: ``12,345``."""
    return ABSENT if value is None else f"{value:,}"


def span(microseconds: int | None) -> str:
    """Return a length of time in its two largest units: ``3 min 12 s``."""
    if microseconds is None:
        return ABSENT
    sign, rest = ("-" if microseconds < 0 else ""), abs(microseconds)
    if rest < 1_000_000:
        return f"{sign}{rest // 1000} ms" if rest >= 1000 or not rest else f"{sign}{rest} µs"
    parts = []
    for unit, size in (("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return sign + " ".join(parts[:2])


def size(count: int | None) -> str:
    """Return a number of bytes for reading, in decimal units and whole tenths."""
    if count is None:
        return ABSENT
    for unit, base in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= base:
            tenths = (count * 10 + base // 2) // base
            return f"{tenths // 10}.{tenths % 10} {unit}"
    return f"{count} B"


def locator(text: str) -> str:
    """Return the short form of a locator: the first 12 hex of the file, and the record number."""
    file, mark, record = text.rpartition("#")
    return f"{file[:12]}…#{record}" if mark else text[:14]


def share(part: int, whole: int) -> str:
    """Return ``part`` of ``whole`` in percent, rounded down so that 100 % means all."""
    return ABSENT if not whole else f"{part * 1000 // whole / 10:.1f} %"
