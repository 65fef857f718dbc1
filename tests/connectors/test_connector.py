"""What connector.yaml may say, and how its errors speak."""

from __future__ import annotations

import shutil

import jsonschema
import pytest
import yaml

from evidence import catalog, connector
from evidence.connector import paths
from evidence.errors import CatalogSqlError, ConfigError
from evidence.normalize import Normalizer


@pytest.fixture
def folder(tmp_path):
    """A catalogue of one's own with a copy of a connector under another name."""
    target = tmp_path / "own_people"
    shutil.copytree(catalog.home("connectors") / "people_csv", target)
    path = target / "connector.yaml"
    path.write_text(path.read_text("utf-8").replace("id: people_csv", "id: own_people"), "utf-8")
    return target


def change(folder, old, new):
    """Replace a text of connector.yaml."""
    path = folder / "connector.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_further_catalogue_is_found_by_name(folder):
    """A folder outside the catalogue is loaded like one inside."""
    assert connector.load("own_people", [folder.parent]).folder == folder


@pytest.mark.parametrize(("old", "new", "key", "words"), [
    ("role: people", "role: butler", "role", "gateway"),
    ("capabilities: [directory]", "capabilities: [omniscience]", "capabilities", "omniscience"),
    ("relations: [identity_alias]", "relations: [chain]", "relations", "chain"),
    ("  person: VARCHAR", "  person: TEXT", "shape", "TEXT"),
    ("require: [alias_type", "require: [alias_tpye", None, "alias_tpye"),
    ("  alias: VARCHAR", "  alias: VARCHAR\n  ALIAS: VARCHAR", "shape", "case"),
    ("limits: >", "derive: {skip: r.s.alias}\nlimits: >", "derive", "skip"),
    ("limits: >", "limit: >", "limit", "unknown key"),
])
def test_an_error_names_file_line_and_key(folder, old, new, key, words):
    """What is wrong in connector.yaml is said with its place and with what was expected."""
    change(folder, old, new)
    with pytest.raises(ConfigError) as caught:
        connector.load("own_people", [folder.parent])
    text = str(caught.value)
    assert str(folder / "connector.yaml") in text
    assert caught.value.where.line
    assert words in text
    assert key is None or key in text


def test_the_folder_names_the_connector(folder):
    """A folder under another name than its id is refused: two names for one thing hide copies."""
    change(folder, "id: own_people", "id: people")
    with pytest.raises(ConfigError, match="own_people"):
        connector.load("own_people", [folder.parent])


def test_statements_and_relations_are_the_same_list(folder):
    """A statement without its relation in the list would never run."""
    (folder / "sign_in.sql").write_text("SELECT 1 AS record_no")
    with pytest.raises(ConfigError, match="sign_in"):
        connector.load("own_people", [folder.parent])


def test_two_connectors_of_one_name_are_an_error(folder):
    """Which of the two would be used is not for chance to say."""
    other = folder.parent / "second"
    shutil.copytree(folder, other / "own_people")
    with pytest.raises(ConfigError, match="two connectors"):
        connector.load("own_people", [folder.parent, other])


def test_a_header_with_secrets_cannot_be_kept(folder):
    """Authorization, cookies and keys never leave the decoder, whatever a connector asks for."""
    change(folder, "limits: >", "decode: {decoder: recorded_http, field: x, correlation_id: [Authorization]}\nlimits: >")
    with pytest.raises(ConfigError, match="authorization"):
        connector.load("own_people", [folder.parent])


def test_the_digest_changes_with_every_file_it_depends_on(folder):
    """Rows are kept under the digest of what made them, so an edit of a statement makes new ones."""
    before = connector.load("own_people", [folder.parent]).digest
    sql = folder / "identity_alias.sql"
    sql.write_text(sql.read_text("utf-8") + "\n-- edited\n", "utf-8")
    assert connector.load("own_people", [folder.parent]).digest != before


@pytest.mark.parametrize(("statement", "words"), [
    ("SELECT 1 AS record_no; SELECT 2 AS record_no", "exactly one SELECT"),
    ("DROP TABLE record", "exactly one SELECT"),
    ("", "exactly one SELECT"),
    ("SELECT r.record_no, 1 AS favourite FROM record AS r", "favourite"),
    ("SELECT r.record_no, 7 AS alias FROM record AS r", "expected VARCHAR"),
    ("SELECT r.locator FROM record AS r", "locator"),
    ("SELECT 'a' AS alias", "record_no"),
    ("SELECT r.record_no,\n  r.s.nobody AS alias FROM record AS r", "nobody"),
    ("SELECT r.record_no, f.content AS alias FROM record AS r, read_text('/etc/hostname') AS f", "does not run"),
])
def test_a_statement_must_be_one_select_over_the_record(folder, statement, words):
    """SQL of a connector is one SELECT with known columns of the right type, and reads no file."""
    (folder / "identity_alias.sql").write_text(statement, "utf-8")
    with pytest.raises(CatalogSqlError) as caught:
        Normalizer(connector.load("own_people", [folder.parent]), source_id="x")
    assert words in str(caught.value)
    assert "identity_alias.sql" in str(caught.value)


@pytest.mark.parametrize(("said", "words"), [("skips: [{when: r.s.nobody = '1', reason: odd}]", "predicate"),
                                             ("derive: {who: r.s.alias, odd: r.s.nobody}", "derive.odd.*derived value")])
def test_wrong_sql_in_connector_yaml_is_named(folder, said, words):
    """A skip or a derived value that does not run is an error of connector.yaml, known before the first file."""
    change(folder, "limits: >", f"{said}\nlimits: >")
    with pytest.raises(CatalogSqlError, match=rf"(?s)connector\.yaml.*{words}"):
        Normalizer(connector.load("own_people", [folder.parent]), source_id="x")


def test_records_are_recognised_by_their_keys():
    """The keys of a record tell whose it is, and a misfit says why."""
    found = connector.detect(["category", "properties", "time", "tenantId"])
    assert [name for name, _ in found] == ["entra_sign_in"]
    fit = connector.load("entra_sign_in").fits(["id", "status"])
    assert not fit
    assert "category" in fit.why


def test_every_connector_satisfies_the_published_schema():
    """The JSON Schema that editors use accepts what the engine accepts."""
    schema = connector.json_schema()
    for chosen in connector.all_connectors():
        jsonschema.validate(yaml.safe_load((chosen.folder / "connector.yaml").read_text("utf-8")), schema)


ODD = [{"a": {"b": {"c": 1}}}, {"a.b": {"c": 2}, "a": {"b.c": 3}}, {"a": [{"b": {"c": 4}}, {"b": 5}]}, {"a": []}, {"a": None}, {"a": {"b": []}},
       {"a": [{"key": "b.c", "value": {"stringValue": "6"}}]}, {"a": [{"key": "b", "value": 7}]}, {"a": {"b.c": [8, 9]}}, [{"a": {"b": {"c": 10}}}], "a", 3]


@pytest.mark.parametrize("path", ["a", "a.b", "a.b.c", "a[].b.c", "a[]", "a.*.c", "b", "[]", "a.b[].c"])
def test_what_stands_at_a_path_is_the_first_place_that_it_leads_to(path):
    """The short way to one value finds what a walk through all places would find first."""
    for value in ODD:
        walked = next(paths._reach(value, paths.steps(path)), paths.ABSENT)
        assert paths.at(value, path) is walked, value
