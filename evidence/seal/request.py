"""The request that a company's certificate authority signs."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from evidence.errors import SealError, Where
from evidence.seal.keys import USAGE, secret_bytes


def csr(key: Path, *, organisation: str, name: str, secret: bytes | None = None) -> bytes:
    """Return a certificate request (PEM) for the company's CA: for signatures only, not for TLS.

    Raises:
        SealError: the key cannot be opened or is too weak.
    """
    try:
        private = serialization.load_pem_private_key(secret_bytes(key), secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SealError("the key cannot be opened: wrong passphrase, or not PKCS#8 (PEM)",
                        where=Where(str(key))) from error
    if not isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise SealError(f"expected an ECDSA or RSA private key, found {type(private).__name__}")
    names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    request = (x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names))
               .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
               .add_extension(USAGE, critical=True).sign(private, hashes.SHA256()))
    return request.public_bytes(serialization.Encoding.PEM)
