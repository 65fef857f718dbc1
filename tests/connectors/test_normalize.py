"""Nothing is lost between a record and its rows, and no text stays in a row."""

from __future__ import annotations

import hashlib
import shutil

import duckdb
import pytest

from evidence import catalog, connector, relations
from evidence.errors import CatalogSqlError, SourceError
from evidence.normalize import Normalizer
from evidence.normalize.settled import settled
from tests.connectors.kit import WHEN, batch, conserved, run
from tests.connectors.recordings import answer, ask, request, response, stream

LINE = {"alias_type": "email", "issuer": "t", "alias": "a@b.example", "person": "p@b.example", "kind": "member"}


@pytest.fixture
def own(tmp_path):
    """A connector with a statement of the test's own."""
    def make(statement, extra=""):
        target = tmp_path / "own_people"
        shutil.copytree(catalog.home("connectors") / "people_csv", target, dirs_exist_ok=True)
        path = target / "connector.yaml"
        text = path.read_text("utf-8").replace("id: people_csv", "id: own_people").replace("limits: >", f"{extra}\nlimits: >")
        path.write_text(text, "utf-8")
        (target / "identity_alias.sql").write_text(statement, "utf-8")
        return Normalizer(connector.load("own_people", [tmp_path]), source_id="src", issuer="t", observed_at=WHEN)
    return make


def test_tables_have_the_columns_of_the_schema_in_its_order():
    """A table is the relation: every column, in the order of the schema, and nothing that is only passing through."""
    out = run("hoop_session", [{"id": "s", "status": "done", "start_date": "2026-09-14T08:00:00Z"}])
    for name, table in out.rows.items():
        assert table.column_names == [column.name for column in relations.relation(name).columns]


def test_a_row_that_breaks_a_constraint_names_it():
    """A row that the schema refuses is a reject with relation and constraint, and the rest of the batch stands."""
    out = run("people_csv", [LINE, {**LINE, "kind": "stranger"}])
    assert out.rows["identity_alias"].num_rows == 1
    assert out.rejects.to_pylist() == [{
        "source_id": "src", "locator": f"{'0' * 64}#2", "relation": "identity_alias", "reason": "check:person_kind",
        "detail": None, "byte_len": len(batch([{**LINE, "kind": "stranger"}])["raw"][0].as_py())}]


def test_a_record_without_any_row_is_seen(own):
    """A record for which no statement gives a row is a reject, not a silence."""
    out = own("SELECT r.record_no, 'x' AS alias FROM record AS r WHERE false").batch(batch([LINE]))
    assert [row["reason"] for row in out.rejects.to_pylist()] == ["no_row"]


def test_a_value_that_breaks_a_statement_refuses_its_record_alone(own):
    """A failing cast costs the one record that has the value, not the batch, and its text is not quoted."""
    engine = own("SELECT r.record_no, 'email' AS alias_type, 't' AS issuer, r.s.alias AS alias, 'oid' AS anchor_type,"
                 " (r.s.person::INTEGER)::VARCHAR AS anchor, 'member' AS person_kind, 'declared' AS basis FROM record AS r")
    records = [{**LINE, "person": "1"}, {**LINE, "person": "secret-text"}, {**LINE, "person": "3"}]
    out = engine.batch(batch(records))
    assert sorted(out.rows["identity_alias"]["anchor"].to_pylist()) == ["1", "3"]
    assert [(row["reason"], row["locator"][-2:]) for row in out.rejects.to_pylist()] == [("sql_error", "#2")]
    assert "secret-text" not in str(out.rejects.to_pylist())


def test_a_statement_may_refuse_a_row_itself(own):
    """The column ``reject`` lets a statement say why a row cannot stand."""
    out = own("SELECT r.record_no, 'odd_alias' AS reject FROM record AS r").batch(batch([LINE]))
    assert [(row["relation"], row["reason"]) for row in out.rejects.to_pylist()] == [("identity_alias", "odd_alias")]


def test_a_declared_skip_gives_neither_rows_nor_rejects(own):
    """What a connector leaves out on purpose is counted under the reason it declares."""
    engine = own("SELECT r.record_no, 'x' AS alias FROM record AS r", "skips: [{when: r.s.kind = 'member', reason: members}]")
    out = engine.batch(batch([LINE]))
    assert [row["reason"] for row in out.skips.to_pylist()] == ["members"]
    assert out.rejects.num_rows == 0


