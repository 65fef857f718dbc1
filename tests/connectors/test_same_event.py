"""One event is one event, however a source spells it."""

from __future__ import annotations

import pytest

from tests.connectors.kit import run

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
