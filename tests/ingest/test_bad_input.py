"""What goes wrong with files: each gets a reason that a person understands, and the rest of the month is read."""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import json
import lzma
import os
import resource
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import pipeline
from evidence.connector import load
from evidence.errors import CatalogSqlError, CustodyError
from evidence.ingest import custody, segment
from evidence.ingest.job import FileJob
from evidence.store import Store
from evidence.store.vault import Vault

from .kit import CHAT_SQL, chat, company, connect, ingest, lines

GOOD = lines(chat(1), chat(2), chat(3))


def zipped(members: dict[str, bytes]) -> bytes:
    """A ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


@pytest.fixture
def store(tmp_path) -> Store:
    """A company with one good file."""
    made = company(tmp_path)
    (tmp_path / "logs" / "chat-good").write_bytes(GOOD)
    return made


BAD = {
    "empty": (b"", "unreadable", "empty_file", 0),
    "garbage": (b"this is\nno log\n", "unreadable", "no_record", 2),
    "truncated array": (b"[" + json.dumps(chat(7)).encode() + b"," + json.dumps(chat(8)).encode()[:-9], "partial", "cut_short", 1),
    "truncated line": (lines(chat(7)) + b'{"id": "x8", "ask"', "partial", "cut_short", 1),
    "other vendor": (b'{"event": "e1", "at": "2026-10-02T09:00:00Z", "who": "mia"}\n', "unreadable", "not_this_connector", 0),
    "utf-16 without its mark": (lines(chat(7)).decode().encode("utf-16-le"), "unreadable", "unknown_format", 0),
    "white space": (b" \n\n", "unreadable", "empty_file", 0),
    "gzip of nothing": (gzip.compress(b""), "unreadable", "empty_file", 0),
    "sign-in page": (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n", "unreadable", "unknown_format", 0),
    "xz": (lzma.compress(lines(chat(7))), "unreadable", "unknown_format", 0),
    "gzip in gzip": (gzip.compress(gzip.compress(lines(chat(7)))), "unreadable", "unknown_format", 0),
    "ZIP of nothing": (zipped({"folder/": b""}), "unreadable", "empty_file", 0),
    "workbook": (zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}), "unreadable", "unknown_format", 0),
    "ZIP in a ZIP": (zipped({"in.zip": zipped({"x.json": lines(chat(7))}), "y.json": lines(chat(8))}), "partial", "unknown_format", 0),
    "latin-1": (lines(chat(7)) + b'{"id": "x8", "ask": "caf\xe9"}\n', "read", None, 1),
    "gzip cut short": (gzip.compress(lines(*(chat(n, ask=os.urandom(300).hex()) for n in range(7, 99))))[:-2000], "partial",
                       "gzip_cut_short", 1),
    "not JSON between": (lines(chat(7), "oops", chat(8)), "read", None, 1),
    "no id": (lines(chat(7), {"ask": "x", "id": None}), "read", None, 1),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_costs_itself_and_says_why(store, case):
    """State, reason and rejects tell what is missing; lines add up; the good file is read all the same."""
    data, state, reason, rejects = BAD[case]
    (store.root / "logs" / "chat-bad").write_bytes(data)
    summary = ingest(store)
    bad, good = summary.files
    assert (bad.state, bad.reason, good.state) == (state, reason, "read")
    assert bad.lines == bad.records + bad.rejects + bad.blanks
    assert bad.rejects == rejects
    assert summary.incomplete == (state != "read" or rejects > 0)
    con = connect(store)
    told = con.execute("SELECT reason, locator FROM reject WHERE locator LIKE ? || '%'", [bad.kept.sha256]).fetchall()
    assert len(told) >= max(rejects, state != "read")
    assert (reason in {row[0] for row in told if row[1].endswith("#-1")}) == (reason is not None)
    assert con.sql("SELECT count(*) FROM exchange WHERE native_id IN ('x1', 'x2', 'x3')").fetchall() == [(3,)]


def test_what_is_no_log_is_told_with_what_to_do(store):
    """An archive that is not unpacked, a workbook, a page saved in place of an export: each is named, with the remedy."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as file:
        file.addfile(tarfile.TarInfo("x.json"))
    found = {"chat-tar": (tar.getvalue(), "a tar archive: unpack it"), "chat-page": (BAD["sign-in page"][0], "a web page"),
             "chat-book": (BAD["workbook"][0], "export the log as CSV or JSON"), "chat-7z": (b"7z\xbc\xaf\x27\x1c" + bytes(40), "a 7z archive"),
             "chat-zip": (BAD["ZIP in a ZIP"][0], "in.zip: expected json, found a ZIP")}
    for name, (data, _) in found.items():
        (store.root / "logs" / name).write_bytes(data)
    told = {f.path: f.words for f in ingest(store).unread}
    assert {name for name, (_, words) in found.items() if words not in told[f"logs/{name}"]} == set()


