"""Countersignatures: who else stands for a sealed package (FORMAT 10)."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evidence import constants as c
from evidence.verify import trust
from evidence.verify.cms import RefusedError, open_signature
from evidence.verify.report import Checklist, show
from evidence.verify.seal import Expected

_NAME = re.compile(r"[0-9]{3}-([a-z][a-z0-9-]{0,39})\.p7s")


def check_approvals(package: Path, signature: bytes | None, seal: x509.Certificate | None, expected: Expected,
                    check: Checklist, sealed: datetime | None = None) -> None:
    """Check the folder ``<package>.approvals`` beside a package: sealed, or sealed and approved.

    ``sealed``: when the package was sealed, which nobody can have approved before; None: nobody knows.
    """
    folder = package.with_name(package.name + c.APPROVALS)
    paths = sorted(folder.glob("*")) if folder.is_dir() else []
    found = dict[str, str]()
    if signature is None or seal is None:
        return
    for path in paths:
        try:
            role, approver = _approval(path, signature, seal, expected, sealed)
        except RefusedError as error:
            check.fail("approval", f"{show(path.name)}: {error.message}")
            continue
        found[role] = approver
    for role in expected.approvals:
        if role not in found:
            check.fail("approval", f"{show(role)} has not approved")
    if not found:
        check.skip("approval", "sealed, not approved by anybody")
    unknown = [role for role in found if role not in expected.approvers]
    words = "sealed and approved: " + ", ".join(f"{role} ({show(name)})" for role, name in found.items())
    if unknown:
        check.warn("approval", f"{words}; you gave no fingerprint for {', '.join(unknown)}")
    check.hold("approval", words)


def _approval(path: Path, signature: bytes, seal: x509.Certificate, expected: Expected,
              sealed: datetime | None) -> tuple[str, str]:
    """Return (role, approver) of one countersignature.

    Raises:
        RefusedError: it is not one, not over this package, by the seal itself, or by another person than expected; or
            it claims a time before the package was sealed, or after today.
    """
    match = _NAME.fullmatch(path.name)
    if match is None or path.is_symlink() or not path.is_file() or path.stat().st_size > c.MAX_CMS:
        raise RefusedError("approval", "not the countersignature of a role")
    signed = open_signature(path.read_bytes())
    signed.require_signature(hashlib.new(signed.digest, signature).digest())
    cert = signed.signer
    if _public(cert) == _public(seal):
        raise RefusedError("approval", "made with the key of the seal itself, which cannot approve")
    if problem := trust.weakness(cert) or trust.usage_problem(cert):
        raise RefusedError("approval", f"the approver's certificate has {problem}")
    at = trust.utc(signed.signing_time) if signed.signing_time else expected.at
    if not cert.not_valid_before_utc <= at <= cert.not_valid_after_utc:
        raise RefusedError("approval", f"the approver's certificate was not valid at {at:%Y-%m-%d}")
    skew = timedelta(seconds=c.CLOCK_SKEW_S)
    if at > expected.latest or (sealed is not None and at < sealed - skew):
        raise RefusedError("approval", f"signed, as it claims, at {at:%Y-%m-%d %H:%M:%SZ}: in the future, or before "
                                       "the package was sealed")
    pin = expected.approvers.get(match[1])
    if pin is not None and pin.replace(":", "").lower() != trust.fingerprint(cert):
        raise RefusedError("approval", f"by {trust.fingerprint(cert)}, expected {show(pin)}")
    return match[1], cert.subject.rfc4514_string()


def _public(cert: x509.Certificate) -> bytes:
    return cert.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
