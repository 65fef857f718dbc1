"""The vocabulary of the report: codes become words and a tone. Data in ``templates/report/words.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from evidence import catalog

MARKS: Mapping[str, str] = {"good": "●", "bad": "▲", "gap": "◆", "part": "◐", "none": "○"}


@dataclass(frozen=True, slots=True)
class State:
    """A verdict as it is printed: words, tone (colour) and mark (shape)."""

    words: str
    tone: str

    @property
    def mark(self) -> str:
        """The shape printed before the words, so that colour is never the only sign."""
        return MARKS[self.tone]


@cache
def vocabulary() -> Mapping[str, Mapping[str, Any]]:
    """Return the whole vocabulary."""
    import yaml

    path = catalog.home("templates") / "report" / "words.yaml"
    data: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))
    return data


def state(kind: str, code: str) -> State:
    """Return words and tone of a verdict; a code without words is printed as it is, with the tone of a gap."""
    entry = vocabulary()[kind].get(code)
    if entry is None:
        return State(code.replace("_", " "), "gap")
    return State(", ".join(entry[:-1]), entry[-1])


def control_state(operating: str, testability: str, *, applicable: bool) -> State:
    """Return how a control's result is printed. Only what logs can test entirely is ever printed as effective."""
    if not applicable:
        return state("control", "not_applicable")
    if operating.startswith("effective") and testability == "P":
        return state("control", "in_part")
    if testability == "N" and operating != "error":
        return state("control", "not_tested")
    return state("control", operating)


def word(kind: str, code: str | None) -> str:
    """Return the words for a code, or the code with blanks."""
    if code is None:
        return "\u2013"
    entry = vocabulary()[kind].get(code)
    return code.replace("_", " ") if entry is None else str(entry[0] if isinstance(entry, list) else entry)