def test_a_derived_value_is_seen_by_skips_and_statements(own):
    """What a connector derives of a record, in order, is a column of it wherever its SQL looks."""
    engine = own("SELECT r.record_no, 'email' AS alias_type, 't' AS issuer, r.loud AS alias, 'oid' AS anchor_type,"
                 " r.s.person AS anchor, 'member' AS person_kind, 'declared' AS basis FROM record AS r",
                 "derive: {name: \"NULLIF(r.s.alias, 'x')\", loud: upper(r.name)}\nskips: [{when: r.loud IS NULL, reason: nameless}]")
    out = engine.batch(batch([LINE, {**LINE, "alias": "x"}, "{"]))
    assert out.rows["identity_alias"]["alias"].to_pylist() == ["A@B.EXAMPLE"]
    assert [row["reason"] for row in out.skips.to_pylist()] == ["nameless"]
    assert [row["reason"] for row in out.rejects.to_pylist()] == ["malformed_json"]


@pytest.mark.parametrize("moment", ["12026-01-01T00:00:00Z", "290000-01-01T00:00:00Z", "1823-01-01T00:00:00Z"])
def test_instants_that_no_clock_shows_are_refused(moment):
    """Years outside 1970 to 9999 are errors of the source, and break whoever reads them later."""
    out = run("hoop_session", [{"id": "s", "status": "done", "start_date": moment, "event_size": 0}])
    assert out.rows["session"].num_rows == 0
    assert conserved(out, 1)


def test_a_plan_made_for_one_batch_holds_for_the_next():
    """A normaliser used before gives the same rows as a new one, for small batches, large ones, and empty ones."""
    small = [LINE]
    large = [{**LINE, "alias": f"user{number}@b.example", "valid_from": "2026-01-01"} for number in range(200)]
    used = Normalizer(connector.load("people_csv"), source_id="src", issuer="tenant", observed_at=WHEN)
    for raws in (small, [], large, small, [{}], large):
        new = Normalizer(connector.load("people_csv"), source_id="src", issuer="tenant", observed_at=WHEN)
        assert run("people_csv", raws, used).rows["identity_alias"].equals(run("people_csv", raws, new).rows["identity_alias"])


def test_memory_does_not_grow_with_the_batches():
    """Of a batch nothing stays in the engine."""
    engine = Normalizer(connector.load("people_csv"), source_id="src")
    raws = [{**LINE, "alias": f"{n}{'x' * 5000}@b.example"} for n in range(300)]
    held = set()
    for _ in range(4):
        assert run("people_csv", raws, engine).rows["identity_alias"].num_rows == 300
        used = engine._con.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory()").fetchone()
        held.add(used[0] if used else None)
    assert len(held) == 1


def test_text_leaves_as_hashes_and_for_the_scanner_only():
    """Rows keep hashes and lengths of the exact and of the normal text; the text is in no stored column."""
    prompt = "  Grüße an e\u0301douard\r\nbitte "
    record = {"id": "s", "status": "done", "start_date": "2026-09-14T08:00:00Z",
              "event_stream": stream([(0, "i", request(ask(prompt))), (1, "o", response(answer("ok")))])}
    out = run("hoop_session", [record])
    row = out.rows["exchange"].to_pylist()[0]
    assert row["prompt_sha256"] == hashlib.sha256(prompt.encode()).hexdigest()
    assert row["prompt_norm_sha256"] == hashlib.sha256("Grüße an édouard\nbitte".encode()).hexdigest()
    assert row["prompt_bytes"] == len(prompt.encode())
    assert [(t["field"], t["text"]) for t in out.texts.to_pylist()] == [("prompt", prompt), ("response", "ok")]
    stored = " ".join(str(table.to_pylist()) for table in [*out.rows.values(), out.rejects, out.skips])
    assert "douard" not in stored


