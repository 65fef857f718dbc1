"""Keys that are no file of ours: imported bundles, tokens, signing services behind a plug-in."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12

from evidence import cli
from evidence import seal as sealing
from evidence.errors import ConfigError, MissingExtraError, SealError, UsageError
from evidence.model import SignerPlugin, Signing, Token
from evidence.seal import configured, keys
from evidence.verify import verify

EXAMPLE = Path(__file__).parents[2] / "examples" / "remote_signer"
LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")


def sealed(kit: Any, folder: Path, key: sealing.SealKey) -> None:
    """A package sealed with the key verifies."""
    tree = kit.module.stage(folder / "staging")
    made = sealing.seal(folder / "staging", facts=kit.module.facts(tree), key=key, out=folder / "p.zip")
    report = verify(made.path, fingerprint=key.fingerprint, at=kit.module.CHECKED)
    assert report.ok, report.failed


# ------------------------------------------------ bundles

@pytest.mark.parametrize("secret", [b"secret", None])
def test_a_bundle_is_taken_apart(kit: Any, tmp_path: Path, secret: bytes | None, monkeypatch: pytest.MonkeyPatch,
                                 capsys: pytest.CaptureFixture[str]) -> None:
    """Key (mode 0600, under the same passphrase) and certificates come out; they seal, and are never overwritten."""
    lock = BestAvailableEncryption(secret) if secret else NoEncryption()
    bundle = tmp_path / "seal.p12"
    bundle.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", kit.seal_pair.key, kit.seal_pair.cert,
                                                             [kit.root.cert], lock))
    bundle.chmod(0o600)
    monkeypatch.setenv("SEAL_PASS", "secret")
    more = ["--passphrase-env", "SEAL_PASS"] if secret else []
    arguments = ["keys", "import", str(bundle), str(tmp_path / "keys"), *more]
    assert cli.call(arguments) == 0
    assert kit.key.fingerprint in capsys.readouterr().out
    assert (tmp_path / "keys" / "seal.key").stat().st_mode & 0o777 == 0o600
    assert (b"ENCRYPTED" in (tmp_path / "keys" / "seal.key").read_bytes()) == bool(secret)
    found = configured.key(Signing(key="keys/seal.key", certificate="keys/seal.pem",
                                   passphrase_env="SEAL_PASS" if secret else None), tmp_path)
    assert (found.fingerprint, found.chain) == (kit.key.fingerprint, (kit.root.cert,))
    assert cli.call(arguments) == 3
    assert "already" in capsys.readouterr().err


def test_only_bundles_are_imported(kit: Any, tmp_path: Path) -> None:
    """Another kind of file, and a bundle without a key, are refused with nothing written."""
    other = tmp_path / "seal.key"
    other.write_bytes(kit.seal_pair.key_pem)
    empty = tmp_path / "empty.p12"
    empty.write_bytes(pkcs12.serialize_key_and_certificates(None, None, kit.seal_pair.cert, None, NoEncryption()))
    for path in (other, empty):
        path.chmod(0o600)
        assert cli.call(["keys", "import", str(path), str(tmp_path / "keys")]) == 3
    assert not (tmp_path / "keys").exists()


# ------------------------------------------------ which key

def test_exactly_one_key_is_named(tmp_path: Path) -> None:
    """No key, and two keys, are mistakes of the configuration."""
    with pytest.raises(UsageError, match="no key"):
        configured.key(Signing(), tmp_path)
    with pytest.raises(ConfigError, match="key and plugin"):
        configured.key(Signing(key="k", plugin=SignerPlugin(name="x")), tmp_path)


# ------------------------------------------------ tokens

def test_without_the_extra_its_name_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever lacks the package for tokens is told how to get it; a PIN is never written down in evidence.yaml."""
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    monkeypatch.setenv("SEAL_PIN", "1234")
    token = Token(module="x.so", token="evidence", label="seal", pin_env="SEAL_PIN")
    with pytest.raises(MissingExtraError, match=r"copilot-evidence\[pkcs11\]"):
        configured.key(Signing(pkcs11=token), tmp_path)
    with pytest.raises(SealError, match="PIN"):
        configured.key(Signing(pkcs11=Token(module="x.so", token="evidence", label="seal")), tmp_path)


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, x509.Certificate]]:
    """A token of SoftHSM with a P-256 key made on it, and an own certificate signed by it; gives (settings, cert)."""
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    if shutil.which("softhsm2-util") is None or not LIBRARY.exists():
        pytest.skip("SoftHSM is not installed")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    patch = pytest.MonkeyPatch()
    patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
    patch.setenv("SEAL_PIN", "4711")
    pair = sys.modules["evidence_tests_kit"].pair("Seal on a token")
    (folder / "key.pem").write_bytes(pair.key_pem)
    for arguments in (["--init-token", "--free", "--label", "evidence", "--pin", "4711", "--so-pin", "0815"],
                      ["--import", folder / "key.pem", "--token", "evidence", "--label", "seal", "--id", "01",
                       "--pin", "4711"]):
        subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)
    (folder / "seal.pem").write_bytes(pair.pem)
    yield folder, pair
    patch.undo()


