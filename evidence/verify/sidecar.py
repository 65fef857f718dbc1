"""The signature beside a package: over the bytes of the ZIP, by the seal (FORMAT 4)."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography import x509

from evidence import constants as c
from evidence.verify import trust
from evidence.verify.cms import RefusedError, open_signature
from evidence.verify.report import Checklist


def check_sidecar(package: Path, seal: x509.Certificate | None, check: Checklist) -> None:
    """Check ``<package>.p7s``, where it lies beside the ZIP: it proves nothing that the package does not prove."""
    path = package.with_name(package.name + c.SIDECAR)
    if not package.is_file() or not path.is_file():
        check.skip("sidecar", "there is no signature beside the package")
        return
    if seal is None:
        return
    try:
        _require_seal(path, package, seal)
    except RefusedError as error:
        check.fail("sidecar", error.message)
    except OSError as error:
        check.fail("sidecar", f"the signature cannot be read: {error.strerror}")
    check.hold("sidecar", "the ZIP is signed as it is")


def _require_seal(path: Path, package: Path, seal: x509.Certificate) -> None:
    if path.stat().st_size > c.MAX_CMS:
        raise RefusedError("sidecar", f"more than {c.MAX_CMS} bytes")
    signed = open_signature(path.read_bytes())
    with package.open("rb") as file:
        signed.require_signature(hashlib.file_digest(file, signed.digest).digest())
    if trust.fingerprint(signed.signer) != trust.fingerprint(seal):
        raise RefusedError("sidecar", "not by the certificate that sealed the package")
