"""A package that verifies, into the formats of other programs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from evidence.errors import VerificationError, Where


def export(package: Path, out: Path, formats: Iterable[str], *, fingerprint: Iterable[str] = (),
           at: datetime) -> list[Path]:
    """Verify a package and write it in other formats; return the files.

    Args:
        package: the ZIP.
        out: folder for the files.
        formats: keys of ``evidence.export.FORMATS``.
        fingerprint: SHA-256 of the seal's certificate, as given on another channel.
        at: when the package was received; decides about expiry.

    Raises:
        VerificationError: the package does not verify; nothing is written.
        EvidenceError: as for ``evidence.export.export``.
    """
    from evidence import export as exporting
    from evidence.verify import verify

    report = verify(package, fingerprint=fingerprint, at=at)
    if not report.ok:
        raise VerificationError(f"the package does not verify: {', '.join(report.failed)}", where=Where(str(package)),
                                advice="evidence verify says what was expected and what was found")
    return exporting.export(package, out, formats)
