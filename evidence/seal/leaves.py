"""One line per chain, as it is shipped: canonical JSON (RFC 8785), pseudonymous, and a leaf of the tree.

Only integers and strings; times are microseconds since 1970 in UTC. What is personal or could be guessed is not in the
line but behind a salted digest in ``_sd``, in the manner of SD-JWT (RFC 9901): whoever is given the disclosure can
check it, nobody else can guess it, and deleting it leaves the signature valid. ``COLUMNS`` decides for every column of
the relation ``chain``; a test fails when a column is added and not decided.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

from evidence.constants import LEAF_FORMAT
from evidence.errors import SealError
from evidence.seal.merkle import Tree, TreeBuilder

PLAIN: Final = "plain"  # shipped as it is
TIME: Final = "time"  # shipped as microseconds since 1970
PERSON: Final = "person"  # shipped as a pseudonym that is the same in all periods
# Everything else is the name of the disclosure in which the column stands.
COLUMNS: Final[Mapping[str, str]] = {
    "interaction_id": PLAIN, "interaction_kind": PLAIN, "source_id": PLAIN, "native_id": "record", "locator": PLAIN,
    "event_time": TIME, "time_uncertainty_us": PLAIN, "response_time": TIME, "in_period": PLAIN,
    "session_id": "record", "connection": PLAIN, "route": PLAIN, "model": PLAIN, "caller_class": PLAIN,
    "subject": "requester", "subject_email": "requester", "gateway_validated": PLAIN, "identity_state": PLAIN,
    "identity_method": PLAIN, "identity_candidates": PLAIN, "person_id": PERSON, "account_state": PLAIN,
    "sign_in_tier": PLAIN, "sign_in_reason": PLAIN, "sign_in_source_id": PLAIN, "sign_in_native_id": "record",
    "sign_in_locator": PLAIN, "sign_in_delta_us": PLAIN, "sign_in_candidates": PLAIN, "mfa_state": PLAIN,
    "mfa_basis": PLAIN, "ca_status": PLAIN, "country": "requester", "device_managed": PLAIN,
    "after_revocation": PLAIN, "stale_entitlement_us": PLAIN, "risk_level": PLAIN, "risk_basis": PLAIN,
    "gateway_risk": PLAIN,
    "approval_required": PLAIN, "approval_verdict": PLAIN, "approval_flags": PLAIN, "approval_source_id": PLAIN,
    "approval_native_id": "record", "approval_locator": PLAIN, "approval_link_method": PLAIN,
    "approval_candidates": PLAIN, "approval_time": TIME, "approval_delta_us": PLAIN, "approval_expires_at": TIME,
    "approver_person_id": PERSON, "approver_subject": "approver", "approver_is_requester": PLAIN,
    "approver_membership": PLAIN, "approver_account_state": PLAIN, "approver_sign_in_tier": PLAIN,
    "approver_group": PLAIN, "outcome": PLAIN, "blocked_by": PLAIN, "pairing": PLAIN,
    "truncated": PLAIN, "status_code": PLAIN, "prompt_sha256": "prompt", "prompt_bytes": "prompt",
    "response_sha256": "response", "response_bytes": "response", "masking_verdict": PLAIN,
    "prompt_findings": PLAIN, "response_findings": PLAIN, "record_refs": PLAIN,
}
# The order of the salts; a new disclosure is appended, so that old salts stay what they are.
DISCLOSURES: Final = ("requester", "approver", "record", "prompt", "response")
_PLAIN: Final = tuple(name for name, kind in COLUMNS.items() if kind == PLAIN)
_TIMES: Final = tuple(name for name, kind in COLUMNS.items() if kind == TIME)
_GROUPS: Final = tuple((name, tuple(c for c, kind in COLUMNS.items() if kind == name)) for name in DISCLOSURES)
_SORTED: Final = orjson.OPT_SORT_KEYS
_SAFE_INTEGER: Final = 1 << 53  # I-JSON (RFC 7493 2.2): larger integers are not the same number everywhere
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - the engine's timestamps are UTC without a zone
_EPOCH_ZONED: Final = datetime(1970, 1, 1, tzinfo=UTC)

Value = str | int | list[str]


def pseudonym(key: bytes, person: str) -> str:
    """Return the pseudonym of a person: ``p-`` and 128 bits of HMAC-SHA256 in hex."""
    return "p-" + hmac.digest(key, person.encode(), "sha256").hex()[:32]


def microseconds(value: datetime | int) -> int:
    """Return an instant as microseconds since 1970 in UTC; a time without zone is UTC, as in the store."""
    if isinstance(value, int):
        return value
    delta = value - (_EPOCH if value.tzinfo is None else _EPOCH_ZONED)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return RFC 8785 bytes of a mapping with ASCII keys, strings, lists and integers below 2^53.

    Under these limits (which the leaf's schema keeps) orjson's sorted output is the canonical one; a test compares it
    with an implementation of RFC 8785.
    """
    return orjson.dumps(value, option=_SORTED)


