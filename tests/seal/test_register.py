"""The register of packages gives each its number and predecessor, and shows when it was touched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evidence.errors import CustodyError
from evidence.seal import Previous, Register, Registered

FIRST = Registered(sequence=1, package_id="evidence-2026-10", period="2026-10", edition=1, sha256sums_sha256="a" * 64,
                   zip_sha256="b" * 64, tree_root="c" * 64, tree_size=3, signer="d" * 64)
SECOND = replace(FIRST, sequence=2, package_id="evidence-2026-10.e2", edition=2, sha256sums_sha256="e" * 64)


def test_packages_are_numbered_without_gaps(tmp_path: Path) -> None:
    """The first has no predecessor, the second names the first."""
    register = Register(tmp_path / "register")
    assert register.next() == (1, None)
    register.append(FIRST)
    assert register.next() == (2, Previous("evidence-2026-10", "a" * 64))
    register.append(SECOND)
    assert register.entries() == [FIRST, SECOND]
    assert register.latest("2026-10") == SECOND
    assert register.latest("2026-11") is None


def test_a_number_out_of_turn_is_refused(tmp_path: Path) -> None:
    """A package cannot be registered twice or ahead."""
    register = Register(tmp_path)
    with pytest.raises(CustodyError, match="expected package number 1"):
        register.append(SECOND)


@pytest.mark.parametrize("change", [
    lambda data: data.replace(b"2026-10", b"2026-09", 1),
    lambda data: data.splitlines(True)[1],
    lambda data: b"".join(reversed(data.splitlines(True))),
    lambda data: data + b"{}\n",
    lambda data: b"junk\n" + data,
    lambda data: data + b"[]\n",
])
def test_a_register_that_was_touched_is_refused(tmp_path: Path, change: Any) -> None:
    """A line changed, removed, moved or added makes the register unreadable, naming the line."""
    register = Register(tmp_path)
    register.append(FIRST)
    register.append(SECOND)
    register.path.write_bytes(change(register.path.read_bytes()))
    with pytest.raises(CustodyError) as caught:
        register.entries()
    assert caught.value.where is not None
