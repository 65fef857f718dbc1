"""Each misbehaviour alone: its finding is there, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.simulate import catalogue

from .findings import differences
from .kit import make

ALWAYS = ("rejected_but_executed", "unmasked_email_in_response")


@pytest.mark.parametrize("switch", [name if name in ALWAYS else pytest.param(name, marks=pytest.mark.soak)
                                    for name in catalogue()])
def test_a_misbehaviour_alone_is_found_and_nothing_else(tmp_path: Path, switch: str) -> None:
    """One switch on, all others off: the report says that and only that."""
    made = make(tmp_path, (switch,), interactions=8)
    try:
        assert "\n".join(differences(made)) == ""
    finally:
        made.con.close()
