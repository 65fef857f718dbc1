"""The certificate of the seal: fit to sign, its chain in order, valid then, not revoked then (RFC 5280)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from evidence import constants as c
from evidence.verify.cms import DAMAGED


def fingerprint(cert: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate, 64 hex digits."""
    return cert.fingerprint(hashes.SHA256()).hex()


def is_test(cert: x509.Certificate) -> bool:
    """Whether the certificate's organisation is TEST."""
    return any(a.value == c.TEST_ORGANISATION
               for a in cert.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME))


def weakness(cert: x509.Certificate) -> str | None:
    """Return what is too weak about a certificate's key or signature, or None."""
    key = cert.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < c.MIN_RSA_BITS:
            return f"RSA with {key.key_size} bits, expected at least {c.MIN_RSA_BITS}"
    elif not isinstance(key, ec.EllipticCurvePublicKey):
        return f"a key of kind {type(key).__name__}, expected ECDSA or RSA"
    elif key.curve.name not in c.CURVES:
        return f"the curve {key.curve.name}, expected P-256, P-384 or P-521"
    algorithm = cert.signature_hash_algorithm
    if algorithm is None or algorithm.name not in c.HASHES:
        return f"signed with {algorithm.name if algorithm else 'an unknown algorithm'}"
    return None


def usage_problem(cert: x509.Certificate, *, stamping: bool = False) -> str | None:
    """Return why a certificate must not sign packages (or time stamps), or None."""
    for extension in cert.extensions:
        value = extension.value
        if isinstance(value, x509.BasicConstraints) and value.ca:
            return "a CA certificate (basicConstraints CA:TRUE)"
        if isinstance(value, x509.KeyUsage) and not (value.digital_signature or value.content_commitment):
            return "a key usage without digitalSignature and nonRepudiation"
        if stamping and isinstance(value, x509.ExtendedKeyUsage):
            good = extension.critical and list(value) == [ExtendedKeyUsageOID.TIME_STAMPING]
            return None if good else "an extended key usage that is not timeStamping alone, critical"
    return "no extended key usage timeStamping" if stamping else None


def chain_problem(chain: Sequence[x509.Certificate], at: datetime) -> str | None:
    """Return what is wrong with a chain, leaf first, at an instant, or None.

    Each certificate must be issued by the next one, which must be a CA, and valid at the instant.
    """
    for below, above in pairwise(chain):
        name = above.subject.rfc4514_string()
        try:
            below.verify_directly_issued_by(above)
            constraints = above.extensions.get_extension_for_class(x509.BasicConstraints).value
            usage = above.extensions.get_extension_for_class(x509.KeyUsage).value
        except (InvalidSignature, x509.ExtensionNotFound, *DAMAGED):
            return f"{below.subject.rfc4514_string()} was not issued by {name}, or that is not a CA"
        if not constraints.ca or not usage.key_cert_sign:
            return f"{name} is not a CA, but issued a certificate"
        if not above.not_valid_before_utc <= at <= above.not_valid_after_utc:
            return f"{name} was not valid at {at:%Y-%m-%d %H:%M:%SZ}"
        if weak := weakness(above):
            return f"{name}: {weak}"
    return None


def order_chain(signer: x509.Certificate, certs: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Return the certificates from a signer upwards, as far as names lead."""
    chain = [signer]
    while len(chain) <= len(certs) and chain[-1].subject != chain[-1].issuer:
        above = next((cert for cert in certs if cert.subject == chain[-1].issuer and cert not in chain), None)
        if above is None:
            break
        chain.append(above)
    return chain


def ends_at(chain: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], at: datetime) -> bool:
    """Whether one of the certificates is an anchor, or the last was issued by one."""
    known = {fingerprint(anchor) for anchor in anchors}
    return any(fingerprint(cert) in known for cert in chain) or any(
        anchor.subject == chain[-1].issuer and chain_problem([chain[-1], anchor], at) is None for anchor in anchors)


def revocation(chain: Sequence[x509.Certificate], lists: Sequence[x509.CertificateRevocationList],
               at: datetime, stampers: Sequence[x509.Certificate] = ()) -> tuple[str, str]:
    """Return (state, what was found) for the certificates of a chain at an instant.

    Every certificate that somebody above it issued needs a list by that issuer, signed by it and fresh at the instant.
    ``stampers``, certificates around the authority for time stamps, need none; a list about them counts likewise.
    """
    below_root = list(pairwise(chain))
    if problem := _stamper_revoked(chain, lists, at, stampers):
        return "fails", problem
    if not below_root:
        return "not_checked", "a self-signed certificate has no issuer who could revoke it; ask its owner"
    for cert, issuer in below_root:
        name = cert.subject.rfc4514_string()
        own = [crl for crl in lists if crl.issuer == issuer.subject]
        if not own:
            return "not_checked", f"no revocation list by the issuer of {name} in the package"
        for crl in own:
            if problem := _crl_problem(crl, issuer, at):
                return "fails", f"the revocation list for {name} {problem}"
            entry = crl.get_revoked_certificate_by_serial_number(cert.serial_number)
            if entry is not None and entry.revocation_date_utc <= at:
                return "fails", f"{name} was revoked on {entry.revocation_date_utc:%Y-%m-%d %H:%M:%SZ}"
    return "holds", f"{len(below_root)} certificates not revoked at {at:%Y-%m-%d %H:%M:%SZ}"


def _stamper_revoked(chain: Sequence[x509.Certificate], lists: Sequence[x509.CertificateRevocationList], at: datetime,
                     stampers: Sequence[x509.Certificate]) -> str | None:
    """Return why lists speak against the authority for time stamps, or are nobody's, or None."""
    for crl in lists:
        above = [cert for cert in (*chain, *stampers) if cert.subject == crl.issuer]
        if not above:
            return f"the revocation list by {crl.issuer.rfc4514_string()} is by nobody in the chains of the package"
        problems = [_crl_problem(crl, issuer, at) for issuer in above]
        below = [cert for cert in stampers if cert.issuer == crl.issuer]
        if below and None not in problems:
            return f"the revocation list for {below[0].subject.rfc4514_string()} {problems[0]}"
        for cert in below:
            entry = crl.get_revoked_certificate_by_serial_number(cert.serial_number)
            if entry is not None and entry.revocation_date_utc <= at:
                return (f"{cert.subject.rfc4514_string()}, who stamped the time, was revoked on "
                        f"{entry.revocation_date_utc:%Y-%m-%d %H:%M:%SZ}")
    return None


def _crl_problem(crl: x509.CertificateRevocationList, issuer: x509.Certificate, at: datetime) -> str | None:
    try:
        signed = crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except DAMAGED:
        signed = False
    if not signed:
        return "is not signed by the issuer"
    age = timedelta(seconds=c.CRL_AGE_S)
    if not crl.last_update_utc - timedelta(seconds=c.CLOCK_SKEW_S) <= at <= crl.last_update_utc + age:
        return f"is of {crl.last_update_utc:%Y-%m-%d}, not fresh at {at:%Y-%m-%d}"
    if crl.next_update_utc is not None and at > crl.next_update_utc:
        return f"ended on {crl.next_update_utc:%Y-%m-%d}"
    return None


def utc(value: datetime) -> datetime:
    """Return an instant in UTC; one without a zone is UTC."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
