"""The key of the seal: loaded, tested for fitness, never printed.

A key comes from a PKCS#8 or PKCS#12 file whose passphrase stands in a file of mode 0600 or in an environment variable
(never on the command line), or from anything that can sign: a token, a KMS, a remote service. For those, give
``SealKey`` a ``sign`` function of your own; nothing else in the toolkit touches the private key.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from evidence.constants import TEST_ORGANISATION
from evidence.errors import SealError, Where
from evidence.seal import fit

_TEST_LIFE: Final = timedelta(days=825)
USAGE: Final = x509.KeyUsage(
    digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False)


@dataclass(frozen=True, slots=True)
class SealKey:
    """A certificate, the certificates above it, and a function that signs with its key.

    Args:
        certificate: the seal's own certificate.
        chain: the certificates above it, issuer first; empty for a self-signed one.
        sign: bytes -> signature over their SHA-256: ECDSA as DER, or RSA PKCS #1 v1.5. May talk to a token or a KMS.
    """

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    sign: Callable[[bytes], bytes] = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, 64 hex digits: what an auditor pins."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def subject(self) -> str:
        """The subject as RFC 4514 writes it."""
        return self.certificate.subject.rfc4514_string()

    @property
    def is_test(self) -> bool:
        """Whether this is a key for trying out: its organisation is TEST, and every package says so."""
        return any(name.value == TEST_ORGANISATION
                   for name in self.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME))

    @property
    def pem(self) -> bytes:
        """All certificates, the seal's first: ``certs/seal-chain.pem``."""
        return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in (self.certificate, *self.chain))

    def warnings(self, at: datetime) -> list[str]:
        """Return what the owner should know at an instant: near expiry, of an issuer too; TEST key."""
        found = fit.expiring((self.certificate, *self.chain), at)
        if self.is_test:
            found.append("this is a TEST key: packages sealed with it prove nothing to anybody")
        return found

    def require_fit(self, at: datetime) -> None:
        """Refuse a certificate that no verifier would accept at this instant.

        Raises:
            SealError: as for :func:`evidence.seal.fit.require_fit`.
        """
        fit.require_fit(self.certificate, self.chain, at)


def _signer(key: object) -> Callable[[bytes], bytes]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return lambda data: key.sign(data, ec.ECDSA(hashes.SHA256()))
    if isinstance(key, rsa.RSAPrivateKey):
        return lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    raise SealError(f"expected an ECDSA or RSA private key, found {type(key).__name__}")


def passphrase(*, file: Path | None = None, env: str | None = None,
               environment: Mapping[str, str] | None = None) -> bytes | None:
    """Return the passphrase from a file of mode 0600 or from an environment variable; None when neither is named.

    Raises:
        SealError: the file is missing or readable by others, or the variable is not set.
    """
    if file is not None:
        return secret_bytes(file).rstrip(b"\r\n")
    if env is None:
        return None
    value = (os.environ if environment is None else environment).get(env)
    if value is None:
        raise SealError(f"expected the passphrase in the environment variable {env}, which is not set")
    return value.encode()


def secret_bytes(path: Path) -> bytes:
    """Return the bytes of a secret file after looking at who else may read it."""
    try:
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            raise SealError(f"expected mode 0600, found {mode:04o}: others can read this secret",
                            where=Where(str(path)), advice=f"chmod 600 {path}")
        return path.read_bytes()
    except OSError as error:
        raise SealError(f"the file cannot be read: {error.strerror}", where=Where(str(path))) from error


def certificates(path: Path) -> list[x509.Certificate]:
    """Return the certificates of a PEM file, in its order.

    Raises:
        SealError: there is none, or one is damaged.
    """
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SealError(f"expected certificates in PEM: {error}", where=Where(str(path))) from error


