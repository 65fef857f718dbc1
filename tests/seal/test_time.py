"""The time of sealing is proven by an authority that evidence.yaml names, or the package is not sealed."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence import cli
from evidence import constants as c
from evidence.errors import ConfigError, SealError
from evidence.model import Signing
from evidence.seal import cms, configured
from evidence.verify import verify

pytestmark = pytest.mark.xdist_group("month-sealed")


@pytest.fixture(scope="module")
def closed_port() -> str:
    """An address on this machine where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}/"


@pytest.mark.render
def test_a_run_without_an_answer_seals_nothing(kit: Any, month: Any, closed_port: str) -> None:
    """Profile timed: no address is a mistake, no answer is an error at once; neither touches what is sealed."""
    said = month.out, month.err
    before = {path: path.stat().st_mtime_ns for path in month.root.rglob("*") if "evidence.yaml" not in path.name}
    month.sign_with(profile="timed")
    assert month.run() == 2
    month.sign_with(profile="timed", tsa_url=closed_port)
    assert month.run() == 3
    assert "did not answer" in month.err
    month.out, month.err = said
    assert {path: path.stat().st_mtime_ns for path in month.root.rglob("*") if "evidence.yaml" not in path.name} == before


@pytest.mark.render
def test_a_run_proves_its_time(kit: Any, month: Any) -> None:
    """Profile timed: signature, report and receipt are stamped, and the revocation lists travel along."""
    files = kit.module.unpack(month.package)
    assert {c.TIMESTAMP, c.TSA_CHAIN, c.REVOCATION} <= set(files)
    report = verify(month.package, timed=True, authorities=[kit.tsa.root.cert], anchors=[kit.root.cert],
                    fingerprint=month.seal.seal().fingerprint, expect_id="evidence-2026-10", production=True)
    assert report.ok, report.failed
    for name in ("timestamp", "revocation", "trust", "validity"):
        assert report.step(name).state == "holds", report.step(name)
    assert report.step("receipts").found == "1 receipts, 1 of them stamped; no file was pulled"
    assert month.code in {0, 4}


@pytest.mark.render
def test_a_certificate_that_ends_soon_is_said_by_run_and_doctor(kit: Any, month: Any,
                                                                capsys: pytest.CaptureFixture[str]) -> None:
    """The run says so on stderr and as JSON; the doctor too, without any secret, and an ended one stops what needs it."""
    words = f"the seal certificate expires on {month.seal.cert.not_valid_after_utc:%Y-%m-%d}, in 30 days"
    assert any(line.startswith(words) for line in json.loads(month.out)["warnings"])
    assert f"note: {words}" in month.err
    key = (month.root / "keys" / "seal.key")
    bytes_, pem = key.read_bytes(), (month.root / "keys" / "seal.pem").read_bytes()
    old = kit.module.pair("Acme", issuer=kit.root, end=kit.now - timedelta(days=1))
    long = kit.module.pair("Acme", issuer=kit.root, end=kit.now + timedelta(days=300))
    ending = kit.module.pair("Ending root", ca=True, end=kit.now + timedelta(days=9, hours=1))
    below = kit.module.pair("Acme", issuer=ending, end=kit.now + timedelta(days=300))
    try:
        key.write_bytes(b"whatever it is, the doctor does not read it")
        for certs, state, found in ((pem, "warning", words), (old.pem + kit.root.pem, "missing", "is valid from"),
                                    (long.pem + kit.root.pem, "ok", "O=Acme, valid until"),
                                    (below.pem + ending.pem, "warning", "CN=Ending root,O=Acme, expires on"),
                                    (kit.root.pem, "missing", "one of a CA"), (b"", "missing", "certificates in PEM")):
            (month.root / "keys" / "seal.pem").write_bytes(certs)
            code = cli.call(["doctor", "-C", str(month.root), "--format", "json"])
            (row,) = [row for row in json.loads(capsys.readouterr().out) if row["what"] == "seal"]
            assert (row["state"], found in row["detail"]) == (state, True), row
            assert code == 2 or state != "missing"
    finally:
        key.write_bytes(bytes_)
        (month.root / "keys" / "seal.pem").write_bytes(pem)


