"""One event is one event, however a source spells it."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from datetime import UTC, datetime

import pytest

from evidence import connector, connector_cases
from evidence.connector import paths
from evidence.ingest import readers
from evidence.ingest.readers.feed import feed
from tests.connectors.kit import run
from tests.month.kit import take

SPELLINGS = ("2026-10-06T08:59:50Z", "2026-10-06T08:59:50.000Z", "2026-10-06T08:59:50+00:00", "2026-10-06T10:59:50.0000000+02:00")


def _google(time):
    return {"id": {"applicationName": "admin", "customerId": "C1", "time": time, "uniqueQualifier": "7"}, "actor": {"email": "ada@x.test"},
            "events": [{"name": "suspend_user", "parameters": [{"name": "user_email", "value": "bo@x.test"}]}]}


RECORDS = {
    "google_workspace": [_google, lambda time: _google(time) | {"events": [{"name": "login_success"}], "id": _google(time)["id"] | {"applicationName": "login"}},
                         lambda time: _google(time) | {"events": [{"name": "add_group_member", "parameters": [
                             {"name": "group_email", "value": "g@x.test"}, {"name": "user_email", "value": "bo@x.test"}]}]}],
    "azure_openai": [lambda time: {"category": "RequestResponse", "operationName": "ChatCompletions_Create", "time": time, "properties": {"modelName": "m"}},
                     lambda time: {"category": "Audit", "operationName": "ListKey", "time": time, "properties": {}}],
    "hoop_event": [lambda time: {"event_type": "access.jit_approved", "payload": {"session_id": "s", "review_id": "r", "reviewer": "ada@x.test", "occurred_at": time}},
                   lambda time: {"session_id": "s", "total_redactions": "3", "occurred_at": time},
                   lambda time: {"session_id": "s", "rule": "keys", "occurred_at": time}],
}


@pytest.mark.parametrize(("name", "made"), [(name, made) for name, every in RECORDS.items() for made in every])
def test_another_spelling_of_its_time_makes_no_other_event(name, made):
    """Where an id contains a time it contains the instant, so that two exports of one event are one event."""
    rows = run(name, [made(time) for time in SPELLINGS]).rows
    filled = [table for table in rows.values() if table.num_rows]
    assert filled
    for table in filled:
        assert table.num_rows == len(SPELLINGS)
        assert len(set(table["native_id"].to_pylist())) == 1
    assert all(len(set(table["native_id"].to_pylist())) == 2 for table in run(name, [made("2026-10-06T08:59:51Z"), made(SPELLINGS[0])]).rows.values() if table.num_rows)


def _told(record, places):
    """Write what a table tells of a log event: its facts by the columns of their places, the first of each."""
    row = {}
    for place, columns in places.items():
        top, _, rest = place.partition("[].")
        if rest:
            row |= {columns[0].replace("#", str(n)): value for n, one in enumerate(record.get(top) or []) if (value := paths.at(one, rest)) is not paths.ABSENT}
        elif (value := paths.at(record, place)) is not paths.ABSENT:
            row[columns[0]] = value
    return {column: str(value).lower() if isinstance(value, bool) else value for column, value in row.items() if value not in (None, "")}


def _okta():
    chosen = connector.load("okta_system_log")
    files = [path for path in connector_cases.cases(chosen) if path.suffix in {".json", ".jsonl"}]
    records = [json.loads(raw) for path in files for batch, _, _ in feed(chosen, path) for raw in batch["raw"].to_pylist()]
    return chosen, [one for one in records if isinstance(one.get("outcome"), dict) and "published" in one and "eventType" in one]


def _table(path, rows):
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, sorted(columns), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_table_gives_the_rows_of_the_log_events_that_it_tells(tmp_path):
    """With nothing in the events but what the columns tell, JSON and table give the same rows, in all relations."""
    chosen, records = _okta()
    table = _table(tmp_path / "log.csv", [_told(record, chosen.reader.places) for record in records])
    [(batch, _, _)] = feed(chosen, table)
    made = [json.loads(raw) for raw in batch["raw"].to_pylist()]
    assert len(made) == len(records) > 40
    for record, one in zip(records, made, strict=True):
        for target in record.get("target") or []:
            target["detailEntry"] = target["changeDetails"] = None
        assert _told(one, chosen.reader.places) == _told(record, chosen.reader.places)
    told, listed = (run("okta_system_log", every) for every in (records, made))
    for name, rows in told.rows.items():
        assert rows.num_rows > 5 or name in {"account_event", "membership_event"}
        assert rows.drop_columns("record_hash").equals(listed.rows[name].drop_columns("record_hash"))


def test_the_table_and_the_json_of_one_log_are_one_log(tmp_path):
    """In one source each event counts once; where the table tells less of it, the event is listed as told in two ways."""
    chosen, records = _okta()
    (tmp_path / "logs").mkdir()
    (tmp_path / "evidence.yaml").write_text("organisation: Harbour\nsources: [{id: okta, connector: okta_system_log, paths: ['logs/*'], issuer: harbour.okta.example}]\n", "utf-8")
    (tmp_path / "logs/a.json").write_text(json.dumps(records), "utf-8")
    month = take(tmp_path, datetime(2026, 11, 5, tzinfo=UTC), period="2026-09")
    with closing(month.store.open(period=month.period, reference_time=month.reference_time)) as con:
        alone = con.execute("SELECT count(*), count(DISTINCT native_id) FROM sign_in").fetchone()
        assert alone[0] == alone[1]
    _table(tmp_path / "logs/b.csv", [_told(record, chosen.reader.places) for record in records])
    month = take(tmp_path, datetime(2026, 11, 5, tzinfo=UTC), period="2026-09")
    with closing(month.store.open(period=month.period, reference_time=month.reference_time)) as con:
        assert con.execute("SELECT count(*), count(DISTINCT native_id) FROM sign_in").fetchone() == alone
        less = {one["uuid"] for one in records if any((t.get("detailEntry") or {}) or (t.get("changeDetails") or {}) for t in one.get("target") or [])}
        altered = {name for name, in con.execute("SELECT native_id FROM altered").fetchall()}
        assert altered
        assert altered <= less


def test_a_cell_that_stands_where_others_belong_refuses_its_row(tmp_path):
    """A row in which two columns claim one place is refused; one of which the other cell has no text is read."""
    table = tmp_path / "log.csv"
    table.write_text("uuid,timestamp,event_type,actor,actor.id,target1.id,target0.id,eventType\n"
                     "1,2026-09-01T00:00:00Z,user.session.start,ada,00u,,,\n2,2026-09-01T00:00:00Z,user.session.start,,00u,second,first,\n"
                     "3,2026-09-01T00:00:00Z,user.session.start,,00u,second, ,\n4,,,,,,,\n", "utf-8")
    chosen = connector.load("okta_system_log")
    [batch] = list(readers.read(lambda: table.open("rb"), readers.Options.of(chosen)))
    assert [(one.number, one.reason, one.detail) for one in batch.rejects] == [(1, "duplicate_key", "actor.id")]
    assert batch.conserved
    assert [json.loads(text).get("target") for text in batch.texts] == [[{"id": "first"}, {"id": "second"}], [{"id": "second"}], None]
