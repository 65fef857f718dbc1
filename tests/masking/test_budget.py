"""What a rule costs is held against what all rules cost: a pattern that stops at every word is told by its share."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

COMMAND = Path(__file__).parents[1] / "bench" / "masking.py"
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


IMPORTED = """
[[rules]]
id = "bad-import"
regex = '[a-z]{2,40}[0-9]?[a-z]{1,20}'
[[rules]]
id = "good-import"
regex = 'zzkey-[0-9]{5}'
"""


@pytest.fixture
def budget(tmp_path, monkeypatch, capsys):
    """The command that says what each rule costs, with a bad rule in a pack or in an imported configuration: its end and what it printed."""
    monkeypatch.syspath_prepend(str(COMMAND.parent))
    for name in ("_others", "_memory"):
        monkeypatch.delitem(sys.modules, name, raising=False)

    def run(name, text, rule):
        path = tmp_path / name
        path.write_text(text)
        monkeypatch.setattr(sys, "argv", ["masking.py", "--budget", "--size", "0.05", "--rules", str(path), "--only", rule])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(COMMAND), run_name="__main__")
        return ended.value.code, capsys.readouterr().out
    return run


@pytest.mark.parametrize(("name", "text", "bad", "good"), [("bad.yaml", BAD, "bad.word", "core.mac"), ("bad.toml", IMPORTED, "bad-import", "good-import")],
                         ids=["pack", "imported"])
def test_a_bad_pattern_exceeds_its_share(name, text, bad, good, budget):
    """Beside the packs of the toolkit it takes more than a rule may: it is named, and the command ends with 1. Another rule does not."""
    code, printed = budget(name, text, bad)
    assert (code, f"{bad}  OVER ITS SHARE" in printed) == (1, True)
    code, printed = budget(name, text, good)
    assert (code, "1 rules measured" in printed, "OVER ITS SHARE" in printed) == (0, True, False)