def test_a_prompt_can_not_make_a_log_something_else(store):
    """What tells a tar archive is at a place where a text may stand, too: a log is read whatever its first record says."""
    begin = len(json.dumps(chat(7, ask="")).partition('"ask": "')[0]) + len('"ask": "')
    for name, said in (("chat-a", "ustar"), ("chat-b", "ustar  ")):
        data = lines(chat(7, ask="x" * (257 - begin) + said), chat(8))
        assert data[257:].startswith(said.encode())
        (store.root / "logs" / name).write_bytes(data)
    assert {f.path: f.records for f in ingest(store).files} == {"logs/chat-a": 2, "logs/chat-b": 2, "logs/chat-good": 3}


def test_what_systems_leave_in_folders_is_no_evidence(store):
    """Metadata of desktops is left alone, in a folder and in a ZIP; a note beside the records is told by its name."""
    (store.root / "logs" / "chat-folder").mkdir()
    for name in ("Thumbs.db", "desktop.ini", ".DS_Store", "._x.json"):
        (store.root / "logs" / "chat-folder" / name).write_bytes(bytes(9))
    (store.root / "logs" / "chat-mac.zip").write_bytes(zipped({
        "a/x.json": lines(chat(7)), "a/.y/..%2F._.json": lines(chat(8)), "a/._y.json": lines(chat(6)), "__MACOSX/a/._x.json": bytes(9), "a/.DS_Store": bytes(9),
        "Thumbs.db": bytes(9)}))
    assert not (summary := ingest(store)).incomplete
    assert [f.records for f in summary.files if f.path == "logs/chat-mac.zip"] == [3]
    (store.root / "logs" / "chat-note.zip").write_bytes(zipped({"a/readme.txt": b"Dear auditor\n", "a/x.json": lines(chat(9))}))
    last = ingest(store).files[-1]
    assert (last.state, last.lines, last.words) == ("read", 2, "malformed_json in record 1 of a/readme.txt")


def test_a_table_that_a_spreadsheet_saved_is_read_where_that_is_declared(store):
    """Rows with letters of Windows-1252 are refused with the words for evidence.yaml; said so, all are read, to the letter."""
    table = "event,at,who\ne1,2026-10-02T09:00:00Z,mia\ne2,2026-10-02T09:00:00Z,zoë\ne3,2026-10-02T09:00:00Z,jürgen\n".encode("cp1252")
    (store.root / "logs" / "door-a.csv").write_bytes(table)
    one, = (f for f in ingest(store).files if f.path == "logs/door-a.csv")
    assert (one.records, one.rejects) == (1, 2)
    assert one.words == ("invalid_utf8 2 times, first in record 2 (if a spreadsheet saved it, say encoding: cp1252 for the source,"
                         " or latin-1 if a program did)")
    again = company(store.root, {"id": "door", "connector": "plain_door", "paths": ["logs/door*"], "encoding": "cp1252"})
    assert not ingest(again).incomplete
    assert {row[0] for row in connect(again).sql("SELECT subject FROM sign_in").fetchall()} >= {"mia", "zoë", "jürgen"}


