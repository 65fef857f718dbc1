"""Keys are loaded with care, weak ones refused, test keys marked."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from evidence import cli
from evidence.errors import SealError
from evidence.seal import keys, new_test_key, request

NOW = datetime(2026, 11, 5, tzinfo=UTC)


def put(path: Path, data: bytes, mode: int = 0o600) -> Path:
    """Write a file of a mode."""
    path.write_bytes(data)
    path.chmod(mode)
    return path


def test_a_test_key_is_marked_private_and_loads(tmp_path: Path) -> None:
    """A test key says TEST, its file is mode 0600, and it loads and signs like any other."""
    made = new_test_key(tmp_path, at=NOW)
    assert made.is_test
    assert "O=TEST" in made.subject
    assert (tmp_path / "test-seal.key").stat().st_mode & 0o777 == 0o600
    loaded = keys.load(tmp_path / "test-seal.key", certificate=tmp_path / "test-seal.pem")
    assert loaded.fingerprint == made.fingerprint
    assert loaded.sign(b"x")
    loaded.require_fit(NOW)
    assert any("TEST" in warning for warning in loaded.warnings(NOW))
    assert "sign" not in repr(loaded)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    """Making a key where one is stops."""
    new_test_key(tmp_path, at=NOW)
    with pytest.raises(SealError, match="already"):
        new_test_key(tmp_path, at=NOW)


def test_pkcs12_and_encrypted_pkcs8_load_with_their_passphrase(kit: Any, tmp_path: Path) -> None:
    """Both forms load with the passphrase from a private file or the environment, and not without."""
    pair = kit.seal_pair
    p12 = put(tmp_path / "seal.p12", pkcs12.serialize_key_and_certificates(
        b"seal", pair.key, pair.cert, [kit.root.cert], BestAvailableEncryption(b"secret")))
    pem = put(tmp_path / "seal.key", pair.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))
    certificate = put(tmp_path / "seal.pem", pair.pem)
    chain = put(tmp_path / "chain.pem", kit.root.pem)
    secret = keys.passphrase(file=put(tmp_path / "pass", b"secret\n"))
    assert keys.load(p12, secret=secret).chain == (kit.root.cert,)
    loaded = keys.load(pem, certificate=certificate, chain=chain,
                       secret=keys.passphrase(env="P", environment={"P": "secret"}))
    assert loaded.chain == (kit.root.cert,)
    loaded.require_fit(NOW)
    for path, wrong in ((p12, None), (p12, b"x"), (pem, None), (pem, b"x")):
        with pytest.raises(SealError, match="wrong passphrase"):
            keys.load(path, certificate=certificate, secret=wrong)


def test_secrets_that_others_can_read_are_refused(kit: Any, tmp_path: Path) -> None:
    """A key or passphrase of mode 0644 is not used."""
    with pytest.raises(SealError, match="0600"):
        keys.load(put(tmp_path / "k", kit.seal_pair.key_pem, 0o644))
    with pytest.raises(SealError, match="0600"):
        keys.passphrase(file=put(tmp_path / "p", b"x", 0o640))
    with pytest.raises(SealError, match="not set"):
        keys.passphrase(env="NOT_THERE", environment={})
    with pytest.raises(SealError, match="cannot be read"):
        keys.passphrase(file=tmp_path / "missing")
    assert keys.passphrase() is None


def test_the_passphrase_may_come_from_the_environment_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of a variable is configured, its value is not."""
    monkeypatch.setitem(os.environ, "SEAL_PASS", "x")
    assert keys.passphrase(env="SEAL_PASS") == b"x"


def test_certificate_and_key_must_belong_together(kit: Any, tmp_path: Path) -> None:
    """Another certificate than the key's is refused, and so is none."""
    key = put(tmp_path / "k", kit.seal_pair.key_pem)
    with pytest.raises(SealError, match="does not belong"):
        keys.load(key, certificate=put(tmp_path / "c", kit.root.pem))
    with pytest.raises(SealError, match="expected the certificate"):
        keys.load(key)
    with pytest.raises(SealError, match="PEM"):
        keys.load(key, certificate=put(tmp_path / "d", b"nothing"))


