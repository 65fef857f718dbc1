"""One scanner of each engine for all tests of masking: compiling is the slow part."""

from __future__ import annotations

import pytest

from evidence import masking

KEY = bytes(range(32))


@pytest.fixture(scope="session")
def scanner():
    """The scanner that a run uses: core and secrets on the fast engine."""
    return masking.load(["core", "secrets"], key=KEY)


@pytest.fixture(scope="session")
def second():
    """The same rules on the second engine."""
    return masking.load(["core", "secrets"], key=KEY, engine="re2")
