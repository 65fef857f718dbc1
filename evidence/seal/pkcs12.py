"""A PKCS #12 bundle, as certificate authorities hand it out, taken apart into the files that evidence.yaml names."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.serialization import pkcs12

from evidence.errors import SealError, Where
from evidence.seal import keys


def unpack(bundle: Path, folder: Path, *, secret: bytes | None) -> keys.SealKey:
    """Write ``seal.key`` (PKCS#8, mode 0600) and ``seal.pem`` (the certificates, the seal's first); return the key.

    The key is encrypted again with the passphrase of the bundle, where it has one.

    Raises:
        SealError: the bundle cannot be opened or has no certificate, or the files are there already.
    """
    if bundle.suffix.lower() not in {".p12", ".pfx"}:
        raise SealError("expected a PKCS #12 bundle, named .p12 or .pfx", where=Where(str(bundle)))
    key = keys.load(bundle, secret=secret)
    private = pkcs12.load_pkcs12(bundle.read_bytes(), secret).key
    if private is None:
        raise SealError("the bundle has no private key", where=Where(str(bundle)))
    lock = s.BestAvailableEncryption(secret) if secret else s.NoEncryption()
    for name in ("seal.key", "seal.pem"):
        if (folder / name).exists():
            raise SealError("a key is here already, and is not overwritten", where=Where(str(folder / name)))
    keys.write_new(folder / "seal.key", private.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, lock), 0o600)
    keys.write_new(folder / "seal.pem", key.pem, 0o644)
    return key
