"""Receipts of the ledger in ``custody.json``: a chain that only grows, in one package and from package to package."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import lt
from typing import Any

from cryptography import x509

from evidence import constants as c
from evidence.verify.cms import RefusedError
from evidence.verify.jcs import MalformedError, parse, read
from evidence.verify.report import Checklist, show
from evidence.verify.statement import instant
from evidence.verify.timestamp import token_time

_START = "0" * 64
_HEX = re.compile("[0-9a-f]{64}")


def check_receipts(custody: bytes, sources: bytes | None, anchors: Sequence[x509.Certificate], known: str | None,
                   check: Checklist, sealed: datetime | None = None) -> tuple[str, ...]:
    """Check the receipts of a package and return their lines.

    Args:
        custody: the bytes of ``custody.json``.
        sources: the bytes of ``evidence/sources.json``; empty: there is none; None: too large to be looked into.
        anchors: certificates trusted for time stamps.
        known: SHA-256 of a receipt that you were given earlier.
        check: where the step ``receipts`` is written down.
        sealed: when the package was sealed, after which nothing in it can have happened; None: nobody knows.
    """
    latest = sealed + timedelta(seconds=c.CLOCK_SKEW_S) if sealed else datetime.max.replace(tzinfo=UTC)
    try:
        received = _received(sources)
        told = _told(custody)
        lines = _lines(told)
        stamped = _chain(lines, anchors, latest)
        pulls = _pulls(told.get("pulls", []), received, latest)
    except MalformedError as error:
        check.fail("receipts", error.message)
        return ()
    except RefusedError as error:
        check.fail("receipts", f"a receipt's time stamp: {error.message}")
        return ()
    if known is not None and known.lower() not in {hashlib.sha256(line.encode()).hexdigest() for line in lines}:
        check.fail("receipts", f"the receipt {show(known)}, which you were given, is not among them")
    if not lines:
        check.skip("receipts", "the package carries no receipts of the ledger")
    check.hold("receipts", f"{len(lines)} receipts, {stamped} of them stamped; {pulls}")
    return tuple(lines)


def _told(custody: bytes) -> dict[str, Any]:
    try:
        value = read(custody)
    except MalformedError as error:
        raise MalformedError(f"{c.CUSTODY}: {error.message}") from error
    if not isinstance(value, dict):
        raise MalformedError(f"{c.CUSTODY} is not an object")
    return value


def _received(sources: bytes | None) -> set[tuple[str, str]] | None:
    """Return (source, SHA-256) of each file received; None where the list is too large to be looked into."""
    if not sources:
        return None if sources is None else set()
    try:
        told = read(sources)
    except MalformedError as error:
        raise MalformedError(f"{c.SOURCES}: {error.message}") from error
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise MalformedError(f"{c.SOURCES} is no list of sources")
    idents = [one.get("source_id") for one in told]
    if not all(isinstance(ident, str) for ident in idents) or not all(map(lt, idents, idents[1:])):
        raise MalformedError(f"{c.SOURCES} does not name each source once, in order")
    for one in told:
        if not isinstance(one.get("files"), list) or not all(map(_is_file, one["files"])):
            raise MalformedError(f"{c.SOURCES} does not list the files of {show(one['source_id'])} in form")
    return {(one["source_id"], file["file_sha256"]) for one in told for file in one["files"]}


def _is_file(file: object) -> bool:
    """Whether a file is named by path, digest, size and line of the ledger; more may be said of it."""
    return isinstance(file, dict) and isinstance(file.get("path"), str) and _is_digest(file.get("file_sha256")) and (
        _is_count(file.get("bytes")) and _is_count(file.get("ledger_seq")))


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _pulls(pulls: object, known: set[tuple[str, str]] | None, latest: datetime) -> str:
    """Say what the receipts of pulls show; refuse one that speaks of files which the package does not know."""
    if not isinstance(pulls, list) or not all(isinstance(one, dict) and set(one) == c.PULL_MEMBERS for one in pulls):
        raise MalformedError(f"{c.CUSTODY} holds receipts of pulls that are none")
    if not pulls:
        return "no file was pulled"
    files, open_ = set[tuple[str, str]](), 0
    for one in pulls:
        _require_pull(one, latest)
        mine = {(one["source_id"], sha) for sha in one["files"]}
        if known is not None and mine - known:
            raise MalformedError(f"the pull {show(one['pull'])} of {show(one['source_id'])} names a file that "
                                 f"{c.SOURCES} does not: {show(min(mine - known)[1])}")
        files |= mine
        open_ += bool(one["gaps"] or one["missing"] or one["ended"] is None)
    where = f"each in {c.SOURCES}" if known is not None else f"not compared with {c.SOURCES}, which is too large"
    return f"{len(files)} files came by {len(pulls)} pulls, {where}; {open_} of the pulls left something open"


def _require_pull(one: Mapping[str, Any], latest: datetime) -> None:
    """Refuse the receipt of a pull that is out of form, or of a time that was still to come."""
    name = f"the pull {show(one['pull'])} of {show(one['source_id'])}"
    lists = [one["files"], one["gaps"]]
    if not (all(_is_count(one[count]) for count in ("answers", "missing")) and _is_digest(one["journal_sha256"])
            and all(isinstance(one[text], str) for text in ("source_id", "pull"))
            and all(isinstance(part, list) and all(isinstance(x, str) for x in part) for part in lists)
            and all(map(_is_digest, one["files"]))):
        raise MalformedError(f"{name} has members of the wrong kind")
    if not all(all(map(lt, part, part[1:])) for part in lists):
        raise MalformedError(f"{name} names files or gaps twice, or out of order")
    begun = instant(one["begun"], digits=6)
    ended = begun if one["ended"] is None else instant(one["ended"], digits=6)
    if not begun <= ended <= latest:
        raise MalformedError(f"{name} begins at {one['begun']} and ends at {show(one['ended'])}: "
                             "after it ended, or after the package was sealed")


def _lines(value: Mapping[str, Any]) -> list[str]:
    lines = value.get("receipts", [])
    if not isinstance(lines, list) or not all(isinstance(line, str) and line.isascii() for line in lines):
        raise MalformedError(f"the receipts in {c.CUSTODY} are not lines of ASCII")
    return lines


def _chain(lines: Sequence[str], anchors: Sequence[x509.Certificate], latest: datetime) -> int:
    """Return how many receipts are stamped; refuse a chain that is none."""
    before, lines_then, head_then, at_then, stamped = _START, 0, _START, "", 0
    for number, line in enumerate(lines, 1):
        value = _receipt(line, number)
        if (value["seq"], value["prev"]) != (number, before):
            raise MalformedError(f"receipt {number} does not follow the one before")
        count, head = value["ledger_lines"], value["ledger_head"]
        if count < lines_then or value["at"] < at_then:
            raise MalformedError(f"receipt {number}: the ledger shrank from {lines_then} to {count} lines, or time "
                                 f"went back from {at_then} to {value['at']}")
        if (count == lines_then) != (head == head_then):
            raise MalformedError(f"receipt {number}: the ledger was rewritten")
        if instant(value["at"]) > latest:
            raise MalformedError(f"receipt {number} is of {value['at']}, when the package had long been sealed")
        stamped += _stamped(value, number, anchors)
        before, lines_then, head_then, at_then = hashlib.sha256(line.encode()).hexdigest(), count, head, value["at"]
    return stamped


def _receipt(line: str, number: int) -> dict[str, Any]:
    value = parse(line.encode())
    if not isinstance(value, dict) or set(value) != c.RECEIPT_MEMBERS:
        raise MalformedError(f"receipt {number} is none")
    texts = all(isinstance(value[name], str) for name in ("prev", "at", "ledger_head", "token"))
    if not texts or not all(_HEX.fullmatch(value[name]) for name in ("prev", "ledger_head")) or not all(
            type(value[name]) is int and value[name] >= 0 for name in ("seq", "ledger_lines")):
        raise MalformedError(f"receipt {number} has members of the wrong kind")
    return value


def _stamped(value: Mapping[str, Any], number: int, anchors: Sequence[x509.Certificate]) -> bool:
    """Check the token of a receipt: over the receipt without it, at about the time that it claims."""
    claimed = instant(value["at"])
    try:
        token = base64.b64decode(value["token"], validate=True)
    except ValueError as error:
        raise MalformedError(f"receipt {number} has a token of the wrong form") from error
    if not token:
        return False
    bare = json.dumps({name: part for name, part in value.items() if name != "token"}, sort_keys=True,
                      separators=(",", ":")).encode()
    at, _ = token_time(token, bare, None, anchors)
    if abs((at - claimed).total_seconds()) > c.CLOCK_SKEW_S:
        raise MalformedError(f"receipt {number} claims {value['at']}, its time stamp says {at:%Y-%m-%d %H:%M:%SZ}")
    return True
