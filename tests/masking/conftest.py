"""One scanner of each engine for all tests of masking: compiling is the slow part."""

from __future__ import annotations

import pytest

from evidence import masking

KEY = bytes(range(32))
RUNS = r"""
[[rules]]
id = "two-ways"
regex = '(?i)[\w.-]{0,9}?(?:key|token)[\s"]{0,3}(?:=|:)["\s=]{0,3}([\w.=-]{4,20}|[a-z][a-z0-9+/]{5,}={0,3})(?:["\s;]|$)'
entropy = 2.5
[[rules]]
id = "two-runs"
regex = 'key-\d+-[^\s"]+x?'
[[rules]]
id = "any"
regex = '<key .{3,}?/>|\b[ab]{2}(?:\W\d+)*;'
[[rules]]
id = "no-letter"
regex = '\b[0-9a-f]{6}\b'
keywords = ["token"]
"""


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """A configuration in the manner of gitleaks, whose rules have runs of any length and secrets of some entropy."""
    path = tmp_path_factory.mktemp("runs") / "runs.toml"
    path.write_text(RUNS)
    return path


@pytest.fixture(scope="session")
def scanner():
    """The scanner that a run uses: core and secrets on the fast engine."""
    return masking.load(["core", "secrets"], key=KEY)


@pytest.fixture(scope="session")
def second():
    """The same rules on the second engine."""
    return masking.load(["core", "secrets"], key=KEY, engine="re2")
