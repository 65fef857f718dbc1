"""What correlation costs: CPU seconds per step at growing sizes, and the core join in plain pandas in the same run.

    python tests/bench/correlate.py [--sizes 10000,100000] [--top 12] [--out build/bench/correlate.json]

One size is a number of exchanges; there are ten sign-ins for each and a person for every hundred, who has two sessions
a day (a computer and a telephone), of which a third of the events are interactive. Tables lie in Parquet,
sorted by time as segments are, and the engine is the one that a store opens. CPU seconds of the process are told, never the
clock on the wall, so that a busy machine disturbs little. The figures that matter are ratios: ten times the exchanges
must cost at most eleven times as much.
"""
# ruff: noqa: T201 - it prints, that is its purpose

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from _memory import peak_mb

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

PERIOD = {"period_from": "2026-10-01", "period_to": "2026-11-01", "reference_time": "2026-11-05",
          "day_from": "2026-10-01", "day_to": "2026-11-01", "skew_us": 300_000_000, "token_life_us": 5_400_000_000,
          "session_max_us": 90 * 86_400_000_000, "ceremony_us": 120_000_000}
SETTINGS: tuple[tuple[str, tuple[dict[str, Any], ...]], ...] = (
    ("param", (PERIOD,)),
    ("cfg_source", tuple({"source_id": name, "role": role, "skew_us": 300_000_000} for name, role in
                         (("gw", "gateway"), ("idp", "idp"), ("dir", "directory"), ("bill", "copilot")))),
    ("cfg_risk", ({"rank": 1, "rule": "data", "field": "connection", "pattern": "c1%", "risk": "high"},)),
    ("cfg_approval", ({"risk": "high", "required": True, "approver_group": "g1"},)),
    ("cfg_group_map", ({"gateway_group": "g1", "issuer": "t", "group_id": "G1", "valid_from": "0001-01-01"},)),
    ("cfg_scope", ({"rank": 1, "source_id": "*", "surface": "%", "rule": "must_be_gated"},)),
)
RECORD = "0 AS ordinal, sha256('{0}' || (i // 100000)) || '#' || i AS locator, sha256('{0}' || i) AS record_hash"
DRAW = "((hash(i * {0} + 17) % {1})::BIGINT)"
MONTH_US = 31 * 86_400_000_000
_DECISIONS = ("'g1' AS group_name, 'approved' AS status, 'u' || (i % 300) || '@x.test' AS actor_email, "
              "'person' AS actor_kind")


