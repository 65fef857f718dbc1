"""The engine over the segments: one row for each key, everything else still there, and no way out."""

from __future__ import annotations

import json

import duckdb
import pytest

from evidence import relations
from evidence.errors import ConfigError, CustodyError, UsageError
from evidence.store import Store

from .kit import chat, company, connect, ingest, lines


@pytest.fixture
def store(tmp_path) -> Store:
    """A company with nothing in it yet."""
    return company(tmp_path)


def put(store: Store, name: str, *records) -> None:
    """Write a file of records."""
    (store.root / "logs" / name).write_bytes(lines(*records))


def test_an_empty_month_is_a_month(store):
    """Without a file every relation is there and empty, and the settings say what was asked."""
    summary = ingest(store)
    assert (summary.files, summary.missing, summary.incomplete) == ((), ("chat",), True)
    con = connect(store)
    for relation in map(relations.relation, relations.catalog.relation_names()):
        columns = [row[0] for row in con.execute(f"DESCRIBE {relation.name}").fetchall()]
        assert columns == [c.name for c in relation.columns], relation.name
    for relation in relations.canonical():
        assert con.sql(f"SELECT count(*) FROM {relation.name}").fetchall() == [(0,)]
    assert con.sql("SELECT period, period_from::VARCHAR, reference_time::VARCHAR FROM param").fetchall() == [
        ("2026-10", "2026-10-01 00:00:00", "2026-11-03 08:00:00")]
    assert con.sql("SELECT source_id, role, required FROM cfg_source ORDER BY 1").fetchall() == [
        ("chat", "gateway", True), ("door", "idp", False)]
    con.close()


def test_a_copy_counts_once_and_is_counted(store):
    """The same record in two files is two rows in raw, one in main and one duplicate."""
    put(store, "chat1", chat(1), chat(2))
    put(store, "chat2", chat(2), chat(3))
    ingest(store)
    con = connect(store)
    assert con.sql("SELECT count(*) FROM raw.exchange").fetchall() == [(4,)]
    assert con.sql("SELECT native_id FROM exchange ORDER BY 1").fetchall() == [("x1",), ("x2",), ("x3",)]
    assert con.sql("FROM duplicate").fetchall() == [("exchange", "chat", "x2", 2)]
    assert con.sql("FROM altered").fetchall() == []


def test_of_two_states_the_one_further_on_holds(store):
    """A snapshot relation keeps the newest row; seen at the same instant, the state that is further on."""
    put(store, "chat1", chat(1, state="unknown", who="zoe"))
    put(store, "chat2", chat(1, state="forwarded"))
    ingest(store)
    con = connect(store)
    assert con.sql("SELECT outcome, subject FROM exchange").fetchall() == [("forwarded", "mia")]
    assert con.sql("FROM altered").fetchall() == con.sql("FROM duplicate").fetchall() == []


@pytest.mark.parametrize("number", range(4))
def test_of_two_sights_of_one_state_the_one_that_knows_more_holds(store, number):
    """A list says less than a detail: whatever their hashes, what only the detail knows is not lost."""
    put(store, "chat1", chat(number, who=None))
    put(store, "chat2", chat(number))
    ingest(store)
    assert connect(store).sql("SELECT subject FROM exchange").fetchall() == [("mia",)]


def test_the_newest_observation_holds(tmp_path):
    """Sources that say when they were asked decide by it, whatever the order of files."""
    store = company(tmp_path, {"id": "a", "connector": "plain_chat", "paths": ["logs/a"], "observed_at": "2026-11-02T00:00:00Z"})
    put(store, "a", chat(1, who="new", state="unknown"))
    ingest(store)
    older = company(tmp_path, {"id": "a", "connector": "plain_chat", "paths": ["logs/b"], "observed_at": "2026-11-01T00:00:00Z"})
    put(older, "b", chat(1, who="old"))
    ingest(older)
    assert connect(older).sql("SELECT subject FROM exchange").fetchall() == [("new",)]


