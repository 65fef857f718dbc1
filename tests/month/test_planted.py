"""Nothing that the decisions give a name is left to be planted by hand: the simulated companies plant each."""

from __future__ import annotations

from pathlib import Path

from evidence.simulate import simulate

from . import words
from .kit import Made


def test_every_verdict_named_is_planted_by_some_company(tmp_path: Path, all_wrong: Made) -> None:
    """Caller, identity, tier, approval, masking, reconciliation, coverage...: each word is true of something."""
    quiet = simulate(tmp_path, seed=7, people=30, interactions=12, misbehaviour=(), own_risk=False)
    planted = words.planted(all_wrong.truth) + words.planted(quiet)
    assert [(*name, word) for name, said in words.named().items() for word in sorted(said)
            if not planted[*name, word]] == []
    assert [name for name in planted if name[2] not in words.named()[name[:2]]] == []


def test_the_report_has_words_for_each_and_for_no_other() -> None:
    """The lists of the relations are those of the report's vocabulary, where it has one, and none is empty."""
    assert words.spoken() == {name: words.named()[name] for name in words.spoken()}
    assert all(len(said) > 1 for said in words.named().values())


def test_every_word_planted_is_said(all_wrong: Made) -> None:
    """What the company plants comes out in some chain, row or interval; how often, the comparison with the truth says."""
    found = words.found(all_wrong)
    assert [name for name in words.planted(all_wrong.truth) if not found[name]] == []
