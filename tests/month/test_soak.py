"""Two hundred companies, each with a month of its own: what was planted in each is found, and nothing besides."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from evidence.simulate import catalogue

from . import words
from .findings import differences
from .kit import make

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "build/soak/month.json"
SEEDS = range(1000, 1200)
sys.path.append(str(ROOT))  # where a process of its own looks for this module
TABLES = ("chain", "link", "reconciliation", "check_result")


def _judged(job: tuple[Path, int]) -> dict[str, Any]:
    """Judge one company: every tenth has no policy of its own on risk, the others do everything wrong that can be done."""
    root, seed = job
    started = time.process_time()
    own = seed % 10 != 9
    made = make(root, catalogue() if own else (), interactions=12 if own else 40, seed=seed, own_risk=own)
    try:
        said = differences(made)
        counts = {name: made.rows(f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in TABLES}
        planted, found = words.planted(made.truth), words.found(made)
    finally:
        made.con.close()
        shutil.rmtree(root)
    return {"seed": seed, "said": said, "counts": {**counts, "findings_planted": len(made.truth.findings)},
            "planted": {".".join(name): n for name, n in planted.items()},
            "found": {".".join(name): n for name, n in found.items()},
            "cpu_seconds": round(time.process_time() - started, 1)}


def _commit() -> str:
    """Return what is checked out, with a mark where files differ from it; empty where there is no repository."""
    try:
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        changed = subprocess.run(["git", "status", "--porcelain", "--untracked-files=no"], cwd=ROOT, capture_output=True,
                                 text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head.strip() + (" and changes" if changed.strip() else "")


def _begun(commit: str) -> dict[str, Any]:
    """Return the report of an earlier run of this very commit, to go on from; else one of nothing yet."""
    if commit and " " not in commit and REPORT.exists():
        kept: dict[str, Any] = json.loads(REPORT.read_text(encoding="utf-8"))
        if kept.get("commit") == commit:
            return kept
    return {"commit": commit, "asked_for": len(SEEDS), "seeds": [], "misbehaviours": len(catalogue()), "cpu_seconds": 0.0,
            "counts": {}, "planted": {}, "found": {}, "differences": 0, "bad": {}}


def _add(report: dict[str, Any], one: dict[str, Any]) -> None:
    for name in ("counts", "planted", "found"):
        report[name] = dict(Counter(report[name]) + Counter(one[name]))
    report["seeds"] = sorted([*report["seeds"], one["seed"]])
    report["cpu_seconds"] = round(report["cpu_seconds"] + one["cpu_seconds"], 1)
    report["differences"] += len(one["said"])
    if one["said"]:
        report["bad"][str(one["seed"])] = one["said"]
    part = REPORT.with_suffix(".part")
    part.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(REPORT)


@pytest.mark.soak
def test_any_seed_is_reported_as_it_is(tmp_path: Path) -> None:
    """Every verdict that the decisions name is planted and found, in no company is anything missed or invented.

    Seeds, counts, differences and processor time so far are in build/soak/month.json after each company; a run that was
    cut short goes on where it stopped, as long as the commit is the same.
    """
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    report = _begun(_commit())
    jobs = [(tmp_path / str(seed), seed) for seed in SEEDS if seed not in set(report["seeds"])]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for one in pool.map(_judged, jobs):
            _add(report, one)
    assert report["bad"] == {}
    assert report["seeds"] == list(SEEDS)
    names = {".".join((*column, word)) for column, said in words.named().items() for word in said}
    assert names <= report["planted"].keys()
    assert names <= report["found"].keys()
