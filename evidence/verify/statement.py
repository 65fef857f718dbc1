"""statement.json and SHA256SUMS: read strictly, never guessed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from evidence import constants as c
from evidence.verify.jcs import MalformedError, parse
from evidence.verify.report import show

_HEX: Final = re.compile("[0-9a-f]{64}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?Z")


def instant(text: Any, *, digits: int = 0) -> datetime:
    """Return an instant of RFC 3339 in UTC, to the second or, with six digits, to the microsecond.

    Raises:
        MalformedError: another form, or a day or hour that does not exist.
    """
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None or (match[1] is not None) != (digits == 6):
        raise MalformedError(f"{show(text)} is no time of RFC 3339 in UTC with {digits} digits behind the second")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise MalformedError(f"{show(text)} is a day or an hour that does not exist") from error


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _hex(value: Any) -> bool:
    return isinstance(value, str) and bool(_HEX.fullmatch(value))


def _package(value: Any) -> bool:
    return isinstance(value, str) and bool(c.PACKAGE_ID.fullmatch(value))


def _time(value: Any) -> bool:
    try:
        return bool(instant(value))
    except MalformedError:
        return False


def _one_of(*allowed: Any) -> Any:
    return lambda value: value in allowed


def _members(**rules: Any) -> Any:
    """Return a rule: an object with exactly these members, each fitting its rule."""
    return lambda value: (isinstance(value, dict) and set(value) == set(rules)
                          and all(rule(value[name]) for name, rule in rules.items()))


def _or_null(rule: Any) -> Any:
    return lambda value: value is None or rule(value)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _counts(value: Any) -> bool:
    return isinstance(value, dict) and all(c.NAME.fullmatch(n) and _count(v) for n, v in value.items())


_RULES: Final[Mapping[str, Any]] = {
    "type": _one_of(c.FORMAT), "package_id": _package, "sequence": lambda v: _count(v) and v > 0,
    "period": _members(label=_text, zone=_text, **{"from": _time, "to": _time}),
    "previous": _or_null(_members(package_id=_package, sha256sums_sha256=_hex)),
    "edition": lambda v: _count(v) and v > 0, "replaces": _or_null(_package),
    "profile": _one_of("timed", "untimed"), "disclosures": _one_of("included", "withheld"),
    "tree": _members(alg=_one_of(c.TREE_ALGORITHM), file=_one_of(c.CHAINS), size=_count, root=_hex),
    "evidence_digest": _hex, "policy_digest": _hex, "sources_digest": _or_null(_hex), "counts": _counts,
    "files": _count, "report_unsigned": _members(bytes=_count, sha256=_hex),
    "signer": _members(subject=_text, fingerprint_sha256=_hex, test=_flag), "next_signer": _or_null(_hex),
    "generator": _members(name=_text, version=_text),
}


def read_statement(data: bytes) -> dict[str, Any]:
    """Return the statement.

    Raises:
        MalformedError: not canonical; members missing, unknown, of the wrong kind, or contradicting each other.
    """
    value = parse(data)
    if not isinstance(value, dict):
        raise MalformedError("not a JSON object")
    if value.get("type") != c.FORMAT:
        raise MalformedError(f"type {show(value.get('type'))}; this verifier knows {c.FORMAT}")
    if wrong := sorted(set(_RULES) ^ set(value)):
        raise MalformedError(f"members missing or unknown: {', '.join(show(name) for name in wrong)}")
    if wrong := sorted(name for name, rule in _RULES.items() if not rule(value[name])):
        raise MalformedError(f"members of the wrong kind: {', '.join(wrong)}")
    if (value["previous"] is None) != (value["sequence"] == 1):
        raise MalformedError(f"package number {value['sequence']}, but previous is {show(value['previous'])}")
    if (value["replaces"] is None) != (value["edition"] == 1) or value["period"]["from"] >= value["period"]["to"]:
        raise MalformedError("edition and replaces, or the ends of the period, contradict each other")
    return value


def read_sums(data: bytes) -> dict[str, str]:
    """Return the digests of SHA256SUMS by name.

    Raises:
        MalformedError: not ASCII, CR, blank or damaged lines, not sorted, a name twice or not allowed.
    """
    if not data.endswith(b"\n") or not data.isascii():
        raise MalformedError("not ASCII, or the last line has no line feed")
    found: dict[str, str] = {}
    before = ""
    for number, line in enumerate(data.decode("ascii")[:-1].split("\n"), 1):
        match = c.SUMS_LINE.fullmatch(line)
        if not match or not c.NAME.fullmatch(match[2]):
            kind = "a blank line" if not line else "a carriage return" if "\r" in line else f"{show(line, 90)}"
            raise MalformedError(f"line {number}: {kind}, expected 64 hex digits, two blanks and a name")
        if match[2] <= before:
            kind = "is there twice" if match[2] == before else "is out of order"
            raise MalformedError(f"line {number}: {show(match[2])} {kind}")
        if match[2] in c.UNLISTED:
            raise MalformedError(f"line {number}: {match[2]} cannot list itself")
        before = match[2]
        found[match[2]] = match[1]
    return found


def digest_under(digests: Mapping[str, str], prefix: str) -> str:
    """Return the SHA-256 of the lines of SHA256SUMS for the files under a prefix."""
    lines = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests) if name.startswith(prefix))
    return hashlib.sha256(lines.encode("ascii")).hexdigest()


def contradictions(statement: Mapping[str, Any], digests: Mapping[str, str], lines: Mapping[str, int]) -> list[str]:
    """Return what the statement says of the files that is not so."""
    counted = {n: lines[n] for n in digests if n.startswith(c.EVIDENCE) and n.endswith(c.COUNTED)}
    truth = {"files": len(digests), "evidence_digest": digest_under(digests, c.EVIDENCE),
             "policy_digest": digest_under(digests, c.CONFIG), "sources_digest": digests.get(c.SOURCES),
             "disclosures": "included" if c.DISCLOSURES in digests else "withheld"}
    found = [f"{name} is {show(statement[name])}, the files give {value}"
             for name, value in truth.items() if statement[name] != value]
    for name in sorted(set(counted) | set(statement["counts"])):
        stated, counts = statement["counts"].get(name), counted.get(name)
        if stated != counts:
            found.append(f"{name} should have {stated} lines, found {counts}")
    return found
