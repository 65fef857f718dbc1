"""Each misbehaviour alone: its finding is there, and nothing else is."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from evidence.simulate import catalogue

from . import compare, findings, oracle
from .kit import make

ALWAYS = ("rejected_but_executed", "unmasked_email_in_response")
SEEDS = 200


def differences(root: Path, switches: tuple[str, ...], *, seed: int = 7, interactions: int = 8) -> list[str]:
    """Make a company and return everything in which the report and the truth differ."""
    made = make(root, switches, interactions=interactions, seed=seed)
    try:
        return [*compare.chains(made), *compare.usage(made), *compare.files(made), *oracle.results(made),
                *findings.unreported(made)]
    finally:
        made.con.close()


@pytest.mark.parametrize("switch", [name if name in ALWAYS else pytest.param(name, marks=pytest.mark.soak)
                                    for name in catalogue()])
def test_a_misbehaviour_alone_is_found_and_nothing_else(tmp_path: Path, switch: str) -> None:
    """One switch on, all others off: the report says that and only that."""
    assert "\n".join(differences(tmp_path, (switch,))) == ""


@pytest.mark.soak
def test_any_seed_is_reported_as_it_is(tmp_path: Path) -> None:
    """Two hundred companies that do everything wrong, each judged as it really was; counts in build/soak/month.json."""
    counts: Counter[str] = Counter()
    bad = {}
    for seed in range(1000, 1000 + SEEDS):
        root = tmp_path / str(seed)
        said = differences(root, catalogue(), seed=seed, interactions=60)
        counts["companies"] += 1
        counts["differences"] += len(said)
        if said:
            bad[seed] = said
        shutil.rmtree(root)
    report = Path(__file__).parents[2] / "build/soak/month.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps({"seeds": [1000, 999 + SEEDS], **counts, "bad": bad}, indent=1, sort_keys=True) + "\n")
    assert bad == {}
