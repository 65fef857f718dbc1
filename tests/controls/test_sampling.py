"""Samples that anybody can draw again."""

from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import sampling
from evidence.errors import UsageError


@pytest.mark.parametrize(("confidence", "sizes"), [
    (0.90, (22, 45, 114, 230)), (0.95, (29, 59, 149, 299)), (0.99, (44, 90, 228, 459)),
])
def test_sizes_are_those_of_the_tables(confidence, sizes):
    """At 10, 5, 2 and 1 % tolerable deviation the size is the one that auditors know."""
    assert tuple(sampling.sample_size(confidence, tolerable) for tolerable in (0.10, 0.05, 0.02, 0.01)) == sizes


def test_a_size_needs_shares():
    """Figures outside of 0 to 1 are refused."""
    with pytest.raises(UsageError, match="tolerable deviation"):
        sampling.sample_size(0.95, 1)


def test_a_draw_can_be_made_by_hand():
    """Sort by SHA-256 of seed and id, take the first n."""
    ids = [f"ix-{n}" for n in range(50)]
    by_hand = sorted(ids, key=lambda one: hashlib.sha256(("seed" + one).encode()).hexdigest())
    assert sampling.draw(ids, "seed", 7) == by_hand[:7]
    assert sampling.draw(ids, "other", 7) != by_hand[:7]
    assert sampling.draw(ids, "seed", 99) == by_hand


@settings(deadline=None)
@given(st.sets(st.text(max_size=8), max_size=40), st.text(max_size=8), st.integers(0, 50), st.randoms())
def test_the_order_of_ids_does_not_matter(ids, seed, n, shuffler: random.Random):
    """A draw depends on the set of ids, the seed and n alone; a larger draw begins with the smaller one."""
    mixed = sorted(ids)
    shuffler.shuffle(mixed)
    drawn = sampling.draw(sorted(ids), seed, n)
    assert sampling.draw(mixed, seed, n) == drawn
    assert sampling.draw(mixed, seed, n + 1)[:n] == drawn


@pytest.mark.parametrize(("deviations", "n", "low", "high"), [
    (0, 59, 0.0, 0.0606), (1, 59, 0.00043, 0.0909), (2, 25, 0.0098, 0.2603), (25, 25, 0.8628, 1.0),
])
def test_intervals_are_the_exact_ones(deviations, n, low, high):
    """Clopper-Pearson at 95 %, against published values."""
    found = sampling.clopper_pearson(deviations, n, 0.95)
    assert found == pytest.approx((low, high), abs=5e-4)


@settings(deadline=None)
@given(st.integers(1, 300), st.data())
def test_an_interval_holds_what_was_seen(n, data):
    """The rate that was seen lies in its interval."""
    deviations = data.draw(st.integers(0, n))
    low, high = sampling.clopper_pearson(deviations, n, 0.9)
    assert 0 <= low <= deviations / n <= high <= 1


def test_figures_that_do_not_belong_together_are_refused():
    """More deviations than members is nonsense."""
    with pytest.raises(UsageError, match="found 3 of 2"):
        sampling.clopper_pearson(3, 2, 0.9)