def _tables(exchanges: int) -> dict[str, str]:
    """Return the statement that makes each relation; the same numbers always make the same rows."""
    people, sessions = max(exchanges // 100, 100), max(exchanges // 20, 20)
    r = {name: RECORD.format(name) for name in ("a", "m", "s", "x", "i", "r", "d", "u")}
    start = f"TIMESTAMP '2026-10-01' + to_microseconds({DRAW.format(7, MONTH_US - 1_200_000_000)})"
    who = f"'u' || {DRAW.format(3, people)} || '@x.test'"
    session = f"SELECT i, {start} AS start, {who} AS who, 'c' || (i % 7) AS connection FROM range({sessions}) AS t (i)"
    return {
        "identity_alias": f"SELECT 'dir' AS source_id, 'a' || i AS native_id, {r['a']}, 'upn' AS alias_type, "
            "'t' AS issuer, 'u' || i || '@x.test' AS alias, 'oid' AS anchor_type, 'o' || i AS anchor, "
            "'member' AS person_kind, 'snapshot' AS basis, TIMESTAMP '2026-10-31' AS event_time "
            f"FROM range({people}) AS t (i)",
        "membership_snapshot": f"SELECT 'dir' AS source_id, 'm' || i AS native_id, {r['m']}, 't' AS issuer, "
            "'G1' AS group_id, 'person' AS member_kind, 'o' || i AS member_id, TRUE AS complete, "
            "TIMESTAMP '2026-10-31' AS event_time FROM range(300) AS t (i)",
        "session": f"SELECT 'gw' AS source_id, 's' || i AS native_id, {r['s']}, start AS event_time, "
            "'proxied_traffic' AS session_kind, who AS subject_email, connection, 'A' || i AS parent_session "
            f"FROM ({session})",
        "exchange": f"SELECT 'gw' AS source_id, 'x' || i AS native_id, {r['x']}, s.start + to_microseconds("
            f"(i // {sessions}) * 60000000) AS event_time, 's' || s.n AS session_id, s.who AS subject_email, "
            "s.connection, 'exact' AS pairing, 'forwarded' AS outcome, '/v1/chat/completions' AS route, 'm' AS model, "
            f"sha256('p' || i) AS prompt_sha256, 900 AS prompt_bytes FROM range({exchanges}) AS t (i) "
            f"JOIN (SELECT i AS n, start, who, connection FROM ({session})) AS s ON s.n = i % {sessions}",
        "sign_in": f"SELECT 'idp' AS source_id, 'i' || i AS native_id, {r['i']}, TIMESTAMP '2026-10-01' "
            f"+ to_microseconds({DRAW.format(11, MONTH_US)}) AS event_time, 't' AS issuer, 'o' || {DRAW.format(5, people)} "
            f"AS subject, 'u' || {DRAW.format(5, people)} || '@x.test' AS subject_name, 'person' AS subject_kind, "
            "'success' AS outcome, i % 3 = 0 AS interactive, CASE WHEN i % 3 = 0 THEN 'authn' ELSE 'token_issue' END "
            f"AS event_kind, 'sid-' || {DRAW.format(5, people)} || '-' || ({DRAW.format(11, MONTH_US)} // 86400000000) "
            "|| '-' || (i % 2) AS session_id, CASE WHEN i % 3 = 0 THEN 'yes' ELSE 'unknown' END AS "
            f"mfa_state, '192.0.2.' || (i % 250) AS ip, 'NL' AS country FROM range({exchanges * 10}) AS t (i)",
        "approval": f"SELECT 'gw' AS source_id, 'r' || i AS native_id, {r['r']}, start - INTERVAL 30 MINUTE AS event_time, "
            "'A' || i AS session_id, who AS requester_email, connection, 'jit' AS approval_kind, 'approved' AS status, "
            f"28800000000 AS duration_us FROM ({session}) WHERE i % 7 < 2",
        "approval_decision": f"SELECT 'gw' AS source_id, 'd' || i AS native_id, {r['d']}, 'r' || i AS approval_id, "
            f"start - INTERVAL 20 MINUTE AS event_time, {_DECISIONS} FROM ({session}) WHERE i % 7 < 2",
        "usage": f"SELECT 'bill' AS source_id, 'g' || i AS native_id, {r['u']}, TIMESTAMP '2026-10-01' + to_days("
            "CAST(i % 31 AS INTEGER)) AS event_time, TIMESTAMP '2026-10-02' + to_days(CAST(i % 31 AS INTEGER)) AS "
            "end_time, 'user_day' AS grain, 'credit' AS unit, TRUE AS active, 'upn' AS user_alias_type, "
            "'u' || (i // 31) || '@x.test' AS user_alias, 'human' AS actor_kind, 'chat' AS surface "
            f"FROM range({people * 31}) AS t (i)",
    }


def cpu() -> float:
    """Return the CPU seconds of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def make(folder: Path, exchanges: int) -> None:
    """Write the tables of one size as Parquet, sorted by time; what is there already is kept."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(config={"threads": 2, "memory_limit": "2GB", "temp_directory": str(folder / "spill")})
    for name, statement in _tables(exchanges).items():
        if not (folder / f"{name}.parquet").exists():
            con.execute(f"COPY ({statement} ORDER BY event_time, native_id) TO '{folder / name}.new' (FORMAT parquet,"
                        " ROW_GROUP_SIZE 100000, COMPRESSION zstd)")
            (folder / f"{name}.new").rename(folder / f"{name}.parquet")
    con.close()


def engine(folder: Path) -> Any:
    """Return an engine over the tables of one size, as a store opens it."""
    from evidence import relations
    from evidence.store import engine as store_engine

    con = store_engine.engine(folder / "spill")
    relations.create(con)
    for name, rows in SETTINGS:
        relations.insert(con, name, list(rows))
    for path in sorted(folder.glob("*.parquet")):
        name = path.stem
        if path.stat().st_size < 16 << 20:
            con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM '{path}'")
            continue
        there = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()}
        columns = ", ".join(f'"{c.name}"' if c.name in there else f'CAST(NULL AS {c.type}) AS "{c.name}"'
                            for c in relations.relation(name).columns)
        con.execute(f"DROP TABLE {name}")
        con.execute(f"CREATE VIEW {name} AS SELECT {columns} FROM read_parquet('{path}')")
    return con


