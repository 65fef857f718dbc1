"""One line per chain, as it is shipped: canonical JSON (RFC 8785), pseudonymous, and a leaf of the tree.

Only integers and strings; times are microseconds since 1970 in UTC. What is personal or could be guessed is not in the
line but behind a salted digest in ``_sd``, in the manner of SD-JWT (RFC 9901): whoever is given the disclosure can
check it, nobody else can guess it, and deleting it leaves the signature valid. ``COLUMNS`` decides for every column of
the relation ``chain``; a test fails when a column is added and not decided.
"""

from __future__ import annotations

import hashlib
import hmac
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

from evidence.constants import INDEX, LEAF_FORMAT
from evidence.errors import SealError
from evidence.seal.index import IndexWriter
from evidence.seal.merkle import Tree, TreeBuilder

PLAIN: Final = "plain"  # shipped as it is
FLAG: Final = "flag"  # true or false, shipped as yes or no
TIME: Final = "time"  # shipped as microseconds since 1970
PERSON: Final = "person"  # shipped as a pseudonym that is the same in all periods
# Everything else is the name of the disclosure in which the column stands.
COLUMNS: Final[Mapping[str, str]] = {
    "interaction_id": PLAIN, "interaction_kind": PLAIN, "source_id": PLAIN, "native_id": "record", "locator": PLAIN,
    "event_time": TIME, "time_uncertainty_us": PLAIN, "response_time": TIME, "in_period": PLAIN,
    "session_id": "record", "connection": PLAIN, "route": PLAIN, "model": PLAIN, "caller_class": PLAIN,
    "subject": "requester", "subject_email": "requester", "gateway_validated": FLAG, "identity_state": PLAIN,
    "identity_method": PLAIN, "identity_candidates": PLAIN, "person_id": PERSON, "account_state": PLAIN,
    "sign_in_tier": PLAIN, "sign_in_reason": PLAIN, "sign_in_source_id": PLAIN, "sign_in_native_id": "record",
    "sign_in_locator": PLAIN, "sign_in_delta_us": PLAIN, "sign_in_candidates": PLAIN, "mfa_state": PLAIN,
    "mfa_basis": PLAIN, "ca_status": PLAIN, "country": "requester", "device_managed": FLAG,
    "after_revocation": FLAG, "stale_entitlement_us": PLAIN, "risk_level": PLAIN, "risk_basis": PLAIN,
    "gateway_risk": PLAIN,
    "approval_required": FLAG, "approval_verdict": PLAIN, "approval_flags": PLAIN, "approval_source_id": PLAIN,
    "approval_native_id": "record", "approval_locator": PLAIN, "approval_link_method": PLAIN,
    "approval_candidates": PLAIN, "approval_time": TIME, "approval_delta_us": PLAIN, "approval_expires_at": TIME,
    "approver_person_id": PERSON, "approver_subject": "approver", "approver_is_requester": FLAG,
    "approver_membership": PLAIN, "approver_account_state": PLAIN, "approver_sign_in_tier": PLAIN,
    "approver_group": PLAIN, "outcome": PLAIN, "blocked_by": PLAIN, "pairing": PLAIN,
    "truncated": FLAG, "status_code": PLAIN, "prompt_sha256": "prompt", "prompt_bytes": "prompt",
    "response_sha256": "response", "response_bytes": "response", "masking_verdict": PLAIN,
    "prompt_findings": PLAIN, "response_findings": PLAIN, "record_refs": PLAIN,
}
# The order of the salts; a new disclosure is appended, so that old salts stay what they are.
DISCLOSURES: Final = ("requester", "approver", "record", "prompt", "response")
_PERSONS: Final = (("person", "person_id"), ("approver", "approver_person_id"))
_SHIPPED: Final = tuple(name for name, kind in COLUMNS.items() if kind not in DISCLOSURES)
_NAMES: Final = tuple({column: name for name, column in _PERSONS}.get(name, name + "_us" * (COLUMNS[name] == TIME))
                      for name in _SHIPPED)
_FLAGS: Final = tuple(name for name, kind in COLUMNS.items() if kind == FLAG)
_TIMES: Final = tuple(f"{name}_us" for name, kind in COLUMNS.items() if kind == TIME)
_TYPES: Final = {str, int}
_GROUPS: Final = tuple((name, tuple(sorted(c for c, kind in COLUMNS.items() if kind == name))) for name in DISCLOSURES)
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_CANONICAL: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER  # I-JSON (RFC 7493 2.2): integers below 2^53
_EIGHT: Final = range(0, 256, 32)
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - the engine's timestamps are UTC without a zone
_EPOCH_ZONED: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

Value = str | int | list[str]


def pseudonym(key: bytes, person: str) -> str:
    """Return the pseudonym of a person: ``p-`` and 128 bits of HMAC-SHA256 in hex."""
    return "p-" + hmac.digest(key, person.encode(), "sha256").hex()[:32]


