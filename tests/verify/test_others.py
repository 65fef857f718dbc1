"""Tools that nobody here wrote come to the same verdict: openssl, gpgsm, the pyHanko command line."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evidence import constants as c
from evidence.verify import verify


@pytest.fixture
def unpacked(kit: Any, tmp_path: Path) -> Path:
    """A package of a company CA in a folder, with the CA's certificate beside it."""
    for name, data in kit.module.unpack(kit.timed).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "ca.pem").write_bytes(kit.root.pem)
    (tmp_path / "stamps.pem").write_bytes(kit.tsa.root.pem)
    return tmp_path


def test_openssl_verifies_the_whole_zip_before_it_is_opened(kit: Any, tmp_path: Path) -> None:
    """The signature beside the package is one command; a changed ZIP fails, and our verifier says the same."""
    package = Path(shutil.copy(kit.timed, tmp_path))
    shutil.copy(kit.timed.with_name(kit.timed.name + c.SIDECAR), tmp_path)
    (tmp_path / "ca.pem").write_bytes(kit.root.pem)
    command = ["cms", "-verify", "-binary", "-cades", "-purpose", "any", "-inform", "DER", "-in", package.name + c.SIDECAR,
               "-content", package.name, "-CAfile", "ca.pem", "-out", "/dev/null"]
    assert kit.module.openssl(*command, cwd=tmp_path).returncode == 0
    assert verify(package, at=kit.now).step("sidecar").state == "holds"
    package.write_bytes(package.read_bytes() + b"\0")
    assert kit.module.openssl(*command, cwd=tmp_path).returncode != 0
    assert not verify(package, at=kit.now).ok


@pytest.mark.skipif(shutil.which("gpgsm") is None, reason="gpgsm is not installed")
def test_gpgsm_verifies_the_manifest(unpacked: Path) -> None:
    """GnuPG's S/MIME tool knows the signature as good, with the company's CA as its only root, and refuses a change."""
    home = unpacked / "gnupg"
    home.mkdir(mode=0o700)
    gpgsm = ["gpgsm", "--homedir", str(home), "--batch", "--disable-dirmngr", "--disable-crl-checks"]
    try:
        done = subprocess.run([*gpgsm, "--import", "ca.pem"], cwd=unpacked, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        listed = subprocess.run([*gpgsm, "--list-keys", "--with-colons"], cwd=unpacked, capture_output=True, text=True,
                                check=True).stdout
        mark = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:"))
        (home / "trustlist.txt").write_text(f"{mark} S relax\n")
        check = [*gpgsm, "--status-fd", "1", "--verify", c.SIGNATURE, c.SUMS]
        done = subprocess.run(check, cwd=unpacked, capture_output=True, text=True, check=False)
        assert "GOODSIG" in done.stdout, done.stderr
        with (unpacked / c.SUMS).open("ab") as file:
            file.write(b"\n")
        done = subprocess.run(check, cwd=unpacked, capture_output=True, text=True, check=False)
        assert "GOODSIG" not in done.stdout
        assert done.returncode != 0
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], capture_output=True, check=False)


@pytest.mark.skipif(importlib.util.find_spec("pyhanko.__main__") is None or importlib.util.find_spec("pyhanko.cli") is None,
                    reason="the pyHanko command line is not installed")
def test_the_pyhanko_command_line_verifies_report_and_manifest(unpacked: Path) -> None:
    """Its own validation, with the company's CA as trust, accepts both signatures."""
    base = [sys.executable, "-m", "pyhanko", "sign", "validate", "--trust", "ca.pem", "--trust",
            "stamps.pem", "--trust-replace", "--no-revocation-check"]
    for arguments in (["--detached", c.SIGNATURE, c.SUMS], [c.REPORT]):
        done = subprocess.run([*base, *arguments], cwd=unpacked, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
