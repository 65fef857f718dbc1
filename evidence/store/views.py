"""The closed engine: every row of every segment in ``raw``, one row for each key in ``main``."""
# ruff: noqa: S608 - statements are made of the names of the schema alone

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evidence import relations, settings
from evidence.model import Period
from evidence.store import canaries, keys, packs, pulled
from evidence.store.current import Current, current
from evidence.store.engine import engine, parquet, quoted
from evidence.store.erasures import tombstones

if TYPE_CHECKING:
    import duckdb

    from evidence.store import Store

_HELD: Final = 16 << 20
"""So many bytes of Parquet of a relation are read once into memory; of the others every query reads what it needs."""
_DERIVED: Final = ("finding", "placeholder", "reject", "skip")


def connect(store: Store, *, as_of_seq: int | None, period: Period, reference_time: datetime, memory: str,
            threads: int) -> duckdb.DuckDBPyConnection:
    """Return the engine, filled and locked; see ``Store.open``."""
    files = current(store.ledger.receipts(as_of_seq), (source.id for source in store.company.sources))
    with ExitStack() as undo:
        con = engine(store.runs / "spill", memory=memory, threads=threads)
        undo.callback(con.close)
        _raw(con, store, files)
        _declared_windows(con, store, {entry.latest.source_id for entry in files})
        _pulled_windows(con, store, files)
        relations.create(con, "file", *(r.name for r in relations.of_kind("setting", "result")))
        relations.insert(con, "cfg_canary", (asdict(one) for one in canaries.read(store.register)))
        keys.deduplicate(con)
        _fill_files(con, files, tombstones(store.ledger, as_of_seq))
        settings.fill(con, store.company, period=period, reference_time=reference_time, catalogs=store.catalogs())
        _close(con, store.home)
        undo.pop_all()
    return con


def _raw(con: duckdb.DuckDBPyConnection, store: Store, files: Sequence[Current]) -> None:
    """Make each relation of ``raw``.

    Raises:
        CustodyError: a segment is missing or damaged.
    """
    import duckdb

    try:
        _read(con, packs.tables(store.segments, files))
    except duckdb.Error as error:
        raise packs.damaged(store.segments, error) from error


def _read(con: duckdb.DuckDBPyConnection, tables: dict[str, list[Path]]) -> None:
    """Read each relation into a table, or where it is too large for that make a view, with its small files in one."""
    con.execute("CREATE SCHEMA raw")
    con.execute("CREATE SCHEMA held")
    for relation in (*relations.canonical(), *map(relations.relation, _DERIVED)):
        paths = tables.get(relation.name, [])
        held, read = (paths, []) if relation.name == "source_window" else _halves(paths)
        schema = "held" if read else "raw"
        con.execute(f"SET schema = '{schema}'")
        con.execute(relation.statement)
        con.execute("SET schema = 'main'")
        if held:
            con.execute(f"INSERT INTO {schema}.{relation.name} BY NAME SELECT * FROM {parquet(held)}")
        if read:
            columns = ", ".join(f'"{c.name}"' for c in relation.columns)
            more = f" UNION ALL SELECT {columns} FROM held.{relation.name}" if held else ""
            con.execute(f"CREATE VIEW raw.{relation.name} AS SELECT {columns} FROM {parquet(read)}{more}")


def _halves(paths: list[Path]) -> tuple[list[Path], list[Path]]:
    """Return the files whose rows are held in memory, and those that every query reads: all, or the smallest ones."""
    sizes = {path: path.stat().st_size for path in paths}
    if sum(sizes.values()) < _HELD:
        return paths, []
    room, held = _HELD, set()
    for path in sorted(paths, key=lambda one: sizes[one]):
        room -= sizes[path]
        if room > 0 and sizes[path] < packs.SMALL:
            held.add(path)
    return [path for path in paths if path in held], [path for path in paths if path not in held]


def _declared_windows(con: duckdb.DuckDBPyConnection, store: Store, received: set[str]) -> None:
    """Add what evidence.yaml says its sources cover; the record of such a row is evidence.yaml itself.

    A declaration says what exported files hold: without any file it covers nothing, though it may still own to a gap.
    """
    import hashlib

    import rfc8785

    for source in store.company.sources:
        rows: list[dict[str, Any]] = []
        for number, window in enumerate(source.covers):
            if window.complete and source.id not in received:
                continue
            record = rfc8785.dumps(window.model_dump(mode="json", by_alias=True))
            rows.append({"source_id": source.id, "native_id": f"evidence.yaml/{source.id}/{number}", "ordinal": 0,
                         "locator": f"evidence.yaml/{source.id}#{number}", "observed_at": None,
                         "record_hash": hashlib.sha256(record).hexdigest(), "event_time": settings.utc(window.from_),
                         "end_time": settings.utc(window.to), "stream": window.stream, "basis": "declared",
                         "complete": window.complete, "source_rows": window.rows, "reason": window.reason})
        con.execute("SET schema = 'raw'")
        relations.insert(con, "source_window", rows)
        con.execute("SET schema = 'main'")


def _pulled_windows(con: duckdb.DuckDBPyConnection, store: Store, files: list[Current]) -> None:
    """Add what the receipts of pulls prove; a receipt counts with the files that were received up to this line."""
    for source in store.company.sources:
        received = {entry.latest.file_sha256 for entry in files if entry.latest.source_id == source.id}
        con.execute("SET schema = 'raw'")
        relations.insert(con, "source_window", pulled.windows(store.register, source.id, received))
        con.execute("SET schema = 'main'")


def _fill_files(con: duckdb.DuckDBPyConnection, files: list[Current], graves: Mapping[str, Mapping[str, Any]]) -> None:
    import pyarrow as pa

    names = ("file_sha256", "bytes", "source_id", "connector", "connector_digest", "state", "reason", "lines",
             "records", "rejects", "blanks", "skips", "rows_out", "fan_out", "first_time", "last_time")
    rows = [{name: getattr(entry.latest, name) for name in names}
            | {"path": min(entry.paths), "ledger_seq": entry.first_seq,
               "received_at": _instant(entry.first_at),
               "kept": entry.latest.stored_sha256 is not None and entry.latest.file_sha256 not in graves}
            | _erased(graves.get(entry.latest.file_sha256)) for entry in files]
    if rows:
        con.register("arriving", pa.Table.from_pylist(rows))
        con.execute("INSERT INTO file BY NAME SELECT * FROM arriving")
        con.unregister("arriving")


def _erased(line: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what the tombstone of a file says, or that there is none."""
    return {"tombstone": line and line["basis"], "tombstone_seq": line and line["seq"],
            "erased_at": line and _instant(line["at"]), "erased_by": line and line["by"],
            "erased_reason": line and line["reason"]}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _close(con: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Let the engine read below one folder and nowhere else, for good."""
    for setting in (f"allowed_directories = [{quoted(home)} || '/']", "enable_external_access = false",
                    "python_enable_replacements = false", "lock_configuration = true"):
        con.execute(f"SET {setting}")