def test_secrets_of_a_connection_are_not_hashed_into_its_settings():
    """The digest of a connection's settings is the same whatever its secret, and another when a setting changes."""
    base = {"id": "c", "name": "llm", "agent_id": "a", "secret": {"KEY": "one"}, "effective_features": {"data_masking": True}}
    other = {**base, "secret": {"KEY": "two"}, "status": "offline"}
    changed = {**base, "effective_features": {"data_masking": False}}
    digests = [run("hoop_connection", [r]).rows["connection_snapshot"]["config_sha256"][0].as_py() for r in (base, other, changed)]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("text", ["DROP TABLE judged", "CREATE MACRO f(a) AS a; SELECT 1", "CREATE TABLE t (a INTEGER)", "CREATE MACRO f(a AS a"])
def test_shared_sql_holds_macros_and_nothing_else(own, tmp_path, text):
    """What connectors share are expressions: any other statement is refused before the first record."""
    (tmp_path / "_odd").mkdir()
    (tmp_path / "_odd" / "shared.sql").write_text(text, "utf-8")
    with pytest.raises(CatalogSqlError, match=r"MACRO|does not run"):
        own("SELECT r.record_no FROM record AS r", "macros: odd")
    (tmp_path / "_odd" / "shared.sql").unlink()
    with pytest.raises(CatalogSqlError, match="folder with macros"):
        own("SELECT r.record_no FROM record AS r", "macros: odd")


def test_a_change_of_shared_sql_is_a_change_of_the_connector(own, tmp_path):
    """Rows depend on the macros, so a segment made with other macros is made again."""
    (tmp_path / "_odd").mkdir()
    (tmp_path / "_odd" / "shared.sql").write_text("CREATE MACRO odd_one(a) AS a || '1'", "utf-8")
    statement = ("SELECT r.record_no, 'email' AS alias_type, 't' AS issuer, odd_one(r.s.alias) AS alias, 'oid' AS anchor_type,"
                 " r.s.person AS anchor, 'member' AS person_kind, 'declared' AS basis FROM record AS r")
    engine = own(statement, "macros: odd")
    assert engine.batch(batch([LINE])).rows["identity_alias"]["alias"].to_pylist() == ["a@b.example1"]
    before = connector.load("own_people", [tmp_path]).digest
    (tmp_path / "_odd" / "shared.sql").write_text("CREATE MACRO odd_one(a) AS a || '2'", "utf-8")
    assert connector.load("own_people", [tmp_path]).digest != before


def test_one_statement_or_tables_between_give_the_same(own):
    """What a batch gives does not depend on whether its records went through tables, nor on what came before it."""
    engine = own("SELECT r.record_no, 'email' AS alias_type, 't' AS issuer, r.s.alias AS alias, 'oid' AS anchor_type,"
                 " r.s.person AS anchor, r.s.kind AS person_kind, 'declared' AS basis FROM record AS r",
                 "skips: [{when: r.s.person = 'nobody', reason: nobody}]")
    clean, mixed = [LINE] * 3, [LINE, {**LINE, "person": "nobody"}, "{", {**LINE, "kind": "stranger"}, LINE]
    seen = [engine.batch(batch(raws)) for raws in (clean, mixed, clean, mixed)]
    for one, other in ((0, 2), (1, 3)):
        for field in ("rejects", "skips", "texts"):
            assert getattr(seen[one], field).equals(getattr(seen[other], field))
        assert seen[one].rows["identity_alias"].equals(seen[other].rows["identity_alias"])
    assert [row["reason"] for row in seen[3].rejects.to_pylist()] == ["malformed_json", "check:person_kind"]
    assert (seen[0].rows["identity_alias"].num_rows, seen[3].rows["identity_alias"].num_rows, seen[3].skips.num_rows) == (3, 2, 1)


@pytest.mark.parametrize("statement", [
    "WITH x AS (FROM record) SELECT x.record_no, {} FROM x WHERE NOT EXISTS (FROM x AS y WHERE y.record_no < x.record_no)",
    "SELECT r.record_no, {} FROM record AS r JOIN record AS x USING (record_no)"])
def test_a_statement_may_read_the_records_twice(own, statement):
    """Records come as a stream, which can be read once; a statement that reads them twice gets a table."""
    fields = ("'email' AS alias_type, 't' AS issuer, 'a' AS alias, 'oid' AS anchor_type, 'p' AS anchor, 'member' AS person_kind,"
              " 'declared' AS basis")
    out = own(statement.format(fields)).batch(batch([LINE] * 3))
    assert out.rows["identity_alias"].num_rows == (1 if "EXISTS" in statement else 3)


