"""Every sample is recognised as its connector's, or answered with "no connector for this file" and what comes near."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from evidence import cli, connector, connector_cases, pipeline
from evidence.errors import SourceError
from evidence.pipeline.recognise import candidates, nearest
from tests.connectors.test_samples import SHAPES

# Samples of a listed connector that have nothing of their own to recognise them by: fragments of larger records.
FRAGMENTS = {"copilot/github_metrics_reports/organization-1-day-report.json"}


def expected(samples) -> dict[str, str]:
    """Which connector the table in test_samples.py gives each sample; samples that are not in it have none."""
    found = {str(path.relative_to(samples)): name for name, patterns in SHAPES.items() for pattern in patterns for path in samples.glob(pattern)}
    return {str(path.relative_to(samples)): found.get(str(path.relative_to(samples)), "none") for path in sorted(samples.rglob("*")) if path.is_file()}


def test_every_sample_has_one_connector_or_none(shared):
    """No sample is taken for another vendor's, none fits two connectors, and where none fits the nearest are named with what they miss."""
    samples, known = shared / "samples", connector.all_connectors()
    wanted, got, advice = expected(samples), {}, {}
    for name in wanted:
        tried = candidates(lambda name=name: (samples / name).open("rb"), known)
        got[name] = " ".join(one.connector for one in tried if one.fits) or "none"
        if got[name] == "none":
            advice[name] = nearest(tried)
    assert {name: (got[name], wanted[name]) for name in wanted if got[name] != wanted[name] and name not in FRAGMENTS} == {}
    assert len(advice) > 20
    assert {name: words for name, words in advice.items() if not words.startswith("nearest: ")} == {}


def test_a_sample_without_connector_is_told_what_is_near(shared):
    """The answer is an error that names the nearest connectors and what the file lacks for each."""
    with pytest.raises(SourceError, match="no connector for this file") as caught:
        pipeline.detect(shared / "samples/idp/duo/sekoia_test_telephony_log_auth.json")
    assert "nearest: " in caught.value.advice
    assert "lacks" in caught.value.advice or "none of" in caught.value.advice


@pytest.mark.parametrize(("columns", "told"), [
    ("Date,Event,Description,Actor,IP address", "{at: Date, who: Actor}"), ("EVENT_TIME;USER_NAME;RESULT", "{at: EVENT_TIME, who: USER_NAME}"),
    ("createdAt;userPrincipalName;updatedTime", "{at: updatedTime, who: userPrincipalName}"), ("Time,Door", None), ("Actor,Event", None), ("Downtime,Actor", None)])
def test_a_table_of_sign_ins_without_a_connector_is_told_its_way(tmp_path, columns, told):
    """Where a table has a column for the time and one for the user, the connector that is used by name is named with both."""
    path = tmp_path / "log.csv"
    path.write_text(f"{columns}\n{columns.replace('e', 'x')}\n", "utf-8")
    with pytest.raises(SourceError, match="no connector for this file") as caught:
        pipeline.detect(path)
    assert caught.value.advice.startswith(f"if each record is a sign_in, generic_idp reads it where evidence.yaml says which column is what, perhaps columns: {told}; "
                                          if told else "nearest: ")


@pytest.mark.parametrize(("columns", "told"), [
    ("Datum (UTC),Anforderungs-ID,Benutzername,Status", "Datum (UTC), Anforderungs-ID, Benutzername"), ("日付 (UTC);ユーザー名;IP", "日付 (UTC), ユーザー名"),
    ("Fecha,Usuario,IP", "Fecha, Usuario"), ("Date,Utilisateur,État", "Utilisateur, État"), ("Date,User,Update,Address,Database", None)])
