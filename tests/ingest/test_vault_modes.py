"""What is kept of raw files, by declaration: everything, everything encrypted, or hashes alone."""

from __future__ import annotations

import base64
import io
import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from evidence import cli
from evidence.errors import ConfigError, CustodyError, SourceError, UsageError
from evidence.store.sealed import PIECE, Opened, Sealer, read_key
from evidence.store.vault import Vault
from tests.ingest.kit import chat, company, connect, digests, ingest, lines

KEY = bytes(range(32))
SECRET = "ask 7"


def files(root):
    """Every file of a company's own folder except its keys."""
    return [p for p in sorted((root / ".evidence").rglob("*")) if p.is_file() and p.parent.name != "secrets"]


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_an_encrypted_file_gives_back_its_bytes(tmp_path, size):
    """Whatever its size a file comes back as it was, and its content is nowhere in what is stored."""
    data = os.urandom(size)
    vault = Vault(tmp_path / "vault", KEY)
    kept = vault.keep(io.BytesIO(data))
    assert kept.codec == "zstd+aes"
    with vault.opener(kept.sha256)() as file:
        assert file.read() == data
    [stored] = [p for p in (tmp_path / "vault").rglob("*") if p.is_file()]
    assert size < 32 or data[:32] not in stored.read_bytes()
    assert Vault(tmp_path / "vault", KEY).keep(io.BytesIO(data)).stored_sha256 == kept.stored_sha256


def sealed(data: bytes) -> bytes:
    """Data as the vault encrypts it."""
    seal = Sealer(KEY)
    return seal.header + seal.add(data) + seal.end()


@pytest.mark.parametrize(("harm", "words"), [
    (lambda d: d[:-1], "damaged or cut"), (lambda d: d[:32 + PIECE + 16], "damaged or cut"), (lambda d: d[:40] + bytes([d[40] ^ 1]) + d[41:], "damaged or cut"),
    (lambda d: d[:32] + d[32 + PIECE + 16:], "damaged or cut"), (lambda d: d[:20] + bytes([d[20] ^ 1]) + d[21:], "damaged or cut"),
    (lambda d: d + b"x", "damaged or cut"), (lambda d: d[:9], "expected an encrypted"), (lambda d: b"x" + d, "expected an encrypted"),
    (lambda d: d[:10] + bytes([d[10] ^ 1]) + d[11:], "another key"),
])
def test_a_changed_file_is_an_error_and_never_other_bytes(tmp_path, harm, words):
    """Pieces that are changed, cut, left out or moved do not open."""
    data = harm(sealed(os.urandom(2 * PIECE + 5)))
    with pytest.raises(CustodyError, match=words):
        Opened(io.BytesIO(data), KEY, tmp_path).readall()


@pytest.mark.parametrize("text", [KEY, KEY.hex().encode() + b"\n", base64.b64encode(KEY) + b"\n"])
def test_a_key_comes_plain_in_hexadecimal_or_in_base64(text):
    """Credentials are kept as text or as bytes."""
    assert read_key(text, "x") == KEY


@pytest.mark.parametrize("text", [b"", b"secret", KEY[:31], KEY.hex().encode()[:-2]])
def test_a_credential_that_is_no_key_is_refused(text):
    """A passphrase is no key; the error says how one is made."""
    with pytest.raises(ConfigError, match="32 bytes"):
        read_key(text, "x")


def test_with_an_encrypted_vault_the_rows_are_the_same(tmp_path):
    """Encryption changes what lies on the disk and nothing else: rows, texts and rescans are as without it."""
    made = {}
    for mode in ("full", "encrypted"):
        root = tmp_path / mode
        root.mkdir()
        store = company(root, ingest={"vault": mode})
        (root / "logs" / "chat-a").write_bytes(lines(*map(chat, range(20))))
        assert [f.state for f in ingest(store).files] == ["read"]
        (root / "logs" / "chat-a").unlink()
        assert [f.event for f in ingest(store).files] == ["known"]
        locator = connect(store).sql("SELECT locator FROM exchange WHERE native_id = 'x7'").fetchall()[0][0]
        assert store.text(locator, "record:/ask") == SECRET.encode()
        made[mode] = digests(store)
    assert made["full"] == made["encrypted"]
    assert not [p for p in files(tmp_path / "encrypted") if b"answer 1" in p.read_bytes()]


