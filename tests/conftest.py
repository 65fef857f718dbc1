"""What every test may use: the samples where they are present, and an engine with empty relations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    import duckdb

HERE = Path(__file__).resolve().parent
settings.register_profile("any machine", deadline=None)  # a busy machine is no finding
settings.load_profile("any machine")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the tests of a file on one worker, so that what they share is made once and not once a worker."""
    if item.get_closest_marker("xdist_group") is None:
        item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(HERE))))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: list[str]) -> None:
    """Refuse a pytest with which pytest-xdist does not keep groups together: the suite would take twice as long."""
    if node.config.getvalue("dist") == "loadgroup" and not all("@" in one for one in ids):
        pytest.exit("pytest-xdist does not keep groups of tests together with this pytest", returncode=4)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Records as vendors write them; they are not part of the project, so the test is skipped without them."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared is not present")
    return folder


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory engine with every relation empty and the house macros defined."""
    import duckdb

    from evidence import relations

    connection = duckdb.connect(config={"threads": 1, "memory_limit": "1GB"})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    relations.define_macros(connection)
    relations.create(connection)
    yield connection
    connection.close()