def test_times_that_were_written_anew_are_told_with_what_to_do(store):
    """A spreadsheet saves times in its own spelling, often without seconds or zone: they are refused, and the original is asked for."""
    (store.root / "logs" / "dates.csv").write_text("Date (UTC),Request ID,Status,Application,Username\n01.10.2026 09:00,r1,Success,x,mia\n", "utf-8")
    again = company(store.root, {"id": "portal", "connector": "entra_portal_sign_in", "paths": ["logs/dates.csv"]})
    one, = ingest(again).files
    assert one.words.endswith("; bad_timestamp:Date (UTC) in record 1 (no zone, or not as the source spells times: bring the file as it was"
                              " exported, not as a spreadsheet saved it, or set times and zone where the connector has these options)")
    (store.root / "logs" / "dates.csv").write_text("Date (UTC),Request ID,Status,Application,Username\n2026-10-01T09:00:00Z,r1,Success,x,mia\n", "utf-8")
    assert ingest(again).files[0].words.endswith("not_null:issuer in record 1 (set issuer for the source)")


def test_the_columns_of_a_table_without_rows_tell_whose_it_is(store):
    """An empty month is an empty table of its source; a line of anything else is not."""
    (store.root / "logs" / "door-empty.csv").write_bytes(b"event,at,who\n")
    assert not ingest(store).incomplete
    (store.root / "logs" / "door-other.csv").write_bytes(b"null\n")
    (store.root / "logs" / "door-zip").write_bytes(zipped({"note.csv": b"event,at,whom\n"}))
    assert [(f.path, f.reason) for f in ingest(store).unread] == [("logs/door-other.csv", "missing_column"),
                                                                  ("logs/door-zip", "missing_column")]


def test_a_column_that_evidence_yaml_names_must_be_there(tmp_path):
    """A name that is mistyped, or a column that an export left out, is told: what it holds would be missing unseen."""
    columns = {"at": "When", "who": "Login", "ip": "Adress"}
    source = {"id": "in", "connector": "generic_idp", "paths": ["logs/in*"], "issuer": "here",
              "options": {"columns": columns}}
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "in.csv").write_bytes(b"When;Login;Address\n2026-10-02T09:00:00Z;mia;192.0.2.1\n")
    (tmp_path / "logs" / "in.json").write_bytes(b'{"When": "2026-10-02T09:00:00Z", "Login": "mia"}\n')
    table, record = ingest(company(tmp_path, source)).files
    assert (table.state, table.reason, table.records, record.state) == ("partial", "missing_column", 1, "read")
    assert table.detail.startswith("evidence.yaml names Adress, which this table does not have; mend")
    source["options"]["columns"] = columns | {"ip": "Address"}
    assert not ingest(company(tmp_path, source)).incomplete


def test_a_file_without_json_says_what_is_read(store):
    """A table brought where only JSON is read is told what the connector reads."""
    (store.root / "logs" / "chat-table.csv").write_bytes(b"id,ask,answer\nx7,a,b\n")
    [table] = ingest(store).unread
    assert table.words == "no_record: nothing in it is JSON, and this connector reads json; malformed_json 2 times, first in record 1"


def test_the_reasons_of_rejects_are_shown_with_their_places(store):
    """The line of a file says why its records were refused, how often, and where to look first."""
    (store.root / "logs" / "chat-some").write_bytes(lines(chat(7), "oops", chat(8, at="10/05/2026"), "oops", chat(9, id=None)))
    [some] = [f for f in ingest(store).files if f.rejects]
    assert some.words == "malformed_json 2 times, first in record 2; missing:id in record 5; not_null:event_time in record 3"
    assert sum(one.times for one in some.refused) == some.rejects
    [again] = [f for f in ingest(store).to_json()["files"] if f["rejects"]]
    assert again["refused"][0] == {"reason": "malformed_json", "times": 2, "first": 2, "member": ""}