@pytest.mark.parametrize(("how", "message"), [
    ({"key": rsa.generate_private_key(65537, 2048)}, "3072"),
    ({"key": ec.generate_private_key(ec.SECP256K1())}, "secp256k1"),
    ({"ca": True}, "CA"),
    ({"end": NOW - timedelta(days=1)}, "valid from"),
    ({"start": NOW + timedelta(days=1)}, "valid from"),
])
def test_certificates_that_no_verifier_accepts_are_refused_when_sealing(kit: Any, how: dict[str, Any],
                                                                        message: str) -> None:
    """Weak, expired, future and CA certificates stop the seal."""
    with pytest.raises(SealError, match=message):
        kit.module.pair("Bad", **how).seal().require_fit(NOW)


def test_a_chain_out_of_order_is_refused(kit: Any) -> None:
    """Each certificate must be issued by the next."""
    other = kit.module.pair("Other", ca=True)
    with pytest.raises(SealError, match="out of order"):
        kit.seal_pair.seal(other).require_fit(NOW)


def test_rsa_of_3072_bits_and_p384_may_seal(kit: Any) -> None:
    """The allow-list is wider than the default."""
    for key in (rsa.generate_private_key(65537, 3072), ec.generate_private_key(ec.SECP384R1())):
        kit.module.pair("Good", key=key).seal().require_fit(NOW)


def test_near_expiry_is_said_in_time(kit: Any) -> None:
    """Sixty days before expiry the owner is told."""
    pair = kit.module.pair("Ending", end=NOW + timedelta(days=59))
    assert "expires" in pair.seal().warnings(NOW)[0]
    assert kit.key.warnings(NOW) == []


def test_a_request_for_the_companys_ca_is_for_signatures_only(kit: Any, tmp_path: Path) -> None:
    """The request has key usage digitalSignature and nonRepudiation, and no purpose of TLS."""
    key = put(tmp_path / "k", kit.seal_pair.key_pem)
    made = x509.load_pem_x509_csr(request.csr(key, organisation="Acme", name="Evidence seal"))
    usage = made.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    assert "O=Acme" in made.subject.rfc4514_string()
    strange = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(SealError, match="ECDSA or RSA"):
        request.csr(put(tmp_path / "e", strange), organisation="Acme", name="x")
    with pytest.raises(SealError, match="cannot be opened"):
        request.csr(put(tmp_path / "f", b"junk"), organisation="Acme", name="x")


def test_what_a_person_compares_is_shown(kit: Any) -> None:
    """Subject, issuer, validity, kind of key and fingerprint."""
    shown = keys.show([kit.seal_pair.cert])
    assert shown["fingerprint_sha256"] == kit.key.fingerprint
    assert shown["key"] == "ECDSA secp256r1"
    assert shown["subject"] == kit.key.subject


def test_the_commands_make_show_and_request(kit: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A test key is made only when it is called one; what is shown is what an auditor pins; a request is printed alone."""
    folder = str(tmp_path / "keys")
    assert cli.call(["keys", "new", folder]) == 2
    assert "only test keys" in capsys.readouterr().err
    assert cli.call(["keys", "new", "--test", folder, "--format", "json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert "O=TEST" in made["subject"]
    assert cli.call(["keys", "show", f"{folder}/test-seal.pem", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == made
    assert cli.call(["keys", "new", "--test", folder]) == 3
    capsys.readouterr()
    assert cli.call(["keys", "show", str(put(tmp_path / "no.pem", b"nothing"))]) == 3
    capsys.readouterr()
    assert cli.call(["keys", "csr", str(put(tmp_path / "seal.key", kit.seal_pair.key_pem)), "--organisation", "Acme"]) == 0
    assert x509.load_pem_x509_csr(capsys.readouterr().out.encode()).is_signature_valid
