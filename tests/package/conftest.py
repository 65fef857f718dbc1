"""One sealed month, made as a user makes it, for all tests of the package."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence import cli
from evidence.simulate import simulate

AS_OF = "2026-11-20T06:00:00+00:00"
POLICY = "Requests to assistants pass the gateway.\n"
DOCUMENTS = """- control: A.5.1
  applicable: true
  justification: Policy of the organisation.
  manual_evidence: [manual/policy.txt, manual/minutes.txt]
"""
SMALL = {"people": 30, "interactions": 80, "per_day": True}


@dataclass(frozen=True)
class Sealed:
    """A company folder after its first month: the package, the same unpacked, the fingerprint, and what was printed."""

    root: Path
    package: Path
    unpacked: Path
    fingerprint: str
    said: str
    code: int

    def member(self, name: str) -> bytes:
        """The bytes of one file of the package."""
        return (self.unpacked / name).read_bytes()


def seal(root: Path, capfd, *more: str) -> tuple[int, str, str]:
    """Run the month by the command line; returns the exit code and what went to stdout and stderr."""
    capfd.readouterr()
    code = cli.call(["run", "-C", str(root), "--period", "2026-10", "--as-of", AS_OF, "--test-key", *more])
    said = capfd.readouterr()
    return code, said.out, said.err


def unpack(package: Path, into: Path) -> Path:
    """Unpack a package as an auditor does."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(into)
    return into


@pytest.fixture(scope="session")
def sealed(tmp_path_factory) -> Sealed:
    """The month of a small company that misbehaves, sealed."""
    import contextlib
    import io

    root = tmp_path_factory.mktemp("month") / "acme"
    simulate(root, **SMALL)
    (root / "soa.yaml").write_text((root / "soa.yaml").read_text("utf-8") + DOCUMENTS, "utf-8")
    (root / "manual").mkdir()
    (root / "manual" / "policy.txt").write_text(POLICY, "utf-8")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = cli.call(["run", "-C", str(root), "--period", "2026-10", "--as-of", AS_OF, "--test-key"])
    package = root / "packages" / "evidence-2026-10.zip"
    fingerprint = said.getvalue().split("--fingerprint ")[1].split()[0]
    return Sealed(root, package, unpack(package, root.parent / "unpacked"), fingerprint, said.getvalue(), code)


def copy_with_secrets(sealed: Sealed, into: Path) -> Path:
    """A second machine of the same company: same logs, same configuration, same secrets, nothing derived."""
    shutil.copytree(sealed.root, into, ignore=shutil.ignore_patterns("packages", "reports", ".evidence"))
    shutil.copytree(sealed.root / ".evidence" / "secrets", into / ".evidence" / "secrets")
    return into
