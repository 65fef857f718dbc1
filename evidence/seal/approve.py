"""A second pair of eyes: a person countersigns a sealed package after review.

The countersignature is a detached CMS over the bytes of SHA256SUMS.p7s, in a folder beside the package; the package
itself is never touched. The key of the seal cannot approve.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from evidence import constants as c
from evidence.errors import SealError, UsageError
from evidence.seal import cms
from evidence.seal.keys import SealKey
from evidence.seal.proof import opened


def approve(package: Path, *, role: str, key: SealKey, at: datetime) -> Path:
    """Countersign a package and return the file written: ``<package>.approvals/001-<role>.p7s``.

    Args:
        package: the sealed ZIP; verify it before you approve it.
        role: such as ``compliance-officer``.
        key: the personal key of the approver.
        at: the time of approval that is claimed.

    Raises:
        UsageError: not a role, or this role approved already.
        SealError: the key is not fit, or is the one of the seal.
    """
    if not c.ROLE.fullmatch(role):
        raise UsageError(f"expected a role such as compliance-officer, found {role!r}")
    key.require_fit(at)
    with opened(package) as archive:
        sealed = archive.read(c.SIGNATURE)
    folder = package.with_name(package.name + c.APPROVALS)
    present = sorted(path.name for path in folder.glob("*.p7s"))
    if any(name[4:-4] == role for name in present):
        raise UsageError(f"{role} has approved this package already: {folder.name}")
    signature = cms.countersign(sealed, key, at=at)
    out = folder / f"{len(present) + 1:03d}-{role}.p7s"
    try:
        folder.mkdir(exist_ok=True)
        part = out.with_name(out.name + ".part")
        part.write_bytes(signature)
        part.replace(out)
    except OSError as error:
        raise SealError(f"the approval cannot be written: {error}") from error
    return out
