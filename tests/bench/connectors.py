"""How fast each connector reads: ``python tests/bench/connectors.py [megabytes] [name...] [--mixed | --refused]``.

The records of a connector's own cases, over and over in one file of JSON lines, go through the whole pass: hash of the
file, records, hashes, rows, lineage, rejects, segments. In each copy ids are others, as they are in an export. Beside it
the engine alone reads the same lines in the same run. What is paid once shows apart: what a process takes to read the
cases as its first file, libraries included, and of that what the connector's statements take to be checked and planned.

Cases hold on purpose many records that are refused or left out, and an export holds few: the file has only those that
give rows, with ``--mixed`` all of them, with ``--refused`` only those that give none. How many of the cases give none is
printed beside what the file had. Cases are short too, and what a record costs hardly grows with its length: the
microseconds for each say more than the megabytes in a second. The figures are written to ``build/bench/connectors.json``.
"""
# ruff: noqa: T201 - it prints, that is its purpose

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import orjson
from _memory import peak_mb

if TYPE_CHECKING:
    from evidence.connector import Connector

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "ingest"))

MARK = "{copy}"
GOOD, MIXED, REFUSED = "--good", "--mixed", "--refused"
NOTHING = MappingProxyType({})
ID = re.compile(r".*[0-9a-f]{6}", re.DOTALL)
OUT = Path(__file__).resolve().parents[2] / "build/bench/connectors.json"


@cache
def records(name: str, wanted: str) -> list[bytes]:
    """Return records of a connector's cases, each on a line: those that give rows, those that give none, or all."""
    from evidence import connector, connector_cases
    from evidence.ingest.readers.feed import feed

    chosen = connector.load(name)
    lines = [orjson.dumps(orjson.loads(raw.as_py())) for path in connector_cases.cases(chosen) for batch, _, _ in feed(chosen, path)
             for raw in batch["raw"]]
    if wanted == MIXED:
        return lines
    none = without_rows(name, lines)
    return [line for number, line in enumerate(lines) if (number in none) == (wanted == REFUSED)]


def without_rows(name: str, lines: list[bytes]) -> set[int]:
    """Return which of some lines are refused or left out, in whole or in part, or by themselves make no record."""
    from evidence.ingest.readers.feed import feed
    from evidence.normalize import Normalizer

    chosen, engine = on_lines(name), Normalizer(on_lines(name), source_id="s", **given(name))
    none: set[int] = set()
    with tempfile.TemporaryDirectory() as folder:
        for number, line in enumerate(lines):
            (Path(folder) / "one").write_bytes(line)
            for batch, parts, refused in feed(chosen, Path(folder) / "one", engine.options):
                out = engine.batch(batch, parts)
                if refused or out.rejects.num_rows or out.skips.num_rows:
                    none.add(number)
    engine.close()
    return none


def on_lines(name: str) -> Connector:
    """Return a connector that reads its records from lines of JSON."""
    from evidence import connector

    chosen = connector.load(name)
    lines = chosen.model_copy(update={"reader": chosen.reader.model_copy(update={"format": ("json",), "line": ()})})
    lines._folder = chosen.folder
    return lines


def copy(name: str, number: int, wanted: str) -> bytes:
    """Return the records as lines once more, with ids of their own in each copy; what had the same one still has."""
    return marked(name, wanted).replace(MARK.encode(), b"%06d" % number)


@cache
def marked(name: str, wanted: str) -> bytes:
    """Return the records as lines, with a mark in each id where the number of the copy is to stand."""
    from evidence import connector

    lines, gather = records(name, wanted), connector.load(name).reader.gather
    rows = [_marked(orjson.loads(line)) for line in lines]
    if gather:
        rows = [row | {gather.by: f"{row[gather.by]}-{MARK}"} if gather.by in row else row for row in rows]
    return b"\n".join(map(orjson.dumps, rows)) + b"\n"


