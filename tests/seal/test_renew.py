"""Renewals: a further stamp before the last one ages, beside the package, checked by the verifier and by hand."""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence import cli
from evidence import constants as c
from evidence.seal.renew import renew
from evidence.verify import verify


@pytest.fixture
def package(kit: Any, tmp_path: Path) -> Path:
    """A copy of the good package with time stamps."""
    return Path(shutil.copy(kit.timed, tmp_path / "evidence-2026-10.zip"))


def test_the_command_line_renews_and_the_verifier_counts(kit: Any, package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two renewals by an authority over HTTP: both hold; with --if-due nothing is done while there is time."""
    with kit.tsa.served() as url:
        for _ in range(2):
            assert cli.call(["renew", str(package), "--tsa-url", url]) == 0
        assert cli.call(["renew", str(package), "--tsa-url", url, "--if-due"]) == 0
    assert "not due; 2 renewals" in capsys.readouterr().err
    report = verify(package, fingerprint=kit.key.fingerprint, at=kit.now, authorities=[kit.tsa.root.cert])
    assert report.ok, report.failed
    assert report.step("renewals").state == "holds"
    assert report.step("renewals").found.startswith("2 renewals")


def test_a_renewal_is_checked_without_us(kit: Any, package: Path) -> None:
    """sha512sum checks the list, openssl the stamp over it, with SHA-512."""
    written = renew(package, authority=kit.tsa.authority())
    folder = written.parent
    done = subprocess.run(["sha512sum", "--strict", "-c", "0001.sums"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"../{package.name}: OK" in done.stdout
    (folder.parent / "root.pem").write_bytes(kit.tsa.root.pem)
    done = kit.module.openssl("ts", "-verify", "-data", "0001.sums", "-in", "0001.tsr", "-CAfile", "../root.pem",
                              "-untrusted", "0001.pem", cwd=folder)
    assert done.returncode == 0, done.stderr
    text = kit.module.openssl("ts", "-reply", "-in", "0001.tsr", "-text", cwd=folder).stdout
    assert b"Hash Algorithm: sha512" in text


def test_a_package_whose_proof_of_time_ages_says_so(kit: Any, package: Path) -> None:
    """A year before the authority's certificate ends a renewal is due; after it the step warns; neither breaks the seal."""
    ends = kit.tsa.pair.cert.not_valid_after_utc
    for at, words in ((ends - timedelta(days=300), "renew is due"), (ends + timedelta(days=1), "before a renewal")):
        report = verify(package, fingerprint=kit.key.fingerprint, at=at)
        assert report.ok, report.failed
        assert report.step("renewals").state == "warning"
        assert words in report.step("renewals").found
    assert verify(package, fingerprint=kit.key.fingerprint, at=kit.now).step("renewals").state == "holds"


def test_fresh_lists_about_the_authority_before_go_along(kit: Any, package: Path) -> None:
    """Revocation lists of the day of renewal show that the old key was good until then."""
    written = renew(package, authority=kit.tsa.authority(), revocation=kit.module.crl(kit.tsa.root, at=kit.now))
    assert written.with_name("0001.crl").exists()
    assert verify(package, fingerprint=kit.key.fingerprint, at=kit.now).step("renewals").state == "holds"


def test_an_untimed_package_can_be_stamped_later(kit: Any, tmp_path: Path) -> None:
    """It proves that the package existed at that time; it stays untimed, and both are said."""
    path = Path(shutil.copy(kit.plain, tmp_path))
    before = verify(path, fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED)
    assert before.step("renewals").state == "not_checked"
    renew(path, authority=kit.tsa.authority())
    report = verify(path, fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED)
    assert report.ok
    assert report.step("renewals").found.startswith("1 renewals")
    assert report.step("timestamp").found.startswith("UNTIMED")


def test_nothing_is_renewed_that_does_not_verify(kit: Any, package: Path, tmp_path: Path) -> None:
    """A broken package, lists that are none, and an authority that does not answer leave nothing behind."""
    good = package.read_bytes()
    package.write_bytes(good[:-1])
    assert cli.call(["renew", str(package), "--tsa-url", "http://127.0.0.1:9/"]) == 4
    package.write_bytes(good)
    lists = tmp_path / "lists.pem"
    lists.write_bytes(b"none")
    assert cli.call(["renew", str(package), "--tsa-url", "http://127.0.0.1:9/", "--revocation", str(lists)]) == 2
    assert cli.call(["renew", str(package), "--tsa-url", "http://127.0.0.1:9/"]) != 0
    assert not package.with_name(package.name + c.RENEWALS).exists()
