"""Word lists of the catalogue, read once."""

from __future__ import annotations

import re
from functools import cache

from evidence import catalog


@cache
def words(name: str) -> frozenset[bytes]:
    """Return the words of ``controls/masking/words/<name>.txt``, lower-cased; lines with ``#`` first are comments."""
    text = (catalog.home("controls") / "masking" / "words" / f"{name}.txt").read_bytes()
    return frozenset(word.lower() for line in text.splitlines() if not line.startswith(b"#") for word in line.split())


@cache
def any_word(name: str) -> re.Pattern[bytes]:
    """Return an expression that finds any of the words of a list, in letters of either case."""
    return re.compile(b"(?i)" + b"|".join(re.escape(word) for word in sorted(words(name))))
