"""Months that are made once for every test of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evidence.simulate import catalogue

from .kit import Made, make


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The company of the demo, with fewer requests."""
    made = make(tmp_path_factory.mktemp("demo"), None, interactions=60)
    yield made
    made.con.close()


@pytest.fixture(scope="session")
def all_wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A company that does everything wrong that can be done."""
    made = make(tmp_path_factory.mktemp("all"), catalogue(), interactions=60)
    yield made
    made.con.close()


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A company in which nobody misbehaves."""
    made = make(tmp_path_factory.mktemp("clean"), (), interactions=60)
    yield made
    made.con.close()
