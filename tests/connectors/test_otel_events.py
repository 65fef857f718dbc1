"""A request whose span has no texts and whose log event has them is one request, asked by the user of the span."""

from __future__ import annotations

import json

from evidence import connector, connector_cases, relations
from evidence.ingest.readers.feed import feed
from evidence.store.keys import deduplicate
from tests.connectors.kit import normalizer


def test_span_and_event_of_one_request_are_one_exchange():
    """Of the two rows of one name the one with the texts holds, and the session that it names is the span's, with the user."""
    import duckdb

    chosen = connector.load("otel_genai")
    path = next(path for path in connector_cases.cases(chosen) if path.stem == "logs")
    con = duckdb.connect()
    con.execute("CREATE SCHEMA raw")
    made = [normalizer("otel_genai").batch(records, parts) for records, parts, _ in feed(chosen, path)]
    for relation in relations.canonical():
        con.execute(relation.statement.replace(f"CREATE TABLE {relation.name}", f"CREATE TABLE raw.{relation.name}"))
    for name in ("reject", "skip", "finding", "placeholder"):
        con.execute(f"CREATE OR REPLACE VIEW raw.{name} AS SELECT NULL AS source_id, NULL AS native_id, NULL AS locator, NULL AS exchange_ref,"
                    " NULL AS rule_id, NULL AS flag, NULL AS entity_type, NULL AS value_hmac, NULL AS field, NULL AS off_bytes WHERE false")
    con.execute("CREATE TABLE cfg_canary (entity_type VARCHAR, value_hmac VARCHAR)")
    for out in made:
        for name, table in out.rows.items():
            con.register("rows", table)
            con.execute(f"INSERT INTO raw.{name} BY NAME SELECT * FROM rows")
    deduplicate(con)
    [row] = con.execute("SELECT x.prompt_bytes, x.response_bytes, x.identity_type, s.subject_email, s.end_time > s.event_time FROM exchange AS x"
                        " JOIN session AS s ON s.native_id = x.session_id WHERE x.native_id LIKE '%/c1c1c1c1c1c1c101'").fetchall()
    assert row == (30, 13, "elsewhere", "ines.varga@harbour.example", True)
    assert con.execute("SELECT count(*) FROM exchange").fetchall() == [(5,)]


def test_messages_of_spans_in_a_file_are_not_mixed(tmp_path):
    """Messages that are interleaved in one file come to the answer of their own span, in the order of their times; other lines do not."""
    chosen = connector.load("otel_genai")

    def record(span, time, name, body):
        said = [{"key": key, "value": {"stringValue": text} if isinstance(text, str) else {"kvlistValue": {"values": text}}} for key, text in body.items()]
        return {"timeUnixNano": time, "traceId": "a" * 32, "spanId": span * 8, "eventName": name, "body": {"kvlistValue": {"values": said}},
                "attributes": [{"key": "gen_ai.system", "value": {"stringValue": "x"}}]}

    def choice(span, text):
        return record(span, "9", "gen_ai.choice", {"finish_reason": "stop", "message": [{"key": "content", "value": {"stringValue": text}}]})

    plain = {"timeUnixNano": "5", "traceId": "a" * 32, "spanId": "ab" * 8, "body": {"stringValue": "asking the model"}, "attributes": []}
    records = [plain, record("ab", "2", "gen_ai.user.message", {"content": "second"}), record("cd", "1", "gen_ai.user.message", {"content": "other"}),
               choice("cd", "to other"), record("ab", "1", "gen_ai.system.message", {"content": "first"}), choice("ab", "to both")]
    path = tmp_path / "logs.json"
    path.write_text(json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}), "utf-8")
    texts = {(row["prompt"], row["response"]) for _, parts, _ in feed(chosen, path) for row in parts.to_pylist() if row["prompt"]}
    assert texts == {("other", "to other"), ("first\nsecond", "to both")}
