"""A file that mixes the records of several connectors is taken in for each of them, and each leaves out what is the others'."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from evidence import cli, connector, connector_cases, pipeline
from evidence.ingest import readers
from evidence.ingest.readers.base import Options
from tests.connectors.kit import conserved, numbers, run

TENANT = "7c1d2e00-0000-4000-8000-00000000abcd"
FAMILIES = {
    "unified audit log": ["entra_ual", "m365_purview"],
    "one event hub for all": ["azure_apim_diagnostics", "azure_openai", "entra_sign_in"],
    "one workspace of Log Analytics": ["azure_apim", "entra_log_analytics"],
    "one collector of traces": ["copilot_otel", "otel_genai"],
}
METRIC = {"time": "2026-10-01T09:00:00Z", "resourceId": "/SUBSCRIPTIONS/0", "metricName": "Requests", "total": 3, "timeGrain": "PT1M"}
FIREWALL = {"time": "2026-10-01T09:00:00Z", "resourceId": "/SUBSCRIPTIONS/0/PROVIDERS/MICROSOFT.NETWORK/AZUREFIREWALLS/F", "category": "AZFWNetworkRule",
            "operationName": "x", "properties": {"Protocol": "TCP"}}
OFFICE = {"TimeGenerated": "2026-10-01T09:00:00Z", "Type": "OfficeActivity", "Operation": "FileAccessed", "OfficeWorkload": "SharePoint"}


def own(name: str) -> list[dict[str, Any]]:
    """The records of a connector's cases that come as JSON and give rows."""
    chosen, found = connector.load(name), []
    for path in connector_cases.cases(chosen):
        if path.suffix in (".json", ".jsonl"):
            texts = [text for batch in readers.read(partial(path.open, "rb"), Options.of(chosen)) for text in batch.texts]
            said = yaml.safe_load(path.with_name(path.stem + ".expected.yaml").read_text("utf-8"))
            gave = {row["record"] for rows in said["rows"].values() for row in rows} - {one["record"] for one in said["rejects"]}
            found += [orjson.loads(text) for number, text in enumerate(texts, 1) if number in gave]
    return found


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_each_leaves_out_what_is_the_others(family):
    """What a connector makes of its records is the same beside those of others, which are skips with a reason and no rejects."""
    strangers = {"entra_sign_in": [METRIC, FIREWALL], "entra_log_analytics": [OFFICE]}
    foreign = [record for name in family for record in strangers.get(name, [])]
    for name in family:
        mine, theirs = own(name), [*foreign, *(record for other in family if other != name for record in own(other))]
        alone, mixed = run(name, mine), run(name, [*mine, *theirs])
        assert mine
        assert theirs
        assert conserved(mixed, len(mine) + len(theirs))
        assert {kind: table.num_rows for kind, table in mixed.rows.items()} == {kind: table.num_rows for kind, table in alone.rows.items()}
        assert not alone.rejects.num_rows
        assert not mixed.rejects.num_rows
        assert numbers(mixed.skips) >= set(range(len(mine) + 1, len(mine) + len(theirs) + 1))


def record(number: int, operation: str, kind: int, workload: str, **more: Any) -> dict[str, Any]:
    """One record of the unified audit log."""
    return {"CreationTime": f"2026-10-01T09:{number % 60:02d}:00", "Id": f"5b1f0c00-0000-4a6e-9c1d-{number:012d}", "Operation": operation,
            "OrganizationId": TENANT, "RecordType": kind, "UserKey": "e9a0d7c1-52a4-4b5f-8f0c-000000000001", "UserType": 0,
            "Workload": workload, "UserId": "mia@acme.example", **more}


def unified(strangers: int) -> list[dict[str, Any]]:
    """A search over everything: files of SharePoint, three prompts, two sign-ins."""
    files = [record(n, "FileAccessed", 6, "SharePoint") for n in range(strangers)]
    prompts = [record(1000 + n, "CopilotInteraction", 261, "Copilot", CopilotEventData={"AppHost": "Word", "Messages": [{"Id": "1", "isPrompt": True}]}) for n in range(3)]
    sign_ins = [record(2000 + n, "UserLoggedIn", 15, "AzureActiveDirectory", AzureActiveDirectoryEventType=1, ErrorNumber="0") for n in range(2)]
    return files + prompts + sign_ins