def microseconds(value: datetime | int) -> int:
    """Return an instant as microseconds since 1970 in UTC; a time without zone is UTC, as in the store."""
    if isinstance(value, int):
        return value
    return (value - (_EPOCH if value.tzinfo is None else _EPOCH_ZONED)) // _MICROSECOND


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return RFC 8785 bytes of a mapping with ASCII keys, strings, lists and integers below 2^53.

    Under these limits (which the leaf's schema keeps) orjson's sorted output is the canonical one; a test compares it
    with an implementation of RFC 8785.
    """
    return orjson.dumps(value, option=_CANONICAL)


def disclose(salt: str, name: str, value: Mapping[str, Value]) -> tuple[str, bytes]:
    """Return (digest, disclosure) of one withheld group of fields (RFC 9901 4.2.1 and 4.2.3). Names come sorted."""
    opened = b2a_base64(orjson.dumps([salt, name, value]), newline=False)
    disclosure = opened.rstrip(b"=").replace(b"+", b"-").replace(b"/", b"_")  # hardly any of the two in ASCII
    digest = b2a_base64(hashlib.sha256(disclosure).digest(), newline=False).translate(_URL_SAFE, b"=")
    return digest.decode("ascii"), disclosure


class Salts:
    """Salts of 128 bits for each interaction: the line's own, then one for each disclosure.

    They are slices of keyed BLAKE2b (RFC 7693): independent of each other, and the same in every rebuild.
    """

    def __init__(self, key: bytes) -> None:
        """Prepare both halves once: copies of them cost a part of what new ones do."""
        short = key if len(key) <= hashlib.blake2b.MAX_KEY_SIZE else hashlib.blake2b(key).digest()
        self._halves = tuple(hashlib.blake2b(key=short, person=name) for name in (b"salts 0-3", b"salts 4-7"))

    def of(self, interaction_id: str) -> list[str]:
        """Return eight salts, each of 32 hex digits."""
        ident, text = interaction_id.encode(), ""
        for half in self._halves:
            own = half.copy()
            own.update(ident)
            text += own.hexdigest()
        return [text[at:at + 32] for at in _EIGHT]


def leaf(row: Mapping[str, Any], *, salts: Salts, person: Callable[[str], str]) -> tuple[bytes, list[bytes]]:
    """Return (line without LF, disclosures) of one row of the relation ``chain``.

    Args:
        row: the columns of ``COLUMNS``; NULL ones are left out of the line.
        salts: of the period.
        person: gives the pseudonym of a person id.

    Raises:
        SealError: a value that JSON cannot carry exactly.
    """
    own, *others = salts.of(row["interaction_id"])
    get = row.get
    out: dict[str, Any] = {name: value for name, value in zip(_NAMES, map(get, _SHIPPED), strict=True)
                           if value is not None}
    for name in _FLAGS:
        if (flag := get(name)) is not None:
            out[name] = "yes" if flag else "no"
    for name in _TIMES:
        if name in out:
            out[name] = _instant(row, name, out[name])
    if not _TYPES.issuperset(map(type, out.values())):
        raise _no_json(row, out)
    for name, column in _PERSONS:
        if name in out:
            out[name] = person(row[column])
    digests, disclosures = _disclosed(get, others)
    if digests:
        out["_sd"] = sorted(digests)  # the order must not tell which is which
        out["_sd_alg"] = "sha-256"
    out["v"], out["salt"] = LEAF_FORMAT, own
    return canonical(out), disclosures


def _disclosed(get: Callable[[str], Any], salts: Iterable[str]) -> tuple[list[str], list[bytes]]:
    """Return (digests, disclosures) of the withheld groups of which a row has anything."""
    digests, disclosures = list[str](), list[bytes]()
    for salt, (group, columns) in zip(salts, _GROUPS, strict=False):
        hidden = {name: value for name in columns if (value := get(name)) is not None}
        if hidden:
            digest, disclosure = disclose(salt, group, hidden)
            digests.append(digest)
            disclosures.append(disclosure)
    return digests, disclosures


def _instant(row: Mapping[str, Any], name: str, value: object) -> int:
    """Return a time as the line carries it; what is no time cannot be written."""
    if isinstance(value, datetime | int):
        return microseconds(value)
    raise _no_json(row, {name: value})


def _no_json(row: Mapping[str, Any], values: Mapping[str, object]) -> SealError:
    name, value = next((name, value) for name, value in values.items() if type(value) not in _TYPES)
    return SealError(f"chain {row['interaction_id']}: expected text or a whole number in {name}, "
                     f"found {type(value).__name__}")


def write_leaves(rows: Iterable[Mapping[str, Any]], out: Path, *, salt_key: bytes, pseudonym_key: bytes,
                 disclosures: Path | None = None) -> Tree:
    """Write one line per chain and return the tree over them. A chain more costs eight bytes of memory, for the index.

    Args:
        rows: rows of the relation ``chain``, ordered by event_time and interaction_id.
        out: the file to write, ``evidence/chains.ndjson`` of the staging folder; the index is written beside it.
        salt_key: secret of the period (32 bytes); without it nobody can guess what is withheld.
        pseudonym_key: secret of the organisation (32 bytes); the same in all periods.
        disclosures: also write the withheld fields to this file, ``evidence/disclosures.ndjson``.

    Raises:
        SealError: rows are not in order, repeat an interaction, or hold a value that JSON cannot carry exactly.
    """
    if len(salt_key) < 16 or len(pseudonym_key) < 16:
        raise SealError("expected keys of at least 16 bytes for salts and pseudonyms")
    builder, index, salts, before = TreeBuilder(), IndexWriter(), Salts(salt_key), (-(1 << 62), "")
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
            index.add(place[1])
            file.write(line + b"\n")
            if open_file and opened:
                texts = [disclosure.decode("ascii") for disclosure in opened]
                open_file.write(canonical({"interaction_id": place[1], "disclosures": texts}) + b"\n")
    index.write(out.with_name(Path(INDEX).name), builder.blocks())
    return builder.tree()