@pytest.mark.parametrize("value", ["", " ", "\u00a0", "\u3000 ", "\t", "~", "\x7f", "é", " a", "\U0001f600"])
def test_a_required_field_of_nothing_but_space_is_missing(own, value):
    """Space is what SQL's trim takes away; whatever else a field begins with, it is there."""
    engine = own("SELECT r.record_no, 'email' AS alias_type, 't' AS issuer, 'a' AS alias, 'oid' AS anchor_type, 'p' AS anchor,"
                 " 'member' AS person_kind, 'declared' AS basis FROM record AS r")
    reasons = [row["reason"] for row in engine.batch(batch([{**LINE, "alias": value}])).rejects.to_pylist()]
    assert reasons == ([] if value.strip(" \u00a0\u3000") else ["missing:alias"])


@pytest.mark.parametrize("value", ["it's 5", "a\nb -- c", "\\1", "'); DROP TABLE judged; --", ""])
def test_an_option_is_one_text_whatever_it_says(value):
    """The value of an option stands in SQL as a text and as nothing else; one that was not given is NULL."""
    sql = "SELECT r.record_no, r.options['words'] AS said, r.options['other'] IS NULL AS none, 'p' AS anchor FROM record AS r"
    with duckdb.connect() as con:
        con.execute("CREATE TABLE record AS SELECT 1 AS record_no, MAP(['x'], ['y']) AS options")
        assert con.execute(settled(sql, {"words": value})).fetchall() == [(1, value, True, "p")]


def test_an_option_by_its_name_and_in_the_map_are_the_same(tmp_path):
    """Statements may ask for an option by name or take the map along: the rows are the same."""
    target = tmp_path / "own_people"
    shutil.copytree(catalog.home("connectors") / "directory_csv", target)
    shutil.copytree(catalog.home("connectors") / "_generic", tmp_path / "_generic")
    path = target / "connector.yaml"
    path.write_text(path.read_text("utf-8").replace("id: directory_csv", "id: own_people").replace("r.options['", "COALESCE(r.options)['"), "utf-8")
    told = batch([{"user_id": "U1", "user_name": "ines", "observed_at": "25.10.2026 03:30", "enabled": "ja"},
                  {"user_id": "U2", "user_name": "tom", "observed_at": "01.11.2026 12:00", "enabled": "ja"}])
    options = {"times": "eu", "zone": "Europe/Riga", "words_yes": "ja"}
    one, other = (Normalizer(chosen, source_id="src", issuer="t", options=options).batch(told)
                  for chosen in (connector.load("directory_csv"), connector.load("own_people", [tmp_path])))
    assert [row["event_time"].hour for row in one.rows["account_event"].to_pylist()] == [10]
    assert {name: table.to_pylist() for name, table in one.rows.items()} == {name: table.to_pylist() for name, table in other.rows.items()}


@pytest.mark.parametrize("pattern", ["[", "(?=x)", "AIR-[0-9]+"])
def test_a_pattern_that_is_none_finds_nothing_and_fails_nothing(pattern):
    """An option that is no regular expression leaves the other ways by which a message is a request."""
    engine = Normalizer(connector.load("slack_review"), source_id="src", options={"ticket_pattern": pattern})
    ask = {"type": "message", "ts": "1790000000.000100", "user": "U1", "text": "[x] 11111111-2222-3333-4444-555555555555 AIR-7"}
    found, = engine.batch(batch([ask])).rows["approval"].to_pylist()
    assert (found["session_id"], found["external_ref"]) == ("11111111-2222-3333-4444-555555555555", "AIR-7" if "AIR" in pattern else None)


def test_texts_that_do_not_fit_into_memory_are_written_nowhere(tmp_path, monkeypatch):
    """The engine that reads records sees prompts and answers: it gives up, and leaves nothing where it was started."""
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_mtime_ns
    engine = Normalizer(connector.load("people_csv"), source_id="src", issuer="tenant", observed_at=WHEN, memory="40MB")
    lines = [{**LINE, "alias": f"a{number}@b.example", "display_name": f"{number} " * 20} for number in range(60_000)]
    with pytest.raises(SourceError, match="the engine gave up"):
        engine.batch(batch(lines))
    assert (tmp_path.stat().st_mtime_ns, list(tmp_path.iterdir())) == (before, [])
