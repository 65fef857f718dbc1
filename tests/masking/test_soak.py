"""The long versions: a million rows by three ways, and a single response of a hundred megabytes."""

from __future__ import annotations

import resource
from random import Random

import pyarrow as pa
import pytest

from evidence.masking import planting

pytestmark = pytest.mark.soak
ROWS, SLICE = 1_000_000, 5_000


def rows(scanner, rng, count):
    """Short rows, half of which hold a value of one of all entities, plain or encoded, or something like it."""
    rules = [rule for group in planting.plantable(scanner.rules).values() for rule in group]
    kinds = ["", "", "", *planting.MUTATIONS]
    for number, negative in enumerate(planting.hard_negatives(rng, count)):
        if number % 2:
            yield negative
        else:
            yield planting.plant(rules[number % len(rules)], b"x = 1\ny = 2\n", rng, number // 2, kinds[number % len(kinds)]).text


def test_three_ways_find_the_same_in_a_million_rows(scanner, second):
    """Rows in batches, each row alone, and the second engine give the same findings and marks, row by row."""
    rng = Random(11)
    for _ in range(0, ROWS, SLICE):
        texts = pa.array(list(rows(scanner, rng, SLICE)), pa.large_binary())
        batch = scanner.read(texts)
        assert all(a.equals(b) for a, b in zip(batch, second.read(texts), strict=True))
        alone = [scanner.read(texts.slice(n, 1)) for n in range(SLICE)]
        for kind, whole in enumerate(batch):
            single = [{**row, "row": n} for n, one in enumerate(alone) for row in one[kind].to_pylist()]
            assert single == whole.to_pylist()


def test_a_response_of_a_hundred_megabytes(scanner):
    """It is read like any other, in memory of a few times its size."""
    text = ("total = compute(total, rows[index])\n" * 2_900_000 + "mira.tolvas@kadorlin.io").encode()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = scanner.scan(pa.array([text], pa.large_binary())).to_pylist()
    assert [f["off_bytes"] for f in found] == [len(text) - 23]
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 8 * len(text)
