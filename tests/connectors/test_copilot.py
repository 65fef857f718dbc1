"""Copilot, approvals and OCSF: what must hold across the shapes in which one and the same event arrives."""

from __future__ import annotations

import gzip
import json
from functools import partial

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import cli, connector, pipeline, relations
from evidence.ingest.readers.feed import feed
from evidence.normalize.texts import hashes
from evidence.pipeline import recognise
from tests.connectors.kit import normalizer
from tests.connectors.test_samples import SHAPES

ALL = connector.all_connectors()
CUSTODY = {"locator", "record_hash", "source_id"}


def rows(name, path, relation):
    """The rows that a file gives, without what says where each came from."""
    found = []
    for records, parts, _ in feed(connector.load(name), path):
        found += normalizer(name).batch(records, parts).rows[relation].to_pylist()
    return [{key: value for key, value in row.items() if key not in CUSTODY} for row in found]


def case(name, file):
    """The path of a case of a connector."""
    return connector.load(name).folder / "cases" / file


def test_one_interaction_is_the_same_row_in_every_carrier():
    """Activity API, the CSV of a search and Graph say the same of the same record, so that it counts once."""
    wanted = "5b1f0c00-0000-4a6e-9c1d-000000000001"
    first, second, third = ([row for row in rows("m365_purview", case("m365_purview", file), "usage") if row["native_id"] == wanted]
                            for file in ("activity_api.json", "audit_search.csv", "graph.json"))
    assert len(first) == 1
    assert first == second == third


@pytest.mark.parametrize("name", ["github_audit_log", "github_usage_records"])
def test_a_stream_is_the_same_packed_or_plain_as_lines_or_array(name, tmp_path):
    """The containers of GitHub's stream (one object per line or an array, gzip or plain) give the same rows."""
    plain = case(name, "stream.jsonl").read_text("utf-8")
    array = tmp_path / "array.json"
    array.write_text("[" + ",\n".join(plain.splitlines()) + "]", "utf-8")
    packed = tmp_path / "packed.json.log.gz"
    packed.write_bytes(gzip.compress(plain.encode(), mtime=0))
    for relation in connector.load(name).relations:
        one, two, three = (rows(name, path, relation) for path in (case(name, "stream.jsonl"), array, packed))
        # Where the vendor gives no id, the hash of the record is it.
        assert [row | {"config_sha256": None} for row in one] == [row | {"config_sha256": None} for row in two]
        assert one == three


def test_ocsf_is_the_same_as_parquet_and_as_json(tmp_path):
    """Rows of a security lake's Parquet, with their times as timestamps, give what the same events give as JSON."""
    events = [json.loads(line) for line in case("ocsf", "events.jsonl").read_text("utf-8").splitlines()]
    sound = [event for event in events if isinstance(event["time"], int) and event["time"] > 10**12]
    columns = {key: [event.get(key) for event in sound] for key in sorted({key for event in sound for key in event})}
    columns["time_dt"] = pa.array([event["time"] * 1000 for event in sound], pa.timestamp("us", "UTC"))
    table = pa.table(columns)
    pq.write_table(table, tmp_path / "lake.parquet")
    (tmp_path / "lake.jsonl").write_text("".join(json.dumps(event) + "\n" for event in sound), "utf-8")
    for relation in connector.load("ocsf").relations:
        one, two = (rows("ocsf", tmp_path / name, relation) for name in ("lake.jsonl", "lake.parquet"))
        assert [row | {"event_time_raw": None} for row in one] == [row | {"event_time_raw": None} for row in two]
        assert one
    assert pipeline.detect(tmp_path / "lake.parquet").fits[0][0] == "ocsf"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_the_hash_of_a_prompt_in_sql_is_the_engine_s(text):
    """A prompt has one hash for matching, whether a statement takes it or the engine does."""
    mine = ENGINE.execute("SELECT norm_sha256(?)", [text]).fetchone()[0]
    assert mine == hashes("prompt", pa.chunked_array([[text]]))["prompt_norm_sha256"][0].as_py()


ENGINE = duckdb.connect()
relations.define_macros(ENGINE)


