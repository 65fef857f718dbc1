"""Text that is made to be slow or large, in any size."""

from __future__ import annotations

from random import Random

from evidence.masking import planting

PIECES = {
    "digits": "1", "dots": "1.", "addresses": "a@b.", "at": "@", "pem": "-----BEGIN PRIVATE KEY-----", "base64": "QUJD", "jwt": "eyJhbGciOi.",
    "quotes": 'password = "', "phones": "+49 30 ", "stars": "*", "percent": "%41", "hex": "00:11:", "colon": "a1:", "cards": "4539 1488 0343 6466 ",
    "url": "a://b:", "nested": "((((((", "split": '" + "', "wide": "\uff11", "hidden": "4\u200b",
}
"""What such a text repeats: each keeps some anchor, some pattern or some decoder busy at every step."""


def text(name: str, size: int) -> str:
    """Return one of them, in so many bytes of UTF-8 or a few less."""
    return PIECES[name] * (size // len(PIECES[name].encode()))


def nothing_else(rules, size: int) -> bytes:
    """Return so many bytes, or a few more, of values of every rule, each on a line of its own with its name: no other text."""
    chosen = [rule for group in planting.plantable(rules).values() for rule in group]
    rng, lines, total = Random(8), [], 0
    while total < min(size, 400_000):
        lines.append(planting.plant(chosen[len(lines) % len(chosen)], b"", rng, len(lines)).text)
        total += len(lines[-1]) + 1
    return b"\n".join(lines * (size // total + 1))
