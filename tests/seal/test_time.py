"""The time of sealing is proven by an authority that evidence.yaml names, or the package is not sealed."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from evidence import cli
from evidence import constants as c
from evidence.errors import ConfigError, SealError
from evidence.model import Signing
from evidence.seal import cms, configured
from evidence.verify import verify

AS_OF = "2026-11-20T06:00:00+00:00"


@pytest.fixture(scope="module")
def closed_port() -> str:
    """An address on this machine where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}/"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company, not yet run."""
    from evidence.simulate import simulate

    root = tmp_path_factory.mktemp("timed") / "acme"
    simulate(root, people=30, interactions=30, per_day=True)
    return root


def signing(root: Path, **values: str) -> None:
    """Write ``signing:`` into a company's evidence.yaml."""
    path = root / "evidence.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")) | {"signing": values}), "utf-8")


def run(root: Path) -> int:
    """Seal the month with the company's test key."""
    return cli.call(["run", "-C", str(root), "--period", "2026-10", "--as-of", AS_OF, "--test-key"])


@pytest.mark.render
def test_a_run_asks_the_authority_and_fails_closed_without_it(kit: Any, company: Path, closed_port: str,
                                                              capfd: pytest.CaptureFixture[str]) -> None:
    """Profile timed: no answer, no package and no number used up; with an answer the package proves its time."""
    package = company / "packages" / "evidence-2026-10.zip"
    signing(company, profile="timed")
    assert run(company) == 2
    signing(company, profile="timed", tsa_url=closed_port)
    assert run(company) == 3
    assert "did not answer" in capfd.readouterr().err
    assert not package.exists()
    with kit.tsa.served() as url:
        signing(company, profile="timed", tsa_url=url)
        assert run(company) in {0, 4}
    files = kit.module.unpack(package)
    assert {c.TIMESTAMP, c.TSA_CHAIN} <= set(files)
    report = verify(package, timed=True, authorities=[kit.tsa.root.cert], expect_id="evidence-2026-10")
    assert report.step("timestamp").state == "holds"
    assert report.ok, report.failed


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
