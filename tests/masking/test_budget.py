"""What a rule costs is held against what all rules cost: a pattern that stops at every word is told by its share."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from random import Random

import pytest

from evidence import masking
from evidence.masking import planting

BAD = """
pack: bad
title: A rule that stops at every word
entities: {WORD: other}
rules:
- id: bad.word
  entity: WORD
  anchors: ['[a-z]{2,40}[0-9]?[a-z]{1,20}']
  reach: [0, 80]
  pattern: '[a-z]+\\d{6}'
  confidence: 500
"""


@pytest.fixture
def bench(monkeypatch):
    """The benchmark of the scanner, which says what each rule costs."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "bench"))
    for name in ("masking", "_others"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return import_module("masking")


def test_a_bad_pattern_exceeds_its_share(bench, tmp_path, capsys):
    """Beside the packs of the toolkit it takes more than a rule may, and is named; a rule of theirs does not."""
    path = tmp_path / "bad.yaml"
    path.write_text(BAD)
    scanner = masking.load(["core"], key=b"k", extra=[path])
    texts = list(planting.answers(Random(1), 12))
    assert not bench.within_budget(scanner, texts, {"bad.word"})
    assert "bad.word  OVER ITS SHARE" in capsys.readouterr().out
    assert bench.within_budget(scanner, texts, {"core.mac"})