@pytest.mark.parametrize(("share", "rejecting"), [(0.01, ("chat",)), (0.2, ()), (0, ("chat",)), (1, ())])
def test_many_rejects_make_the_evidence_of_a_source_incomplete(tmp_path, share, rejecting):
    """One line in five, over all files of a source, is more than one in a hundred and not more than one in five."""
    made = company(tmp_path, thresholds={"max_reject_share": share})
    (tmp_path / "logs" / "chat-good").write_bytes(GOOD)
    (tmp_path / "logs" / "chat-bad").write_bytes(lines(chat(7), "oops"))
    for _ in range(2):
        summary = ingest(made)
        assert (summary.rejecting, summary.incomplete) == (rejecting, bool(rejecting))
        assert ("max_reject_share allows in chat" in summary.sentence()) == bool(rejecting)


def test_the_nearest_connector_is_named(store):
    """A file in the wrong folder is told where it belongs."""
    (store.root / "logs" / "chat-bad").write_bytes(BAD["other vendor"][0])
    detail = ingest(store).files[0].detail
    assert detail == "expected plain_chat: lacks id; nearest is plain_door"


def test_a_file_is_told_by_the_columns_that_evidence_yaml_names(tmp_path):
    """A table with names of its own is its connector's once they are declared, and none of it where they are others."""
    import yaml

    from evidence import config

    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "staff.csv").write_bytes(b"number;mail.work\nu1;a@b.example\nu2;c@b.example\n")
    for columns, states in (({"user_id": "number", "email": "mail.work"}, ["read"]), ({"user_id": "nr"}, ["unreadable"])):
        written = {"organisation": "Acme", "sources": [{"id": "staff", "connector": "directory_csv", "paths": ["logs/*"],
                                                        "issuer": "acme", "options": {"columns": columns}}]}
        (tmp_path / "evidence.yaml").write_text(yaml.safe_dump(written))
        found = config.load_company(tmp_path)
        summary = pipeline.ingest(Store(tmp_path, found), found, received_at=datetime(2026, 11, 2, tzinfo=UTC), jobs=1, scanner=lambda: None)
        assert [one.state for one in summary.files] == states
        assert sum(one.rows_out for one in summary.files) == (4 if states == ["read"] else 0)


def test_no_reject_carries_text_of_its_record(store):
    """A reject says what and where, never what was written there."""
    secret = "CORRECT-HORSE"
    (store.root / "logs" / "chat-bad").write_bytes(lines(
        chat(1, ask=secret, at=secret), secret, f'{{"id": "{secret}", "id": 1}}', f'{{"a": {secret}}}', {"ask": secret, "id": None},
        chat(2, ask=secret, state=secret), chat(3)))
    ingest(store)
    rows = connect(store).sql("SELECT * FROM reject").fetchall()
    assert len(rows) == 6
    assert secret not in str(rows)


def test_a_file_that_cannot_be_used_may_be_replaced_or_taken_away(store):
    """A bad file makes the month incomplete until it is whole or gone; the ledger keeps that it was there."""
    bad = store.root / "logs" / "chat-bad"
    bad.write_bytes(b"")
    assert ingest(store).incomplete
    assert connect(store).sql("SELECT state FROM file ORDER BY path").fetchall() == [("unreadable",), ("read",)]
    bad.write_bytes(lines(chat(9)))
    assert not ingest(store).incomplete
    assert connect(store).sql("SELECT state FROM file").fetchall() == [("read",), ("read",)]
    (store.root / "logs" / "chat-other").write_bytes(b"junk")
    assert ingest(store).incomplete
    (store.root / "logs" / "chat-other").unlink()
    summary = ingest(store)
    assert ([f.event for f in summary.files], summary.incomplete) == (["known", "known", "withdrawn"], False)
    assert [r.event for r in store.ledger.receipts()] == ["received"] * 4 + ["withdrawn"]
    assert connect(store).sql("SELECT count(*) FROM file").fetchall() == [(2,)]