def on_token(**changes: str) -> Token:
    """The settings of the token in evidence.yaml."""
    values = {"module": str(LIBRARY), "token": "evidence", "label": "seal", "pin_env": "SEAL_PIN"} | changes
    return Token(**values)


def test_a_key_on_a_token_seals(kit: Any, token: Any, tmp_path: Path) -> None:
    """The private key stays on the token; the package verifies like any other."""
    folder, pair = token
    key = configured.key(Signing(pkcs11=on_token(), certificate="seal.pem"), folder)
    assert key.fingerprint == pair.seal().fingerprint
    sealed(kit, tmp_path, key)


def test_a_wrong_token_key_pin_or_certificate_is_said(kit: Any, token: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is an error before anything is sealed, and none shows the PIN."""
    folder, _ = token
    named = {"certificate": "seal.pem"}
    monkeypatch.setenv("WRONG_PIN", "0000")
    for changes in ({"token": "other"}, {"label": "other"}, {"module": "/nothing.so"}, {"pin_env": "WRONG_PIN"}):
        with pytest.raises(SealError, match="cannot be used") as caught:
            configured.key(Signing(pkcs11=on_token(**changes), **named), folder)
        assert "0000" not in str(caught.value)
    with pytest.raises(SealError, match="expected one certificate"):
        configured.key(Signing(pkcs11=on_token()), folder)
    (folder / "other.pem").write_bytes(kit.seal_pair.pem)
    with pytest.raises(SealError, match="does not belong"):
        configured.key(Signing(pkcs11=on_token(), certificate="other.pem"), folder)


# ------------------------------------------------ plug-ins

@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example, installed: its module and its entry point on the path; returns a company folder."""
    site = tmp_path / "site"
    info = site / "remote_signer-1.0.dist-info"
    info.mkdir(parents=True)
    shutil.copy(EXAMPLE / "remote_signer.py", site)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: remote-signer\nVersion: 1.0\n")
    text = (EXAMPLE / "pyproject.toml").read_text("utf-8")
    line = text.split('[project.entry-points."evidence.signers"]\n')[1].split("\n")[0].replace('"', "")
    (info / "entry_points.txt").write_text(f"[evidence.signers]\n{line}\nbroken = operator:is_\nraising = operator:add\n")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("SIGNER_TOKEN", "let me in")
    return tmp_path


@pytest.fixture
def service(kit: Any) -> Iterator[str]:
    """A signing service on this machine that holds the key of the seal."""
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Sign a digest for whoever has the token."""
            digest = self.rfile.read(int(self.headers["Content-Length"]))
            allowed = self.headers["Authorization"] == "Bearer let me in" and len(digest) == 32
            reply = kit.seal_pair.key.sign(digest, ec.ECDSA(Prehashed(SHA256()))) if allowed else b""
            self.send_response(200 if allowed else 403)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def remote(url: str, **changes: str) -> Signing:
    """The settings of the service in evidence.yaml."""
    options = {"url": url, "certificate": "seal.pem", "token_env": "SIGNER_TOKEN"} | changes
    return Signing(plugin=SignerPlugin(name="remote", options=options))


def test_a_signing_service_seals(kit: Any, plugged: Path, service: str, tmp_path: Path) -> None:
    """The example seals through a service that sees digests only; the package verifies like any other."""
    (plugged / "seal.pem").write_bytes(kit.seal_pair.pem + kit.root.pem)
    key = configured.key(remote(service), plugged)
    assert key.fingerprint == kit.key.fingerprint
    sealed(kit, tmp_path, key)


def test_a_service_that_does_not_sign_stops_the_run_before_it_begins(kit: Any, plugged: Path, service: str,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal, another key, missing options and a plain address in the network are errors in words."""
    (plugged / "seal.pem").write_bytes(kit.root.pem)
    with pytest.raises(SealError, match="does not belong"):
        configured.key(remote(service), plugged)
    with pytest.raises(SealError, match="https"):
        configured.key(remote("http://signer.example/"), plugged)
    with pytest.raises(SealError, match="needs"):
        configured.key(remote(service, token_env="NOT_SET"), plugged)
    monkeypatch.setenv("SIGNER_TOKEN", "guess")
    with pytest.raises(SealError, match="did not sign"):
        configured.key(remote(service), plugged)


def test_a_signer_that_is_not_installed_or_returns_something_else(plugged: Path) -> None:
    """The advice names the example."""
    with pytest.raises(ConfigError, match="found 0"):
        configured.key(Signing(plugin=SignerPlugin(name="nobody")), plugged)
    with pytest.raises(ConfigError, match="SealKey"):
        configured.key(Signing(plugin=SignerPlugin(name="broken")), plugged)
    with pytest.raises(SealError, match="failed: TypeError"):
        configured.key(Signing(plugin=SignerPlugin(name="raising")), plugged)


def test_what_may_be_named_is_checked_for_its_certificate() -> None:
    """A key and the certificate of another one do not pass."""
    kit = sys.modules["evidence_tests_kit"]
    one, two = kit.pair("One"), kit.pair("Two")
    with pytest.raises(SealError, match="does not belong"):
        keys.require_pair(sealing.SealKey(two.cert, (), one.seal().sign))
