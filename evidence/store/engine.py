"""The engine over the segments, before anything is in it."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evidence import relations
from evidence.store import spill

if TYPE_CHECKING:
    import duckdb

MEMORY: Final = "640MB"
"""What the engine may hold before it writes to files of its own; the process needs about 250 MB beside it."""
THREADS: Final = 1
"""Steps work on tables of few days, which one thread does alone, while the caller of a second one waits busily: with
two, correlation of 200,000 exchanges cost 16 CPU seconds instead of 10."""


def engine(folder: Path, *, memory: str = MEMORY, threads: int = THREADS) -> duckdb.DuckDBPyConnection:
    """Return an engine that knows the macros and no relation yet, and writes what it cannot hold below a folder.

    It keeps no copy of what it read from files: the system does that already, outside of this process. It joins in the
    order in which a statement says it: left to itself it guesses how many rows hold at a time, and with 100,000
    exchanges it joined those to all accounts by time before it joined them to their persons.
    """
    import duckdb

    own = spill.claim(folder)
    con = duckdb.connect(config={"threads": threads, "memory_limit": memory, "temp_directory": str(own.place)})
    weakref.finalize(con, own.release)
    for setting in ("TimeZone = 'UTC'", "enable_progress_bar = false", "preserve_insertion_order = true",
                    "default_null_order = 'NULLS_LAST'", "autoinstall_known_extensions = false",
                    "autoload_known_extensions = false", "parquet_metadata_cache = true",
                    "enable_external_file_cache = false", "disabled_optimizers = 'join_order'"):
        con.execute(f"SET {setting}")
    relations.define_macros(con)
    return con


def give_back() -> None:
    """Give the system what was freed here and is held for the next request: of a large record, several times its size.

    The engine's allocator holds it for a second, and gives all back when an engine is closed, whichever that is.
    """
    import duckdb
    import pyarrow as pa

    duckdb.connect(config={"threads": 1}).close()
    pa.default_memory_pool().release_unused()


def parquet(paths: Iterable[Path]) -> str:
    """Return the call that reads the rows of all these files."""
    return "read_parquet([" + ", ".join(map(quoted, paths)) + "])"


def quoted(path: Path) -> str:
    """Return a path as a literal of SQL."""
    return "'" + str(path.resolve()).replace("'", "''") + "'"