def test_an_event_told_in_two_ways_is_an_integrity_finding(store):
    """An append-only row that comes again with other content is kept, once, and named."""
    for name, text in (("door1", "event,at,who,result\ne1,2026-10-02T09:00:00Z,mia,success\n"),
                       ("door2", "event,at,who,result\ne1,2026-10-02T09:00:00Z,mia,failure\n"),
                       ("door3", "at,event,who\n2026-10-02T09:00:00.000Z,e1,mia\n")):
        (store.root / "logs" / name).write_text(text)
    ingest(store)
    con = connect(store)
    assert con.sql("FROM altered").fetchall() == [("sign_in", "door", "e1", 2)]
    smallest = con.sql("SELECT outcome FROM raw.sign_in ORDER BY locator LIMIT 1").fetchall()
    assert con.sql("SELECT outcome FROM sign_in").fetchall() == smallest


def test_a_run_sees_what_was_received_up_to_its_line(store):
    """Later files never alter an earlier view."""
    put(store, "chat1", chat(1))
    head = ingest(store).head
    put(store, "chat2", chat(2))
    put(store, "chat1", chat(1), chat(5))
    ingest(store)
    assert connect(store, as_of_seq=head).sql("SELECT count(*) FROM exchange").fetchall() == [(1,)]
    assert connect(store).sql("SELECT count(*) FROM exchange").fetchall() == [(3,)]
    assert connect(store, as_of_seq=-1).sql("SELECT count(*) FROM file").fetchall() == [(0,)]


def test_every_file_is_a_row(store):
    """The table file has each file once, with the line that received it and the counts that add up."""
    put(store, "chat1", chat(1), "nonsense", "", chat(2, kind="heartbeat"))
    put(store, "chat2", chat(1), "nonsense", "", chat(2, kind="heartbeat"))
    ingest(store)
    con = connect(store)
    assert con.sql("SELECT path, state, lines, records, rejects, blanks, skips, rows_out, ledger_seq FROM file").fetchall() == [
        ("logs/chat1", "read", 4, 2, 1, 1, 1, 1, 0)]
    assert con.sql("SELECT reason, locator LIKE '%#2' FROM reject").fetchall() == [("malformed_json", True)]
    assert con.sql("SELECT reason, locator LIKE '%#4' FROM skip").fetchall() == [("heartbeat", True)]


def test_what_a_source_is_said_to_cover_is_a_window(tmp_path):
    """Declared coverage stands beside what files claim; of a source that gave no file it says nothing."""
    covers = [{"from": "2026-10-01T00:00:00+02:00", "to": "2026-11-01T00:00:00Z", "rows": 5}]
    store = company(tmp_path, {"id": "a", "connector": "plain_chat", "paths": ["logs/a"], "covers": covers})
    ingest(store)
    assert connect(store).sql("SELECT * FROM source_window").fetchall() == []
    put(store, "a", chat(1))
    ingest(store)
    assert connect(store).sql("SELECT event_time::VARCHAR, basis, stream, source_rows, locator FROM source_window").fetchall() == [
        ("2026-09-30 22:00:00", "declared", "*", 5, "evidence.yaml/a#0")]


@pytest.mark.parametrize("statement", [
    "SELECT * FROM read_text('/etc/hostname')", "COPY (SELECT 1) TO '/tmp/out.csv'", "ATTACH '/tmp/x.db'", "INSTALL httpfs",
    "SET threads = 7", "SET enable_external_access = true", "SELECT * FROM '{root}/evidence.yaml'",
    "SELECT * FROM read_text('{root}/.evidence/../evidence.yaml')", "SELECT * FROM outsider",
])
def test_the_engine_is_closed(store, statement):
    """SQL of a catalogue reads below .evidence and nowhere else, and changes no setting."""
    put(store, "chat1", chat(1))
    ingest(store)
    (store.root / "evidence.yaml").write_text("x")
    con = connect(store)
    outsider = [1]
    assert outsider
    with pytest.raises(duckdb.Error):
        con.execute(statement.format(root=store.root)).fetchall()


def test_a_missing_segment_is_an_error_and_ingest_derives_it_again(store):
    """Segments can be deleted: the store says which is missing, and ingest makes the same one again."""
    put(store, "chat1", chat(1))
    ingest(store)
    [segment] = [p for p in store.segments.root.iterdir() if (p / "exchange.parquet").exists()]
    before = (segment / "exchange.parquet").read_bytes()
    (store.root / "logs" / "chat1").unlink()
    for path in segment.iterdir():
        path.unlink()
    segment.rmdir()
    with pytest.raises(CustodyError, match="segment is missing or damaged"):
        connect(store)
    lines_before = store.ledger.path.read_bytes()
    ingest(store)
    assert store.ledger.path.read_bytes() == lines_before
    assert (segment / "exchange.parquet").read_bytes() == before
    assert connect(store).sql("SELECT count(*) FROM exchange").fetchall() == [(1,)]


