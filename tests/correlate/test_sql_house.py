"""The SQL of the engine keeps to the portable, deterministic subset (see the decisions on portability)."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

import evidence
from evidence.store.engine import engine

ROOT = Path(evidence.__file__).parent
FILES = sorted(path for path in ROOT.rglob("*.sql") if "relations" not in path.parts)
FORBIDDEN = {
    r"\basof\b": "ASOF picks an arbitrary row on ties",
    r"\bany_value\s*\(": "any_value has no order",
    r"\b(arg_min|arg_max|first|last)\s*\(": "without a unique order it picks an arbitrary row",
    r"\b(now|current_timestamp|today|current_date|get_current_timestamp)\s*\(": "the core has no clock",
    r"\bcurrent_(timestamp|date)\b": "the core has no clock",
    r"\brandom\s*\(|\buuid\s*\(": "nothing random",
    r"(?<![\w.])hash\s*\(": "hash() differs between versions",
    r"::\s*timestamp\b": "a bare cast drops the offset; use utc()",
    r"\b(double|float|real)\b": "no floats in models",
    r"\busing\s+sample\b|\btablesample\b": "nothing random",
}
UNORDERED = re.compile(r"\b(string_agg|list|array_agg|group_concat)\s*\((?P<body>[^()]*(?:\([^()]*\)[^()]*)*)\)", re.IGNORECASE)


def _code(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r"'(?:[^']|'')*'", "''", re.sub(r"--[^\n]*", "", text))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_portable_subset(path):
    """No ties broken by chance, no clock, no floats, no aggregate without an order."""
    code = _code(path)
    for pattern, why in FORBIDDEN.items():
        assert not re.search(pattern, code, re.IGNORECASE), f"{pattern}: {why}"
    for found in UNORDERED.finditer(code):
        assert "order by" in found["body"].lower(), found[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_short_and_says_its_rule(path):
    """A query file has at most sixty lines and begins with a comment that says the rule."""
    text = path.read_text("utf-8")
    assert text.startswith(("--", "/*"))
    query = text.split("---*/")[-1]  # a check's header is its documentation, not its query
    assert len(query.strip().splitlines()) <= 60


@pytest.mark.parametrize("path", sorted((ROOT / "correlate").rglob("*.sql")), ids=lambda path: path.name)
def test_lines_and_joins(path):
    """Lines fit on a page, and a join says which kind it is."""
    assert max(map(len, path.read_text("utf-8").splitlines())) <= 120
    code = _code(path)
    assert not re.search(r"(?<!INNER )(?<!LEFT )(?<!CROSS )(?<!ANTI )\bJOIN\b", code)


def test_joins_are_made_as_they_are_written(tmp_path):
    """With a hundred thousand exchanges accounts are looked up by person and then by time, never by time alone: that is a product of both."""
    statement = (ROOT / "correlate/sql/day/32_account.sql").read_text("utf-8")
    with closing(engine(tmp_path)) as con:
        con.execute((ROOT / "correlate/sql/people/00_macros.sql").read_text("utf-8"))
        con.execute("CREATE TABLE w_x AS SELECT i AS x_no, TIMESTAMP '2026-10-01' + i * INTERVAL 26 SECOND AS event_time, 0::BIGINT AS skew_us FROM range(100000) AS t(i)")
        con.execute("CREATE TABLE w_identity AS SELECT i AS x_no, i % 800 AS person_no, NULL::VARCHAR AS account_id FROM range(100000) AS t(i)")
        con.execute("CREATE TABLE w_account_held AS SELECT i AS person_no, 'a' || i AS account_id, 'enabled' AS state, 'event' AS basis,"
                    " TIMESTAMP '2020-01-01' AS valid_from, TIMESTAMP '2100-01-01' AS valid_to FROM range(800) AS t(i)")
        ((_, plan),) = con.execute("EXPLAIN " + statement).fetchall()
        joins = re.findall(r"(?i)[a-z]+[ _](?:join|product)\b", plan)  # the next version of the engine writes "Hash Join"
        assert {join.upper().replace(" ", "_") for join in joins} == {"HASH_JOIN"}
        con.execute(statement)
        assert con.execute("SELECT count(*), count(*) FILTER (account_state = 'enabled') FROM w_account_state").fetchall() == [(100_000, 100_000)]