@pytest.mark.parametrize("mode", ["full", "hashes_only"])
def test_a_file_that_changes_while_it_is_read_is_no_evidence(tmp_path, monkeypatch, mode):
    """A file still being written is unreadable with that reason, and is read the next time."""
    store = company(tmp_path, ingest={"vault": mode})
    path = tmp_path / "logs" / "chat-good"
    path.write_bytes(GOOD)
    original = custody._state

    def writer(target):
        state = original(target)
        if not isinstance(target, int):
            with path.open("ab") as file:
                file.write(lines(chat(4)))
            return original(target)
        return state

    monkeypatch.setattr(custody, "_state", writer)
    [outcome] = ingest(store).files
    assert (outcome.state, outcome.reason) == ("unreadable", "changed_while_read")
    monkeypatch.undo()
    summary = ingest(store)
    assert [(f.state, f.records) for f in summary.files] == [("read", 4)]
    assert not summary.incomplete
    assert connect(store).sql("SELECT state, records FROM file").fetchall() == [("read", 4)]


@pytest.mark.parametrize("undone", [False, True])
def test_without_a_vault_what_is_read_is_what_was_hashed(tmp_path, monkeypatch, undone):
    """With hashes only, a change between hashing and reading is found, also where it was undone before the end."""
    store = company(tmp_path, ingest={"vault": "hashes_only"})
    path = tmp_path / "logs" / "chat-good"
    path.write_bytes(GOOD)
    receive, settle = custody.receive, custody.Held.settle

    def received(target, vault, **how):
        held = receive(target, vault, **how)
        path.write_bytes(GOOD.replace(b"mia", b"zoe"))
        return held

    def settled(held):
        if undone:
            path.write_bytes(GOOD)
        settle(held)

    monkeypatch.setattr(custody, "receive", received)
    monkeypatch.setattr(custody.Held, "settle", settled)
    [outcome] = ingest(store).files
    assert (outcome.state, outcome.reason) == ("unreadable", "changed_while_read")
    assert connect(store).sql("SELECT count(*) FROM raw.exchange").fetchall() == [(0,)]
    monkeypatch.undo()
    path.write_bytes(GOOD)
    assert [f.state for f in ingest(store).files] == ["read"]
    assert connect(store).sql("SELECT DISTINCT subject FROM exchange").fetchall() == [("mia",)]


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=300), st.one_of(st.none(), st.binary(max_size=300)), st.lists(st.integers(0, 200), max_size=4))
def test_a_file_settles_only_as_what_was_hashed(tmp_path_factory, first, then, sizes):
    """However a file is read, in pieces, twice or hardly at all, it settles where its bytes are the same and only there."""
    path = tmp_path_factory.mktemp("held") / "log"
    path.write_bytes(first)
    held = custody.receive(path, Vault(path.parent / "vault"), keep=False)
    path.write_bytes(first if then is None else then)
    with held.opener() as file:
        for size in sizes:
            file.read(size)
    with held.opener() as file:
        if sizes:
            file.seek(sizes[0])
        file.read()
    if then in (None, first):
        held.settle()
    else:
        with pytest.raises(custody.ChangedError):
            held.settle()


def test_links_and_pipes(store):
    """A link that leads out of the folder is refused and reported; what is inside may be linked."""
    outside = store.root.parent / "outside.json"
    outside.write_bytes(lines(chat(50)))
    (store.root / "logs" / "chat-out").symlink_to(outside)
    (store.root / "logs" / "chat-in").symlink_to(store.root / "logs" / "chat-good")
    os.mkfifo(store.root / "logs" / "chat-pipe")
    (store.root / "logs" / ".chat-hidden").write_bytes(b"x")
    states = {f.path: (f.state, f.reason) for f in ingest(store).files}
    assert states == {"logs/chat-good": ("read", None), "logs/chat-in": ("read", None),
                      "logs/chat-out": ("unreadable", "unreadable_file"), "logs/chat-pipe": ("unreadable", "unreadable_file")}
    assert connect(store).sql("SELECT count(*) FROM exchange").fetchall() == [(3,)]