def search(path: Path, records: Iterable[dict[str, Any]], *, typed: bool = False) -> None:
    """The CSV of an audit search of the portal, or of the shell."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        if typed:
            file.write("#TYPE Deserialized.UnifiedAuditLogEvent\n")
        table = csv.writer(file)
        table.writerow(["RecordType", "CreationDate", "UserIds", "Operations", "AuditData", "Identity"] if typed else
                       ["RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData"])
        for one in records:
            kind = {6: "SharePointFileOperation", 261: "CopilotInteraction", 15: "AzureActiveDirectoryStsLogon"}[one["RecordType"]]
            text = json.dumps(one)
            table.writerow([kind, "10/1/2026 9:00:00 AM", one["UserId"], one["Operation"], text, one["Id"]] if typed else
                           [one["Id"], one["CreationTime"], one["RecordType"], one["Operation"], one["UserId"], text])


def graph(path: Path, records: Iterable[dict[str, Any]]) -> None:
    """A page of the audit search of Microsoft Graph."""
    page = [{"id": one["Id"], "createdDateTime": one["CreationTime"] + "Z", "auditLogRecordType": one["RecordType"], "operation": one["Operation"],
             "organizationId": TENANT, "userPrincipalName": one["UserId"], "auditData": one} for one in records]
    path.write_text(json.dumps({"value": page}), "utf-8")


WRITERS = {"portal.csv": search, "shell.csv": partial(search, typed=True), "graph.json": graph,
           "blob.json": lambda path, records: path.write_text(json.dumps(records), "utf-8")}


@pytest.mark.parametrize("strangers", [2, 150])
@pytest.mark.parametrize("name", WRITERS)
def test_an_audit_search_is_taken_in_for_copilot_and_for_sign_ins(tmp_path, capsys, name, strangers):
    """Two sources name one file, as detect says they should, wherever in it their records begin; nothing of it is refused."""
    WRITERS[name](tmp_path / name, unified(strangers))
    assert cli.call(["connectors", "detect", str(tmp_path / name)]) == 0
    written = capsys.readouterr().err.partition("sources:\n")[2].replace(str(tmp_path) + "/", "")
    assert [one["connector"] for one in yaml.safe_load(written)] == ["entra_ual", "m365_purview"]
    (tmp_path / "evidence.yaml").write_text(f"organisation: Acme\nsources:\n{written}", "utf-8")
    assert cli.call(["ingest", "-C", str(tmp_path), "--format", "json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert [(one["source_id"], one["state"], one["records"], one["rejects"], one["skips"], one["rows_out"]) for one in files] == [
        ("entra-ual", "read", strangers + 5, 0, strangers + 3, 2), ("m365-purview", "read", strangers + 5, 0, strangers + 2, 3)]


def test_a_search_with_neither_says_so(tmp_path, capsys):
    """Records that only stand beside those of a connector are no reason to map columns."""
    search(tmp_path / "files.csv", unified(3)[:3])
    assert cli.call(["connectors", "detect", str(tmp_path / "files.csv"), "--format", "json"]) == 3
    assert "stand beside those of entra_ual and m365_purview, of which there is none in it; nearest: " in json.loads(capsys.readouterr().out)[0]["why"]


def test_two_that_would_count_the_same_record_are_no_mixture(tmp_path, capsys):
    """Where each of two connectors takes a record for its own, one of them has to be chosen."""
    for name in ("one", "two"):
        folder = tmp_path / "own" / name
        folder.mkdir(parents=True)
        folder.joinpath("connector.yaml").write_text(
            f"id: {name}\ntitle: x\nrole: idp\nvendor_page: 'none: a file of the tests'\nreads: x\nshape: {{badge: VARCHAR, at: VARCHAR}}\nrequire: [badge]\n"
            "detect: [{all: [badge]}, {all: [at], beside: true}]\nrelations: [sign_in]\nlimits: x\n", "utf-8")
        folder.joinpath("sign_in.sql").write_text("SELECT r.record_no FROM record AS r", "utf-8")
    (tmp_path / "a.json").write_text('{"badge": "1", "at": "x"}', "utf-8")
    assert pipeline.detect(tmp_path / "a.json", [tmp_path / "own"]).mixed is False
    assert cli.call(["connectors", "detect", str(tmp_path / "a.json"), "--catalog", str(tmp_path / "own")]) == 3
    assert "could be of one or two: name it for one of them" in capsys.readouterr().err
