"""One month that misbehaves in every way, one that does not, written once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.simulate import Truth, catalogue, simulate


@pytest.fixture(scope="session")
def bad_month(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """A company folder with every misbehaviour of the catalogue, and its truth."""
    root = tmp_path_factory.mktemp("bad")
    return root, simulate(root, misbehaviour=catalogue(), texts=True)


@pytest.fixture(scope="session")
def good_month(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """A company folder in which nobody misbehaves, and its truth."""
    root = tmp_path_factory.mktemp("good")
    return root, simulate(root, misbehaviour=(), texts=True)
