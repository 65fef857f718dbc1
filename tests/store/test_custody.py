"""What is kept can be trusted: a chained ledger, bytes under their own hash, keys for one pair of eyes."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import stat

import pytest

from evidence.errors import CustodyError, SourceError
from evidence.store import disk, secrets
from evidence.store.current import current
from evidence.store.ledger import GENESIS, Ledger, Receipt
from evidence.store.vault import Vault


def receipt(number: int, **more) -> Receipt:
    """A receipt."""
    return Receipt(**{"event": "received", "file_sha256": f"{number:064x}", "bytes": 1, "path": f"logs/{number}",
                      "source_id": "s", "connector": "c", "connector_digest": "d", "segment": f"k{number}",
                      "state": "read", "received_at": "2026-11-01T00:00:00.000000+00:00"} | more)


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    """A ledger of three lines."""
    made = Ledger(tmp_path / "ledger.jsonl")
    made.append([receipt(0), receipt(1)])
    made.append([receipt(2)])
    return made


def test_each_line_carries_the_hash_of_the_line_before(ledger):
    """The ledger is a chain of canonical JSON lines from a fixed beginning."""
    raw = ledger.path.read_bytes().splitlines(keepends=True)
    lines = [json.loads(line) for line in raw]
    assert [line["seq"] for line in lines] == [0, 1, 2]
    assert [line["prev"] for line in lines] == [GENESIS, *(hashlib.sha256(line).hexdigest() for line in raw[:2])]
    assert [r.path for r in ledger.receipts()] == ["logs/0", "logs/1", "logs/2"]
    assert [r.seq for r in ledger.receipts(1)] == [0, 1]
    assert stat.S_IMODE(ledger.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("change", [
    lambda lines: lines[1:], lambda lines: [lines[0], lines[2]], lambda lines: [lines[1], lines[0], lines[2]],
    lambda lines: [lines[0].replace(b"logs/0", b"logs/9"), *lines[1:]], lambda lines: [b"x\n", *lines[1:]],
    lambda lines: [*lines, lines[2]],
], ids=["first gone", "middle gone", "swapped", "edited", "no JSON", "repeated"])
def test_a_changed_ledger_is_an_error_that_names_the_line(ledger, change):
    """No line can be edited, dropped, added or moved unseen."""
    ledger.path.write_bytes(b"".join(change(ledger.path.read_bytes().splitlines(keepends=True))))
    with pytest.raises(CustodyError, match=r"ledger\.jsonl:\d"):
        ledger.receipts()


@pytest.mark.parametrize("cut", [1, 50, -1])
def test_a_torn_line_is_moved_aside_and_said_so(ledger, cut):
    """A process killed while writing leaves part of a line; its bytes are kept, and the ledger goes on."""
    whole = ledger.path.read_bytes()
    line = whole.splitlines(keepends=True)[2]
    ledger.path.write_bytes(whole[:-len(line)] + line[:cut])
    with pytest.raises(CustodyError, match="cut off"):
        ledger.receipts()
    moved = ledger.repair("2026-11-02T00:00:00Z")
    assert moved
    assert ledger.path.with_name(moved).read_bytes() == line[:cut]
    ledger.append([receipt(7)])
    assert [json.loads(x)["event"] for x in ledger.path.read_bytes().splitlines()] == ["received", "received", "repaired", "received"]
    assert [r.path for r in ledger.receipts()] == ["logs/0", "logs/1", "logs/7"]
    assert ledger.repair("2026-11-02T00:00:00Z") is None


def test_the_vault_knows_bytes_by_their_hash(tmp_path):
    """Text is compressed, containers are kept as they are, and both hashes are known."""
    vault = Vault(tmp_path / "vault")
    for data, codec in ((b"text " * 10_000, "zstd"), (b"", "zstd"), (b"\x1f\x8bzip", "raw"), (b"PK\x03\x04", "raw")):
        kept = vault.keep(io.BytesIO(data))
        assert (kept.sha256, kept.bytes, kept.codec) == (hashlib.sha256(data).hexdigest(), len(data), codec)
        with vault.opener(kept.sha256)() as file:
            assert file.read() == data
        assert vault.keep(io.BytesIO(data)) == kept
    stored = [path for path in vault.root.rglob("*") if path.is_file()]
    assert len(stored) == 4
    for path in stored:
        assert stat.S_IMODE(path.stat().st_mode) == 0o400
    with pytest.raises(CustodyError, match="does not hold"):
        vault.opener("0" * 64)


def test_keys_are_made_once_and_for_one_pair_of_eyes(tmp_path):
    """A key is 32 random bytes, the same ever after; one that others can read is refused."""
    folder = tmp_path / "home" / "secrets"
    key = secrets.key(folder, "finding")
    assert len(key) == 32
    assert key == secrets.key(folder, "finding") != secrets.key(folder, "salt-2026-10")
    path = folder / "finding.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(place.stat().st_mode) for place in (folder, folder.parent)} == {0o700}
    path.chmod(0o640)
    with pytest.raises(CustodyError, match="others than its owner"):
        secrets.key(folder, "finding")
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(CustodyError, match="32 bytes, found 5"):
        secrets.key(folder, "finding")
    with pytest.raises(CustodyError, match="name of a key"):
        secrets.key(folder, "../finding")
    (folder / "link.key").symlink_to(folder / "salt-2026-10.key")
    with pytest.raises(CustodyError, match="cannot be read"):
        secrets.key(folder, "link")


def test_two_writers_do_not_interleave(tmp_path):
    """The second of two is told to wait; the lock ends with its holder."""
    with disk.only_one(tmp_path / "lock"), pytest.raises(CustodyError, match="another process"), disk.only_one(tmp_path / "lock"):
        pass
    with disk.only_one(tmp_path / "lock"):
        pass


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    """What breaks off while writing leaves neither half a file nor a scratch file."""
    def breaks() -> None:
        with disk.whole(tmp_path / "x") as file:
            file.write(b"half")
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        breaks()
    assert list(tmp_path.iterdir()) == []


def test_nothing_outside_the_folder_is_read(tmp_path):
    """Links that lead out, folders and pipes are refused."""
    (tmp_path / "home").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "home" / "own").write_text("x")
    (tmp_path / "home" / "out").symlink_to(tmp_path / "secret")
    (tmp_path / "home" / "in").symlink_to(tmp_path / "home" / "own")
    (tmp_path / "home" / "loop").symlink_to(tmp_path / "home" / "loop")
    os.mkfifo(tmp_path / "home" / "pipe")
    assert disk.inside(tmp_path / "home", tmp_path / "home" / "in") == (tmp_path / "home" / "own").resolve()
    for name in ("out", "loop", "pipe", "nothing", "../secret"):
        with pytest.raises(SourceError):
            disk.inside(tmp_path / "home", tmp_path / "home" / name)


def held(*receipts: Receipt) -> list[str]:
    """Segments that hold."""
    numbered = [dataclasses.replace(r, seq=n) for n, r in enumerate(receipts)]
    return [entry.latest.segment for entry in current(numbered, ["s"])]


def test_which_receipts_hold():
    """The same bytes count once; the latest reading holds; what was bad holds until it is replaced or gone."""
    bad, part = {"state": "unreadable"}, {"state": "partial", "records": 5}
    assert held(receipt(1), receipt(1, path="copy")) == ["k1"]
    assert held(receipt(1), receipt(1, event="reread", segment="new")) == ["new"]
    assert held(receipt(1), receipt(2, path="logs/1")) == ["k1", "k2"]
    assert held(receipt(1, source_id="other")) == []
    assert held(receipt(1, **bad)) == ["k1"]
    assert held(receipt(1, **bad), receipt(2, path="logs/1")) == ["k2"]
    assert held(receipt(1, **bad), receipt(1, path="copy", **bad), receipt(2, path="logs/1")) == ["k1", "k2"]
    assert held(receipt(1, **bad), receipt(1, event="withdrawn", **bad)) == []
    assert held(receipt(1, **part), receipt(2, path="logs/1", records=5)) == ["k2"]
    assert held(receipt(1, **part), receipt(2, path="logs/1", records=4)) == ["k1", "k2"]
