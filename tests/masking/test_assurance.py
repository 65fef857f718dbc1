"""The scanner measures itself, and what it prints about itself holds no value."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from random import Random

import pyarrow as pa
import pytest

from evidence.masking import planting
from evidence.masking.assurance import lower_bound_milli, prevalence_bound_ppm, qualify


@pytest.mark.parametrize(("found", "planted", "bound"), [(300, 300, 990), (1000, 1000, 997), (3000, 3000, 999), (0, 10, 0), (0, 0, 0), (1, 1, 50), (9, 10, 605)])
def test_bound(found, planted, bound):
    """The bounds are those of the tables: all of 300 prove 0.990, all of 1,000 prove 0.997."""
    assert lower_bound_milli(found, planted) == bound


def test_bound_is_exact():
    """At the bound the tail is at most five in a hundred, one thousandth above it is more, in exact arithmetic."""
    for planted in (5, 40, 120):
        for found in range(1, planted + 1, 7):
            bound = lower_bound_milli(found, planted)
            for milli, holds in ((bound, True), (bound + 1, False)):
                p = Fraction(milli, 1000)
                tail = sum(comb(planted, k) * p**k * (1 - p) ** (planted - k) for k in range(found, planted + 1))
                assert (tail <= Fraction(1, 20)) == holds or milli > 1000


def test_prevalence():
    """No leak in 20,000 responses at a recall of 0.99 bounds the rate at about 152 in a million."""
    assert prevalence_bound_ppm(20_000, 990) == 152
    assert prevalence_bound_ppm(0, 990) is None
    assert prevalence_bound_ppm(10, 0) is None


def test_qualification(scanner):
    """Every class of which values can be made is measured, is found, and the same seed gives the same figures."""
    hosts = list(planting.answers(Random(1), 20, 600))
    rows = qualify(scanner, seed=5, per_class=24, texts=hosts)
    assert rows == qualify(scanner, seed=5, per_class=24, texts=hosts)
    assert {row.entity for row in rows} == {rule.entity for rule in scanner.rules}
    weak = [(row.entity, row.form, row.found, row.planted) for row in rows if row.found < row.planted - 2]
    assert weak == []
    assert {row.rules_digest for row in rows} == {scanner.rules_digest}


def test_a_blind_class_is_not_qualified(scanner):
    """A class whose bound is low is not qualified, even if nothing was missed in the few that were planted."""
    rows = qualify(scanner, seed=5, per_class=3, texts=[])
    assert not any(row.qualified for row in rows if row.form == "plain")


def test_plain_answers_hold_nothing(scanner):
    """Code answers in which nothing was planted give no finding."""
    answers = list(planting.answers(Random(4), 300))
    assert [f["rule_id"] for f in scanner.scan(pa.array(answers, pa.binary())).to_pylist() if f["flag"] is None] == []


def test_hard_negatives(scanner):
    """Of lines that only look like values, at most one in two hundred gives a finding that counts."""
    lines = list(planting.hard_negatives(Random(2), 2000))
    found = {f["row"] for f in scanner.scan(pa.array(lines, pa.binary())).to_pylist() if f["flag"] is None and f["confidence_milli"] >= 500}
    assert [lines[row] for row in sorted(found)][:5] == [] or len(found) <= 10
