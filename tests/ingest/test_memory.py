"""The promise that a worker needs no more memory than so much, whatever a file is like, held to odd files of every kind."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[1] / "bench"


@pytest.fixture(scope="module")
def odd():
    """The bench of odd files."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(BENCH))
        patched.syspath_prepend(str(BENCH.parent / "connectors"))
        yield import_module("odd")


def names() -> list[str]:
    """The files that the bench makes."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(BENCH))
        return list(import_module("odd").FILES)


@pytest.mark.soak
@pytest.mark.parametrize("name", names())
def test_a_worker_stays_within_its_bound(odd, name):
    """Each file is read in a process of its own: it ends, every line is accounted for, and the most memory at once is bounded."""
    got = odd.measured(name)
    assert got["lines"] == got["records"] + got["rejects"] + got["blanks"]
    assert got["mb"] <= odd.BEYOND.get(name, odd.BOUND)