def disclose(salt: bytes, name: str, value: Mapping[str, Value]) -> tuple[str, str]:
    """Return (digest, disclosure) of one withheld group of fields (RFC 9901 4.2.1 and 4.2.3)."""
    disclosure = base64.urlsafe_b64encode(orjson.dumps([salt.hex(), name, value], option=_SORTED)).rstrip(b"=")
    digest = base64.urlsafe_b64encode(hashlib.sha256(disclosure).digest()).rstrip(b"=")
    return digest.decode(), disclosure.decode()


class Salts:
    """Salts of 128 bits for each interaction: the line's own, then one for each disclosure.

    They are slices of HMAC-SHA512 output: independent of each other, and the same in every rebuild.
    """

    def __init__(self, key: bytes) -> None:
        """Prepare the key once; a copy of a prepared HMAC costs a fifth of a new one."""
        self._prepared = hmac.new(key, digestmod="sha512")

    def of(self, interaction_id: str) -> list[bytes]:
        """Return eight salts."""
        material = b""
        for part in (b"0:", b"1:"):
            mac = self._prepared.copy()
            mac.update(part + interaction_id.encode())
            material += mac.digest()
        return [material[i:i + 16] for i in range(0, 128, 16)]


def leaf(row: Mapping[str, Any], *, salts: Salts, person: Callable[[str], str]) -> tuple[bytes, list[str]]:
    """Return (line without LF, disclosures) of one row of the relation ``chain``.

    Args:
        row: the columns of ``COLUMNS``; NULL ones are left out of the line.
        salts: of the period.
        person: gives the pseudonym of a person id.

    Raises:
        SealError: a value that JSON cannot carry exactly.
    """
    own, *others = salts.of(row["interaction_id"])
    out: dict[str, Value] = {"v": LEAF_FORMAT, "salt": own.hex()}
    for name in _PLAIN:
        value = row.get(name)
        if value is not None:
            out[name] = value if value.__class__ is str else _plain(row, name, value)
    for name in _TIMES:
        value = row.get(name)
        if value is not None:
            out[name + "_us"] = microseconds(value)
    for name, column in (("person", "person_id"), ("approver", "approver_person_id")):
        if row.get(column) is not None:
            out[name] = person(row[column])
    digests, disclosures = [], []
    for salt, (group, columns) in zip(others, _GROUPS, strict=False):
        hidden = {name: row[name] for name in columns if row.get(name) is not None}
        if hidden:
            digest, disclosure = disclose(salt, group, hidden)
            digests.append(digest)
            disclosures.append(disclosure)
    if digests:
        out["_sd"] = sorted(digests)  # the order must not tell which is which
        out["_sd_alg"] = "sha-256"
    return canonical(out), disclosures


def _plain(row: Mapping[str, Any], name: str, value: object) -> Value:
    """Return a value that is no text as the line carries it."""
    if value is True or value is False:
        return "yes" if value else "no"
    if not isinstance(value, int):
        raise SealError(f"chain {row['interaction_id']}: expected text or a whole number in {name}, "
                        f"found {type(value).__name__}")
    if not -_SAFE_INTEGER < value < _SAFE_INTEGER:
        raise SealError(f"chain {row['interaction_id']}: expected {name} below 2^53, found {value}")
    return value


def write_leaves(rows: Iterable[Mapping[str, Any]], out: Path, *, salt_key: bytes, pseudonym_key: bytes,
                 disclosures: Path | None = None) -> Tree:
    """Write one line per chain and return the tree over them. Memory does not grow with the number of rows.

    Args:
        rows: rows of the relation ``chain``, ordered by event_time and interaction_id.
        out: the file to write, ``evidence/chains.ndjson`` of the staging folder.
        salt_key: secret of the period (32 bytes); without it nobody can guess what is withheld.
        pseudonym_key: secret of the organisation (32 bytes); the same in all periods.
        disclosures: also write the withheld fields to this file, ``evidence/disclosures.ndjson``.

    Raises:
        SealError: rows are not in order, repeat an interaction, or hold a value that JSON cannot carry exactly.
    """
    if len(salt_key) < 16 or len(pseudonym_key) < 16:
        raise SealError("expected keys of at least 16 bytes for salts and pseudonyms")
    builder, salts, before = TreeBuilder(), Salts(salt_key), (-(1 << 62), "")
    person = lru_cache(maxsize=65_536)(lambda person_id: pseudonym(pseudonym_key, person_id))
    with ExitStack() as stack:
        file = stack.enter_context(out.open("wb", buffering=1 << 20))
        open_file = stack.enter_context(disclosures.open("wb", buffering=1 << 20)) if disclosures else None
        for row in rows:
            place = (microseconds(row["event_time"]), row["interaction_id"])
            if place <= before:
                raise SealError(f"expected chains in order of time and id, found {place[1]!r} after {before[1]!r}")
            before = place
            try:
                line, opened = leaf(row, salts=salts, person=person)
            except (TypeError, KeyError, UnicodeError) as error:  # orjson's own error is a TypeError
                raise SealError(f"chain {place[1]!r} cannot be written as JSON: {error}") from error
            builder.add(line)
            file.write(line + b"\n")
            if open_file and opened:
                open_file.write(canonical({"interaction_id": place[1], "disclosures": opened}) + b"\n")
    return builder.tree()