def test_the_key_of_the_vault_may_be_elsewhere(tmp_path, monkeypatch):
    """A key in the environment or in a file is used; a wrong or missing one is an error that says so."""
    monkeypatch.setenv("VAULT_KEY", KEY.hex())
    store = company(tmp_path, ingest={"vault": "encrypted", "vault_key_env": "VAULT_KEY"})
    (tmp_path / "logs" / "chat-a").write_bytes(lines(chat(1)))
    ingest(store)
    assert not (tmp_path / ".evidence" / "secrets" / "vault.key").exists()
    locator = connect(store).sql("SELECT locator FROM exchange").fetchall()[0][0]
    (tmp_path / "vault.hex").write_text(KEY.hex())
    assert company(tmp_path, ingest={"vault": "encrypted", "vault_key_file": "vault.hex"}).text(locator, "record:/ask") == b"ask 1"
    with pytest.raises(CustodyError, match="another key"):
        company(tmp_path, ingest={"vault": "encrypted"}).text(locator, "record:/ask")
    with pytest.raises(CustodyError, match="is encrypted"):
        company(tmp_path).text(locator, "record:/ask")
    monkeypatch.delenv("VAULT_KEY")
    with pytest.raises(ConfigError, match="VAULT_KEY is not set"):
        ingest(store.__class__(tmp_path, store.company))


def test_with_hashes_only_no_text_is_kept_anywhere(tmp_path):
    """Rows, hashes and findings are all that is left of a file; asked for a text, the store says that it was not kept."""
    store = company(tmp_path, ingest={"vault": "hashes_only"})
    (tmp_path / "logs" / "chat-a").write_bytes(lines(*map(chat, range(20))))
    ingest(store)
    (tmp_path / "logs" / "chat-a").unlink()
    assert [f.event for f in ingest(store).files] == []
    assert connect(store).sql("SELECT count(*), count(prompt_sha256) FROM exchange").fetchall() == [(20, 20)]
    assert connect(store).sql("SELECT kept FROM file").fetchall() == [(False,)]
    locator = connect(store).sql("SELECT locator FROM exchange").fetchall()[0][0]
    with pytest.raises(SourceError, match="not kept"):
        store.text(locator, "record:/ask")
    assert not [p for p in files(tmp_path) if b"answer 1" in p.read_bytes()]


@pytest.mark.parametrize("mode", ["full", "encrypted", "hashes_only"])
def test_standard_input_is_received_like_a_file(tmp_path, mode):
    """A stream gets its line in the ledger and its rows; beside the vault nothing of it stays; twice it is known."""
    store = company(tmp_path, ingest={"vault": mode})
    data = lines(*map(chat, range(5)))
    [outcome] = ingest(store, stream=("chat", io.BytesIO(data))).files
    assert (outcome.event, outcome.state, outcome.records, outcome.path[:6]) == ("received", "read", 5, "stdin/")
    again = ingest(store, stream=("chat", io.BytesIO(data))).files
    assert [f.event for f in again] == ["known"]
    assert [r.path for r in store.ledger.receipts()] == [outcome.path]
    assert list((tmp_path / ".evidence" / "incoming").iterdir()) == []
    assert connect(store).sql("SELECT count(*) FROM exchange").fetchall() == [(5,)]
    (tmp_path / ".evidence" / "incoming" / ".tmp-17-ab12cd34-stream").write_bytes(data)  # by a process that was killed
    with pytest.raises(UsageError, match="no source 'nobody'"):
        ingest(store, stream=("nobody", io.BytesIO(data)))
    assert list((tmp_path / ".evidence" / "incoming").iterdir()) == []


def test_the_command_takes_standard_input(tmp_path):
    """An export can be piped in, compressed or not."""
    (tmp_path / "evidence.yaml").write_text("organisation: Acme\nsources:\n  - {id: people, connector: people_csv, paths: [people.csv], required: false}\n")
    done = CliRunner().invoke(cli.cli, ["ingest", "-C", str(tmp_path), "--stdin", "people", "--format", "json"],
                              input="person,alias_type,issuer,alias\nmia@x,github_login,x,mia\n")
    [file] = json.loads(done.stdout)["files"]
    assert (file["state"], file["records"]) == ("read", 1)


@pytest.mark.parametrize("mode", ["full", "encrypted", "hashes_only"])
def test_parquet_is_read_from_wherever_it_is_kept(tmp_path, mode):
    """A format that is read from its end is read from an encrypted vault as well."""
    store = company(tmp_path, ingest={"vault": mode})
    text = (tmp_path / "own/plain_chat/connector.yaml").read_text().replace("format: json,", "format: [json, parquet],")
    (tmp_path / "own/plain_chat/connector.yaml").write_text(text)
    pq.write_table(pa.Table.from_pylist([chat(n) for n in range(50)]), tmp_path / "logs" / "chat-a")
    [outcome] = ingest(store).files
    assert (outcome.state, outcome.records, outcome.rows_out, outcome.fan_out) == ("read", 50, 50, 0)
