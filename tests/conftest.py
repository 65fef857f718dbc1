"""What every test may use: the samples where they are present, and an engine with empty relations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import duckdb


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

    connection = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    relations.define_macros(connection)
    relations.create(connection)
    yield connection
    connection.close()
