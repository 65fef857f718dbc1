"""How fast files are taken in, in megabytes per CPU second, and how large a worker grows: ``python tests/bench/ingest.py``.

The whole pass: hash of the file, records, hashes of records and texts, rows, lineage, rejects, segments. Each form is read
in a process of its own; beside it the engine alone reads the same lines in the same run, since only the ratio of the two
says something on another machine. Compressed files count with the bytes that are in them.
"""
# ruff: noqa: T201 - it prints, that is its purpose

from __future__ import annotations

import csv
import gzip
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from _memory import peak_mb

if TYPE_CHECKING:
    from evidence.ingest.job import IngestSummary

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "ingest"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "connectors"))

FORMS = ("chat.ndjson", "chat.ndjson.gz", "door.csv", "wide.csv", "recorded", "agent")
"""Exchanges on lines, plain and compressed; sign-ins in rows of 86 bytes; the same in rows as audit logs export them, 2 KB
with a JSON document in each; simulated tunnels, small sessions of many kinds; tunnels of an agent, with prompts and streamed
responses as long as these are."""
WORDS = ("the", "review", "of", "this", "function", "returns", "an", "error", "when", "list", "is", "empty", "import", "größer")


def text(random: Random, size: int) -> str:
    """Return some prose of about so many characters."""
    return " ".join(random.choices(WORDS, k=size // 6))


def chats(size: int) -> bytes:
    """Return exchanges with prompt and response, one on each line."""
    random = Random(3)
    pool = [text(random, length) for length in (200, 600, 1200, 2500) for _ in range(50)]
    lines, done = [], 0
    while done < size:
        n = len(lines)
        record = {"id": f"x{n}", "at": f"2026-10-{1 + n % 28:02}T{n % 24:02}:00:00Z", "who": f"person{n % 500}@acme.example",
                  "kind": "chat", "state": "forwarded", "client": {"name": "ide", "version": "1.2.3"},
                  "ask": f"{n} {random.choice(pool)}", "answer": f"{random.choice(pool)} {n}"}
        lines.append(json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        done += len(lines[-1])
    return b"".join(lines)


def doors(rows: int) -> bytes:
    """Return sign-ins as CSV."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(["event", "at", "who", "result", "address", "note"])
    table.writerows([f"e{n}", f"2026-10-{1 + n % 28:02}T{n % 24:02}:00:00Z", f"person{n % 500}@acme.example", "success",
                     f"10.0.{n % 256}.{n % 200}", 'said "hello", left' if n % 9 == 0 else "a plain note"] for n in range(rows))
    return out.getvalue().encode()


def audits(size: int) -> bytes:
    """Return sign-ins as an audit log exports them: many columns, one of them a JSON document, notes over two lines."""
    random = Random(5)
    names = ["event", "at", "who", "result", *(f"property {n}" for n in range(12)), "note", "detail", "client", "AuditData"]
    words = [text(random, length) for length in (12, 30, 60) for _ in range(40)]
    table, done, n = [",".join(names)], 0, 0
    while done < size:
        at, who = f"2026-10-{1 + n % 28:02}T{n % 24:02}:00:00Z", f"person{n % 500}@acme.example"
        document = {"CreationTime": at, "Id": f"e{n}", "Operation": "UserLoggedIn", "Workload": "AzureActiveDirectory",
                    "ResultStatus": "Success", "UserKey": f"0a1b0000-0000-4000-8000-{n:012}", "UserId": who, "RecordType": 15,
                    "ActorIpAddress": f"10.0.{n % 256}.{n % 200}", "ErrorNumber": "0", "ExtendedProperties": [
                        {"Name": name, "Value": random.choice(words)} for name in ("UserAgent", "RequestType", "ResultStatusDetail")],
                    "DeviceProperties": [{"Name": f"Property{k}", "Value": random.choice(words)} for k in range(8 + n % 12)]}
        note = f'{random.choice(words)}\r\n{n}, "{random.choice(words)}"' if n % 8 == 0 else random.choice(words)
        row = [f"e{n}", at, who, "success", *random.choices(words, k=12), note, f"C:\\Users\\{who}" if n % 50 == 0 else "", "browser",
               json.dumps(document, ensure_ascii=False)]
        table.append(",".join('"' + cell.replace('"', '""') + '"' if set(cell) & {'"', ",", "\n"} else cell for cell in row))
        done, n = done + len(table[-1]) + 2, n + 1
    return "\r\n".join([*table, ""]).encode()


def tunnels(size: int) -> bytes:
    """Return sessions of an agent as the gateway exports them, with about six exchanges in each."""
    import recordings as rec

    random = Random(7)
    pool = [text(random, length) for length in (300, 1500, 6000) for _ in range(30)]
    lines, done, count = [], 0, 0
    while done < size:
        events: list[rec.Event] = []
        for turn in range(3 + len(lines) % 7):
            said = [{"role": role, "content": f"{count} {random.choice(pool)}"} for role in ("user", "assistant") * turn]
            body = {"model": "gpt-4o", "stream": True, "messages": [{"role": "system", "content": pool[-1]}, *said[:8],
                                                                   {"role": "user", "content": f"{count} {random.choice(pool)}"}]}
            chunk = {"id": f"chatcmpl-{count}", "object": "chat.completion.chunk", "created": 1790000000 + count,
                     "model": "gpt-4o-2024-08-06", "service_tier": "default", "system_fingerprint": "fp_7c1d2e00ab"}
            words = random.choices(WORDS, k=random.randint(10, 75))
            values = [chunk | {"choices": [{"index": 0, "delta": {"content": f" {word}"}, "logprobs": None, "finish_reason": None}],
                               "usage": None} | ({"obfuscation": "x" * (8 - len(word) % 8)} if turn % 2 else {}) for word in words]
            values.append(chunk | {"choices": [], "usage": {"prompt_tokens": 900, "completion_tokens": len(words), "total_tokens": 1000}})
            events.append((20.0 * turn, "i", rec.request(body, headers=[("X-Hoop-Correlation-Id", f"c-{count}"), ("Accept", "*/*")])))
            events += rec.spread(20.0 * turn + 1, "o", rec.streamed(values))
            count += 1
        at = f"2026-10-{1 + len(lines) % 28:02}T{len(lines) % 24:02}"
        session = {"id": f"00000000-0000-4000-8000-{len(lines):012}", "org_id": "acme", "script": {"data": ""}, "metrics": {},
                   "user": f"person{len(lines) % 500}@acme.example", "user_id": f"u{len(lines) % 500}", "type": "httpproxy",
                   "connection_subtype": "httpproxy", "connection": "agent", "review": None, "verb": "connect", "status": "done", "event_size": 0,
                   "start_date": f"{at}:00:00.5Z", "end_date": f"{at}:30:00Z", "identity_type": "user", "event_stream": rec.stream(events)}
        lines.append(json.dumps(session, separators=(",", ":")).encode() + b"\n")
        done += len(lines[-1])
    return b"".join(lines)


def write(root: Path, form: str, megabytes: int) -> int:
    """Write the file of one form into a company folder; return its size, uncompressed."""
    logs = root / "logs"
    logs.mkdir(parents=True)
    made = {"door.csv": lambda: doors(megabytes * 5000), "wide.csv": lambda: audits(megabytes * 1_000_000),
            "agent": lambda: tunnels(megabytes * 1_000_000)}
    if form == "recorded":
        from evidence.simulate import simulate

        simulate(root / "month", interactions=60 * megabytes, per_day=True)
        data = b"".join(path.read_bytes() for path in sorted((root / "month/logs/hoop/sessions").glob("*.ndjson")))
    else:
        data = made[form]() if form in made else chats(megabytes * 1_000_000)
    (logs / form).write_bytes(gzip.compress(data, 6, mtime=0) if form.endswith(".gz") else data)
    return len(data)


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that something takes."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def take_in(root: Path, form: str) -> float:
    """Take the file in and return the CPU seconds, what a process needs to start aside."""
    import kit

    from evidence.model import Company

    store = kit.company(root, {"id": "door", "connector": "plain_door", "paths": ["logs/*.csv"], "required": False},
                        {"id": "chat", "connector": "plain_chat", "paths": ["logs/chat*"]}, ingest={"vault": "hashes_only"})
    if form in ("recorded", "agent"):
        source = {"id": "gateway", "connector": "hoop_session", "paths": ["logs/*"]}
        store = kit.pipeline.open_store(root, Company.model_validate({
            "organisation": "Acme", "sources": [source], "ingest": {"vault": "hashes_only"}}))
    first = kit.company(root.parent / "first")
    (first.root / "logs" / "chat").write_bytes(chats(1000))
    (first.root / "logs" / "door.csv").write_bytes(doors(3))
    kit.ingest(first)
    return cpu(lambda: whole(kit.ingest(store)))


def whole(summary: IngestSummary) -> None:
    """Stop where not every record of the file became rows: what was not read must not count as fast."""
    if any(one.state != "read" or one.rejects or one.rows_out < one.records for one in summary.files):
        raise SystemExit(f"not all was read: {summary.sentence()}")


def plain(path: Path) -> float:
    """Let the engine alone read a file into a table and return the CPU seconds."""
    import duckdb

    reader = "read_csv" if path.suffix == ".csv" else "read_ndjson"
    with path.open("rb") as file:
        head = file.readline().decode().strip().split(",") if path.suffix == ".csv" else []
    columns = head or (
        "id", "at", "who", "kind", "state", "ask", "answer", "script", "event_stream", "review")
    shape = ", ".join(f"'{name}': 'VARCHAR'" for name in columns)
    more = ", header=true, delim=',', quote='\"', escape='\"', auto_detect=false" if path.suffix == ".csv" else ""
    with duckdb.connect(config={"threads": 1}) as con:
        return cpu(lambda: con.execute(f"CREATE TABLE t AS FROM {reader}('{path}', columns={{{shape}}}{more})"))


def one(root: Path, form: str, way: str) -> None:
    """Do one of the two, in a process of its own, and print what it cost."""
    spent = take_in(root, form) if way == "whole" else plain(root / "logs" / form)
    print(json.dumps({"cpu": spent, "peak": peak_mb()}))


def main(megabytes: int) -> None:
    """Print a line for each form."""
    for form in FORMS:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "company"
            size = write(root, form, megabytes) / 1e6
            began = time.monotonic()
            got = {}
            for way in ("whole", "engine"):
                command = [sys.executable, str(Path(__file__).resolve()), str(root), form, way]
                got[way] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            whole, alone = got["whole"], got["engine"]
            print(f"{form:15} {size:6.1f} MB  {size / whole['cpu']:6.1f} MB/CPU-s  engine alone {size / alone['cpu']:6.1f}"
                  f"  ratio {alone['cpu'] / whole['cpu']:4.2f}  worker {whole['peak']} MB"
                  f"  ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        one(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 64)