def test_folders_that_are_not_seen_are_told(store, monkeypatch):
    """A folder that is a link or cannot be listed is evidence that is missing, until it can be read."""
    (store.root / "logs" / "chat-more").mkdir()
    (store.root / "logs" / "chat-more" / "linked").symlink_to(store.root / "own")
    real = os.scandir

    def scandir(path="."):
        if str(path).endswith("chat-closed"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    (store.root / "logs" / "chat-closed").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        told = {f.path: f.words for f in ingest(store).unread}
    assert told == {"logs/chat-closed": "unreadable_file: the folder cannot be listed: Permission denied; let the account that runs this read it",
                    "logs/chat-more/linked": "unreadable_file: the folder is a link, which is not followed; put the folder itself there, or name it in evidence.yaml"}
    (store.root / "logs" / "chat-more" / "linked").unlink()
    (store.root / "logs" / "chat-closed" / "x.json").write_bytes(lines(chat(8)))
    assert not ingest(store).incomplete
    assert not ingest(store).incomplete


def test_a_name_that_is_no_text_is_told(store):
    """A file whose name is no UTF-8 is not read, costs nothing else, and counts as missing while it is there."""
    odd = Path(os.fsdecode(os.fsencode(store.root / "logs") + b"/chat-caf\xe9.json"))
    odd.write_bytes(lines(chat(7)))
    for _ in range(3):
        [f] = ingest(store).unread
        assert (f.path, f.words) == (r"logs/chat-caf\xe9.json", "unreadable_file: the file's name is no UTF-8; rename it")
    odd.rename(store.root / "logs" / "chat-cafe.json")
    assert not ingest(store).incomplete
    assert not ingest(store).incomplete


def test_a_full_disk_is_not_the_fault_of_a_file(store, monkeypatch):
    """Without room for what is kept of a file nothing is said of the file; the same ingest later finds it new."""
    def full(_self, _stream):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Vault, "keep", full)
        with pytest.raises(OSError, match="No space left"):
            ingest(store)
    assert store.ledger.receipts() == []
    assert not ingest(store).incomplete


def test_a_file_without_permission_is_reported(store, monkeypatch):
    """What the system refuses to open is unreadable, with the system's words, and is tried again."""
    def denied(target, vault, **how):
        raise custody.SourceError("the file cannot be read: Permission denied")

    monkeypatch.setattr(custody, "receive", denied)
    [outcome] = ingest(store).files
    assert (outcome.state, outcome.reason, outcome.detail) == ("unreadable", "unreadable_file", "the file cannot be read: Permission denied")
    monkeypatch.undo()
    assert not ingest(store).incomplete


def test_a_required_source_without_a_file_is_missing(store):
    """The summary names sources without a file; one that is not required may have none."""
    (store.root / "logs" / "chat-good").unlink()
    (store.root / "logs" / "door").write_text("event,at,who\n")
    summary = ingest(store)
    assert (summary.missing, summary.incomplete) == (("chat",), True)
    assert "no file for chat" in summary.sentence()
    assert summary.to_json()["missing"] == ["chat"]
    assert all(len(row) == len(summary.columns) for row in summary.rows())


def test_a_connector_that_loses_a_record_is_an_error(store, monkeypatch):
    """Every record gives a row, a reject or a skip; an engine that loses one does not go unseen."""
    from evidence.normalize import Normalizer

    original = Normalizer.batch

    def lossy(self, records, parts=None):
        return original(self, records.slice(1), parts)

    monkeypatch.setattr(Normalizer, "batch", lossy)
    with pytest.raises(CatalogSqlError, match=r"plain_chat gave neither row nor reject nor skip for record .*#1"):
        ingest(store)