def _marked(value: Any, key: str = "") -> Any:
    """Return a value with the mark for the last six hex digits of each id in it that has as many."""
    if isinstance(value, dict):
        return {name: _marked(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_marked(inner, key) for inner in value]
    named = key.lower().endswith(("id", "uuid")) and isinstance(value, str) and ID.fullmatch(value)
    return f"{value[:-6]}{MARK}" if named else value


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


def whole(root: Path, name: str) -> dict[str, Any]:
    """Read the cases once, then all of the file, through the pass; tell what each cost and what became of the records."""
    from datetime import UTC, datetime

    from evidence import pipeline
    from evidence.ingest.job import FileJob
    from evidence.model import Source
    from evidence.normalize import Normalizer

    lines = on_lines(name)
    source = Source(id="s", connector=name, paths=("x",), observed_at=datetime(2026, 10, 1, tzinfo=UTC), **given(name))
    marks, outcome = [spent()], None
    for path in ("first", "x"):
        outcome = pipeline.ingest_one(FileJob(root, path, source, lines, keep=False))
        marks.append(spent())
    assert outcome is not None
    before = spent()
    Normalizer(lines, source_id="s", issuer=source.issuer, options=source.options, whole=False).close()
    return {"planning": round(spent() - before, 3), "start": round(marks[1] - marks[0], 3), "cpu": round(marks[2] - marks[1], 3), "state": outcome.state,
            "records": outcome.records, "rejects": outcome.rejects, "skips": outcome.skips, "rows": outcome.rows_out,
            "worker_mb": peak_mb()}


def given(name: str) -> dict[str, Any]:
    """Return the issuer and the options under which that case of a connector is read which sets most of them."""
    import yaml

    from evidence import connector, connector_cases

    cases = [path.with_name(path.stem + ".expected.yaml") for path in connector_cases.cases(connector.load(name))]
    said = [yaml.safe_load(path.read_text("utf-8")).get("given") or NOTHING for path in cases]
    most = max(said, key=lambda one: len(one.get("options") or NOTHING))
    return {key: most[key] for key in ("issuer", "options") if key in most}


def main(megabytes: int, names: list[str], wanted: str) -> None:
    """Print a line for each connector, and write the figures of all of them."""
    from evidence import connector

    figures = {}
    for name in names or [one.id for one in connector.all_connectors()]:
        if not records(name, wanted):
            print(f"{name:28} no case has such a record", flush=True)
            continue
        with tempfile.TemporaryDirectory() as folder:
            root, some = Path(folder), copy(name, 0, wanted)
            (root / "first").write_bytes(some)
            with (root / "x").open("wb") as file:
                for number in range(1, max(3, 1 + megabytes * 1_000_000 // len(some))):
                    file.write(copy(name, number, wanted))
            size = (root / "x").stat().st_size
            command = [sys.executable, str(Path(__file__).resolve()), "one", str(root), name]
            got = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        every = max(1, got["records"] + got["rejects"])
        got |= {"mb": round(size / 1e6, 1), "bytes": round(size / every), "us_per_record": round(got["cpu"] * 1e6 / every, 1),
                "mb_per_cpu_s": round(size / 1e6 / got["cpu"], 1), "engine_mb_per_cpu_s": round(size / 1e6 / got["engine"], 1),
                "without_rows": round((got["rejects"] + got["skips"]) / every, 2),
                "without_rows_in_cases": round(1 - len(records(name, GOOD)) / len(records(name, MIXED)), 2)}
        figures[name] = got
        print(f"{name:28} {size / 1e6:5.1f} MB  {got['mb_per_cpu_s']:6.1f} MB/CPU-s  {got['us_per_record']:6.1f} us/record"
              f"  engine alone {got['engine_mb_per_cpu_s']:6.1f}  first file {got['start']:4.2f} CPU-s, planning {got['planning']:4.2f}"
              f"  {got['state']}: {every} records of {got['bytes']} bytes, {got['without_rows']:.0%} refused or left out"
              f" ({got['without_rows_in_cases']:.0%} of the cases), {got['rows']} rows  worker {got['worker_mb']} MB", flush=True)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        print(json.dumps(whole(Path(sys.argv[2]), sys.argv[3]) | {"engine": plain(Path(sys.argv[2]) / "x")}))
    else:
        words = [word for word in sys.argv[1:] if word not in {MIXED, REFUSED}]
        main(int(words[0]) if words else 16, words[1:], next((word for word in sys.argv if word in {MIXED, REFUSED}), GOOD))