@pytest.mark.render
def test_disclosures_that_evidence_yaml_includes_are_in_the_package(kit: Any, month: Any, tmp_path: Path,
                                                                    capsys: pytest.CaptureFixture[str]) -> None:
    """They verify, a proof carries those that are not withheld, and nothing can be erased from what is sealed."""
    known = {"fingerprint": month.seal.seal().fingerprint, "at": kit.now}
    report, files = verify(month.package, **known), kit.module.unpack(month.package)
    chains = [json.loads(line) for line in files[c.CHAINS].splitlines()]
    assert report.ok
    assert report.step("disclosed").found == f"{sum(len(one.get('_sd', ())) for one in chains)} for {len(chains)} chains"
    assert json.loads(files[c.STATEMENT])["disclosures"] == "included"
    assert not (month.root / "disclosures").exists()
    ident, before = next(one["interaction_id"] for one in chains if len(one["_sd"]) > 2), month.package.read_bytes()
    path = tmp_path / "one.proof.json"
    assert cli.call(["interaction", str(month.package), ident, "--withhold", "requester", "-o", str(path)]) == 0
    assert "requester" not in verify(path, **known).step("disclosed").found
    for one in ([ident], ["--all"]):
        assert cli.call(["interaction", str(month.package), *one, "--erase", "requester", "--reason", "x"]) == 2
        assert "nothing can be erased from what is sealed" in capsys.readouterr().err
    assert month.package.read_bytes() == before


def test_an_authority_over_http_gives_tokens(kit: Any) -> None:
    """What is stamped over HTTP is stamped by the authority's own certificate."""
    with kit.tsa.served() as url:
        authority = configured.authority(Signing(profile="timed", tsa_url=url))
        assert authority
        assert kit.tsa.pair.pem in cms.authority_chain(authority)
        assert cms.stamp(b"data", authority)


def test_untimed_asks_nobody(closed_port: str) -> None:
    """An address alone makes nothing timed; the profile decides."""
    assert configured.authority(Signing(tsa_url=closed_port)) is None


@pytest.mark.parametrize("answer", [b"", b"junk", b"0\x03\x02\x01\x00", b"\x30\x05\x30\x03\x02\x01\x02"])
def test_an_authority_that_answers_something_else_is_refused(answer: bytes) -> None:
    """Neither nothing, nor junk, nor a rejection, nor a grant without token is taken for a proof of time."""
    with pytest.raises(SealError, match="token"):
        cms.stamp(b"data", cms.Authority(lambda request: answer))


def test_a_timed_profile_without_an_address_is_a_mistake() -> None:
    """It is said before any work is done, naming the key."""
    with pytest.raises(ConfigError, match="tsa_url"):
        configured.authority(Signing(profile="timed"))
    with pytest.raises(SealError, match="http"):
        configured.authority(Signing(profile="timed", tsa_url="ftp://tsa.example/"))


def test_revocation_lists_are_read_and_must_be_fresh(kit: Any, tmp_path: Path) -> None:
    """Lists in PEM travel as they are; none, junk, and a list that ended are refused."""
    at = datetime(2026, 11, 5, tzinfo=UTC)
    path = tmp_path / "lists.pem"
    assert configured.revocation(Signing(), tmp_path, at=at) == b""
    named = Signing(revocation="lists.pem")
    two = kit.module.crl(kit.root, at=at) + kit.module.crl(kit.tsa.root, at=at)
    path.write_bytes(two)
    assert configured.revocation(named, tmp_path, at=at) == two
    for data, message in ((b"", "found none"), (b"x-----END X509 CRL-----", "PEM"),
                          (kit.module.crl(kit.root, at=at - timedelta(days=40)), "proves nothing")):
        path.write_bytes(data)
        with pytest.raises(SealError, match=message):
            configured.revocation(named, tmp_path, at=at)
    path.unlink()
    with pytest.raises(SealError, match="PEM"):
        configured.revocation(named, tmp_path, at=at)
