"""ZIPs that say by the path of a member what its bytes do not: the same members, the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from evidence.errors import SourceError, Where


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return a ZIP with these members as they are, uncompressed, in the order of their paths."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(members):
            entry = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o600 << 16
            archive.writestr(entry, members[path])
    return out.getvalue()


def unpack(path: Path, member: str) -> bytes:
    """Return the bytes of one member.

    Raises:
        SourceError: the file is no such ZIP.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(member)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise SourceError(f"expected a ZIP with {member}", where=Where(str(path))) from error