def test_a_damaged_segment_is_derived_again(store):
    """A manifest of another segment, a table cut or taken away: the store refuses it, and ingest makes it anew."""
    put(store, "chat1", chat(1))
    ingest(store)
    [segment] = store.segments.root.iterdir()
    good = (segment / "manifest.json").read_text(), (segment / "exchange.parquet").read_bytes()
    for name, data in (("manifest.json", json.dumps(json.loads(good[0]) | {"key": "0" * 64}).encode()), ("manifest.json", b"{"),
                       ("manifest.json", b"[]"), ("exchange.parquet", good[1][:-1])):
        (segment / name).write_bytes(data)
        with pytest.raises(CustodyError, match="missing or damaged"):
            connect(store)
        ingest(store)
        assert ((segment / "manifest.json").read_text(), (segment / "exchange.parquet").read_bytes()) == good


def test_every_setting_reaches_sql(tmp_path):
    """Policies of evidence.yaml are tables, with open ends filled and names normalised."""
    store = company(
        tmp_path, {"id": "a", "connector": "plain_chat", "paths": ["logs/a"], "skew": "30s", "settling": "1d",
                   "delivery": "2d"},
        {"id": "b", "connector": "plain_chat", "paths": ["logs/b"]},
        group_map=[{"gateway_group": "g", "issuer": "t", "group_id": "1"}],
        scope={"surfaces": [{"surface": "ide%", "rule": "must_be_gated"}], "connections": [{"name": "ai-%"}]},
        policies={"risk": [{"name": "r", "field": "model", "pattern": "gpt%", "risk": "high"}],
                  "approval": [{"risk": "high", "groups": ["a", "b"], "max_window": "1h"}, {"risk": "low", "required": False}],
                  "masking": {"rules": [{"entity": "email", "action": "allow", "valid_to": "2026-12-01T00:00:00Z"}]},
                  "callers": [{"subject": " BOT@x ", "caller_class": "shared_key"}]},
        clocks=[{"name": "memo", "source": "b", "reference": "a", "behind": "2s", "reason": "seen", "declared_by": "R. Ito"}])
    con = connect(store)

    def all_of(name: str) -> list[tuple]:
        return con.sql(f"FROM {name}").fetchall()

    assert all_of("cfg_source")[0] == ("a", "plain_chat", "gateway", 86_400_000_000, 30_000_000, None, True, 172_800_000_000)
    assert sorted(all_of("cfg_capability"))[:2] == [("a", "prompt"), ("a", "response")]
    assert all_of("cfg_anchor") == [("memo", "b", "a", None, None, -2_000_000, "seen", "R. Ito")]
    assert all_of("cfg_scope") == [(0, "*", "ide%", "must_be_gated")]
    assert all_of("cfg_connection") == [(0, "ai-%", True, True)]
    assert [(*row[:3], str(row[3]), str(row[4])[:4]) for row in all_of("cfg_group_map")] == [("g", "t", "1", "0001-01-01 00:00:00", "9999")]
    assert all_of("cfg_risk") == [(0, "r", "model", "gpt%", "high")]
    assert all_of("cfg_approval") == [("high", True, "a", 3_600_000_000), ("high", True, "b", 3_600_000_000), ("low", False, None, None)]
    assert [(*row[:7], str(row[8])) for row in all_of("cfg_masking")] == [(0, "*", "email", "%", None, "allow", None, "2026-12-01 00:00:00")]
    assert all_of("cfg_caller") == [("*", "bot@x", "shared_key", None)]


def test_an_unknown_connector_is_a_configuration_error(tmp_path):
    """A source that names no connector is told so before anything is read."""
    store = company(tmp_path, {"id": "a", "connector": "nowhere", "paths": ["logs/a"]})
    with pytest.raises(ConfigError, match="unknown connector 'nowhere'"):
        connect(store)
    with pytest.raises(ConfigError, match="unknown connector 'nowhere'"):
        ingest(store)


def test_a_store_without_readers_says_so(store):
    """Texts are read by what is above the store."""
    with pytest.raises(UsageError, match="cannot read texts"):
        Store(store.root, store.company).text("0" * 64 + "#1", "record:/ask")
