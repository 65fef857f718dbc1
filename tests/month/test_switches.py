"""Each misbehaviour alone: its finding is there, and nothing else is."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from evidence.simulate import catalogue

from . import compare, findings, oracle
from .kit import Made, make

ALWAYS = ("rejected_but_executed", "unmasked_email_in_response")
SEEDS = 200


def differences(root: Path, switches: tuple[str, ...], *, seed: int = 7, interactions: int = 8) -> list[str]:
    """Make a company and return everything in which the report and the truth differ."""
    made = make(root, switches, interactions=interactions, seed=seed)
    try:
        return _differences(made)
    finally:
        made.con.close()


def _differences(made: Made) -> list[str]:
    return [*compare.chains(made), *compare.usage(made), *compare.files(made), *oracle.results(made),
            *findings.unreported(made)]


@pytest.mark.parametrize("switch", [name if name in ALWAYS else pytest.param(name, marks=pytest.mark.soak)
                                    for name in catalogue()])
def test_a_misbehaviour_alone_is_found_and_nothing_else(tmp_path: Path, switch: str) -> None:
    """One switch on, all others off: the report says that and only that."""
    assert "\n".join(differences(tmp_path, (switch,))) == ""


def _judged(job: tuple[Path, int]) -> dict[str, Any]:
    """Judge one company that does everything wrong; what was counted, and every difference from the truth."""
    root, seed = job
    started = time.process_time()
    made = make(root, catalogue(), interactions=12, seed=seed)
    try:
        said = _differences(made)
        counts = {name: made.rows(f"SELECT count(*) AS n FROM {name}")[0]["n"]
                  for name in ("chain", "link", "reconciliation", "check_result")}
    finally:
        made.con.close()
        shutil.rmtree(root)
    return {"seed": seed, "said": said, "planted": len(made.truth.findings),
            "cpu_seconds": round(time.process_time() - started, 1), **counts}


@pytest.mark.soak
def test_any_seed_is_reported_as_it_is(tmp_path: Path) -> None:
    """Two hundred companies that do everything wrong, each judged as it really was.

    Seeds and counts so far are in build/soak/month.json after each company, so that a run cut short still says how far
    it came.
    """
    report = Path(__file__).parents[2] / "build/soak/month.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    seeds, bad = [], {}
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for one in pool.map(_judged, [(tmp_path / str(seed), seed) for seed in range(1000, 1000 + SEEDS)]):
            seed, said = one.pop("seed"), one.pop("said")
            seeds.append(seed)
            counts.update(one)
            counts["differences"] += len(said)
            if said:
                bad[seed] = said
            report.write_text(json.dumps({"asked_for": SEEDS, "companies": len(seeds), "seeds": [seeds[0], seeds[-1]],
                                          "misbehaviours": len(catalogue()), **counts, "bad": bad},
                                         indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert bad == {}
    assert len(seeds) == SEEDS