def test_a_usage_record_has_the_prompt_hash_of_the_exchange():
    """The prompt of a usage record is put together by the wire shape that a gateway's recording uses."""
    row = next(row for row in rows("github_usage_records", case("github_usage_records", "stream.jsonl"), "usage") if row["model"])
    said = "You help with code.\nSum the orders of October.\r\n"
    assert row["prompt_norm_sha256"] == hashes("prompt", pa.chunked_array([[said]]))["prompt_norm_sha256"][0].as_py()


NOBODY_S = ("copilot_hooks/governance_audit.ndjson", "github_audit/link_header_example.txt",
            "github_audit/panther_github_rule_tests.ndjson", "github_metrics_legacy/organization_metrics_3days.json",
            "github_metrics_reports/download-links-organization-1-day.json", "github_proxy_capture/completions.json")


@pytest.mark.parametrize("file", NOBODY_S)
def test_what_no_connector_reads_is_answered_so(shared, file):
    """Files around Copilot that are no source of evidence here are of no connector, not guessed at."""
    path = shared / "samples" / "copilot" / file
    assert not [one for one in recognise.candidates(partial(path.open, "rb"), ALL) if one.fits]


OURS = {"github_audit_log", "github_usage_records", "github_copilot_usage", "github_copilot_billing", "github_copilot_seats", "m365_purview",
        "m365_interaction", "m365_usage_report", "azure_openai", "copilot_otel", "ocsf"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_sample_is_of_one_connector_alone(shared, name):
    """Each sample is detected as its connector and no other, whatever else the catalogue holds."""
    for pattern in SHAPES[name]:
        for path in sorted((shared / "samples").glob(pattern)):
            tried = recognise.candidates(partial(path.open, "rb"), ALL)
            assert [one.connector for one in tried if one.fits] == [name], path


def test_concealed_names_are_the_reason_given(tmp_path, capsys):
    """A report of concealed names alone is refused, and the summary says that this is why."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "report.csv").write_text("Report Refresh Date,User Principal Name,Last Activity Date,Copilot Chat Last Activity Date\n"
                                                  f"2026-10-07,{'0F' * 16},2026-10-06,2026-10-06\n", "utf-8")
    (tmp_path / "evidence.yaml").write_text("version: 1\norganisation: Nordwind\nsources:\n"
                                            "  - {id: report, connector: m365_usage_report, paths: [logs/*.csv]}\n", "utf-8")
    assert cli.call(["ingest", "-C", str(tmp_path)]) == 3
    assert "no_record: nothing in it could be used, mostly for concealed_user_name" in capsys.readouterr().out


def test_records_beside_are_neither_recognised_nor_refused():
    """A stream's file with the other kind alone is no usage record's file by itself, and no wrong file where it is named."""
    chosen = connector.load("github_usage_records")
    event = {"action": "user.login", "@timestamp": 1790845200000, "actor": "kli"}
    assert not chosen.fits(event)
    assert chosen.fits(event, beside=True)
    assert not chosen.fits({"action": "user.login"}, beside=True)


def test_attributes_of_a_span_are_told_by_name_and_by_what_they_are_not():
    """In the attribute lists of OTLP, and in objects, detection sees values by name; a value of unless excludes."""
    span = {"traceId": "a", "spanId": "b", "name": "chat", "startTimeUnixNano": "1",
            "attributes": [{"key": "gen_ai.system", "value": {"stringValue": "openai"}}]}
    mine = {"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "vs-copilot"}}]}}
    theirs = {"resource": {"attributes": {"service.name": "billing"}}}
    found = [[one.id for one in map(connector.load, ("copilot_otel", "otel_genai")) if one.fits(span | more)] for more in (mine, theirs)]
    assert found == [["copilot_otel"], ["otel_genai"]]


def test_repeated_columns_are_numbered_where_that_is_declared(tmp_path):
    """A vendor that repeats columns is read; for every other one a repeated column is an error of the file."""
    file = tmp_path / "twice.csv"
    file.write_text("Issue key,Comment,Comment\nAIR-1,first,second\n", "utf-8")
    records = next(feed(connector.load("jira_issue"), file))[0]
    assert json.loads(records["raw"][0].as_py()) == {"Issue key": "AIR-1", "Comment": "first", "Comment 2": "second"}
    refused = next(feed(connector.load("people_csv"), file))[2]
    assert [one.reason for one in refused] == ["duplicate_column"]
