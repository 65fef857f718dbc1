"""A package to numbered steps that hold or do not.

``verify`` takes a package (ZIP or unpacked), a folder of packages, or the proof of one interaction. It never raises for
what is in them: a bad package is a report with steps that fail. It shares nothing with the sealer but
``evidence.constants``, and loads pyHanko only to look into the PDF.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from evidence import constants as c
from evidence.errors import UsageError, Where
from evidence.verify.package import verify_with_all_beside
from evidence.verify.report import NUMBERS, RULES, Report, State, Step
from evidence.verify.seal import Expected

__all__ = ["NUMBERS", "RULES", "Expected", "Report", "State", "Step", "load_certificates", "verify"]


def verify(path: Path, *, fingerprint: str | Iterable[str] | None = None, expect_id: str | None = None,
           expect_digest: str | None = None, at: datetime | None = None, anchors: Iterable[x509.Certificate] = (),
           authorities: Iterable[x509.Certificate] = (), production: bool = False, timed: bool = False,
           approvals: Iterable[str] = (), approvers: Mapping[str, str] | None = None,
           expect_receipt: str | None = None) -> Report:
    """Verify what is at a path.

    Args:
        path: ``evidence-2026-10.zip``, the same unpacked, a folder of packages, or ``interaction-ID.proof.json``.
        fingerprint: SHA-256 of the seal certificate (or several), as given on another channel.
        expect_id: package id, or interaction id of a proof, that is expected.
        expect_digest: SHA-256 of the SHA256SUMS of the package, as it was sent to you when it was sealed.
        at: when it was received; decides about expiry where no time stamp does. Default: now.
        anchors: CA certificates trusted for the seal.
        authorities: certificates trusted for time stamps.
        production: let TEST keys fail.
        timed: let packages without proof of time fail.
        approvals: roles that must have countersigned.
        approvers: expected fingerprint of an approver's certificate, by role.
        expect_receipt: SHA-256 of a receipt of the ledger (a line of ``receipts.jsonl``), as you were given it.

    Returns:
        The numbered steps; ``ok`` says whether none fails.

    Raises:
        UsageError: there is nothing at the path.
    """
    pins = (fingerprint,) if isinstance(fingerprint, str) else tuple(fingerprint or ())
    expected = Expected(pins, expect_id, expect_digest, at or datetime.now(UTC), tuple(anchors), tuple(authorities),
                        production, timed, tuple(approvals), dict(approvers or {}), expect_receipt)
    if not path.exists():
        raise UsageError("there is nothing here to verify", where=Where(str(path)))
    if path.suffix == ".json":
        from evidence.verify.proof import verify_proof

        return verify_proof(path, expected)
    if path.is_dir() and not (path / c.SUMS).exists():
        from evidence.verify.history import verify_history

        return verify_history(path, expected)
    return verify_with_all_beside(path, expected).report


def load_certificates(path: Path) -> list[x509.Certificate]:
    """Return the certificates of a PEM file that the auditor has.

    Raises:
        UsageError: there is none.
    """
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"expected certificates in PEM: {error}", where=Where(str(path))) from error
