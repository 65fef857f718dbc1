"""Raw files become tombstones: at the end of their retention or by name, with who, when and why, and nothing else is lost."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence import cli
from evidence.errors import SourceError
from evidence.store import Store
from evidence.store.vault import Vault
from tests.ingest.kit import chat, company, connect, digests, ingest, lines

OLD = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)
WHY = ("--reason", "order 17 of the court", "--by", "R. Ito")
CHAT = {"id": "chat", "connector": "plain_chat", "paths": ["logs/chat*"]}


def old(number: int) -> dict[str, str]:
    """An exchange of January 2020."""
    return chat(number, at=f"2020-01-{1 + number % 28:02}T10:00:00Z")


def acme(root: Path, *sources: dict, **more) -> Store:
    """A company with a file that evidence.yaml names."""
    given = list(sources) or [CHAT]
    (root / "logs").mkdir(exist_ok=True)
    settings = {"organisation": "Acme", "sources": given, **more, "ingest": {"catalogs": ["own"], **more.get("ingest", {})}}
    (root / "evidence.yaml").write_text(json.dumps(settings), "utf-8")
    return company(root, *given, **more)


def vault(root: Path, capsys, *words: str, code: int = 0) -> list[dict]:
    """Call ``evidence vault`` and return what it prints as JSON."""
    capsys.readouterr()
    assert cli.call(["vault", *words, "-C", str(root), "--format", "json"]) == code, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def raw(root: Path) -> list[str]:
    """Everything that lies in the vault."""
    return sorted(p.name for p in (root / ".evidence" / "vault").rglob("*") if p.is_file())


def put(root: Path, name: str, *records: dict) -> tuple[Path, str]:
    """Write a file into logs/ and return it and its hash."""
    path, data = root / "logs" / name, lines(*records)
    path.write_bytes(data)
    return path, hashlib.sha256(data).hexdigest()


@pytest.fixture
def aged(tmp_path) -> tuple[Path, Store, str, str]:
    """A company with a file of January 2020 and one of October 2026, neither of which lies in logs/ any more."""
    store = acme(tmp_path)
    past, first = put(tmp_path, "chat-2020", *map(old, range(3)))
    ingest(store, received_at=OLD)
    past.unlink()
    now, second = put(tmp_path, "chat-2026", chat(7))
    ingest(store)
    now.unlink()
    return tmp_path, store, first, second


def test_nothing_is_erased_before_it_is_said_twice(aged, capsys):
    """Without --execute the vault is as it was, and what is due is printed with the end of its retention."""
    root, store, first, _ = aged
    before, ledger = raw(root), store.ledger.path.read_bytes()
    [row] = vault(root, capsys, "erase", "--expired")
    assert (row["state"], row["kept until"], row["sha256"], row["received as"]) == ("due", "2023-03-01", first, "chat:logs/chat-2020")
    assert vault(root, capsys, "erase", "--expired", "--as-of", "2023-02-28T23:00:00Z") == []
    assert [r["sha256"] for r in vault(root, capsys, "erase", "--expired", "--as-of", "2040-01-01T00:00:00Z")] == sorted(aged[2:])
    assert (raw(root), store.ledger.path.read_bytes()) == (before, ledger)
    assert cli.call(["vault", "erase", "-C", str(root), "--expired", "--as-of", "2040-01-01T00:00:00Z", "--execute"]) == 2
    assert cli.call(["vault", "erase", "-C", str(root)]) == 2
    assert raw(root) == before


def test_the_end_of_retention_leaves_a_tombstone_and_a_line(aged, capsys):
    """Hash, size, source, receipts, who, when and why stay, in the vault and in the chained ledger; the bytes are gone."""
    root, store, first, second = aged
    [row] = vault(root, capsys, "erase", "--expired", "--by", "R. Ito", "--execute")
    assert row["state"] == "erased"
    assert raw(root) == sorted([f"{first}.tombstone", f"{second}.zst"])
    place = root / ".evidence" / "vault" / first[:2] / f"{first}.tombstone"
    assert place.read_bytes() in store.ledger.path.read_bytes().splitlines(keepends=True)
    assert stat.S_IMODE(place.stat().st_mode) == 0o400
    line = json.loads(place.read_bytes())
    assert (line["event"], line["by"], line["basis"], line["reason"]) == ("tombstone", "R. Ito", "retention", "end of retention (36 months)")
    assert (line["file_sha256"], line["bytes"], line["codec"]) == (first, len(lines(*map(old, range(3)))), "zstd")
    assert line["received"] == [{"path": "logs/chat-2020", "received_at": "2020-02-03T08:00:00.000000+00:00", "seq": 0, "source_id": "chat"}]
    assert vault(root, capsys, "log") == [line]
    assert cli.call(["vault", "log", "-C", str(root)]) == 0
    assert f"raw file {first} (chat:logs/chat-2020), kept until 2023-03-01 (retention)" in capsys.readouterr().out
    assert [r.event for r in store.ledger.receipts()] == ["received", "received"]
    assert [r["state"] for r in vault(root, capsys, "erase", first, *WHY, "--execute")] == ["tombstone"]
    assert len(vault(root, capsys, "log")) == 1


def test_what_was_read_stays_in_use(aged, capsys):
    """Rows stay to the byte; the store says of the file that it is a tombstone, up to which line, and why no text comes."""
    root, store, first, second = aged
    before, rows = digests(store), connect(store).sql("FROM exchange ORDER BY native_id").fetchall()
    locator = connect(store).sql("SELECT locator FROM exchange WHERE event_time < '2021-01-01' LIMIT 1").fetchall()[0][0]
    assert vault(root, capsys, "erase", "logs/chat-2020", *WHY, "--execute")[0]["state"] == "erased"
    summary = ingest(store)
    assert digests(store) == before
    assert connect(store).sql("FROM exchange ORDER BY native_id").fetchall() == rows
    assert [(f.event, f.state, f.records, f.tombstone) for f in summary.files] == [("known", "read", 3, True), ("known", "read", 1, False)]
    assert summary.rows()[0][2] == "tombstone"
    assert "by R. Ito: order 17 of the court" in str(summary.rows()[0][6])
    assert not summary.incomplete
    assert summary.sentence().endswith("4 rows; 1 raw files are tombstones")
    wanted = "SELECT file_sha256, kept, tombstone, tombstone_seq, erased_by, erased_reason FROM file ORDER BY ledger_seq"
    assert connect(store).sql(wanted).fetchall() == [(first, False, "retention", 2, "R. Ito", "order 17 of the court"),
                                                     (second, True, None, None, None, None)]
    assert connect(store, as_of_seq=1).sql("SELECT kept, tombstone FROM file").fetchall() == [(True, None)] * 2
    with pytest.raises(SourceError, match=r"was erased at .* by R\. Ito: order 17 of the court"):
        store.text(locator, "record:/ask")


def test_a_named_file_is_erased_before_its_time_with_a_reason(aged, capsys):
    """By hash, by the beginning of one, or by path; without a reason, or for a name that nobody knows, nothing happens."""
    root, store, first, second = aged
    before = raw(root)
    for words in ([second], [second, "--reason", " "], ["logs/unknown", *WHY], ["chat-2026", *WHY], [second[:7], *WHY]):
        assert cli.call(["vault", "erase", "-C", str(root), *words, "--execute"]) == 2
    assert raw(root) == before
    [row] = vault(root, capsys, "erase", second[:12])
    assert (row["state"], row["why"]) == ("due", "its retention is not over")
    vault(root, capsys, "erase", second[:12], "./logs/chat-2026", *WHY, "--execute")
    assert [(line["file_sha256"], line["basis"]) for line in vault(root, capsys, "log")] == [(second, "request")]
    assert connect(store).sql("SELECT tombstone FROM file ORDER BY ledger_seq").fetchall() == [(None,), ("request",)]
    assert raw(root) == sorted([f"{first}.zst", f"{second}.tombstone"])


def test_bytes_that_another_name_needs_stay(tmp_path, capsys):
    """Received for two sources under two names: naming one, or the hash, erases nothing; naming both does."""
    door = {**CHAT, "id": "other", "paths": ["logs/other*"]}
    store = acme(tmp_path, CHAT, door)
    paths = [put(tmp_path, name, old(1))[0] for name in ("chat-a", "other-a")]
    ingest(store, received_at=OLD)
    sha = hashlib.sha256(paths[0].read_bytes()).hexdigest()
    for path in paths:
        path.unlink()
    for one in (sha, "logs/chat-a", "logs/other-a"):
        [row] = vault(tmp_path, capsys, "erase", one, *WHY, "--execute", code=2)
        assert row["state"] == "needed"
        assert "name each by its path" in row["why"]
    assert raw(tmp_path) == [f"{sha}.zst"]
    again, _ = put(tmp_path, "other-b", old(1))
    ingest(store)
    again.unlink()
    assert vault(tmp_path, capsys, "erase", "--expired") == [], "for one name the retention is not over"
    [row] = vault(tmp_path, capsys, "erase", "logs/chat-a", "logs/other-a", "logs/other-b", *WHY, "--execute")
    assert row["state"] == "erased"
    [line] = vault(tmp_path, capsys, "log")
    assert [(one["source_id"], one["path"]) for one in line["received"]] == [
        ("chat", "logs/chat-a"), ("other", "logs/other-a"), ("other", "logs/other-b")]
    assert connect(store).sql("SELECT source_id, tombstone FROM file ORDER BY ALL").fetchall() == [("chat", "request"), ("other", "request")]


@pytest.mark.parametrize(("conditions", "held"), [
    ({}, True), ({"sources": ["chat"]}, True), ({"sources": ["door"]}, False), ({"files": ["logs/chat-2020"]}, True),
    ({"files": ["logs/chat-2026"]}, False), ({"from": "2020-01-03", "to": "2020-01-31"}, True), ({"from": "2020-01-04"}, False),
    ({"to": "2019-12-31"}, False), ({"ended": "2021-01-01"}, False), ({"ended": "2999-01-01"}, True)])
def test_a_legal_hold_outlasts_the_retention(aged, capsys, conditions, held):
    """What a hold covers stays, whether it is due or named, until the hold has ended; the row says which hold."""
    root, _, first, second = aged
    acme(root, retention={"months": 36, "holds": [{"id": "case-7", "reason": "proceedings", "by": "Legal", "since": "2020-06-01", **conditions}]})
    [row] = vault(root, capsys, "erase", "--expired", "--execute")
    assert row["state"] == ("on_hold" if held else "erased")
    assert (row["why"] == "case-7: proceedings") == held
    assert (f"{first}.zst" in raw(root)) == held
    if held:
        assert vault(root, capsys, "erase", first, *WHY, "--execute", code=2)[0]["state"] == "on_hold"
    assert f"{second}.zst" in raw(root)


def test_a_file_that_lies_in_its_folder_is_taken_away_there_first(aged, capsys):
    """The toolkit changes nothing in logs/: what lies there would come back, so it is not erased; another file may lie there."""
    root, _, first, _ = aged
    path, _ = put(root, "chat-2020", *map(old, range(3)))
    [row] = vault(root, capsys, "erase", "--expired", "--execute")
    assert (row["state"], "take it away from logs/chat-2020" in row["why"]) == ("in_folder", True)
    assert f"{first}.zst" in raw(root)
    path.write_bytes(lines(chat(9)))
    assert vault(root, capsys, "erase", "--expired", "--execute")[0]["state"] == "erased"


def test_erased_bytes_are_not_taken_in_again(aged, capsys):
    """Put back under the old name they are not read and it is said; for another source they are refused, and counted until gone."""
    root, store, first, _ = aged
    vault(root, capsys, "erase", "--expired", "--execute")
    before, rows = raw(root), store.ledger.path.read_bytes()
    path, _ = put(root, "chat-2020", *map(old, range(3)))
    summary = ingest(store)
    assert (raw(root), store.ledger.path.read_bytes(), summary.incomplete) == (before, rows, False)
    assert "it lies in logs/chat-2020 again" in str(summary.rows()[0][6])
    path.unlink()
    wider = acme(root, CHAT, {**CHAT, "id": "other", "paths": ["logs/other*"], "required": False})
    path, _ = put(root, "other-1", *map(old, range(3)))
    found = {f.source_id: f for f in ingest(wider).files if f.kept.sha256 == first}
    assert (found["chat"].state, found["other"].state, found["other"].reason) == ("read", "unreadable", "erased_before")
    assert raw(root) == before
    assert ingest(wider).incomplete
    path.unlink()
    assert [f.event for f in ingest(wider).files if f.source_id == "other"] == ["withdrawn"]
    assert not ingest(wider).incomplete


def test_rows_that_cannot_be_made_again_are_counted_and_explained(aged, capsys):
    """Without its segment a tombstone is an unreadable file with a reject, for good: exit code 3, never a traceback."""
    root, store, first, _ = aged
    vault(root, capsys, "erase", "--expired", "--by", "R. Ito", "--execute")
    for _ in range(2):
        shutil.rmtree(store.segments.root)
        capsys.readouterr()
        assert cli.call(["ingest", "-C", str(root), "--jobs", "1"]) == 3
        said = capsys.readouterr()
        assert "1 raw files are tombstones, the rows of 1 are lost; 1 files not read in full" in said.err
        assert "raw_file_erased: the raw file was erased at " in said.out
    assert [r.event for r in store.ledger.receipts() if r.file_sha256 == first] == ["received", "reread"]
    con = connect(store)
    assert con.sql("SELECT count(*) FROM exchange").fetchall() == [(1,)]
    assert con.sql("SELECT source_id, locator, reason FROM reject").fetchall() == [("chat", f"{first}#-1", "raw_file_erased")]
    assert con.sql("SELECT state, reason, tombstone FROM file ORDER BY ledger_seq").fetchall() == [
        ("unreadable", "raw_file_erased", "retention"), ("read", None, None)]
    put(root, "chat-2020", chat(11))
    assert {f.kept.sha256 for f in ingest(store).unread} == {first}, "another file under its name does not hide what is lost"


def test_rows_of_an_earlier_connector_stay_and_are_said(aged, capsys):
    """A connector that changed reads everything again but the tombstone, whose rows stay as they were made."""
    root, store, *_ = aged
    vault(root, capsys, "erase", "--expired", "--execute")
    sql = root / "own" / "plain_chat" / "exchange.sql"
    sql.write_text(sql.read_text().replace("r.s.who AS subject", "upper(r.s.who) AS subject"))
    summary = ingest(store)
    assert [(f.event, f.tombstone) for f in summary.files] == [("known", True), ("reread", False)]
    assert "as an earlier connector, setting or rule pack made them" in str(summary.rows()[0][6])
    assert connect(store).sql("SELECT DISTINCT subject FROM exchange ORDER BY subject").fetchall() == [("MIA",), ("mia",)]


def test_a_segment_of_other_columns_is_lost_and_not_misread(aged, capsys):
    """Rows with the columns of another version of the relations are not mixed with today's."""
    import pyarrow.parquet as pq

    root, store, *_ = aged
    vault(root, capsys, "erase", "--expired", "--execute")
    key = store.ledger.receipts()[0].segment
    path, manifest = store.segments.folder(key) / "exchange.parquet", store.segments.folder(key) / "manifest.json"
    pq.write_table(pq.read_table(path).drop_columns(["model"]), path)
    told = json.loads(manifest.read_bytes())
    told["relations"]["exchange"]["bytes"] = path.stat().st_size
    manifest.write_text(json.dumps(told))
    assert [f.reason for f in ingest(store).unread] == ["raw_file_erased"]
    assert connect(store).sql("SELECT count(*) FROM exchange").fetchall() == [(1,)]


