"""Breaks bytes at random, and in ways that get past the first gate: inside JSON, inside DER, inside an archive."""

from __future__ import annotations

import json
import random
from typing import Any


def some_bytes(rng: random.Random, data: bytes) -> bytes:
    """Change, delete, repeat or insert bytes in a few places."""
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        at, span = rng.randrange(len(data) + 1), rng.choice((1, 1, 2, 8, 200))
        kind = rng.randrange(4)
        if kind == 0 and at < len(data):
            data = data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1:]
        elif kind == 1:
            data = data[:at] + data[at + span:]
        elif kind == 2:
            data = data[:at] + data[at:at + span] + data[at:]
        else:
            data = data[:at] + rng.randbytes(span) + data[at:]
    return data


# ---------------------------------------------------------------- JSON

_ODD: tuple[Any, ...] = (None, True, False, 0, -1, 1, 2**53, 2**53 - 1, -(2**63), "", "\u0000", "a" * 300, "\u202e", [], {}, [[]],
                         "0" * 64, "f" * 64, "2026-10-01T00:00:00Z", "AA==", "evidence/chains.ndjson")


def _inside(rng: random.Random, value: Any) -> Any:
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(sorted(value))
        kind = rng.randrange(6)
        if kind == 0:
            return {k: v for k, v in value.items() if k != key}
        if kind == 1:
            return value | {rng.choice(("x", key + "2", "__proto__")): value[key]}
        return value | {key: _inside(rng, value[key])}
    if isinstance(value, list) and value and rng.random() < 0.9:
        at = rng.randrange(len(value))
        kind = rng.randrange(4)
        if kind == 0:
            return value[:at] + value[at + 1:]
        if kind == 1:
            return [*value[:at], value[at], *value[at:]]
        return [*value[:at], _inside(rng, value[at]), *value[at + 1:]]
    if isinstance(value, str) and value and rng.random() < 0.6:
        text = some_bytes(rng, value.encode("utf-8", "surrogatepass"))[:4 * len(value) + 300]
        return text.decode("utf-8", "replace")
    if type(value) is int and rng.random() < 0.6:
        return value + rng.choice((-1, 1, 1000))
    return rng.choice(_ODD)


def in_json(rng: random.Random, data: bytes) -> bytes:
    """Change one value of a JSON text and write it canonically again; text inside text too."""
    try:
        value = json.loads(data)
    except ValueError:
        return some_bytes(rng, data)
    changed = _inside(rng, value)
    try:
        return json.dumps(changed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    except (UnicodeError, ValueError):
        return some_bytes(rng, data)


# ---------------------------------------------------------------- DER

def _parts(data: bytes) -> list[tuple[int, bytes]] | None:
    """The (tag, content) of consecutive DER values, or None when the bytes are none."""
    found, at = [], 0
    while at < len(data):
        if at + 2 > len(data):
            return None
        tag, length, start = data[at], data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4:
                return None
            length, start = int.from_bytes(data[start:start + count], "big"), start + count
        if start + length > len(data):
            return None
        found.append((tag, data[start:start + length]))
        at = start + length
    return found


def _written(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def in_der(rng: random.Random, data: bytes, depth: int = 0) -> bytes:
    """Change one value deep inside DER and write all lengths around it as they must be."""
    parts = _parts(data)
    if not parts or depth > 30:
        return some_bytes(rng, data)
    at = rng.randrange(len(parts))
    tag, content = parts[at]
    kind = rng.random()
    if kind < 0.03:
        del parts[at]
    elif kind < 0.06:
        parts.insert(at, parts[at])
    elif kind < 0.09:
        rng.shuffle(parts)
    elif kind < 0.12:
        parts[at] = (tag ^ (1 << rng.randrange(8)), content)
    elif (tag & 0x20 or tag == 0x04) and content and (inner := _parts(content)) and inner:
        parts[at] = (tag, in_der(rng, content, depth + 1))
    elif content:
        parts[at] = (tag, some_bytes(rng, content))
    else:
        parts[at] = (tag, b"\x01")
    return b"".join(_written(*part) for part in parts)
