"""Plants values in realistic code answers, plain and encoded, beside masked variants and hard negatives.

Used by the assurance of every run, by tests and by benchmarks. Contexts are the forms in which code assistants write
values down; mutations are the encodings of ``decode``.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from pydantic import BaseModel, ConfigDict, ValidationError

from evidence import catalog
from evidence.errors import ConfigError, Where
from evidence.masking.planting_values import make
from evidence.masking.rules import Rule, read_yaml


class Texts(BaseModel):
    """What values are planted in: forms of a line (keyed ones name the value, free ones do not), talk, code blocks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    keyed: dict[str, str]
    free: dict[str, str]
    masked: tuple[str, ...]
    hard_negatives: tuple[str, ...]
    talk: tuple[str, ...]
    blocks: tuple[str, ...]


@cache
def texts() -> Texts:
    """Return the texts of the catalogue (``controls/masking/planting/texts.yaml``).

    Raises:
        ConfigError: the file is missing or wrong.
    """
    path = catalog.home("controls") / "masking" / "planting" / "texts.yaml"
    try:
        return Texts.model_validate(read_yaml(path))
    except ValidationError as error:
        raise ConfigError(error.errors()[0]["msg"], where=Where(str(path))) from error


@dataclass(frozen=True, slots=True)
class Planted:
    """A value planted in a text: what and where. It lives in memory for the length of one measurement."""

    entity: str
    rule_id: str
    form: str
    text: bytes
    offset: int
    length: int
    changed: bool = False


def plantable(rules: Sequence[Rule]) -> dict[str, list[Rule]]:
    """Return, by entity, the rules of which values can be made."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.spec.plant:
            found.setdefault(rule.entity, []).append(rule)
    return found


def lines(rule: Rule) -> list[tuple[str, str]]:
    """Return (form, line) of the lines that a value of the rule is written in, ``{value}`` still open."""
    found = [(f"example{number}", line) for number, line in enumerate(rule.spec.examples) if "{value}" in line]
    label = rule.spec.label
    if label:
        found += [(form, line.replace("{label}", label).replace("{LABEL}", label.upper()))
                  for form, line in texts().keyed.items()]
    if "{value}" in rule.spec.examples:
        found += texts().free.items()
    return found


def plant(rule: Rule, host: bytes, rng: Random, number: int, mutation: str = "") -> Planted:
    """Return a copy of the host text with one value of the rule planted: at its start, its end or between two lines."""
    form, line = lines(rule)[number % len(lines(rule))]
    value = make(rule.spec.plant, rng)
    head, tail = line.split("{value}", 1)
    shown = MUTATIONS[mutation](value.encode(), rng) if mutation else value.encode()
    place = number % 5
    middle = host.find(b"\n", rng.randrange(len(host) + 1)) + 1
    at = 0 if place == 0 else len(host) if place == 1 else middle
    before = host[:at] + (b"\n" if at and not host[:at].endswith(b"\n") else b"") + head.encode()
    text = before + shown + tail.encode() + (b"\n" + host[at:] if at < len(host) else b"")
    return Planted(rule.entity, rule.id, mutation or form, text, len(before), len(shown), shown != value.encode())


def _replaced(pairs: dict[str, str]) -> Callable[[bytes, Random], bytes]:
    table = {ord(old): new for old, new in pairs.items()}
    return lambda value, _rng: value.decode().translate(table).encode()


def _zero_width(value: bytes, rng: Random) -> bytes:
    at = rng.randrange(1, len(value))
    return value[:at] + rng.choice((b"\xe2\x80\x8b", b"\xe2\x80\x8d", b"\xef\xbb\xbf", b"\xc2\xad")) + value[at:]


def _split(value: bytes, rng: Random) -> bytes:
    at = rng.randrange(2, len(value) - 1)
    return value[:at] + rng.choice((b'" + "', b'"\n    "', b'" +\n  "')) + value[at:]


def _wide(value: bytes, _rng: Random) -> bytes:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in value.decode()).encode()


MUTATIONS: dict[str, Callable[[bytes, Random], bytes]] = {
    "nbsp": _replaced({" ": "\u00a0", "-": "\u2011"}),
    "zero_width": _zero_width,
    "full_width": _wide,
    "percent": _replaced({"@": "%40", ":": "%3A", "+": "%2B", " ": "%20"}),
    "reference": _replaced({"@": "&#64;", ".": "&#46;", "-": "&#x2d;"}),
    "escape": _replaced({"@": "\\u0040", "-": "\\u002d", " ": "\\u0020"}),
    "base64": lambda value, _rng: base64.b64encode(b"the value is " + value + b" as agreed"),
    "split": _split,
}
"""Encodings by name; each gives the bytes that stand in the text in the place of the value."""

def answers(rng: Random, count: int, size: int = 2000) -> Iterator[bytes]:
    """Yield code answers of about ``size`` bytes in which nothing sensitive stands."""
    for _ in range(count):
        parts: list[str] = []
        total = 0
        while total < size:
            word = "".join(rng.choices("abcdefghiklmnoprstuvwy", k=rng.randrange(4, 9)))
            block = rng.choice(texts().blocks).format(
                n=rng.randrange(99), d=rng.randrange(200), d1=rng.randrange(1, 9), d2=rng.randrange(10, 99), w=word,
                N=word.title(), u=_uuid(rng), h=f"{rng.getrandbits(160):040x}")
            parts += [rng.choice(texts().talk), block]
            total += len(parts[-1]) + len(parts[-2]) + 4
        yield "\n\n".join(parts).encode()


def _uuid(rng: Random) -> str:
    bits = f"{rng.getrandbits(128):032x}"
    return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"


def hard_negatives(rng: Random, count: int) -> Iterator[bytes]:
    """Yield lines that look like values and are none, or are values that mean nothing."""
    forms = texts().hard_negatives
    for number in range(count):
        yield forms[number % len(forms)].format(
            d=rng.randrange(1, 99), d1=rng.randrange(10), d2=rng.randrange(10, 99), n3=rng.randrange(100, 999),
            n8=rng.randrange(10**7, 10**8), n11=rng.randrange(10**10, 10**11), n12=rng.randrange(10**11, 10**12),
            hex40=f"{rng.getrandbits(160):040x}", hex64=f"{rng.getrandbits(256):064x}", uuid=_uuid(rng)).encode()