def test_what_the_engine_cannot_take_is_one_reject(store, monkeypatch):
    """A record for which memory does not suffice is refused by itself; those beside it are read."""
    from evidence.errors import SourceError
    from evidence.normalize import Normalizer

    original = Normalizer.batch

    def small(self, records, parts=None):
        if any("ask 2" in raw.as_py() for raw in records["raw"]):
            raise SourceError("the engine gave up") from MemoryError()
        return original(self, records, parts)

    monkeypatch.setattr(Normalizer, "batch", small)
    [outcome] = ingest(store).files
    assert (outcome.records, outcome.rejects, outcome.rows_out) == (2, 1, 2)
    rejects = connect(store).sql("SELECT reason, detail, locator LIKE '%#2' FROM reject").fetchall()
    assert rejects == [("engine_gave_up", "too much even alone (MemoryError)", True)]


def test_a_broken_connector_stops_the_ingest_with_its_place(store):
    """What is wrong with a connector is not a property of the file."""
    (store.root / "own" / "plain_chat" / "exchange.sql").write_text(CHAT_SQL.replace("r.s.who AS subject", "r.s.who AS sub"))
    with pytest.raises(CatalogSqlError, match=r"exchange\.sql"):
        ingest(store)


def test_a_line_beyond_the_limit(store):
    """With a small limit a long line is a reject and the lines beside it are records."""
    (store.root / "logs" / "chat-bad").write_bytes(lines(chat(7), chat(8, ask="x" * 100_000), chat(9)))
    source = store.company.sources[0]
    outcome = pipeline.ingest_one(FileJob(store.root, "logs/chat-bad", source, load("plain_chat", store.catalogs()), max_record=50_000))
    assert (outcome.lines, outcome.records, outcome.rejects, outcome.state) == (3, 2, 1, "read")


@pytest.mark.soak
def test_a_line_of_200_megabytes_is_read_where_evidence_yaml_says_so(store):
    """A line of 200 MB is a reject with its length, or a record where max_record_mb allows it; the next line is read both times."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with (store.root / "logs" / "chat-bad").open("wb") as file:
        file.write(b'{"id": "x7", "at": "2026-10-01T00:00:00Z", "ask": "')
        for _ in range(200):
            file.write(b"word " * (1 << 20 >> 3) + b"pad" * (1 << 20 >> 3))
        file.write(b'"}\n')
        file.write(lines(chat(9)))
    seen = []
    for limit in (None, 256):
        source = store.company.sources[0].model_copy(update={"max_record_mb": limit})
        outcome = pipeline.ingest_one(FileJob(store.root, "logs/chat-bad", source, load("plain_chat", store.catalogs())))
        seen.append((outcome.state, outcome.records, [one.reason for one in outcome.refused]))
    assert seen == [("read", 1, ["line_too_long"]), ("read", 2, [])]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 3 << 20


def test_two_ingests_do_not_interleave(store):
    """The second ingest of a company is refused while the first is under way."""
    from evidence.store import disk

    with disk.only_one(store.lock), pytest.raises(CustodyError, match="another process"):
        ingest(store)


def test_tables_of_a_segment_are_bounded_in_memory(tmp_path, monkeypatch):
    """Rows beyond the bound go to the disk and come back in the same order, whatever the bound."""
    import pyarrow as pa

    seen = []
    for bound in (1, 10**9):
        place = tmp_path / str(bound)
        place.mkdir()
        monkeypatch.setattr(segment, "SPILL", bound)
        writer = segment.Writer(place)
        for start in (50, 0, 100):
            rows = [{"source_id": "s", "locator": f"l{n}", "reason": "r"} for n in range(start, start + 50)]
            writer.add("skip", pa.Table.from_pylist(rows))
        assert writer.close() == {"skip": {"rows": 150, "bytes": (place / "skip.parquet").stat().st_size, "first": None, "last": None}}
        seen.append((place / "skip.parquet").read_bytes())
        assert [p.name for p in place.iterdir()] == ["skip.parquet"]
    assert seen[0] == seen[1]
    with contextlib.suppress(KeyError):
        segment.Writer(tmp_path).add("skip", pa.table({"locator": ["x"]}))
        pytest.fail("a table without the relation's columns was taken")
