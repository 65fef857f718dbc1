"""What connector.yaml can say beyond the shape of a record: how it is told, hidden and set; and the macros of times."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from evidence import connector, relations
from evidence.connector import paths
from evidence.errors import ConfigError
from evidence.normalize import Normalizer
from tests.connectors.kit import batch

YAML = """
id: own
title: A source of the tests
role: idp
vendor_page: "none: a file of the tests"
reads: anything
{more}
require: [{require}]
detect: {detect}
capabilities: [sign_in]
relations: [sign_in]
limits: everything
"""
SQL = """
SELECT r.record_no, nz(r.mapped['id']) AS native_id, instant(r.mapped['at'], r.options['times'], r.options['zone']) AS event_time,
       'here' AS issuer, r.mapped['who'] AS subject, 'person' AS subject_kind, 'success' AS outcome, 'authn' AS event_kind,
       'unknown' AS mfa_state
FROM record AS r
"""
OPTIONS = """
shape: {}
options:
  columns:
    about: columns of the export
    names: {id: the vendor's id, at: when it happened, who: whose sign-in}
    required: [at, who]
  times: {about: how times are written, choices: [iso, us, eu, epoch, rfc2822], default: iso}
  zone: {about: zone of times without one, default: UTC, zone: true}
"""


def make(tmp_path, *, detect="{all: [id]}", require="columns.at", more=OPTIONS, sql=SQL):
    """A connector of one's own."""
    folder = tmp_path / "own"
    folder.mkdir()
    text = YAML.replace("{more}", more).replace("{require}", require).replace("{detect}", detect)
    (folder / "connector.yaml").write_text(text, "utf-8")
    (folder / "sign_in.sql").write_text(sql, "utf-8")
    return connector.load("own", [tmp_path])


@pytest.mark.parametrize(("detect", "record", "fits", "why"), [
    ("{all: [a.b]}", {"a": {"b": None}}, True, "has a.b"),
    ("{all: [a.b]}", {"a.b": 1}, True, "has a.b"),
    ("{all: [a.b]}", {"a": [{"b": 1}]}, True, "has a.b"),
    ("{all: [a.b.c]}", {"a.b": {"c": 1}}, True, "has a.b.c"),
    ("{all: [a.b]}", {"a": 1, "b": 2}, False, "lacks a.b"),
    ("{where: {n: [3002, 'x*']}}", {"n": 3002}, True, "n is 3002"),
    ("{where: {n: [3002, 'x*']}}", {"n": "xyz"}, True, "n is xyz"),
    ("{where: {ok: true}}", {"ok": True}, True, "ok is true"),
    ("{where: {n: '3002'}}", {"n": 3003}, False, "n is none of 3002"),
    ("{where: {n: '3002'}}", {}, False, "n is none of 3002"),
    ("[{all: [a]}, {all: [b, c, d]}]", {"a": 1}, True, "has a"),
    ("[{all: [a]}, {all: [b, c, d]}]", {"b": 1, "c": 2}, False, "lacks a"),
    ("[]", {"x": 1}, True, "is used by name only"),
])
def test_records_are_told_by_keys_and_values(tmp_path, detect, record, fits, why):
    """Keys may be nested or flattened, values may be demanded, and several kinds may be one connector's."""
    chosen = make(tmp_path, detect=detect)
    assert tuple(chosen.fits(record)) == (fits, why)


def test_a_connector_that_is_only_named_is_never_recognised(tmp_path):
    """What fits everything says nothing about a file."""
    make(tmp_path, detect="[]")
    assert "own" not in [name for name, _ in connector.detect({"id": 1}, [tmp_path])]


@pytest.mark.parametrize(("reader", "words"), [
    ("reader: {format: lines}", "line"), ("reader: {line: x}", "named group"), ("reader: {format: lines, line: '(?P<a>'}", "regular expression"),
    ("reader: {delimiter: ab}", "single character"), ("reader: {format: [json, xml]}", "xml"),
    ("times: {a: martian}\nshape: {a: VARCHAR}", "martian"),
    ("options: {x: {about: y, required: [z]}}", "names of the map"),
    ("reader: {format: csv, places: {'a[].b': a.b}}", "# in each column"), ("reader: {format: csv, places: {a.b: 'a#'}}", "# in each column"),
    ("reader: {format: csv, places: {'a.b[].c': 'a#'}}", "at the top"),
])
def test_what_cannot_be_meant_is_said_with_its_line(tmp_path, reader, words):
    """A reader, time or option that cannot be is an error of connector.yaml, with file and line."""
    with pytest.raises(ConfigError, match=words) as caught:
        make(tmp_path, more=reader)
    assert caught.value.where.line


def rows(chosen, records, **options):
    """Sign-ins that records give under some options, and the reasons of the rejects."""
    out = Normalizer(chosen, source_id="src", options=options).batch(batch(records))
    return out.rows["sign_in"].to_pylist(), out.rejects["reason"].to_pylist()


def test_columns_are_mapped_by_evidence_yaml(tmp_path):
    """A generic connector reads the columns that the officer names, flattened or nested; others need no new connector."""
    chosen = make(tmp_path)
    made, refused = rows(chosen, [{"When": "10/02/2026 08:00:00 AM", "actor": {"mail": "mia"}}, {"When": "10/02/2026 08:00 PM", "actor.mail": "tom"}, {"actor": {}}],
                         columns={"at": "When", "who": "actor.mail"}, times="us", zone="Europe/Berlin")
    assert [(row["subject"], row["event_time"]) for row in made] == [
        ("mia", datetime.fromisoformat("2026-10-02T06:00:00")), ("tom", datetime.fromisoformat("2026-10-02T18:00:00"))]
    assert refused == ["missing:columns.at"]


def test_the_map_is_data(tmp_path):
    """A name with quotes cannot become part of a statement."""
    chosen = make(tmp_path)
    made, _ = rows(chosen, [{"it's": "2026-10-02T08:00:00Z", "w": "mia"}], columns={"at": "it's", "who": "w"})
    assert made[0]["subject"] == "mia"
    with pytest.raises(ConfigError, match="name of a column"):
        rows(chosen, [], columns={"at": 'a"b', "who": "w"})


@pytest.mark.parametrize(("options", "words"), [
    ({}, "at, who"), ({"columns": {"at": "a"}}, "who"), ({"columns": {"at": "a", "who": "b", "x": "c"}}, "no such name"),
    ({"columns": "a"}, "map"), ({"colour": "red"}, "no such option"), ({"columns": {"at": "a", "who": "b"}, "times": "ancient"}, "ancient"),
    ({"columns": {"at": "a", "who": "b"}, "zone": "Atlantis"}, "time zone"),
])
def test_an_option_that_is_none_is_an_error(tmp_path, options, words):
    """Options are checked before the first file; the error names the key and what is known."""
    with pytest.raises(ConfigError, match=words) as caught:
        rows(make(tmp_path), [], **options)
    assert "evidence.yaml" in str(caught.value)


TIMES = [
    ("utc(t)", "2026-10-01T10:00:00.123456789Z", "10:00:00.123456"), ("utc(t)", "2026-10-01T10:00:00.1234567+00:00", "10:00:00.123456"),
    ("utc(t)", "2026-10-01 12:00:00+0200", "10:00:00"), ("utc(t)", "2026-10-01T04:00:00.5-06:00", "10:00:00.500000"),
    ("utc(t)", "2026-10-01T10:00:00", None), ("utc(t)", "yesterday", None),
    ("naive_utc(t)", "2026-10-01T10:00:00", "10:00:00"), ("naive_utc(t)", "2026-10-01 10:00:00,682", "10:00:00.682000"),
    ("naive_utc(t)", "2026-10-01 10:00:00.123456789", "10:00:00.123456"), ("naive_utc(t)", "2026-10-01T12:00:00+02:00", "10:00:00"),
    ("local_utc(t, 'Europe/Berlin')", "2026-10-01 12:00:00", "10:00:00"), ("local_utc(t, 'Europe/Berlin')", "2026-10-25 02:30:00", None),
    ("local_utc(t, 'Europe/Berlin')", "2026-03-29 02:30:00", None), ("local_utc(t, 'Europe/Berlin')", "2026-10-01T10:00:00Z", "10:00:00"),
    ("us_utc(t)", "10/1/2026 10:00:00 AM", "10:00:00"), ("us_utc(t)", "10/01/2026 10:00", "10:00:00"), ("us_utc(t)", "13/01/2026 10:00", None),
    ("eu_utc(t)", "1.10.2026 10:00:00", "10:00:00"), ("eu_utc(t)", "01/10/2026 10:00", "10:00:00"), ("eu_utc(t)", "1.13.2026", None),
    ("rfc2822_utc(t)", "Thu, 01 Oct 2026 12:00:00 +0200", "10:00:00"), ("rfc2822_utc(t)", "Thu, 01 Oct 2026 10:00:00 GMT", "10:00:00"),
    ("epoch_utc(t)", "1790848800", "10:00:00"), ("epoch_utc(t)", "1790848800.123456789", "10:00:00.123456"),
    ("epoch_utc(t)", "1790848800123", "10:00:00.123000"), ("epoch_utc(t)", "1790848800123456", "10:00:00.123456"),
    ("epoch_utc(t)", "1790848800123456789", "10:00:00.123456"), ("epoch_utc(t)", "179084880", None), ("epoch_utc(t)", "1.790848800e9", None),
    ("epoch_ms_utc(t)", "1790848800123", "10:00:00.123000"), ("epoch_ms_utc(t)", "1790848800123.9", None),
    ("ticks_utc(t)", "639264456001234567", "10:00:00.123456"), ("ticks_utc(t)", "1790848800", None),
    ("instant(t, 'eu', 'Europe/Berlin')", "1.10.2026 12:00", "10:00:00"), ("instant(t, 'epoch', 'UTC')", "1790848800", "10:00:00"),
]


@pytest.mark.parametrize(("macro", "text", "clock"), TIMES)
def test_every_spelling_of_a_time_is_utc_or_nothing(con, macro, text, clock):
    """Each spelling that sources use gives UTC microseconds under its macro; what would have to be guessed gives nothing."""
    got = con.execute(f"SELECT {macro} FROM (SELECT ?::VARCHAR AS t)", [text]).fetchone()[0]
    assert got == (None if clock is None else datetime.fromisoformat(f"2026-10-01T{clock}"))


def test_every_macro_for_times_exists(con):
    """A time in connector.yaml can only name a macro that there is."""
    for macro in connector.TIMES:
        con.execute(f"SELECT {macro}('x')").fetchone()
    relations.define_macros(con)


def test_attributes_of_telemetry_are_read_by_name(con):
    """The value of an attribute is a text whatever kind of value it is."""
    listed = json.dumps([{"key": "a", "value": {"intValue": "5"}}, {"key": "b", "value": {"arrayValue": {"values": [1]}}}])
    leaf = '{"stringValue":"VARCHAR","intValue":"VARCHAR","doubleValue":"VARCHAR","boolValue":"VARCHAR","arrayValue":"JSON","kvlistValue":"JSON"}'
    con.execute("CREATE TABLE x AS SELECT json_transform(?, ?) AS a", [listed, f'[{{"key":"VARCHAR","value":{leaf}}}]'])
    assert con.execute("SELECT attribute(a, 'a'), attribute(a, 'b'), attribute(a, 'c') FROM x").fetchone() == ("5", '{"values":[1]}', None)


def test_names_are_compared_composed_trimmed_and_in_lower_case(con):
    """A name of plain letters, one with spaces of any kind around it and one with letters taken apart are compared as one would read them."""
    names = {"Mia@Acme.example": "mia@acme.example", " Mia ": "mia", "\u00a0Mia\u3000": "mia", "Mia\u2003": "mia", "J\u00dcRGEN": "j\u00fcrgen",
             "ju\u0308rgen": "j\u00fcrgen", "": None, "  ": None, "\u00a0": None, "a b": "a b", "\tmia": "\tmia", "mia\t": "mia\t", None: None}
    assert {name: con.execute("SELECT norm_id(?)", [name]).fetchone()[0] for name in names} == names


def test_paths_reach_into_lists_and_maps():
    """A change reaches every element of a list and every key of a map, and nothing else."""
    value = {"a": [{"b": 1}, {"B": 2}], "m": {"x": 1, "y": 2}, "k": 3}
    paths.change(value, "a[].b", lambda _: "-")
    paths.change(value, "m.*", lambda _: paths.ABSENT)
    assert value == {"a": [{"b": "-"}, {"B": "-"}], "m": {}, "k": 3}
