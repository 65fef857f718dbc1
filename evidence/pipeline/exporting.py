"""What is made of packages that verify: other formats, samples, comparisons. A package that does not is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from evidence.errors import VerificationError, Where

if TYPE_CHECKING:
    from evidence.export import Difference


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample of a population: the ids in the order of the draw, and with what anybody draws it again."""

    package_id: str
    population: str
    members: int
    seed: str
    picks: tuple[str, ...]


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

    _require(package, fingerprint, at)
    return exporting.export(package, out, formats)


def sample(package: Path, population: str, *, size: int | None = None, confidence: float = 0.95,
           tolerable: float = 0.05, seed: str | None = None, fingerprint: Iterable[str] = (), at: datetime) -> Sample:
    """Draw a sample of a population of a package.

    Args:
        package: the ZIP.
        population: id of a check, or ``interactions``.
        size: how many; by default as many as ``confidence`` that the rate of deviations is below ``tolerable`` needs
            where none is found.
        confidence: between 0 and 1.
        tolerable: rate of deviations, between 0 and 1.
        seed: text of the auditor's own; by default the root of the tree, which commits to the population.
        fingerprint: SHA-256 of the seal's certificate, as given on another channel.
        at: when the package was received.

    Raises:
        VerificationError: the package does not verify.
        UsageError: there is no such population, or a figure is wrong.
    """
    from evidence import export as exporting
    from evidence import sampling

    _require(package, fingerprint, at)
    with exporting.Sealed(package) as sealed:
        ids = sealed.population(population)
        chosen = seed or str(sealed.statement["tree"]["root"])
        wanted = size if size is not None else sampling.sample_size(confidence, tolerable)
        return Sample(sealed.package_id, population, len(ids), chosen, tuple(sampling.draw(ids, chosen, wanted)))


def difference(old: Path, new: Path, *, fingerprint: Iterable[str] = (), at: datetime) -> Difference:
    """Return what changed from one package to another.

    Raises:
        VerificationError: one of them does not verify.
    """
    from evidence import export as exporting

    pins = tuple(fingerprint)
    for package in (old, new):
        _require(package, pins, at)
    with exporting.Sealed(old) as before, exporting.Sealed(new) as now:
        return exporting.compare(before, now)


def _require(package: Path, fingerprint: Iterable[str], at: datetime) -> None:
    from evidence.verify import verify

    report = verify(package, fingerprint=fingerprint, at=at)
    if not report.ok:
        raise VerificationError(f"the package does not verify: {', '.join(report.failed)}", where=Where(str(package)),
                                advice="evidence verify says what was expected and what was found")
