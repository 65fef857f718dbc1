"""How fast each connector reads, in megabytes per CPU second: ``python tests/bench/connectors.py [megabytes] [name...]``.

The records of a connector's own cases, over and over in one file of JSON lines, go through the whole pass: hash of the
file, records, hashes, rows, lineage, rejects, segments. Beside it the engine alone reads the same lines in the same run.
The time that a connector needs to be made ready is counted, as it is for a file in a month.
"""
# ruff: noqa: T201 - it prints, that is its purpose

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from types import MappingProxyType

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "ingest"))

NOTHING = MappingProxyType({})


def records(name: str) -> list[bytes]:
    """Return the records of a connector's cases, each on a line, as far as they are its own shape of JSON."""
    from evidence import connector, connector_cases
    from evidence.ingest.readers.feed import feed

    chosen = connector.load(name)
    return [orjson.dumps(orjson.loads(raw.as_py())) for path in connector_cases.cases(chosen) for batch, _, _ in feed(chosen, path)
            for raw in batch["raw"]]


def plain(path: Path) -> float:
    """Let the engine alone read a file of JSON lines into a table and return the CPU seconds."""
    import duckdb

    with duckdb.connect(config={"threads": 1}) as con:
        before = spent()
        con.execute("CREATE TABLE t AS SELECT json FROM read_ndjson_objects(?)", [str(path)])
        return spent() - before


def spent() -> float:
    """Return the CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def whole(root: Path, name: str) -> dict[str, float]:
    """Read the file through the pass, and tell what it cost and whether it was read."""
    from datetime import UTC, datetime

    from evidence import connector, pipeline
    from evidence.ingest.job import FileJob
    from evidence.model import Source

    chosen = connector.load(name)
    lines = chosen.model_copy(update={"reader": chosen.reader.model_copy(update={"format": ("json",), "line": ()})})
    lines._folder = chosen.folder
    source = Source(id="s", connector=name, paths=("x",), observed_at=datetime(2026, 10, 1, tzinfo=UTC),
                    options=options(name))
    before = spent()
    outcome = pipeline.ingest_one(FileJob(root, "x", source, lines, keep=False))
    return {"cpu": spent() - before, "rejects": outcome.rejects, "records": outcome.records,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def options(name: str) -> dict[str, object]:
    """Return the options under which the last case of a connector is read."""
    import yaml

    from evidence import connector, connector_cases

    path = connector_cases.cases(connector.load(name))[-1]
    expected = yaml.safe_load(path.with_name(path.stem + ".expected.yaml").read_text("utf-8"))
    return (expected.get("given") or NOTHING).get("options", {})


def main(megabytes: int, names: list[str]) -> None:
    """Print a line for each connector."""
    from evidence import connector

    for name in names or [one.id for one in connector.all_connectors()]:
        with tempfile.TemporaryDirectory() as folder:
            some, root = b"\n".join(records(name)) + b"\n", Path(folder)
            (root / "x").write_bytes(some * max(1, megabytes * 1_000_000 // len(some)))
            size = (root / "x").stat().st_size / 1e6
            command = [sys.executable, str(Path(__file__).resolve()), "one", str(root), name]
            got = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            print(f"{name:28} {size:5.1f} MB  {size / got['cpu']:6.1f} MB/CPU-s  engine alone {size / got['engine']:6.1f}"
                  f"  ratio {got['engine'] / got['cpu']:4.2f}  {got['records']} records, {got['rejects']} rejects"
                  f"  worker {got['peak']} MB", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        print(json.dumps(whole(Path(sys.argv[2]), sys.argv[3]) | {"engine": plain(Path(sys.argv[2]) / "x")}))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 16, sys.argv[2:])
