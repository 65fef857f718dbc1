"""One line per chain, as it is shipped: canonical JSON (RFC 8785), pseudonymous, and a leaf of the tree.

Only integers and strings; times are microseconds since 1970 in UTC. What is personal or could be guessed is not in the
line but behind a salted digest in ``_sd``, in the manner of SD-JWT (RFC 9901): whoever is given the disclosure can
check it, nobody else can guess it, and deleting it leaves the signature valid. ``COLUMNS`` decides for every column of
the relation ``chain``; a test fails when a column is added and not decided.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from evidence.constants import INDEX
from evidence.errors import SealError
from evidence.seal.index import IndexWriter
from evidence.seal.merkle import Tree, TreeBuilder

if TYPE_CHECKING:
    import pyarrow as pa

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
_CANONICAL: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER  # I-JSON (RFC 7493 2.2): integers below 2^53
_BATCH_BYTES: Final = 32 << 20  # lines are made of so many bytes of rows at once


def pseudonym(key: bytes, person: str) -> str:
    """Return the pseudonym of a person: ``p-`` and 128 bits of HMAC-SHA256 in hex."""
    return "p-" + hmac.digest(key, person.encode(), "sha256").hex()[:32]


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return RFC 8785 bytes of a mapping with ASCII keys, strings, lists and integers below 2^53.

    Under these limits (which the leaf's schema keeps) orjson's sorted output is the canonical one; a test compares it
    with an implementation of RFC 8785.
    """
    return orjson.dumps(value, option=_CANONICAL)


def write_leaves(batches: Iterable[pa.RecordBatch], out: Path, *, salt_key: bytes, pseudonym_key: bytes,
                 disclosures: Path | None = None) -> Tree:
    """Write one line per chain and return the tree over them. A chain more costs eight bytes of memory, for the index.

    Args:
        batches: rows of the relation ``chain`` as columns, ordered by event_time and interaction_id.
        out: the file to write, ``evidence/chains.ndjson`` of the staging folder; the index is written beside it.
        salt_key: secret of the period (32 bytes); without it nobody can guess what is withheld.
        pseudonym_key: secret of the organisation (32 bytes); the same in all periods.
        disclosures: also write the withheld fields to this file, ``evidence/disclosures.ndjson``.

    Raises:
        SealError: rows are not in order, repeat an interaction, or hold a value that JSON cannot carry exactly.
    """
    if len(salt_key) < 16 or len(pseudonym_key) < 16:
        raise SealError("expected keys of at least 16 bytes for salts and pseudonyms")
    from evidence.seal.lines import Salts, lines

    builder, index, salts, before = TreeBuilder(), IndexWriter(), Salts(salt_key), (-(1 << 63), "")
    person = lru_cache(maxsize=65_536)(lambda person_id: pseudonym(pseudonym_key, person_id))
    with ExitStack() as stack:
        file = stack.enter_context(out.open("wb"))
        open_file = stack.enter_context(disclosures.open("wb", buffering=1 << 20)) if disclosures else None
        for batch in _bounded(batches):
            found = lines(batch, salts=salts, person=person)
            for at, ident, (begin, end) in zip(found.times, found.ids, pairwise(found.ends), strict=True):
                if (at, ident) <= before:
                    raise SealError(f"expected chains in order of time and id, found {ident!r} after {before[1]!r}")
                before = at, ident
                builder.add(found.text[begin:end - 1])
                index.add(ident)
            file.write(found.text)
            if open_file:
                open_file.writelines(
                    canonical({"interaction_id": ident, "disclosures": [one.decode("ascii") for one in opened]}) + b"\n"
                    for ident, opened in zip(found.ids, found.disclosures, strict=True) if opened)
    index.write(out.with_name(Path(INDEX).name), builder.blocks())
    return builder.tree()


def _bounded(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the same rows in batches of bounded size, however long the texts in them are."""
    for batch in batches:
        rows = max(1, _BATCH_BYTES * len(batch) // max(1, batch.nbytes))
        for at in range(0, len(batch), rows):
            yield batch.slice(at, rows)
