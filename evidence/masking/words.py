"""Word lists of the catalogue, read once."""

from __future__ import annotations

from functools import cache

from evidence import catalog


@cache
def words(name: str) -> frozenset[bytes]:
    """Return the words of ``controls/masking/words/<name>.txt``, lower-cased; lines with ``#`` first are comments."""
    text = (catalog.home("controls") / "masking" / "words" / f"{name}.txt").read_bytes()
    return frozenset(word.lower() for line in text.splitlines() if not line.startswith(b"#") for word in line.split())
