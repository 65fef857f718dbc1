"""Prompts and responses are scanned and hashed while they pass, never stored outside the vault, and read again from it."""

from __future__ import annotations

import hashlib
import json
import zipfile

import pyarrow as pa
import pytest

from evidence import connector, pipeline, relations
from evidence.errors import SourceError
from evidence.pipeline.texts import record_of
from evidence.store import Store

from .kit import chat, company, connect, digests, ingest, lines

PLANTED = "PLANTED-7f3a"


class WordScanner:
    """Finds one word, and masks in angle brackets."""

    engine, people = "words", None

    def __init__(self, word: str) -> None:
        """Look for this word."""
        self.word, self.rules_digest, self.seen = word, hashlib.sha256(word.encode()).hexdigest(), 0

    def read(self, texts: pa.Array) -> tuple[pa.Table, pa.Table]:
        """Return findings and placeholders."""
        self.seen += len(texts)
        values = [text.as_py() for text in texts]
        hits = [(row, value.index(self.word)) for row, value in enumerate(values) if self.word in value]
        marks = [(row, value.index("<MASKED>")) for row, value in enumerate(values) if "<MASKED>" in value]
        return self._findings(hits), self._marks(marks)

    def _findings(self, hits: list[tuple[int, int]]) -> pa.Table:
        size = len(hits)
        return pa.table({"row": pa.array([h[0] for h in hits], pa.int64()), "entity_type": ["word"] * size,
                         "entity_class": ["other"] * size, "rule_id": ["r"] * size, "off_bytes": [h[1] for h in hits],
                         "len_bytes": [len(self.word)] * size, "confidence_milli": [1000] * size,
                         "flag": pa.array([None] * size, pa.string()), "value_hmac": ["0" * 32] * size})

    def _marks(self, marks: list[tuple[int, int]]) -> pa.Table:
        size = len(marks)
        return pa.table({"row": pa.array([m[0] for m in marks], pa.int64()), "style": ["angle"] * size,
                         "entity_type": pa.array([None] * size, pa.string()), "self_evident": [True] * size,
                         "off_bytes": [m[1] for m in marks], "len_bytes": [8] * size, "visible_bytes": [0] * size})


@pytest.fixture
def store(tmp_path) -> Store:
    """Texts with a planted value in many places, in several containers."""
    made = company(tmp_path)
    planted = [chat(n, ask=f"say {PLANTED} {n}", answer=f"{PLANTED} <MASKED>", who="mia") for n in range(3)]
    (tmp_path / "logs" / "chat-a").write_bytes(lines(*planted))
    (tmp_path / "logs" / "chat-b").write_text(json.dumps({"data": [chat(9, ask=PLANTED, at="never")]}, indent=1))
    with zipfile.ZipFile(tmp_path / "logs" / "chat-c.zip", "w") as file:
        file.writestr("in/x.json", lines(chat(4, ask='é\n"quoted"', answer=PLANTED * 3)))
        file.writestr("in/y.json", lines(chat(5, ask="other")))
    return made


def test_no_stored_column_holds_text(store):
    """No file below .evidence but the vault's, and no column of any relation, contains a planted text."""
    ingest(store, scanner=lambda: WordScanner(PLANTED))
    con = connect(store)
    assert con.sql("SELECT count(*) FROM finding").fetchall() == [(7,)]
    for schema in ("raw", "main"):
        for relation in relations.of_kind("append_only", "snapshot", "derived", "ledger"):
            assert PLANTED not in str(con.sql(f"FROM {schema}.{relation.name}" if schema == "main" or relation.kind != "ledger"
                                              else "SELECT 1").fetchall()), relation.name
    for path in store.home.rglob("*"):
        if path.is_file() and store.vault.root not in path.parents:
            assert PLANTED.encode() not in path.read_bytes(), path


def test_hashes_and_lengths_stand_for_the_text(store):
    """What is stored of a text are two hashes, a length and where it is."""
    ingest(store)
    row = connect(store).sql("SELECT prompt_sha256, prompt_bytes, prompt_part FROM exchange WHERE native_id = 'x4'").fetchall()[0]
    text = 'é\n"quoted"'.encode()
    assert row == (hashlib.sha256(text).hexdigest(), len(text), "record:/ask")


def test_a_text_is_read_again_by_its_locator(store):
    """Every stored locator leads back to a text of the stored hash, in every container."""
    ingest(store)
    rows = connect(store).sql("SELECT locator, prompt_part, prompt_sha256, response_part, response_sha256 FROM exchange").fetchall()
    assert len(rows) == 5
    for locator, *parts in rows:
        for part, sha in (parts[:2], parts[2:]):
            assert hashlib.sha256(store.text(locator, part)).hexdigest() == sha
    with pytest.raises(SourceError, match="no such text"):
        store.text(rows[0][0], "record:/nothing")
    with pytest.raises(SourceError, match="no such text"):
        store.text(rows[0][0].rpartition("#")[0] + "#999", "record:/ask")
    with pytest.raises(SourceError, match="no file of this hash"):
        store.text("0" * 64 + "#1", "record:/ask")


