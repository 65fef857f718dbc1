"""How much memory a worker needs for files that nobody would write on purpose: ``python tests/bench/odd.py [name...]``.

Each file is made anew and read in a process of its own, as a worker does: hash and vault, records, rows, scanner,
segments. What is printed is the most memory that process had at once, what became of the file, and CPU seconds. The
figures are written to ``build/bench/odd.json`` too. ``make soak`` holds each of them to the bound.
"""
# ruff: noqa: T201 - it prints, that is its purpose

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from _memory import peak_mb

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "ingest"), str(HERE.parent / "connectors")]
OUT = HERE.parents[1] / "build/bench/odd.json"
BOUND = 400
"""MiB that a worker may need, whatever a file is like."""
BEYOND = {"Parquet of long texts": 900, "Parquet of 2,000 columns": 600}
"""Files for which it needs more, and MiB that these may take: a page of a Parquet column is unpacked as a whole, in each column
one."""
M = 1_000_000
DOOR = b"event,at,who,result,address,note\n"
PIECE = " ".join(f"word{n}" for n in range(150_000)).encode()
Make = Callable[[IO[bytes]], object]


def words(size: int) -> bytes:
    """Return text that is not all alike, of so many bytes."""
    return (PIECE * (size // len(PIECE) + 1))[:size] if size > len(PIECE) else PIECE[:size]


def chat(number: int, ask: bytes = b"", answer: bytes = b"fine") -> bytes:
    """Return an exchange on a line."""
    return (b'{"id":"x%d","at":"2026-10-%02dT10:00:00Z","who":"mia","ask":"%s","answer":"%s"}\n'
            % (number, 1 + number % 28, ask or b"ask %d" % number, answer))


def door(number: int, note: bytes = b"a plain note", more: bytes = b"") -> bytes:
    """Return a sign-in in a row."""
    return b"e%d,2026-10-%02dT10:00:00Z,mia,success,10.0.0.1,%s%s\n" % (number, 1 + number % 28, note, more)


def long_lines(out: IO[bytes], sizes: list[int], between: int = 1) -> None:
    """Write exchanges on lines, some of them with a text so long."""
    for number, size in enumerate(sizes):
        for other in range(between):
            out.write(chat(number * between + other, b"", b"fine"))
        out.write(chat(10**6 + number, words(size)))
    out.write(chat(10**7))


def gigabyte(out: IO[bytes]) -> None:
    """Write a gigabyte of ordinary lines with one of 100 MB among them."""
    block = b"".join(chat(n, words(1500)) for n in range(600))
    for number in range(900):
        out.write(block)
        if number == 400:
            out.write(chat(10**6, words(100 * M)))


def cells(out: IO[bytes], count: int, size: int) -> None:
    """Write rows with a few cells that are long: one row with so many of them."""
    names = b",".join(b"c%d" % n for n in range(count))
    out.write(DOOR[:-1] + b"," + names + b"\n" + door(1, more=b"," * count))
    out.write(door(2, more=b"".join(b',"%s"' % words(size) for _ in range(count))) + door(3, more=b"," * count))


def wide(out: IO[bytes], columns: int, rows: int) -> None:
    """Write a table of many columns."""
    out.write(DOOR[:-1] + b"".join(b",column number %d" % n for n in range(columns)) + b"\n")
    more = b"".join(b",value %d" % n for n in range(columns))
    for number in range(rows):
        out.write(door(number, more=more))


def bad_rows(out: IO[bytes], count: int) -> None:
    """Write a table of which nearly all rows have a field too many."""
    out.write(DOOR + door(1))
    for number in range(count):
        out.write(door(number, more=b",one more"))


def bad_cells(out: IO[bytes], count: int) -> None:
    """Write a table of which nearly no row has a time, which the statements refuse and not the reader."""
    out.write(DOOR + door(1))
    for number in range(count):
        out.write(b"e%d,yesterday,mia,success,10.0.0.1,note\n" % number)


def alike(out: IO[bytes], line: bytes, count: int, first: bytes = b"") -> None:
    """Write one line over and over."""
    out.write(first or chat(1))
    for _ in range(100):
        out.write(line * (count // 100))


def array(out: IO[bytes], count: int, size: int, opened: bytes = b"[", closed: bytes = b"]", near: bytes = b"") -> None:
    """Write a document of many elements without a line end."""
    out.write(opened)
    text = words(size)
    for number in range(count):
        out.write((b"," if number else b"") + near + chat(number, text)[:-1])
    out.write(closed)


def parquet(out: IO[bytes], rows: int, size: int, group: int, wide: int = 0) -> None:
    """Write a table of Parquet in row groups of so many rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = words(size + 10_000).decode()
    kinds = pa.schema([(name, pa.string()) for name in ("id", "at", "who", "ask", "answer", *(f"c{n}" for n in range(wide)))])
    with pq.ParquetWriter(out, kinds, use_dictionary=False) as file:
        for start in range(0, rows, group):
            some = range(start, min(rows, start + group))
            file.write_table(pa.table({
                "id": [f"x{n}" for n in some], "at": [f"2026-10-{1 + n % 28:02}T10:00:00Z" for n in some], "who": ["mia"] * len(some),
                "ask": [text[n % 10_000:n % 10_000 + size] for n in some], "answer": ["fine"] * len(some),
                **{f"c{n}": [f"value {n}"] * len(some) for n in range(wide)}}, schema=kinds), row_group_size=group)


def recording(out: IO[bytes], size: int, piece: int = 0) -> None:
    """Write a session of a gateway that is one recording of about so many bytes: few large exchanges, or many of one size."""
    import recordings as rec

    events: list[Any] = []
    text = words(piece or size // 4).decode()
    count = max(1, size * 3 // 4 // (len(text) * 2))
    for number in range(count):
        events.append((10.0 * number, "i", rec.request(rec.ask(f"{number} {text}"))))
        if piece and number % 2:
            events += [(10.0 * number + 1 + n / 1000, "o", data) for n, data in enumerate(rec.streamed(
                {"choices": [{"index": 0, "delta": {"content": f" {word}"}}]} for word in text.split()[:len(text) // 60]))]
        else:
            events.append((10.0 * number + 1, "o", rec.response(rec.answer(f"{number} {text}"))))
    session = {"id": "00000000-0000-4000-8000-000000000001", "org_id": "acme", "script": {"data": ""}, "metrics": {}, "user": "mia@acme.example",
               "user_id": "u1", "type": "httpproxy", "connection_subtype": "httpproxy", "connection": "agent", "review": None, "verb": "connect",
               "status": "done", "event_size": 0, "start_date": "2026-10-01T10:00:00.5Z", "end_date": "2026-10-01T12:30:00Z",
               "identity_type": "user", "event_stream": [[at, kind, base64.b64encode(data).decode()] for at, kind, data in events]}
    out.write(json.dumps(session, separators=(",", ":")).encode() + b"\n")


def packed(make: Make) -> Make:
    """Return what writes the same compressed."""
    def write(out: IO[bytes]) -> None:
        with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1, mtime=0) as file:
            make(file)  # type: ignore[arg-type]
    return write


def zipped(*makes: Make) -> Make:
    """Return what writes a ZIP with these members."""
    def write(out: IO[bytes]) -> None:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for number, make in enumerate(makes):
                with archive.open(f"part{number}", "w", force_zip64=True) as member:
                    make(member)
    return write


def cases(out: IO[bytes], name: str, size: int) -> None:
    """Write the records of a connector's cases over and over."""
    from connectors import MIXED, copy

    number = 1
    while out.tell() < size:
        number += out.write(copy(name, number, MIXED)) > 0


FILES: dict[str, tuple[str, Make]] = {
    "ordinary lines": ("chat", lambda out: [out.write(chat(n, words(1500))) for n in range(60_000)]),
    "ordinary rows": ("door", lambda out: [out.write(DOOR), [out.write(door(n)) for n in range(1_000_000)]]),
    "a line of 30 MB": ("chat", lambda out: long_lines(out, [30 * M])),
    "ten lines of 20 MB": ("chat", lambda out: long_lines(out, [20 * M] * 10)),
    "a line of 24 MB": ("chat", lambda out: long_lines(out, [24 * M])),
    "lines of 24 MB after small ones": ("chat", lambda out: long_lines(out, [24 * M] * 4, 20_000)),
    "a line of 24 MB of emoji": ("chat", lambda out: out.write(chat(1) + chat(2, "\N{GRINNING FACE}".encode() * (6 * M)) + chat(3))),
    "a line of 24 MB of escapes": ("chat", lambda out: out.write(chat(1) + chat(2, b"\\u0041" * (4 * M)) + chat(3))),
    "a line of 24 MB of numbers": ("chat", lambda out: out.write(chat(1) + b'{"id":"x","ask":"a","answer":[' + b"1," * (12 * M) + b"1]}\n" + chat(3))),
    "a line of 24 MB of brackets": ("chat", lambda out: out.write(chat(1) + b'{"id":"x","ask":"a","more":[' + b"{}," * (8 * M) + b"1]}\n" + chat(3))),
    "lines of 8 MB of brackets": ("chat", lambda out: out.write(chat(1) + 3 * (b'{"id":"x","ask":"a","more":[' + b"{}," * 2_700_000 + b"1]}\n") + chat(3))),
    "a line of 24 MB of keys": ("chat", lambda out: out.write(chat(1) + b'{"id":"x","ask":"a",' + b",".join(b'"k%d":1' % n for n in range(2 * M)) + b"}\n" + chat(3))),
    "a line of 60 MB": ("chat", lambda out: long_lines(out, [60 * M])),
    "a line of 100 MB in a gigabyte": ("chat", gigabyte),
    "a line of 400 MB": ("chat", lambda out: long_lines(out, [400 * M])),
    "a gigabyte without a line end": ("chat", lambda out: alike(out, words(10 * M), 100)),
    "lines of one byte": ("chat", lambda out: alike(out, b"1\n", 1_000_000)),
    "blank lines": ("chat", lambda out: alike(out, b"\n", 10_000_000)),
    "lines that are empty objects": ("chat", lambda out: alike(out, b"{}\n", 500_000)),
    "small records": ("chat", lambda out: alike(out, b'{"id":"x","ask":"a","at":"2026-10-01T10:00:00Z"}\n', 500_000)),
    "lines that are no JSON": ("chat", lambda out: alike(out, b"this is no JSON but a line\n", 1_000_000)),
    "brackets": ("chat", lambda out: alike(out, b'{"id":"x","ask":' + b"[" * 900 + b"]" * 900 + b"}\n", 50_000)),
    "eight cells of 12.6 MB": ("door", lambda out: cells(out, 8, 12_600_000)),
    "a cell of 23 MB": ("door", lambda out: cells(out, 1, 23 * M)),
    "a cell of 15 MB": ("door", lambda out: cells(out, 1, 15 * M)),
    "eight cells of 2.9 MB": ("door", lambda out: cells(out, 8, 2_900_000)),
    "a cell of 60 MB": ("door", lambda out: cells(out, 1, 60 * M)),
    "5,000 columns": ("door", lambda out: wide(out, 5_000, 5_000)),
    "100,000 columns": ("door", lambda out: wide(out, 100_000, 100)),
    "225,000 rows too wide": ("door", lambda out: bad_rows(out, 225_000)),
    "1,000,000 rows too wide": ("door", lambda out: bad_rows(out, 1_000_000)),
    "1,000,000 rows without a time": ("door", lambda out: bad_cells(out, 1_000_000)),
    "rows of one byte": ("door", lambda out: alike(out, b"x\n", 1_000_000, DOOR + door(1))),
    "rows of commas": ("door", lambda out: alike(out, b",,,,,\n", 1_000_000, DOOR + door(1))),
    "blank rows": ("door", lambda out: alike(out, b"\n", 5_000_000, DOOR + door(1))),
    "a quote that never ends": ("door", lambda out: alike(out, b"more text, and more of it\n", 3_000_000, DOOR + door(1) + b'"')),
    "an array of 500 MB": ("chat", lambda out: array(out, 500_000, 900)),
    "an array of small elements": ("chat", lambda out: alike(out, b"{},", 500_000, b"[" + chat(1)[:-1] + b",")),
    "a page of 300 MB": ("chat", lambda out: array(out, 300_000, 900, b'{"data":[', b"]}")),
    "a page of 30 MB": ("chat", lambda out: array(out, 30_000, 900, b'{"data":[', b"]}")),
    "a page of small elements": ("chat", lambda out: array(out, 250_000, 20, b'{"data":[', b"]}")),
    "a page in a line of 30 MB": ("chat", lambda out: (array(out, 30_000, 900, b'{"data":[', b"]}\n"), out.write(chat(10**7)))),
    "an element of 60 MB": ("chat", lambda out: array(out, 3, 60 * M)),
    "an array of numbers": ("chat", lambda out: alike(out, b"1,", 1_000_000, b"[" + chat(1)[:-1] + b",")),
    "UTF-16": ("chat", lambda out: [out.write(b"\xff\xfe"), [out.write(chat(n, words(900)).decode().encode("utf-16-le")) for n in range(60_000)]]),
    "gzip of zeros": ("chat", packed(lambda out: [out.write(bytes(10 * M)) for _ in range(300)])),
    "gzip of one line": ("chat", packed(lambda out: long_lines(out, [200 * M]))),
    "gzip of lines": ("chat", packed(lambda out: alike(out, chat(2, b"again " * 200), 500_000))),
    "ZIP of 10,000 members": ("chat", zipped(*[lambda out: out.write(chat(1))] * 10_000)),
    "ZIP of 300 MB": ("chat", zipped(lambda out: alike(out, chat(2, words(1500)), 100_000), lambda out: alike(out, chat(2, words(1500)), 100_000))),
    "Parquet in one row group": ("chat", lambda out: parquet(out, 200_000, 1500, 200_000)),
    "Parquet of long texts": ("chat", lambda out: parquet(out, 100, 3 * M, 100)),
    "Parquet of 2,000 columns": ("chat", lambda out: parquet(out, 5_000, 20, 5_000, 2_000)),
    "a recording of 50 MB": ("hoop_session", lambda out: recording(out, 50 * M)),
    "a recording of many exchanges": ("hoop_session", lambda out: recording(out, 50 * M, 30_000)),
    "a recording of 24 MB": ("hoop_session", lambda out: recording(out, 36 * M)),
    "a recording of short events": ("hoop_session", lambda out: recording(out, 18 * M, 30_000)),
    **{f"cases of {name}": (name, lambda out, name=name: cases(out, name, 10 * M)) for name in (
        "litellm_audit", "auth0_directory", "kong_ai", "entra_sign_in", "okta_system_log")},
}


def write(root: Path, name: str) -> int:
    """Write one of the files into a company folder; return its size."""
    (root / "logs").mkdir(parents=True)
    with (root / "logs/x").open("wb") as out:
        FILES[name][1](out)
        return out.tell()


def read(root: Path, name: str) -> dict[str, Any]:
    """Read the file as a worker does, and tell what became of it and what that took."""
    import kit

    from connectors import given, on_lines, spent
    from evidence import connector, masking, pipeline
    from evidence.ingest.job import FileJob
    from evidence.model import Source

    own, folder = FILES[name][0], root / "own"
    kit.company(root)
    (folder / "plain_chat/connector.yaml").write_text(kit.CHAT_YAML.replace("format: json", "format: [json, parquet]"), "utf-8")
    chosen = f"plain_{own}" if own in ("chat", "door") else own
    source = Source(id="s", connector=chosen, paths=("x",), **({} if chosen.startswith("plain") else given(own)))
    scanner = masking.load(["core", "secrets"], key=bytes(32), cache=root / ".evidence/runs/scanner")
    before = spent()
    reads = connector.load(chosen, (folder,)) if chosen.startswith("plain") else on_lines(own)
    got = pipeline.ingest_one(FileJob(root, "logs/x", source, reads), scanner)
    return {"cpu": round(spent() - before, 1), "mb": peak_mb(), "state": got.state, "lines": got.lines, "records": got.records, "rejects": got.rejects,
            "blanks": got.blanks, "rows": got.rows_out, "words": got.words}


def measured(name: str) -> dict[str, Any]:
    """Write a file, read it in a process of its own, and return what that took and how large the file was."""
    with tempfile.TemporaryDirectory() as folder:
        size = write(Path(folder) / "company", name)
        command = [sys.executable, str(Path(__file__).resolve()), "one", f"{folder}/company", name]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return json.loads(done.stdout) | {"bytes": size}


def main(names: list[str]) -> None:
    """Print a line for each file, and write the figures of all of them."""
    figures = {}
    for name in names or FILES:
        got = figures[name] = measured(name)
        print(f"{name:32} {got['bytes'] / 1e6:7.1f} MB  worker {got['mb']:4} MB  {got['cpu']:5.1f} CPU-s  {got['state']}: {got['lines']} lines,"
              f" {got['records']} records, {got['rejects']} rejects, {got['rows']} rows  {got['words'][:90]}", flush=True)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        print(json.dumps(read(Path(sys.argv[2]), sys.argv[3])))
    else:
        main(sys.argv[1:])