def timed(statements: dict[str, float]) -> None:
    """Let every SQL file of the stage add its CPU seconds to a mapping."""
    from evidence.correlate import _match, _run, _stages

    def run_folder(con: Any, folder: str, after: Callable[[str], None] = lambda _: None) -> None:
        for name, statement in _run._files(folder):
            before = cpu()
            con.execute(statement)
            statements[name] = statements.get(name, 0.0) + cpu() - before
            after(name)

    for module in (_stages, _match):
        vars(module)["run_folder"] = run_folder


def measure(folder: Path) -> dict[str, Any]:
    """Correlate one size and return the CPU seconds of each stage and file."""
    from evidence import correlate

    statements: dict[str, float] = {}
    timed(statements)
    con = engine(folder)
    stages = {}
    for stage in (correlate.intervals, correlate.chains, correlate.reconcile):
        before = cpu()
        stage(con)
        stages[stage.__name__] = cpu() - before
    tiers = con.execute("SELECT sign_in_tier, count(*) FROM chain GROUP BY 1 ORDER BY 1").fetchall()
    digest = con.execute("SELECT sum(hash(c))::VARCHAR || (SELECT sum(hash(l))::VARCHAR FROM link AS l) FROM chain AS c").fetchall()
    con.close()
    return {"stages": stages, "files": statements, "tiers": dict(tiers), "chains_digest": digest[0][0],
            "total": sum(stages.values()), "rss_mb": peak_mb()}


def pandas_join(folder: Path) -> dict[str, Any]:
    """Find for each exchange the sign-ins of its person in a token's life, in plain pandas: this join and nothing else."""
    import pandas as pd

    before = cpu()
    asked = pd.read_parquet(folder / "exchange.parquet", columns=["native_id", "event_time", "subject_email"])
    auth = pd.read_parquet(folder / "sign_in.parquet", columns=["native_id", "event_time", "subject_name", "session_id"])
    life, skew = pd.Timedelta(minutes=90), pd.Timedelta(minutes=5)
    auth["bucket"] = auth["event_time"].astype("int64") // 5_400_000_000
    asked["own"] = asked["event_time"].astype("int64") // 5_400_000_000
    found = []
    for step in (-1, 0, 1):
        asked["bucket"] = asked["own"] + step
        both = asked.merge(auth, left_on=["subject_email", "bucket"], right_on=["subject_name", "bucket"],
                           suffixes=("", "_auth"))
        delta = both["event_time"] - both["event_time_auth"]
        found.append(both.loc[(delta <= life) & (delta >= -skew), ["native_id", "session_id", "event_time_auth"]])
    hits = pd.concat(found)
    per = hits.groupby("native_id").agg(sessions=("session_id", "nunique"), latest=("event_time_auth", "max"))
    return {"total": cpu() - before, "T4": int((per["sessions"] == 1).sum()), "T-A": int((per["sessions"] > 1).sum()),
            "rss_mb": peak_mb()}


def child(job: str, folder: Path) -> dict[str, Any]:
    """Run one job in a process of its own, so that its memory and time are its own."""
    done = subprocess.run([sys.executable, __file__, "--job", job, "--folder", str(folder)], check=True, text=True,
                          stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout))


