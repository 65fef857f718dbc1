"""A seal key that never leaves its token: PKCS #11, through the optional package ``python-pkcs11``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from evidence.errors import MissingExtraError, SealError
from evidence.seal.keys import SealKey, require_pair

_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # DigestInfo (RFC 8017 9.2, note 1)


def load(module: str, *, token: str, label: str, pin: str, certificates: Sequence[x509.Certificate] = ()) -> SealKey:
    """Return the key of a token, after a signature that proves that it and the certificate belong together.

    Args:
        module: path of the library that the maker of the token supplies.
        token: label of the token.
        label: label of the private key, and of the certificate where the token holds it.
        pin: the user's PIN.
        certificates: the seal's certificate and those above it; without them the token must hold the first.

    Raises:
        MissingExtraError: python-pkcs11 is not installed.
        SealError: the token, the key or the certificate is not there, or they do not fit each other.
    """
    try:
        import pkcs11
    except ImportError as error:
        raise MissingExtraError("a key on a token needs the package python-pkcs11",
                                advice="pip install 'copilot-evidence[pkcs11]'") from error
    where = Place(module, token, label, pin)
    with where.session() as session:
        session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
        found = list(certificates) or [_certificate(session, label)]
    made = SealKey(found[0], tuple(found[1:]), _signer(where, found[0]))
    require_pair(made)
    return made


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key is. Each signature has a session of its own: a package needs five, and none stays open."""

    module: str
    token: str
    label: str
    pin: str = field(repr=False)

    @contextmanager
    def session(self) -> Iterator[Any]:
        """Yield a session of the user.

        Raises:
            SealError: what the token or its library says no to.
        """
        import pkcs11
        from pkcs11.exceptions import PKCS11Error

        try:
            with pkcs11.lib(self.module).get_token(token_label=self.token).open(user_pin=self.pin) as session:
                yield session
        except (PKCS11Error, RuntimeError, OSError) as error:
            reason = type(error).__name__
            raise SealError(f"the key {self.label!r} on the token {self.token!r} cannot be used: {reason}",
                            advice=f"list what is there: pkcs11-tool --module {self.module} --list-objects") from error


def _certificate(session: Any, label: str) -> x509.Certificate:
    import pkcs11

    held = list(session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                                     pkcs11.Attribute.LABEL: label}))
    if len(held) != 1:
        raise SealError(f"expected one certificate {label!r} on the token, found {len(held)}",
                        advice="name the file with it in evidence.yaml as signing.certificate")
    try:
        return x509.load_der_x509_certificate(held[0][pkcs11.Attribute.VALUE])
    except ValueError as error:
        raise SealError(f"the certificate {label!r} on the token is damaged: {error}") from error


def _signer(where: Place, certificate: x509.Certificate) -> Callable[[bytes], bytes]:
    """Return the signing function: the digest is made here, the token signs it with its raw mechanism.

    Tokens agree on the raw mechanisms and differ on those that hash; SoftHSM has no ECDSA_SHA256.
    """
    import pkcs11

    curve = isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    mechanism = pkcs11.Mechanism.ECDSA if curve else pkcs11.Mechanism.RSA_PKCS

    def sign(data: bytes) -> bytes:
        digest = hashlib.sha256(data).digest()
        with where.session() as session:
            key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=where.label)
            raw = bytes(key.sign(digest if curve else _SHA256_INFO + digest, mechanism=mechanism))
        if not curve:
            return raw
        half = len(raw) // 2
        return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))

    return sign


def pin_text(secret: bytes | None, where: str) -> str:
    """Return a PIN as text.

    Raises:
        SealError: there is none.
    """
    if not secret:
        raise SealError(f"expected the PIN of the token in {where}, found nothing")
    return secret.decode("utf-8", "strict")
