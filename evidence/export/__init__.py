"""A sealed package in the words of other programs: OSCAL, OCSF, JUnit, CISO Assistant, spreadsheets, Parquet.

An export is a reading aid and proves nothing: it names the package and the digests in it, which do. Everything is read
from the package and nothing from the store, so that an export can be made from a package of years ago, by anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from evidence.errors import UsageError
from evidence.export import ciso, junit, ocsf, oscal, sheets
from evidence.export.compare import Difference, compare
from evidence.export.sealed import Sealed

__all__ = ["FORMATS", "Difference", "Sealed", "compare", "export"]

FORMATS: Final[dict[str, tuple[str, Callable[[Sealed, Path], None]]]] = {
    "oscal": ("assessment-results.oscal.json", oscal.write),
    "ocsf": ("compliance-findings.ocsf.jsonl", ocsf.write),
    "junit": ("checks.junit.xml", junit.write),
    "ciso": ("ciso-assistant.json", ciso.write),
    "xlsx": ("results.xlsx", sheets.write_xlsx),
    "parquet": ("results.parquet", sheets.write_parquet),
}
"""Format to the end of the file's name and what writes it."""


def export(package: Path, out: Path, formats: Iterable[str]) -> list[Path]:
    """Write a package in other formats and return the files, named ``<package id>.<what it is>``.

    Args:
        package: the ZIP. Whether it verifies is for the caller to ask first; each member is read against its digest.
        out: folder for the files, made where it is not there.
        formats: keys of ``FORMATS``.

    Raises:
        UsageError: a format is unknown, or a file is there already.
        VerificationError: a member is missing, or is not the one that was sealed.
        MissingExtraError: the format needs a package that is not installed.
    """
    wanted = list(dict.fromkeys(formats))
    if unknown := sorted(set(wanted) - set(FORMATS)):
        raise UsageError(f"expected formats of {', '.join(FORMATS)}, found {', '.join(unknown)}")
    out.mkdir(parents=True, exist_ok=True)
    written = []
    with Sealed(package) as sealed:
        for name in wanted:
            ending, write = FORMATS[name]
            path = out / f"{sealed.package_id}.{ending}"
            if path.exists():
                raise UsageError(f"{path} is there already", advice="name another folder, or take it away")
            write(sealed, path)
            written.append(path)
    return written
