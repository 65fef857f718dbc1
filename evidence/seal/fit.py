"""Whether a certificate may seal: strong, for signatures, valid, its chain in order; and how long it still may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from evidence.constants import CURVES, MIN_RSA_BITS
from evidence.errors import SealError

_WARN_BEFORE: Final = timedelta(days=60)


def require_fit(cert: x509.Certificate, chain: Sequence[x509.Certificate], at: datetime) -> None:
    """Refuse certificates that no verifier would accept at this instant: the seal's, and those above it in order.

    Raises:
        SealError: expired or not yet valid, a CA, not for signatures, weak, or a chain out of order.
    """
    if not cert.not_valid_before_utc <= at <= cert.not_valid_after_utc:
        raise SealError(f"the seal certificate is valid from {cert.not_valid_before_utc:%Y-%m-%d} to "
                        f"{cert.not_valid_after_utc:%Y-%m-%d}, not on {at:%Y-%m-%d}")
    _require_strong(cert)
    _require_usage(cert)
    below = cert
    for above in chain:
        try:
            below.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise SealError("the certificates of the chain are out of order: expected the issuer of "
                            f"{below.subject.rfc4514_string()}, found {above.subject.rfc4514_string()}") from error
        if not above.not_valid_before_utc <= at <= above.not_valid_after_utc:
            raise SealError(f"the issuer {above.subject.rfc4514_string()} is valid from "
                            f"{above.not_valid_before_utc:%Y-%m-%d} to {above.not_valid_after_utc:%Y-%m-%d}, "
                            f"not on {at:%Y-%m-%d}")
        _require_strong(above)
        below = above


def expiring(certs: Sequence[x509.Certificate], at: datetime) -> list[str]:
    """Return which certificates of a chain, the seal's first, end within sixty days of an instant, or have ended."""
    found = []
    for number, cert in enumerate(certs):
        left = cert.not_valid_after_utc - at
        if left < _WARN_BEFORE:
            name = f"the issuer's certificate, {cert.subject.rfc4514_string()}," if number else "the seal certificate"
            when = f"expires on {cert.not_valid_after_utc:%Y-%m-%d}, in {left.days} days" if left >= timedelta(0) else (
                f"expired on {cert.not_valid_after_utc:%Y-%m-%d}")
            found.append(f"{name} {when}; order the next one now")
    return found


def _require_strong(cert: x509.Certificate) -> None:
    key = cert.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < MIN_RSA_BITS:
            raise SealError(f"expected an RSA key of at least {MIN_RSA_BITS} bits, found {key.key_size}")
    elif not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in CURVES:
        name = key.curve.name if isinstance(key, ec.EllipticCurvePublicKey) else type(key).__name__
        raise SealError(f"expected a key on P-256, P-384 or P-521, or RSA, found {name}",
                        advice="make an ECDSA P-256 key: every verifier and browser knows it")


def _require_usage(cert: x509.Certificate) -> None:
    for extension in cert.extensions:
        value = extension.value
        if isinstance(value, x509.BasicConstraints) and value.ca:
            raise SealError("expected a certificate for signing, found one of a CA (basicConstraints CA:TRUE)")
        if isinstance(value, x509.KeyUsage) and not (value.digital_signature or value.content_commitment):
            raise SealError("expected the key usage digitalSignature or nonRepudiation, found neither")
