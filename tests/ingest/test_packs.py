"""However many small files were received, a query opens a few: their rows are put together, and are the same rows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evidence import relations
from evidence.errors import CustodyError
from evidence.store import Store, packs, views
from evidence.store.current import current
from evidence.store.vault import Vault

from .kit import CHAT_SQL, chat, company, connect, ingest, lines

FILES = 11
EVERY = [r.name for r in (*relations.canonical(), *map(relations.relation, ("finding", "placeholder", "reject", "skip")))]


@pytest.fixture(autouse=True)
def four_together(monkeypatch):
    """Four files make a pack."""
    monkeypatch.setattr(packs, "MANY", 4)


@pytest.fixture
def store(tmp_path) -> Store:
    """A company with small files: exchanges of which some came twice, a line that is no record, sign-ins."""
    made = company(tmp_path)
    for number in range(FILES):
        put(made, number)
    ingest(made)
    return made


def put(store: Store, number: int) -> None:
    """Write a file of two exchanges, one of them in the file before too, and a heartbeat; each third time a bad line."""
    bad = ["{no record"] if number % 3 == 0 else []
    beat = {"id": f"h{number}", "at": "2026-10-01T00:00:00Z", "kind": "heartbeat"}
    records = (chat(number), chat(number + 1), beat, *bad)
    (store.root / "logs" / f"chat-{number:02}").write_bytes(lines(*records))
    if number % 5 == 0:
        (store.root / "logs" / f"door-{number:02}").write_text(f"event,at,who\ne{number},2026-10-02T09:00:00Z,mia\n")


def read(store: Store, relation: str = "exchange") -> list[Path]:
    """The files that hold the rows of a relation."""
    files = current(store.ledger.receipts(), (source.id for source in store.company.sources))
    return packs.tables(store.segments, files).get(relation, [])


def told(store: Store, **more) -> dict[str, list[tuple]]:
    """Every row of every relation, as received and as it counts."""
    con = connect(store, **more)
    found = {f"{schema}.{name}": sorted(con.sql(f"FROM {schema}.{name}").fetchall(), key=repr)
             for name in EVERY for schema in ("raw", "main")}
    found |= {name: sorted(con.sql(f"FROM {name}").fetchall()) for name in ("duplicate", "altered")}
    con.close()
    return found


def test_full_runs_of_files_are_read_from_one_file_each(store):
    """Eleven files of exchanges and three of sign-ins are three packs, and two files by themselves."""
    assert len(list(store.segments.root.glob("*/exchange.parquet"))) > FILES
    assert (len(read(store)), len(read(store, "sign_in"))) == (3, 1 + 2)
    for number in range(FILES, FILES + 40):
        put(store, number)
    ingest(store)
    files = FILES + 40 + 11
    assert len(read(store)) <= files // 4 + files % 4


def test_the_rows_are_those_of_the_segments(store, monkeypatch):
    """With packs and without, as tables and as views: the same rows, duplicates and differences."""
    together = told(store)
    assert together["raw.exchange"]
    assert together["raw.reject"]
    assert together["raw.skip"]
    assert len(together["duplicate"]) == FILES - 1
    monkeypatch.setattr(views, "_HELD", 1)
    assert told(store) == together
    monkeypatch.setattr(views, "_HELD", sum(path.stat().st_size for path in read(store)))
    con = connect(store)
    [(statement,)] = con.sql("SELECT sql FROM duckdb_views() WHERE schema_name = 'raw' AND view_name = 'exchange'").fetchall()
    assert "held.exchange" in statement, "the small ones are held, the others read by each query"
    assert con.sql("SELECT count(*) > 0 FROM held.exchange").fetchall() == [(True,)]
    con.close()
    assert told(store) == together
    monkeypatch.setattr(packs, "MANY", 1_000)
    assert len(read(store)) == FILES
    assert told(store) == together


def test_large_tables_stay_where_they_are(store, monkeypatch):
    """What is large is not written a second time; the pack says whose it is."""
    together = told(store)
    size = sorted(path.stat().st_size for path in store.segments.root.glob("*/exchange.parquet"))[-FILES // 2]
    shutil.rmtree(store.segments.root)
    monkeypatch.setattr(packs, "SMALL", size)
    ingest(store)
    assert 3 < len(read(store)) < 3 + FILES
    assert told(store) == together
    apart = next(path for path in read(store) if path.stat().st_size >= size)
    apart.unlink()
    with pytest.raises(CustodyError, match="a segment is missing or damaged"):
        connect(store)


def test_a_file_that_is_read_again_is_read_from_its_segment_until_it_is_put_together(store, monkeypatch):
    """A pack stands for the very segments it was made of: of another connector nothing old is shown."""
    old = read(store)
    (store.root / "own" / "plain_chat" / "exchange.sql").write_text(CHAT_SQL.replace("r.s.who AS", "upper(r.s.who) AS"))
    with monkeypatch.context() as patch:
        patch.setattr(packs, "put_together", lambda *_: 0)
        ingest(store)
    assert len(read(store)) == FILES
    apart = told(store)
    ingest(store)
    assert len(read(store)) == len(old)
    assert not set(old[:2]) & set(read(store))
    assert told(store) == apart
    assert connect(store).sql("SELECT DISTINCT subject FROM exchange").fetchall() == [("MIA",)]


def test_packs_that_nobody_opens_any_more_are_removed(store):
    """With each file that is read again a pack becomes another; the one before goes, unless somebody has the store open."""
    def change(word: str) -> None:
        (store.root / "own" / "plain_chat" / "exchange.sql").write_text(CHAT_SQL.replace("r.s.who AS", f"{word}(r.s.who) AS"))
        ingest(store)

    first, rows = {path.parent for path in read(store)}, told(store)["raw.exchange"]
    con = connect(store)
    change("upper")
    assert {path for path in first if path.exists()} == first
    con.close()
    del con
    second = {path.parent for path in read(store)}
    change("lower")
    named = {key for r in store.ledger.receipts() for key in (r.segment, r.findings, r.people) if key}
    here = {path.name for path in store.segments.root.iterdir()}
    assert not {path for path in second if path.exists() and path.name not in named}
    assert named <= here
    assert here - named == {path.parent.name for relation in EVERY for path in read(store, relation)} - named != set()
    assert len(told(store)["raw.exchange"]) == len(rows)
    con = connect(store, as_of_seq=FILES + 2)
    assert sorted(con.sql("FROM raw.exchange").fetchall(), key=repr) == rows
    con.close()


def test_up_to_an_earlier_line_nothing_later_is_shown(store):
    """A run up to a line of the ledger uses the packs that were full by then, and sees the files received by then."""
    for seq in (2, 5, 9):
        con = connect(store, as_of_seq=seq)
        assert con.sql("SELECT count(*) FROM file").fetchall() == [(seq + 1,)]
        assert con.sql("SELECT count(DISTINCT left(locator, 64)) FROM raw.exchange").fetchall() == [
            (con.sql("SELECT count(*) FROM file WHERE source_id = 'chat'").fetchall()[0][0],)]
        con.close()


@pytest.mark.parametrize("harm", ["gone", "cut", "half made"])
def test_a_pack_that_is_not_whole_is_made_again(store, harm):
    """Packs are derived: without one its segments are read, and the next ingest makes it again."""
    together = told(store)
    pack = read(store)[0].parent
    if harm == "gone":
        shutil.rmtree(pack)
    elif harm == "cut":
        (pack / "exchange.parquet").write_bytes((pack / "exchange.parquet").read_bytes()[:-1])
    else:
        pack.rename(pack.with_name(f".tmp-1-{pack.name}"))
    assert pack not in {path.parent for path in read(store)}
    assert told(store) == together
    ingest(store)
    assert pack in {path.parent for path in read(store)}
    assert not list(store.segments.root.glob(".tmp-*"))
    assert told(store) == together


def test_a_segment_that_looks_whole_and_is_not_is_named(store):
    """Where bytes of the right number are the wrong ones, whoever opens the store is told which folder to remove."""
    put(store, FILES)
    ingest(store)
    together = told(store)
    loose = read(store)[-1]
    loose.write_bytes(bytes(loose.stat().st_size))
    with pytest.raises(CustodyError, match=f"a segment is damaged: .*{loose.parent.name}.*\n.*remove the folder"):
        connect(store)
    for number in range(FILES + 1, FILES + 4):
        put(store, number)
    with pytest.raises(CustodyError, match=f"a segment is damaged: .*{loose.parent.name}"):
        ingest(store)
    shutil.rmtree(loose.parent)
    ingest(store)
    assert set(told(store)["raw.exchange"]) > set(together["raw.exchange"])


def test_what_cannot_be_derived_again_is_not_put_together(tmp_path):
    """Without its raw bytes a missing segment stays missing: ingest goes on, and who opens the store is told."""
    store = company(tmp_path, ingest={"vault": "hashes_only"})
    for number in range(FILES):
        put(store, number)
    ingest(store)
    shutil.rmtree(store.segments.root)
    for path in (tmp_path / "logs").iterdir():
        path.unlink()
    ingest(store)
    with pytest.raises(CustodyError, match="a segment is missing or damaged"):
        connect(store)


def test_a_known_file_is_not_stored_again(store, monkeypatch):
    """What the vault holds under a name already is hashed, and neither compressed nor written another time."""
    kept = []
    keep = Vault.keep
    monkeypatch.setattr(Vault, "keep", lambda self, stream: kept.append(stream.name) or keep(self, stream))
    assert {f.event for f in ingest(store).files} == {"known"}
    assert kept == []
    path = store.root / "logs" / "chat-00"
    path.write_bytes(lines(chat(1), chat(50)))
    (store.root / "logs" / "chat-99").write_bytes(lines(chat(99)))
    assert sorted(f.path for f in ingest(store).files if f.event == "received") == ["logs/chat-00", "logs/chat-99"]
    assert sorted(Path(name).name for name in kept) == ["chat-00", "chat-99"]
    with store.vault.opener(next(r.file_sha256 for r in store.ledger.receipts()[::-1] if r.path == "logs/chat-00"))() as file:
        assert file.read() == path.read_bytes()
    shutil.rmtree(store.vault.root)
    ingest(store)
    assert store.vault.has(store.ledger.receipts()[-1].file_sha256), "what the vault has lost is stored again"