def test_a_table_in_another_language_is_told_what_to_do(tmp_path, capsys, columns, told):
    """Names of columns are not guessed: the portal is to be switched to English, or JSON to be exported. So says ingest, whatever connector was named."""
    row = columns.replace("a", "x")
    (tmp_path / "log.csv").write_text(f"{columns}\n{row}\n", "utf-8")
    with pytest.raises(SourceError, match="no connector for this file") as caught:
        pipeline.detect(tmp_path / "log.csv")
    words = f"columns such as {told} are in another language: switch the portal to English and export again, or export as JSON"
    assert (words in caught.value.advice) == bool(told)
    for name in ("entra_portal_sign_in", "google_console", "people_csv"):
        (tmp_path / "evidence.yaml").write_text(f"organisation: Acme\nsources: [{{id: a, connector: {name}, paths: [log.csv]}}]\n", "utf-8")
        assert cli.call(["ingest", "-C", str(tmp_path), "--format", "json"]) == 3
        detail = json.loads(capsys.readouterr().out)["files"][0]["detail"]
        assert (words in detail) == bool(told), name


@pytest.mark.parametrize("text", ["[]", '{"value": []}', '{"resourceSpans": []}'])
def test_an_export_without_a_record_is_told_as_empty(tmp_path, text):
    """A list with nothing in it says nothing of whose it is."""
    (tmp_path / "log.json").write_text(text, "utf-8")
    with pytest.raises(SourceError) as caught:
        pipeline.detect(tmp_path / "log.json")
    assert caught.value.advice.startswith("no record in it: an empty export does not tell whose it is, and is read where evidence.yaml names it; ")


def test_a_folder_is_looked_through(tmp_path, capsys):
    """Each file below it is told, hidden ones and what desktops leave there are not; what is printed for evidence.yaml names the files, whatever they are called."""
    (tmp_path / "logs" / "in").mkdir(parents=True)
    for name in ("a [2].csv", "in/b*.csv", ".hidden.csv", "in/Thumbs.db"):
        (tmp_path / "logs" / name).write_text("person,alias_type,issuer,alias\nmia@x,github_login,x,mia\n", "utf-8")
    assert cli.call(["connectors", "detect", str(tmp_path / "logs"), "--format", "json"]) == 0
    told = capsys.readouterr()
    assert [Path(one["file"]).name for one in json.loads(told.out)] == ["a [2].csv", "b*.csv"]
    (tmp_path / "evidence.yaml").write_text("organisation: Acme\nsources:\n" + told.err.partition("sources:\n")[2].replace(f"{tmp_path}/", ""), "utf-8")
    assert cli.call(["ingest", "-C", str(tmp_path), "--format", "json"]) == 0
    assert [(one["path"], one["rows_out"]) for one in json.loads(capsys.readouterr().out)["files"]] == [("logs/a [2].csv", 1), ("logs/in/b*.csv", 1)]


def test_json_keys_are_in_no_language(tmp_path):
    """JSON has the vendor's keys in every language: where it is not known, another language is not the reason."""
    (tmp_path / "log.json").write_text('{"Datum": 1}\n', "utf-8")
    with pytest.raises(SourceError) as caught:
        pipeline.detect(tmp_path / "log.json")
    assert "language" not in caught.value.advice


def test_a_table_without_rows_is_told_by_its_columns(tmp_path):
    """A header is enough, whatever values the connector's records must have; of columns that connectors share, all are named."""
    found = {}
    for one in connector.all_connectors():
        for path in connector_cases.cases(one):
            given = yaml.safe_load(path.with_name(path.stem + ".expected.yaml").read_text("utf-8")).get("given") or {}
            if one.detect and path.suffix == ".csv" and "columns" not in given.get("options", {}):
                head = next(line for line in path.read_text("utf-8-sig").splitlines(keepends=True) if not line.startswith(("sep=", "#TYPE")))
                (tmp_path / "head.csv").write_text(head, "utf-8")
                try:
                    found[one.id, path.name] = one.id in dict(pipeline.detect(tmp_path / "head.csv").fits)
                except SourceError:
                    found[one.id, path.name] = False
    assert not [key for key, told in found.items() if not told]
    assert len(found) > 20