def load(key: Path, *, certificate: Path | None = None, chain: Path | None = None,
         secret: bytes | None = None) -> SealKey:
    """Load a seal key from PEM (PKCS#8) or PKCS#12.

    Args:
        key: the file with the private key; ``.p12`` and ``.pfx`` may bring the certificates along.
        certificate: PEM with the seal certificate first; needed for PKCS#8.
        chain: PEM with the certificates above it.
        secret: the passphrase, if there is one (see ``passphrase``).

    Raises:
        SealError: unreadable, wrong passphrase, or key and certificate do not belong together.
    """
    data, found = secret_bytes(key), list[x509.Certificate]()
    try:
        if key.suffix.lower() in {".p12", ".pfx"}:
            bundle = pkcs12.load_pkcs12(data, secret)
            private: object = bundle.key
            found = [c.certificate for c in ([bundle.cert] if bundle.cert else []) + bundle.additional_certs]
        else:
            private = serialization.load_pem_private_key(data, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SealError("the key cannot be opened: wrong passphrase, or neither PKCS#8 (PEM) nor PKCS#12",
                        where=Where(str(key))) from error
    if certificate is not None:
        found = certificates(certificate)
    if chain is not None:
        found = found[:1] + certificates(chain)
    if not found:
        raise SealError("expected the certificate that belongs to this key", where=Where(str(key)),
                        advice="name it in evidence.yaml as signing.certificate")
    sign = _signer(private)
    if _public(found[0].public_key()) != _public(private.public_key()):  # type: ignore[attr-defined]
        raise SealError("the first certificate does not belong to the private key", where=Where(str(key)))
    return SealKey(found[0], tuple(found[1:]), sign)


def _public(key: object) -> bytes:
    return key.public_bytes(serialization.Encoding.DER,  # type: ignore[attr-defined, no-any-return]
                            serialization.PublicFormat.SubjectPublicKeyInfo)


def new_test_key(folder: Path, *, at: datetime | None = None, name: str = "Evidence seal") -> SealKey:
    """Make a self-signed key for trying out, write it to ``test-seal.key`` and ``test-seal.pem``, and return it.

    Its organisation is TEST; every package sealed with it, and every verifier, says so.

    Args:
        folder: where the two files go; made when missing.
        at: instant from which the certificate is valid; default: now.
        name: the common name.

    Raises:
        SealError: the files exist already, or cannot be written.
    """
    start = (at or datetime.now(UTC)).replace(microsecond=0)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, TEST_ORGANISATION),
                         x509.NameAttribute(NameOID.COMMON_NAME, f"{TEST_ORGANISATION} {name}")])
    cert = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start - timedelta(days=1)).not_valid_after(start + _TEST_LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(USAGE, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256()))
    write_new(folder / "test-seal.key", key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()), 0o600)
    write_new(folder / "test-seal.pem", cert.public_bytes(serialization.Encoding.PEM), 0o644)
    return SealKey(cert, (), _signer(key))


def write_new(path: Path, data: bytes, mode: int) -> None:
    """Write a file of a mode, on the disk under its name only if nothing was there.

    Raises:
        SealError: something is there, or it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
    except FileExistsError as error:
        raise SealError("a key is here already, and is not overwritten", where=Where(str(path))) from error
    except OSError as error:
        raise SealError(f"the file cannot be written: {error.strerror}", where=Where(str(path))) from error


def require_pair(key: SealKey) -> None:
    """Let a key that lies elsewhere sign once, and check that with the certificate.

    Raises:
        SealError: they do not belong together.
    """
    public, probe = key.certificate.public_key(), b"do key and certificate belong together?"
    signature = key.sign(probe)
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, probe, ec.ECDSA(hashes.SHA256()))
        elif isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, probe, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise SealError(f"expected an ECDSA or RSA certificate, found {type(public).__name__}")
    except InvalidSignature as error:
        raise SealError("the certificate does not belong to the key",
                        advice="name the certificate of this key in evidence.yaml as signing.certificate") from error


def show(certs: Sequence[x509.Certificate]) -> dict[str, str]:
    """Return what a person compares: subject, issuer, validity, key and the fingerprint to pin."""
    cert = certs[0]
    key = cert.public_key()
    kind = f"ECDSA {key.curve.name}" if isinstance(key, ec.EllipticCurvePublicKey) else (
        f"RSA {key.key_size}" if isinstance(key, rsa.RSAPublicKey) else type(key).__name__)
    return {
        "subject": cert.subject.rfc4514_string(), "issuer": cert.issuer.rfc4514_string(), "key": kind,
        "valid_from": f"{cert.not_valid_before_utc:%Y-%m-%dT%H:%M:%SZ}",
        "valid_to": f"{cert.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}",
        "fingerprint_sha256": cert.fingerprint(hashes.SHA256()).hex(),
    }
