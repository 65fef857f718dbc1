"""The long versions: a million rows by three ways, responses of a hundred megabytes, text made to be slow."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections import Counter
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from evidence import masking
from evidence.masking import candidates, planting
from tests.masking import hostile

pytestmark = pytest.mark.soak
SEED, ROWS, SLICE = 11, 1_000_000, 5_000
REPORT = Path(__file__).parents[2] / "build/soak/masking.json"


def rows(rules, rng, count):
    """Rows of 60 to 300 bytes: one in five holds a value (plain, encoded, between lines, at an edge), one something like a value.

    The others are pieces of answers cut anywhere, so that rows begin and end within words; some hold a mark, some what the
    imported rules look for, some nothing at all.
    """
    kinds, masked = ["", "", "", *planting.MUTATIONS], planting.texts().masked
    pieces = b"\n".join(planting.answers(rng, 40))
    for number, negative in enumerate(planting.hard_negatives(rng, count)):
        at, size = rng.randrange(len(pieces) - 300), rng.randrange(60, 300)
        host = pieces[at:at + size]
        kind = number % 10
        if kind in {0, 5}:
            yield planting.plant(rules[number // 5 % len(rules)], host[:120] if kind else b"", rng, number // 10, kinds[number // 5 % len(kinds)]).text
        elif kind in {1, 6}:
            yield host[:60] + b"\n" + negative if kind == 1 else negative
        elif kind == 2:
            yield host[:40] + b" key: " + rng.randbytes(rng.randrange(3, 30)).hex().encode() + rng.choice((b"", b'"', b" token 0a1b2c", host[-60:]))
        elif kind == 3:
            mark = masked[number // 10 % len(masked)].format(entity=rules[number // 10 % len(rules)].entity, hash="0f3c1b2a99e4d7c6").encode()
            yield host[:80] + mark + host[80:160]
        else:
            yield host if kind != 9 or number % 100 > 9 else b""


def test_three_ways_find_the_same_in_a_million_rows(runs):
    """Rows in batches, each row alone, and the second engine give the same findings and marks, imported rules included.

    What was compared so far is in build/soak/masking.json after each batch, so that a run cut short still says how far it came.
    """
    one, two = (masking.load(["core", "secrets"], key=bytes(range(32)), extra=[runs], engine=engine) for engine in ("hyperscan", "re2"))
    rules = [rule for group in planting.plantable(one.rules).values() for rule in group]
    rng, started = Random(SEED), time.process_time()
    kinds, count, differences = Counter(), Counter(), []
    engines = {"hyperscan": version("hyperscan"), "re2": version("google-re2"), "python": platform.python_version()}
    told = {way: hashlib.sha256() for way in ("together", "alone", "second engine")}
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    for first in range(0, ROWS, SLICE):
        texts = pa.array(list(rows(rules, rng, SLICE)), pa.large_binary())
        batch, other = one.read(texts), two.read(texts)
        alone = [one.read(texts.slice(n, 1)) for n in range(SLICE)]
        for name, whole, by_other, single in zip(("findings", "marks"), batch, other, zip(*alone, strict=True), strict=True):
            expected = whole.to_pylist()
            count[name] += len(expected)
            kinds.update(row.get("rule_id", row.get("style")) for row in expected)
            ways = {"together": expected, "second engine": by_other.to_pylist(),
                    "alone": [{**row, "row": n} for n, table in enumerate(single) if table.num_rows for row in table.to_pylist()]}
            for way, found in ways.items():
                told[way].update(f"{first} {name} {found}\n".encode())
                if found != expected:
                    differences += [(first + row, name, way) for row in sorted({r["row"] for r in (*found, *expected) if (r in found) != (r in expected)})]
        count["rows"] += SLICE
        count["bytes"] += texts.buffers()[2].size
        REPORT.write_text(json.dumps({
            "seed": SEED, "asked_for": ROWS, **count, "differences": len(differences), "where": differences[:50], "rules_with_findings": len(kinds),
            "rules_digest": one.rules_digest, "engines": engines, "sha256_of_findings_and_marks": {way: sha.hexdigest() for way, sha in told.items()},
            "cpu_seconds": round(time.process_time() - started, 1)}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert one.rules_digest == two.rules_digest
    assert len({sha.hexdigest() for sha in told.values()}) == 1
    assert differences == []


@pytest.fixture
def peak_mb(monkeypatch):
    """What a process needed at most, in MiB."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "bench"))
    return import_module("_memory").peak_mb


def test_a_response_of_a_hundred_megabytes(scanner, peak_mb):
    """It is read like any other, in memory of a few times its size."""
    text = ("total = compute(total, rows[index])\n" * 2_900_000 + "mira.tolvas@kadorlin.io").encode()
    before = peak_mb()
    found = scanner.scan(pa.array([text], pa.large_binary())).to_pylist()
    assert [f["off_bytes"] for f in found] == [len(text) - 23]
    assert peak_mb() - before < 8 * len(text) >> 20


def test_a_hundred_megabytes_of_nothing_but_personal_data(scanner, peak_mb):
    """In one response: findings are capped, what is beyond is said to be capped, and neither time nor memory run away."""
    text = hostile.nothing_else(scanner.rules, 100_000_000)
    before, started = peak_mb(), time.process_time()
    found = scanner.scan(pa.array([text], pa.large_binary())).to_pylist()
    assert {"EMAIL_ADDRESS", "CREDIT_CARD", "US_SSN"} <= {f["entity_type"] for f in found if f["flag"] == "capped"}
    assert max(Counter(f["entity_type"] for f in found).values()) == candidates.CAP + 1
    assert time.process_time() - started < 300
    assert peak_mb() - before < 40 * len(text) >> 20


@pytest.mark.parametrize("name", hostile.PIECES)
def test_hostile_text_of_many_megabytes(name, scanner, peak_mb):
    """Twenty times what is read in the tests of every day: the time grows with the length, not faster."""
    spans = []
    for size in (1_000_000, 20_000_000):
        text, started = hostile.text(name, size), time.process_time()
        assert scanner.scan(pa.array([text])).num_rows <= (candidates.CAP + 1) * 20
        spans.append(time.process_time() - started)
    assert spans[1] < 20 * spans[0] + 5
    assert peak_mb() < 6000
