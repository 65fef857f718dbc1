"""statement.json: what the seal says about the package, in canonical JSON (RFC 8785) and without a clock.

Everything in it can be recomputed from the files of the package by a stranger; the verifier does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from evidence import __version__
from evidence import constants as c
from evidence.errors import SealError, Where
from evidence.seal.leaves import canonical
from evidence.seal.merkle import Tree

if TYPE_CHECKING:
    from evidence.seal.keys import SealKey
    from evidence.seal.pdf import Unsigned


class Previous(NamedTuple):
    """The package before this one: its id and the SHA-256 of its SHA256SUMS."""

    package_id: str
    sha256sums_sha256: str


@dataclass(frozen=True, slots=True)
class SealFacts:
    """What the caller knows about a package.

    Args:
        package_id: such as ``evidence-2026-10``, ``evidence-2026-10.e2`` for a second edition.
        period: label of the period, such as ``2026-10``.
        zone: the zone in which it is counted.
        start: first instant of the period.
        end: first instant after it.
        sequence: number of the package, from 1, without gaps.
        previous: the package numbered one less; None for the first.
        tree: what ``write_leaves`` returned.
        sealed_at: the time of sealing that is claimed.
        edition: 1, or more when a month is sealed again.
        replaces: package id of the edition before.
        next_signer: fingerprint of the certificate that will follow, when it is known.
        revocation: CRLs as of sealing (PEM), for ``certs/revocation.pem``.
        generator: name and version of what made the package.
    """

    package_id: str
    period: str
    zone: str
    start: datetime
    end: datetime
    sequence: int
    previous: Previous | None
    tree: Tree
    sealed_at: datetime
    edition: int = 1
    replaces: str | None = None
    next_signer: str | None = None
    revocation: bytes = b""
    generator: Mapping[str, str] = field(default_factory=lambda: {"name": "copilot-evidence", "version": __version__})

    def require_sound(self) -> None:
        """Refuse facts that contradict each other.

        Raises:
            SealError: naming the fact.
        """
        problems = {
            "package_id": not c.PACKAGE_ID.fullmatch(self.package_id),
            "sequence": self.sequence < 1,
            "previous (must be there from the second package on)": (self.previous is None) != (self.sequence == 1),
            "edition and replaces (the first edition replaces nothing)": (self.edition == 1) != (self.replaces is None)
            or self.edition < 1,
            "start and end": self.start >= self.end,
            "tree": self.tree.size < 0 or not re.fullmatch("[0-9a-f]{64}", self.tree.root),
        }
        if wrong := [name for name, bad in problems.items() if bad]:
            raise SealError(f"the facts of the package do not hold together: {'; '.join(wrong)}")


class FileDigest(NamedTuple):
    """SHA-256 and number of line feeds of one file."""

    sha256: str
    lines: int


def digest_file(path: Path) -> FileDigest:
    """Read a file once and return its digest and its number of lines."""
    import numpy as np

    sha, lines = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                sha.update(chunk)
                lines += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == ord("\n")))  # bytes.count is slow
    except OSError as error:
        raise SealError(f"the file cannot be read: {error.strerror}", where=Where(str(path))) from error
    return FileDigest(sha.hexdigest(), lines)


def sums(digests: Mapping[str, str]) -> bytes:
    """Return SHA256SUMS: one line a file as ``sha256sum`` writes it, sorted by bytes of the name."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode("ascii")


def digest_under(digests: Mapping[str, str], prefix: str) -> str:
    """Return the SHA-256 of the SHA256SUMS lines of the files under a prefix."""
    return hashlib.sha256(sums({n: d for n, d in digests.items() if n.startswith(prefix)})).hexdigest()


def instant(value: datetime) -> str:
    """Return an instant as RFC 3339 in UTC, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def statement(facts: SealFacts, key: SealKey, report: Unsigned, files: Mapping[str, FileDigest], *,
              timed: bool) -> bytes:
    """Return the bytes of statement.json.

    Args:
        facts: what the caller knows.
        key: the seal, for fingerprint and subject.
        report: the report before it was signed.
        files: every file of the package but statement.json and the SHA256SUMS files.
        timed: whether time stamps are made.
    """
    digests = {name: file.sha256 for name, file in files.items()}
    value: dict[str, Any] = {
        "type": c.FORMAT,
        "package_id": facts.package_id,
        "period": {"label": facts.period, "zone": facts.zone, "from": instant(facts.start), "to": instant(facts.end)},
        "sequence": facts.sequence,
        "previous": facts.previous._asdict() if facts.previous else None,
        "edition": facts.edition,
        "replaces": facts.replaces,
        "profile": "timed" if timed else "untimed",
        "disclosures": "included" if c.DISCLOSURES in files else "withheld",
        "tree": {"alg": c.TREE_ALGORITHM, "file": c.CHAINS, "size": facts.tree.size, "root": facts.tree.root},
        "evidence_digest": digest_under(digests, c.EVIDENCE),
        "policy_digest": digest_under(digests, c.CONFIG),
        "sources_digest": digests.get(c.SOURCES),
        "counts": {name: file.lines for name, file in files.items()
                   if name.startswith(c.EVIDENCE) and name.endswith(c.COUNTED)},
        "files": len(files) + 1,
        "report_unsigned": {"bytes": report.bytes, "sha256": report.sha256},
        "signer": {"subject": key.subject, "fingerprint_sha256": key.fingerprint, "test": key.is_test},
        "next_signer": facts.next_signer,
        "generator": dict(facts.generator),
    }
    return canonical(value)
