"""JSON that can be understood in one way only: RFC 8785, no member twice, integers and no fractions (RFC 7493)."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from evidence.errors import VerificationError

_SAFE = 1 << 53


class MalformedError(VerificationError):
    """Bytes that are not in the form demanded."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise MalformedError("a member occurs twice in one object")
    return value


def _no_fraction(text: str) -> NoReturn:
    raise MalformedError(f"a number that is not an integer: {text[:20]}")


def _integer(text: str) -> int:
    if len(text) > 17 or not -_SAFE < (value := int(text)) < _SAFE:
        raise MalformedError("an integer of 2^53 or more")
    return value


def read(data: bytes) -> Any:
    """Return the value of JSON in any form, which means one thing only.

    Raises:
        MalformedError: not UTF-8, not JSON, or a member twice, of which two readers take two.
    """
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_pairs, parse_constant=_no_fraction)
    except (ValueError, RecursionError) as error:
        raise MalformedError("not JSON, or nested without end") from error


def parse(data: bytes) -> Any:
    """Return the value of canonical JSON.

    Raises:
        MalformedError: not UTF-8, a byte order mark, not JSON, a member twice, a fraction, or not the canonical bytes.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        raise MalformedError("a byte order mark before the JSON")
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_pairs, parse_float=_no_fraction,
                           parse_int=_integer, parse_constant=_no_fraction)
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    except UnicodeError as error:
        raise MalformedError("not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise MalformedError("not JSON, or nested without end") from error
    if again != data:
        raise MalformedError("not in canonical form (RFC 8785)")
    return value
