"""Time stamps: RFC 3161 tokens over the signature (CAdES-T) and over the signed manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from asn1crypto import tsp
from cryptography import x509

from evidence import constants as c
from evidence.verify import trust
from evidence.verify.cms import DAMAGED, RefusedError, exact, open_signature
from evidence.verify.der import require_der
from evidence.verify.jcs import MalformedError

_GRANTED = bytes.fromhex("3003020100")  # PKIStatusInfo with status granted, and none of the texts that nobody signed


def token_time(token: bytes, data: bytes, certs: Sequence[x509.Certificate] | None,
               anchors: Sequence[x509.Certificate]) -> tuple[datetime, bool]:
    """Return (the time proven by a token over data, whether its authority is one of the anchors).

    Args:
        token: DER of the token (a CMS signature over TSTInfo).
        data: the bytes that were stamped.
        certs: the authority's certificates as the signed package holds them; None: those in the token will do.
        anchors: the authority's certificates as the auditor has them; may be empty.

    Raises:
        RefusedError: with the step ``timestamp``.
    """
    try:
        signed = open_signature(token, content_type="tst_info", strict=False)
        content = signed.content or b""
        signed.require_signature(hashlib.new(signed.digest, content).digest())
        info = tsp.TSTInfo.load(content, strict=True)
        return _judge(info, data, signed.signer, [*signed.certificates], certs, anchors)
    except RefusedError as error:
        raise RefusedError("timestamp", error.message) from error
    except DAMAGED as error:
        raise RefusedError("timestamp", f"not a time-stamp token: {type(error).__name__}") from error


def _judge(info: tsp.TSTInfo, data: bytes, signer: x509.Certificate, inside: list[x509.Certificate],
           certs: Sequence[x509.Certificate] | None, anchors: Sequence[x509.Certificate]) -> tuple[datetime, bool]:
    imprint = info["message_imprint"]
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    if algorithm not in c.HASHES or hashlib.new(algorithm, data).digest() != imprint["hashed_message"].native:
        raise RefusedError("timestamp", "the time stamp is over something else")
    at = trust.utc(info["gen_time"].native)
    certs = inside if certs is None else certs
    if {trust.fingerprint(cert) for cert in inside} != {trust.fingerprint(cert) for cert in certs}:
        raise RefusedError("timestamp", f"the certificates in the token are not those of {c.TSA_CHAIN}")
    if problem := trust.usage_problem(signer, stamping=True) or trust.weakness(signer):
        raise RefusedError("timestamp", f"the certificate of the authority has {problem}")
    if not signer.not_valid_before_utc <= at <= signer.not_valid_after_utc:
        raise RefusedError("timestamp", f"the certificate of the authority was not valid at {at:%Y-%m-%d %H:%M:%SZ}")
    chain = trust.order_chain(signer, [*certs, *anchors])
    if problem := trust.chain_problem(chain, at):
        raise RefusedError("timestamp", problem)
    if anchors and not trust.ends_at(chain, anchors, at):
        raise RefusedError("timestamp", f"the authority {signer.subject.rfc4514_string()} is none that you trust")
    return at, bool(anchors)


def response_token(response: bytes) -> bytes:
    """Return the token of an RFC 3161 response.

    Raises:
        RefusedError: with the step ``timestamp``: not DER, not granted, or without a token.
    """
    try:
        require_der(response)
        reply = tsp.TimeStampResp.load(response, strict=True)
        _granted(reply)
        return bytes(reply["time_stamp_token"].dump())
    except (MalformedError, RefusedError) as error:
        raise RefusedError("timestamp", error.message) from error
    except DAMAGED as error:
        raise RefusedError("timestamp", f"not a time-stamp response: {type(error).__name__}") from error


def _granted(reply: tsp.TimeStampResp) -> None:
    exact(reply)
    if reply["status"].dump() != _GRANTED:
        raise RefusedError("timestamp", f"the authority answered {reply['status']['status'].native}, or in more words")
