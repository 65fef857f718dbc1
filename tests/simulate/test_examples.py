"""The page about the example company says what the simulation does, and its code runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evidence.simulate import demo, describe

PAGE = Path(__file__).parents[2] / "examples/README.md"


def test_the_page_lists_every_switch_and_what_it_does() -> None:
    """The table of misbehaviour is the catalogue: each switch, whether the demo has it, and its sentence."""
    rows = re.findall(r"^\| `(\w+)` \| (yes)? ?\| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: text for name, _, text in rows} == describe()
    assert {name for name, shown, _ in rows if shown} == set(demo())
    assert all(describe().values())


def test_the_code_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                   capsys: pytest.CaptureFixture[str]) -> None:
    """What the page shows can be typed in as it stands."""
    monkeypatch.chdir(tmp_path)
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, "examples/README.md", "exec"), {})
    assert capsys.readouterr().out == "late late\n"
    assert (tmp_path / "truth.json").exists()
