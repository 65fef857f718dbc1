"""The seal of a package: its signature, who sealed, when, and whether that certificate was good then."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509

from evidence import constants as c
from evidence.verify import trust
from evidence.verify.cms import DAMAGED, RefusedError, Signed, open_signature, pedantic, whole
from evidence.verify.report import Checklist, show
from evidence.verify.timestamp import response_token, token_time


@dataclass(frozen=True, slots=True)
class Expected:
    """What the auditor knows from elsewhere. Everything may be left out; what is left out is said.

    Args:
        fingerprints: SHA-256 fingerprints of seal certificates that are expected, any of which will do.
        package_id: the package asked for.
        digest: SHA-256 of its SHA256SUMS, as it was sent when it was sealed.
        at: day of verification, or of receipt; decides about expiry where no time stamp does.
        anchors: CA certificates that are trusted for the seal.
        authorities: certificates that are trusted for time stamps.
        production: refuse TEST keys.
        timed: refuse packages without proof of time.
        approvals: roles that must have countersigned.
        approvers: fingerprint of each approver's certificate that is expected, by role.
        receipt: SHA-256 of a receipt of the ledger that was handed over earlier.
    """

    fingerprints: tuple[str, ...] = ()
    package_id: str | None = None
    digest: str | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    anchors: tuple[x509.Certificate, ...] = ()
    authorities: tuple[x509.Certificate, ...] = ()
    production: bool = False
    timed: bool = False
    approvals: tuple[str, ...] = ()
    approvers: Mapping[str, str] = field(default_factory=dict)
    receipt: str | None = None

    @property
    def latest(self) -> datetime:
        """After this nothing beside a package can have been made, whenever the package itself was received."""
        return max(self.at, datetime.now(UTC)) + timedelta(seconds=c.CLOCK_SKEW_S)


def check_signature(signature: bytes | None, sums: bytes, check: Checklist) -> Signed | None:
    """Check the CMS over SHA256SUMS and return it when it is valid."""
    if not signature:
        check.fail("signature_form", f"{c.SIGNATURE} is missing or empty: the package is not signed")
        return None
    try:
        signed = open_signature(signature)
        signed.require_signature(hashlib.new(signed.digest, sums).digest())
    except RefusedError as error:
        check.fail(error.step, error.message)
        return None
    claimed = signed.signing_time
    check.hold("signature_form", f"one signer, {len(signed.certificates)} certificates")
    check.hold("algorithms", f"{signed.digest} with {type(signed.signer.public_key()).__name__}")
    check.hold("attributes", f"signed, as it claims, at {claimed:%Y-%m-%d %H:%M:%SZ}" if claimed else "no time claimed")
    check.hold("signature", signed.signer.subject.rfc4514_string())
    return signed


def pem_certificates(data: bytes) -> list[x509.Certificate]:
    """Return the certificates of a PEM file; an empty list when it holds none or is damaged."""
    try:
        with pedantic():
            certs = x509.load_pem_x509_certificates(data) if data else []
            for cert in certs:
                whole(cert)
    except DAMAGED:
        return []
    return certs


def check_seal(signed: Signed, chain: Sequence[x509.Certificate], statement: Mapping[str, Any] | None,
               expected: Expected, check: Checklist) -> None:
    """Check who sealed: the pinned fingerprint, the fitness of the certificate, TEST or production."""
    seal, found = signed.signer, trust.fingerprint(signed.signer)
    pins = {pin.replace(":", "").replace(" ", "").lower() for pin in expected.fingerprints}
    if not pins:
        check.warn("pinned", f"NOT PINNED: anybody could have made this package. Compare {found} "
                             "with what you were given on another channel")
    elif found not in pins:
        check.fail("pinned", f"{found} ({seal.subject.rfc4514_string()})")
    check.hold("pinned", found)
    problems = [trust.weakness(seal), trust.usage_problem(seal)]
    if not chain or trust.fingerprint(chain[0]) != found:
        problems.append(f"{c.SEAL_CHAIN} does not begin with the certificate that signed")
    if {trust.fingerprint(cert) for cert in chain} != {trust.fingerprint(cert) for cert in signed.certificates}:
        problems.append(f"the certificates in the signature are not those of {c.SEAL_CHAIN}")
    if statement is not None and statement["signer"]["fingerprint_sha256"] != found:
        problems.append("the statement names another signer")
    elif statement is not None and statement["signer"]["subject"] != seal.subject.rfc4514_string():
        problems.append(f"the statement calls the signer {show(statement['signer']['subject'])}")
    for problem in filter(None, problems):
        check.fail("certificate", problem)
    check.hold("certificate", seal.subject.rfc4514_string())
    _test_key(seal, statement, expected, check)


def _test_key(seal: x509.Certificate, statement: Mapping[str, Any] | None, expected: Expected,
              check: Checklist) -> None:
    is_test = trust.is_test(seal)
    if statement is not None and statement["signer"]["test"] != is_test:
        check.fail("test_key", "a TEST key presented as a production key, or the other way round")
    elif is_test and expected.production:
        check.fail("test_key", "TEST: sealed with a key for trying out")
    elif is_test:
        check.warn("test_key", "TEST: sealed with a key for trying out; this package proves nothing to anybody")
    check.hold("test_key", seal.subject.rfc4514_string())


def check_time(signed: Signed, signature: bytes, kept: Mapping[str, bytes], statement: Mapping[str, Any] | None,
               expected: Expected, check: Checklist) -> datetime | None:
    """Check the time stamps and return the time that they prove, or None."""
    response, timed = kept.get(c.TIMESTAMP), statement is not None and statement["profile"] == "timed"
    if not timed and response is None and signed.token is None:
        if expected.timed:
            check.fail("timestamp", "UNTIMED: no time stamp")
        if c.TSA_CHAIN in kept:
            check.fail("timestamp", f"{c.TSA_CHAIN} without any time stamp")
        check.warn("timestamp", "UNTIMED: only the sealer says when this was sealed")
        return None
    if not timed or response is None or signed.token is None:
        check.fail("timestamp", f"the profile is {'timed' if timed else 'untimed'}, but time stamp in the signature: "
                                f"{'yes' if signed.token else 'no'}, {c.TIMESTAMP}: {'yes' if response else 'no'}")
        return None
    certs = pem_certificates(kept.get(c.TSA_CHAIN, b""))
    try:
        first, known = token_time(signed.token.dump(), signed.signature, certs, expected.authorities)
        second, _ = token_time(response_token(response), signature, certs, expected.authorities)
    except RefusedError as error:
        check.fail("timestamp", error.message)
        return None
    skew = timedelta(seconds=c.CLOCK_SKEW_S)
    claimed = trust.utc(signed.signing_time or first)
    if second < first - timedelta(minutes=5) or second - first > skew or abs(first - claimed) > skew:
        check.fail("timestamp", f"{first:%Y-%m-%d %H:%M:%SZ} and {second:%Y-%m-%d %H:%M:%SZ} are too far apart, "
                                f"or from the signing time claimed, {claimed:%Y-%m-%d %H:%M:%SZ}")
        return None
    if not known:
        check.warn("timestamp", f"{first:%Y-%m-%d %H:%M:%SZ} by an authority that only the package vouches for")
    check.hold("timestamp", f"{first:%Y-%m-%d %H:%M:%SZ}")
    return first


def check_validity(signed: Signed, chain: Sequence[x509.Certificate], revocation: bytes | None, at: datetime | None,
                   expected: Expected, check: Checklist, *, stampers: Sequence[x509.Certificate] = ()) -> None:
    """Check validity, chain and revocation at the proven time, else at the claimed time and on the day of checking.

    ``stampers``: certificates around the authority for time stamps, about whom revocation lists may say something.
    """
    seal = signed.signer
    claimed = trust.utc(signed.signing_time) if signed.signing_time else expected.at
    for moment in [at] if at else [claimed, expected.at]:
        if not seal.not_valid_before_utc <= moment <= seal.not_valid_after_utc:
            check.fail("validity", f"valid from {seal.not_valid_before_utc:%Y-%m-%d} "
                                   f"to {seal.not_valid_after_utc:%Y-%m-%d}, not at {moment:%Y-%m-%d %H:%M:%SZ}")
    moment = at or claimed
    if moment - expected.at > timedelta(seconds=c.CLOCK_SKEW_S):
        check.fail("validity", f"sealed at {moment:%Y-%m-%d %H:%M:%SZ}: in the future, or after it was received")
    basis = "the proven time" if at else "the claimed time, and on the day of checking"
    check.hold("validity", f"valid at {moment:%Y-%m-%d %H:%M:%SZ}, {basis}")
    if problem := trust.chain_problem(chain, moment):
        check.fail("certificate", problem)
    if not expected.anchors:
        check.skip("trust", "you named no CA; the fingerprint is what counts")
    elif not chain or not trust.ends_at(chain, expected.anchors, moment):
        check.fail("trust", f"{(chain or [seal])[-1].subject.rfc4514_string()} is not yours")
    check.hold("trust", "a CA that you named")
    if revocation is None:
        check.skip("revocation", "the package holds no revocation lists")
        return
    try:
        with pedantic():
            lists = [x509.load_pem_x509_crl(part + b"-----END X509 CRL-----\n")
                     for part in revocation.split(b"-----END X509 CRL-----\n")[:-1]]
            for one in lists:
                whole(one)
    except DAMAGED:
        check.fail("revocation", f"{c.REVOCATION} cannot be read")
        return
    state, found = trust.revocation(chain, lists, moment, stampers)
    {"fails": check.fail, "holds": check.hold, "not_checked": check.skip}[state]("revocation", found)
