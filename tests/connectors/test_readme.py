"""The guide says what there is, and what it tells a reader to do is done."""

from __future__ import annotations

import json
import re
import shlex
import shutil

import pytest
import yaml

from evidence import catalog, cli, connector, connector_cases, relations
from evidence.cli import connectors
from evidence.connector import page, scaffold
from evidence.errors import CatalogSqlError, ConfigError, UsageError
from evidence.ingest.readers.feed import feed
from evidence.normalize import Normalizer

GUIDE = (catalog.home("connectors") / "README.md").read_text("utf-8")


def test_the_table_of_the_guide_is_current():
    """The table in connectors/README.md is what the connectors declare today."""
    shown = GUIDE.split("checked by a test -->\n", 1)[1].split("\n<!-- /table -->", 1)[0]
    assert shown == connector_cases.table(connector.all_connectors())


def test_the_guide_explains_every_reader_macro_and_key_it_names():
    """Words of the guide that are code exist in the code."""
    known = set(connector.Connector.model_fields)
    for key in ("shape", "require", "times", "detect", "capabilities", "limits", "decode"):
        assert f"`{key}`" in GUIDE
        assert key in known
    for field in connector.Reader.model_fields:
        assert field == "encoding" or re.search(rf"^  {field}: ", GUIDE, re.MULTILINE), field
    for macro in connector.TIMES:
        assert f"`{macro}" in GUIDE, macro


def test_the_guide_works_as_it_is_written(tmp_path, monkeypatch, capsys):
    """Who copies the files of the guide and types its commands has a connector that reads, tests and ingests."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs").mkdir()
    steps = re.findall(r"<!-- (run|file: (\S+)) -->\n```\w+\n(.*?)```", GUIDE, re.DOTALL)
    assert len(steps) >= 7
    for kind, name, text in steps:
        if kind != "run":
            (tmp_path / name).write_text(text, "utf-8")
            continue
        for line in text.splitlines():
            words = shlex.split(line)
            if words[0] == "cp":
                shutil.copy(words[1], words[2])
            elif words[0] == "rm":
                for path in tmp_path.glob(words[1]):
                    path.unlink()
            else:
                assert (words[0], cli.call(words[1:])) == ("evidence", 0), (line, capsys.readouterr())
    said = capsys.readouterr().out
    assert re.search(r"doors +logs/doors.csv +read +3 +0 +2", said)
    assert re.search(r"portal-logins +logs/portal.csv +read +5 +0 +4", said)
    expected = yaml.safe_load((tmp_path / "catalog/front_door/cases/morning.expected.yaml").read_text("utf-8"))
    assert [row["event_time"] for row in expected["rows"]["sign_in"]] == ["2026-10-01T06:00:12Z", "2026-10-01T06:01:40Z"]
    assert [skip["reason"] for skip in expected["skips"]] == ["opened_from_inside"]


@pytest.mark.parametrize("target", relations.canonical(), ids=lambda r: r.name)
def test_a_new_connector_passes_its_own_test(tmp_path, target):
    """The folder to start from is sound for every relation: it gives a row, and nothing is refused."""
    folder = scaffold.make("mine", [target.name], tmp_path, "../connector.schema.json")
    made = connector.read(folder)
    for path in connector_cases.cases(made):
        connector_cases.write_case(made, path, feed)
        assert connector_cases.run_case(made, path, feed).ok
    assert connector_cases.covered(made) == {target.name}


def test_a_new_connector_overwrites_nothing(tmp_path):
    """A folder that is there, a name that is none and a relation that nobody fills are refused."""
    scaffold.make("mine", ["sign_in"], tmp_path, "x")
    with pytest.raises(UsageError, match="there already"):
        scaffold.make("mine", ["sign_in"], tmp_path, "x")
    with pytest.raises(UsageError, match="lower-case"):
        scaffold.make("../mine", ["sign_in"], tmp_path, "x")
    with pytest.raises(ConfigError, match="chain"):
        scaffold.make("yours", ["chain"], tmp_path, "x")


def test_the_schema_for_editors_is_current():
    """The JSON Schema in the catalogue is the one of this version: evidence connectors schema > connectors/connector.schema.json."""
    assert json.loads((catalog.home("connectors") / "connector.schema.json").read_text("utf-8")) == json.loads(connectors._schema())


@pytest.mark.parametrize("chosen", connector.all_connectors(), ids=lambda c: c.id)
def test_every_connector_has_its_page(chosen):
    """The page says everything that is declared: what is read, filled, shown and not shown, times, secrets, options."""
    text = page.page(chosen)
    for words in (chosen.title, chosen.vendor_page, *chosen.relations, *chosen.capabilities, *chosen.times, *chosen.options,
                  *chosen.secrets.hash, *chosen.secrets.drop, *chosen.reader.places, *(skip.reason for skip in chosen.skips), chosen.limits.split()[-1]):
        assert words in text


def test_an_error_of_sql_or_yaml_names_its_line(tmp_path):
    """A statement or predicate that does not run is shown with the line on which it is wrong."""
    folder = scaffold.make("mine", ["sign_in"], tmp_path, "x")
    sql, text = folder / "sign_in.sql", folder / "connector.yaml"
    good = sql.read_text("utf-8")
    for wrong, line in (("-- a\n-- b\nSELECT r.record_no,\n  r.s.nobody AS issuer\nFROM record AS r", 4), ("-- a\nSELECT r.record_no FROM record AS r\nWHERE WHERE", 3)):
        sql.write_text(wrong, "utf-8")
        with pytest.raises(CatalogSqlError) as caught:
            Normalizer(connector.read(folder), source_id="x")
        assert (caught.value.where.path, caught.value.where.line) == (str(sql), line)
    sql.write_text(good, "utf-8")
    before = text.read_text("utf-8")
    text.write_text(before + "skips:\n  - {when: r.s.id = 'x', reason: fine}\n  - when: r.s.nobody = 'x'\n    reason: odd\n", "utf-8")
    with pytest.raises(CatalogSqlError) as caught:
        Normalizer(connector.read(folder), source_id="x")
    assert (caught.value.where.path, caught.value.where.line) == (str(text), before.count("\n") + 3)