@pytest.mark.parametrize("mode", ["full", "encrypted"])
@pytest.mark.parametrize("moment", ["before the tombstone", "before the bytes go"])
def test_a_kill_in_the_middle_is_finished(tmp_path, capsys, monkeypatch, mode, moment):
    """Whatever the moment, each file is whole or a tombstone with a line; the next ingest, or the command, finishes."""
    store = acme(tmp_path, ingest={"vault": mode})
    for number in range(4):
        put(tmp_path, f"chat-{number}", old(number))
    ingest(store, received_at=OLD)
    for path in (tmp_path / "logs").iterdir():
        path.unlink()
    calls = []
    original = Vault.bury if moment == "before the tombstone" else Path.unlink

    def killed(self, *args, **more):
        if moment == "before the tombstone" or self.suffix in {".zst", ".aes"}:
            calls.append(self)
            if len(calls) == 3:
                raise KeyboardInterrupt
        return original(self, *args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(*((Vault, "bury") if moment == "before the tombstone" else (Path, "unlink")), killed)
        assert cli.call(["vault", "erase", "-C", str(tmp_path), "--expired", "--execute"]) == 130
    assert len(store.ledger.erasures()) == 4
    assert sum(name.endswith(".tombstone") for name in raw(tmp_path)) < 4 or len(raw(tmp_path)) > 4
    capsys.readouterr()
    cli.call(["doctor", "-C", str(tmp_path)])
    assert "not finished" in capsys.readouterr().out
    if mode == "full":
        assert not ingest(store).incomplete
    else:
        assert [r["state"] for r in vault(tmp_path, capsys, "erase", "--expired", "--execute")] == []
    assert all(name.endswith(".tombstone") for name in raw(tmp_path))
    assert len(raw(tmp_path)) == len(store.ledger.erasures()) == 4
    assert connect(store).sql("SELECT count(*) FROM exchange").fetchall() == [(4,)]


def test_a_backup_does_not_bring_erased_bytes_back(aged, capsys, tmp_path_factory):
    """Bytes that the ledger calls erased are erased again when the vault comes back from a backup."""
    root, store, first, _ = aged
    backup = tmp_path_factory.mktemp("backup") / "vault"
    shutil.copytree(root / ".evidence" / "vault", backup)
    vault(root, capsys, "erase", "--expired", "--execute")
    shutil.rmtree(root / ".evidence" / "vault")
    shutil.copytree(backup, root / ".evidence" / "vault")
    ingest(store)
    assert f"{first}.tombstone" in raw(root)
    assert f"{first}.zst" not in raw(root)


def test_with_hashes_only_there_is_nothing_to_erase(tmp_path, capsys):
    """The command says so, and writes no line."""
    store = acme(tmp_path, ingest={"vault": "hashes_only"})
    path, sha = put(tmp_path, "chat-1", old(1))
    ingest(store, received_at=OLD)
    path.unlink()
    [row] = vault(tmp_path, capsys, "erase", sha, *WHY, "--execute")
    assert (row["state"], "hashes_only" in row["why"]) == ("never_kept", True)
    assert vault(tmp_path, capsys, "erase", "--expired", "--execute") == []
    assert vault(tmp_path, capsys, "log") == []


def test_the_doctor_knows_what_is_due(aged, capsys):
    """Tombstones are counted, and so is what the retention no longer covers."""
    root, *_ = aged
    cli.call(["doctor", "-C", str(root), "--format", "json"])
    told = {row["what"]: (row["state"], row["detail"]) for row in json.loads(capsys.readouterr().out)}
    assert told["vault"] == ("warning", "2 raw files kept, 0 tombstones; the retention of 1 is over: evidence vault erase --expired")
    vault(root, capsys, "erase", "--expired", "--execute")
    cli.call(["doctor", "-C", str(root), "--format", "json"])
    told = {row["what"]: (row["state"], row["detail"]) for row in json.loads(capsys.readouterr().out)}
    assert told["vault"] == ("ok", "1 raw files kept, 1 tombstones")


def test_a_retention_runs_from_the_last_event_or_receipt(tmp_path, capsys):
    """In the organisation's zone, from the end of the month; an event that claims a far future breaks nothing."""
    store = acme(tmp_path, timezone="Europe/Berlin", retention={"months": 1})
    put(tmp_path, "chat-1", chat(1, at="2020-01-31T23:30:00Z"))
    put(tmp_path, "chat-2", chat(2, at="9999-12-31T23:59:59Z"))
    ingest(store, received_at=datetime(2020, 1, 1, tzinfo=UTC))
    for path in (tmp_path / "logs").iterdir():
        path.unlink()
    [row] = vault(tmp_path, capsys, "erase", "--expired")
    assert (row["kept until"], row["received as"]) == ("2020-04-01", "chat:logs/chat-1")


def test_people_of_an_erased_directory_are_still_looked_for(tmp_path, capsys):
    """A tombstone of the directory names its people as before: texts that were read are not read again, new ones find them."""
    store = acme(tmp_path, CHAT, {"id": "people", "connector": "people_csv", "paths": ["people.csv"], "required": False})
    put(tmp_path, "chat-1", chat(1, answer="Ask Mira Tolvas."))
    (tmp_path / "people.csv").write_text("person,alias_type,issuer,alias,kind,display_name\n"
                                         "tolvas,email,dir,mira.tolvas@kadorlin.io,member,Mira Tolvas\n")
    ingest(store, scanner=None)
    (tmp_path / "people.csv").unlink()
    [row] = vault(tmp_path, capsys, "erase", "people.csv", *WHY, "--execute")
    assert row["state"] == "erased"
    put(tmp_path, "chat-2", chat(2, answer="Mira Tolvas again."))
    assert {f.path: f.event for f in ingest(store, scanner=None).files} == {
        "logs/chat-1": "known", "logs/chat-2": "received", "people.csv": "known"}
    assert connect(store).sql("SELECT exchange_ref FROM finding ORDER BY ALL").fetchall() == [("x1",), ("x2",)]


def test_erasing_needs_no_key_and_waits_for_nobody(tmp_path, capsys):
    """Where the key of an encrypted vault is elsewhere, its files can be erased all the same; not while another process writes."""
    from evidence.store import disk

    store = acme(tmp_path, ingest={"vault": "encrypted"})
    path, sha = put(tmp_path, "chat-1", old(1))
    ingest(store, received_at=OLD)
    path.unlink()
    acme(tmp_path, ingest={"vault": "encrypted", "vault_key_env": "NOWHERE"})
    assert raw(tmp_path) == [f"{sha}.zst.aes"]
    with disk.only_one(store.lock):
        assert cli.call(["vault", "erase", "-C", str(tmp_path), "--expired", "--execute"]) == 3
    assert raw(tmp_path) == [f"{sha}.zst.aes"]
    assert vault(tmp_path, capsys, "erase", "--expired", "--execute")[0]["state"] == "erased"
    assert raw(tmp_path) == [f"{sha}.tombstone"]


KILLERS = {
    "in the ledger": "import evidence.store.ledger as m; m.os.fsync = die",
    "in a tombstone": "import evidence.store.disk as m; n = []; o = m.os.fsync; m.os.fsync = lambda h: (n.append(h), die() if len(n) == 5 else o(h))",
    "between two": "from evidence.store.vault import Vault as m; n = []; o = m.bury; m.bury = lambda *a: (n.append(a), die() if len(n) == 3 else o(*a))",
}


@pytest.mark.parametrize("moment", sorted(KILLERS))
def test_a_process_that_is_killed_outright_leaves_nothing_half(tmp_path, capsys, moment):
    """No handler runs, a line or a tombstone may be cut off: the command again, or the next ingest, ends with all erased."""
    store = acme(tmp_path)
    for number in range(4):
        put(tmp_path, f"chat-{number}", old(number))
    ingest(store, received_at=OLD)
    for path in (tmp_path / "logs").iterdir():
        path.unlink()
    words = ["vault", "erase", "-C", str(tmp_path), "--expired", "--execute"]
    code = f"import os, signal\ndie = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n{KILLERS[moment]}\nfrom evidence.cli import call\ncall({words})"
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == -signal.SIGKILL
    if moment == "in the ledger":
        data = store.ledger.path.read_bytes()
        store.ledger.path.write_bytes(data[:-40])  # what a power cut leaves of a line that was not flushed
    if moment == "between two":
        ingest(store)
    else:
        assert cli.call(words) == 0
    assert sorted({name.rpartition(".")[2] for name in raw(tmp_path)}) == ["tombstone"]
    assert len(raw(tmp_path)) == len(vault(tmp_path, capsys, "log")) == 4
    assert not ingest(store).incomplete
    assert not list((tmp_path / ".evidence" / "vault").rglob(".tmp-*"))


def test_the_hold_that_a_new_folder_shows_can_be_put_in_force(tmp_path):
    """The example in evidence.yaml is valid in place of the line above it, and means what it says."""
    from evidence import config

    assert cli.call(["init", str(tmp_path / "acme")]) == 0
    path = tmp_path / "acme" / "evidence.yaml"
    rows = path.read_text("utf-8").splitlines()
    at = next(n for n, row in enumerate(rows) if row.startswith("retention:"))
    rows[at:at + 3] = [rows[at + 1].removeprefix("# "), rows[at + 2].removeprefix("#")]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    [hold] = config.load_company(tmp_path / "acme").retention.holds
    assert (hold.id, hold.sources, hold.from_, hold.to, hold.ended) == ("case-7", ("gateway",), "2026-10-01", "2026-10-31", None)


def test_a_damaged_tombstone_is_written_again_from_the_ledger(aged, capsys):
    """What is no tombstone is an error that says what to do, and doing it brings back the same bytes."""
    root, store, first, _ = aged
    vault(root, capsys, "erase", "--expired", "--execute")
    place = root / ".evidence" / "vault" / first[:2] / f"{first}.tombstone"
    before = place.read_bytes()
    place.chmod(0o600)
    place.write_bytes(b"{")
    assert cli.call(["ingest", "-C", str(root), "--jobs", "1"]) == 3
    assert "remove it: the next ingest writes it again" in capsys.readouterr().err
    place.unlink()
    assert not ingest(store).incomplete
    assert place.read_bytes() == before