def report(results: dict[int, dict[str, Any]], top: int) -> None:
    """Print the figures of all sizes, and what ten times the exchanges cost."""
    for size, result in results.items():
        ours, theirs = result["correlate"], result["pandas"]
        stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in ours["stages"].items())
        print(f"{size:>9,} exchanges, {size * 10:>10,} sign-ins: {ours['total']:.1f} CPU-s ({stages}),"
              f" {ours['rss_mb']} MB; the join alone in pandas {theirs['total']:.1f} CPU-s, {theirs['rss_mb']} MB")
        for name, seconds in sorted(ours["files"].items(), key=lambda item: -item[1])[:top]:
            print(f"{seconds:>12.2f}  {name}")
    sizes = sorted(results)
    for small, large in pairwise(sizes):
        ratio = results[large]["correlate"]["total"] / results[small]["correlate"]["total"]
        print(f"{large // small} times the exchanges cost {ratio:.1f} times as much")


def figure(results: dict[int, dict[str, Any]]) -> str:
    """Return the growth curve as SVG: CPU seconds over exchanges, both axes by powers of ten, pandas and 11 : 10 beside."""
    from math import log10

    wide, high, left, top = 560, 320, 60, 20
    sizes = sorted(results)
    seconds = [results[size][job]["total"] for size in sizes for job in ("correlate", "pandas")]
    low, up = int(log10(min(seconds)) // 1), int(-(-log10(max(seconds)) // 1))
    first, last = log10(sizes[0]), max(log10(sizes[-1]), log10(sizes[0]) + 1)

    def at(size: float, cost: float) -> str:
        x = left + (log10(size) - first) / (last - first) * (wide - left - 40)
        y = top + (up - log10(cost)) / (up - low) * (high - top - 50)
        return f"{x:.0f},{y:.0f}"

    lines = []
    for job, colour, label in (("correlate", "#14304f", "all of correlation"), ("pandas", "#b06a00", "one join in pandas")):
        points = " ".join(at(size, results[size][job]["total"]) for size in sizes)
        x, y = at(sizes[-1], results[sizes[-1]][job]["total"]).split(",")
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
                     f'<text x="{int(x) - 6}" y="{int(y) - 8}" text-anchor="end" fill="{colour}">{label}</text>')
    start = results[sizes[0]]["correlate"]["total"]
    limit = " ".join(at(size, start * 11 ** log10(size / sizes[0])) for size in sizes)
    lines.append(f'<polyline points="{limit}" fill="none" stroke="#9a1f24" stroke-dasharray="4 3"/>')
    for power in range(low, up + 1):
        y = at(sizes[0], 10.0 ** power).split(",")[1]
        lines.append(f'<path d="M {left} {y} H {wide - 40}" stroke="#d3d9e0"/><text x="6" y="{y}">{10.0 ** power:g} s</text>')
    lines += [f'<text x="{at(size, 10.0 ** low).split(",")[0]}" y="{high - 28}" text-anchor="middle">{size:,}</text>'
              for size in sizes]
    lines.append(f'<text x="{left}" y="{high - 8}">exchanges, ten sign-ins each; dashed: eleven times for ten times</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="11">'
            f'<rect width="{wide}" height="{high}" fill="#ffffff"/>{"".join(lines)}</svg>\n')


def main() -> None:
    """Measure all sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000", help="exchanges; 1000000 is the size of the target")
    parser.add_argument("--top", type=int, default=12, help="files to list")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "build/bench/correlate.json",
                        help="write the figures as JSON, and the growth curve beside it as SVG")
    parser.add_argument("--data", type=Path, help="keep the synthetic tables here")
    parser.add_argument("--job", choices=("make", "correlate", "pandas"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.job:
        print(json.dumps({"correlate": measure, "pandas": pandas_join}[args.job](args.folder)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        results = {}
        for size in map(int, args.sizes.split(",")):
            folder = (args.data or Path(temporary)) / str(size)
            make(folder, size)
            results[size] = {job: child(job, folder) for job in ("correlate", "pandas")}
        report(results, args.top)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", "utf-8")
    args.out.with_suffix(".svg").write_text(figure(results), "utf-8")


if __name__ == "__main__":
    main()
