"""Masking over a simulated month: how well the scanner sees is measured on the month's own responses."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import pytest

from evidence import pipeline
from evidence.pipeline import assurance
from evidence.pipeline.month import open_month
from evidence.simulate import simulate

AS_OF = datetime(2026, 11, 20, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    """The month of a small company whose logs were taken in."""
    root = tmp_path_factory.mktemp("masking") / "acme"
    simulate(root, people=30, interactions=80, per_day=True)
    made = open_month(root, "2026-10", reference_time=AS_OF)
    pipeline.take_in(made.store, received_at=AS_OF, jobs=1)
    return made


@pytest.fixture(scope="module")
def con(month):
    """What was taken in, as tables."""
    with closing(month.store.open(period=month.period, reference_time=AS_OF)) as opened:
        yield opened


def test_every_class_is_measured_on_recorded_responses(month, con, monkeypatch):
    """The report gets a line for each entity and each encoding, and equal months measure equal."""
    monkeypatch.setattr(assurance, "PER_CLASS", 60)
    hosts = assurance.responses(month, con)
    assert 20 < len(hosts) <= assurance.RESPONSES
    assert all(0 < len(host) <= assurance.RESPONSE_BYTES for host in hosts)
    rows = assurance.measure(month, con, "ab" * 32)
    assert rows == assurance.measure(month, con, "ab" * 32)
    assert {"EMAIL_ADDRESS", "CREDIT_CARD", "US_SSN", "encoded: percent", "encoded: split"} <= {row.entity_type for row in rows}
    assert [(row.entity_type, row.found, row.planted) for row in rows if row.found < row.planted * 0.95] == []


def test_the_texts_of_a_file_come_in_one_pass(month, con):
    """Many texts of one file are the same, read together or one by one."""
    together = sorted(assurance.responses(month, con))
    alone = [month.store.text(locator, part)[:assurance.RESPONSE_BYTES]
             for _, locator, part in con.execute(assurance._PICKED, {"count": assurance.RESPONSES}).fetchall()]
    assert together == sorted(alone)


def test_where_no_text_was_kept_nothing_is_measured(month, con, monkeypatch):
    """Without bytes in the vault the result is empty, which the report calls not tested."""
    monkeypatch.setattr(type(month.store.vault), "has", lambda _self, _sha: False)
    assert assurance.measure(month, con, "ab" * 32) == ()