def test_with_hashes_only_nothing_can_be_read_again(tmp_path):
    """A company that keeps no raw bytes has rows and findings, and a clear answer for a text."""
    store = company(tmp_path, ingest={"vault": "hashes_only"})
    (tmp_path / "logs" / "chat-a").write_bytes(lines(chat(1, answer=PLANTED)))
    ingest(store, scanner=lambda: WordScanner(PLANTED))
    con = connect(store)
    assert con.sql("SELECT count(*) FROM finding").fetchall() == [(1,)]
    with pytest.raises(SourceError, match="not kept"):
        store.text(con.sql("SELECT locator FROM exchange").fetchall()[0][0], "record:/answer")
    assert not store.vault.root.exists()


def test_a_rule_edit_scans_again_and_leaves_the_rows_alone(store):
    """Findings have a segment of their own: new rules make a new one, the rows stay as they are, to the byte."""
    ingest(store, scanner=lambda: WordScanner(PLANTED))
    before = digests(store)
    first = connect(store).sql("SELECT DISTINCT rules_digest FROM finding").fetchall()
    other = WordScanner("other")
    summary = ingest(store, scanner=lambda: other)
    assert {f.event for f in summary.files} == {"reread"}
    after = digests(store)
    assert {name: after[name] for name in before} == before
    con = connect(store)
    assert con.sql("SELECT exchange_ref, field, rules_digest FROM finding").fetchall() == [("x5", "prompt", other.rules_digest)]
    assert first != [(other.rules_digest,)]
    seen = other.seen
    assert {f.event for f in ingest(store, scanner=lambda: other).files} == {"known"}
    assert other.seen == seen
    assert {f.event for f in ingest(store).files} == {"known"}
    assert connect(store).sql("SELECT count(*) FROM finding").fetchall() == [(1,)]


def test_a_text_received_twice_is_found_once(store):
    """Findings of the copy that does not hold are left out, like its row."""
    (store.root / "logs" / "chat-z").write_bytes(lines(chat(0, ask=f"say {PLANTED} 0", answer=f"{PLANTED} <MASKED>"), chat(70)))
    ingest(store, scanner=lambda: WordScanner(PLANTED))
    con = connect(store)
    assert con.sql("SELECT count(*) FROM raw.finding").fetchall() == [(9,)]
    assert con.sql("SELECT count(*) FROM finding WHERE exchange_ref = 'x0'").fetchall() == [(2,)]
    assert con.sql("SELECT count(*) FROM placeholder WHERE exchange_ref = 'x0'").fetchall() == [(1,)]


def test_a_file_named_for_two_sources_gives_its_texts(tmp_path):
    """A text is read by the connector whose text it is, wherever its source stands; a record is shown as the stricter one keeps it."""
    folder = tmp_path / "own" / "plain_audit"
    folder.mkdir(parents=True)
    folder.joinpath("connector.yaml").write_text(
        "id: plain_audit\ntitle: x\nrole: idp\nvendor_page: 'none: a file of the tests'\nreads: JSON\nshape: {act: VARCHAR, at: VARCHAR}\nrequire: [at]\n"
        "detect: [{all: [act]}, {all: [id], beside: true}]\nsecrets: {drop: [answer]}\nrelations: [admin_event]\nlimits: x\n"
        "skips: [{when: r.s.act IS NULL, reason: no_act}]\n", "utf-8")
    folder.joinpath("admin_event.sql").write_text(
        "SELECT r.record_no, utc(r.s.at) AS event_time, 'create' AS action, r.s.act AS object_type, 'success' AS outcome FROM record AS r", "utf-8")
    store = company(tmp_path, {"id": "audit", "connector": "plain_audit", "paths": ["logs/both"]}, {"id": "chat", "connector": "plain_chat", "paths": ["logs/both"]})
    (tmp_path / "logs" / "both").write_bytes(lines(chat(1, answer=PLANTED), {"id": "a1", "act": "role", "at": "2026-10-01T09:00:00Z", "kind": "heartbeat"}))
    summary = ingest(store, scanner=lambda: WordScanner(PLANTED))
    assert [(one.state, one.records, one.skips, one.rejects, one.rows_out) for one in summary.files] == [("read", 2, 1, 0, 1)] * 2
    locator = connect(store).sql("SELECT locator FROM exchange").fetchall()[0][0]
    assert store.text(locator, "record:/answer") == PLANTED.encode()
    assert PLANTED not in record_of(store, locator).decode()


def test_the_connector_of_a_file_is_told(store):
    """Detection looks at the first record, whatever the container."""
    for name in ("chat-a", "chat-b", "chat-c.zip"):
        assert [found[0] for found in pipeline.detect(store.root / "logs" / name, [store.root / "own"]).fits] == ["plain_chat"]
    (store.root / "logs" / "people").write_text("person,alias_type,issuer,alias\nmia@x,github_login,x,mia\n")
    assert "people_csv" in [found[0] for found in pipeline.detect(store.root / "logs" / "people").fits]
    (store.root / "logs" / "junk").write_bytes(b"\x00\x01")
    with pytest.raises(SourceError, match="no connector"):
        pipeline.detect(store.root / "logs" / "junk")
    assert connector.load("plain_chat", [store.root / "own"]).fits({"id", "ask"})
