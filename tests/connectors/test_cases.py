"""Every connector is proven by cases, and every relation it fills is in one."""

from __future__ import annotations

import pytest
import yaml

from evidence import connector, connector_cases, relations
from evidence.ingest.readers.feed import feed

ALL = connector.all_connectors()
CASES = [(c, path) for c in ALL for path in connector_cases.cases(c)]


@pytest.mark.parametrize(("chosen", "path"), CASES, ids=[f"{c.id}/{p.stem}" for c, p in CASES])
def test_a_case_gives_what_is_written_beside_it(chosen, path):
    """A file in the vendor's shape gives exactly the rows, rejects, skips and texts that its expectation lists."""
    comparison = connector_cases.run_case(chosen, path, feed)
    assert comparison.ok, comparison.difference


@pytest.mark.parametrize("chosen", ALL, ids=lambda c: c.id)
def test_no_relation_is_without_a_case(chosen):
    """A statement that no case runs is a statement nobody has read the result of."""
    assert connector_cases.covered(chosen) == set(chosen.relations)


@pytest.mark.parametrize(("chosen", "path"), CASES, ids=[f"{c.id}/{p.stem}" for c, p in CASES])
def test_keys_tell_rows_apart_within_a_case(chosen, path):
    """No two rows of one record have the same key: the second would be taken for a copy of the first and vanish."""
    expected = yaml.safe_load(path.with_name(path.stem + ".expected.yaml").read_text("utf-8"))
    for name, rows in (expected.get("rows") or {}).items():
        keys = [(row["record"], row["native_id"], row["ordinal"]) for row in rows]
        assert len(set(keys)) == len(keys), name
        assert relations.relation(name).kind in {"append_only", "snapshot"}


def test_a_difference_is_shown_line_by_line(tmp_path):
    """A case that fails says which lines were expected and which came instead."""
    chosen, path = next((c, p) for c, p in CASES if c.id == "people_csv")
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    wanted = path.with_name(path.stem + ".expected.yaml").read_text("utf-8")
    (tmp_path / f"{path.stem}.expected.yaml").write_text(wanted.replace("basis: declared", "basis: snapshot"), "utf-8")
    difference = connector_cases.run_case(chosen, copy, feed).difference
    assert "-    basis: snapshot" in difference
    assert "+    basis: declared" in difference


def test_writing_an_expectation_keeps_what_is_given(tmp_path):
    """The settings under ``given`` are a person's; the rest is written anew, and then the case holds."""
    chosen, path = next((c, p) for c, p in CASES if c.id == "hoop_connection" and p.stem == "detail")
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    (tmp_path / "detail.expected.yaml").write_text("given: {observed_at: '2026-09-30T22:00:00Z'}\n", "utf-8")
    connector_cases.write_case(chosen, copy, feed)
    assert connector_cases.run_case(chosen, copy, feed).ok
