"""What a person writes is read strictly, and what is wrong is named with file, line and key."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import config
from evidence.errors import ConfigError
from evidence.model import Company, Exceptions, Period, Soa

GOOD = """\
organisation: Kestrel
timezone: Europe/Berlin
sources:
  - id: gate
    connector: some_gateway
    paths: [logs/gate/*.json]
"""
CLOCK = "clocks: [{{name: memo, source: idp, reference: {}, reason: r, declared_by: d, {}}}]\n"


def test_a_small_configuration_is_enough():
    """Only the organisation and one source are required; everything else has a default that is printed."""
    company = config.parse(GOOD, "evidence.yaml", Company)
    assert company.organisation == "Kestrel"
    assert company.thresholds.skew == 300_000_000


@pytest.mark.parametrize(("text", "line", "words"), [
    (GOOD + "    skw: 90s\n", 7, "sources.0.skw"),
    (GOOD + "    skew: 90 parsecs\n", 7, "a duration such as 90s"),
    (GOOD.replace("Europe/Berlin", "Mars/Base"), 2, "IANA time zone"),
    (GOOD.replace("logs/gate/*.json", "../secret"), 6, "a path inside the company folder"),
    (GOOD + "organisation: Other\n", 7, "this key stands twice"),
    (GOOD + "scope: {surfaces: [{rule: whatever}]}\n", 7, "scope.surfaces.0.rule"),
    (GOOD.replace("    paths: [logs/gate/*.json]\n", ""), 4, "required and missing"),
    ("organisation: [", 1, "not YAML"),
    ("a: !!python/object/apply:os.system [true]", 1, "not YAML"),
    (GOOD + CLOCK.format("gate", "ahead: 2s"), 1, "expected the id of a source in clocks.0, found 'idp'"),
    (GOOD + CLOCK.format("idp", "ahead: 2s"), 7, "expected two sources"),
    (GOOD + CLOCK.format("gate", "ahead: 2s, behind: 2s"), 7, "expected exactly one of pairs, ahead and behind"),
    ("", 1, "required and missing"),
    ("- 1\n", 1, "Input should be"),
])
def test_an_error_names_file_line_and_key(text, line, words):
    """A wrong line is found by its number and its key."""
    with pytest.raises(ConfigError) as caught:
        config.parse(text, "evidence.yaml", Company)
    assert str(caught.value).startswith(f"evidence.yaml:{line}")
    assert words in str(caught.value)
    assert caught.value.exit_code == 2


def test_every_error_of_a_file_is_told_at_once():
    """Nobody has to mend one line, run, and mend the next."""
    with pytest.raises(ConfigError, match="and 1 more") as caught:
        config.parse(GOOD + "foo: 1\nbar: 2\n", "evidence.yaml", Company)
    assert "evidence.yaml:8:1 (bar)" in str(caught.value)


def test_files_that_may_be_absent(tmp_path):
    """Without soa.yaml every control applies; without exceptions.yaml nothing is excused; evidence.yaml must be there."""
    assert config.load_soa(tmp_path) == Soa()
    assert config.load_exceptions(tmp_path) == Exceptions()
    with pytest.raises(ConfigError, match="evidence init"):
        config.load_company(tmp_path)


def test_a_file_that_is_not_utf8(tmp_path):
    """A wrong encoding is named with its byte."""
    (tmp_path / "evidence.yaml").write_bytes(b"organisation: \xff\xfe")
    with pytest.raises(ConfigError, match="byte 14"):
        config.load_company(tmp_path)


@given(st.text(max_size=200))
def test_any_text_is_a_configuration_or_a_clear_error(text):
    """No text makes the reader fall over."""
    with suppress(ConfigError):
        config.parse(text, "x.yaml", Company)


@given(st.integers(2000, 2099), st.integers(1, 12), st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]))
def test_months_follow_each_other_without_gap(year, month, zone):
    """The end of a month is the start of the next, in any zone, so that no request falls between two packages."""
    this = Period.month(f"{year}-{month:02}", zone)
    following = Period.month(f"{year + month // 12}-{month % 12 + 1:02}", zone)
    assert this.end == following.start
    assert this.start < this.end
