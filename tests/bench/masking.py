"""How fast the scanner is, what each rule costs, what it finds, and others beside it: ``python tests/bench/masking.py``.

All figures are thread CPU time of one run on the same text: ratios of one run mean something, figures of two machines do
not. ``--million`` reads a million responses of 2 KB from Parquet; ``--alone`` leaves out the others.
What others made is installed below ``build/`` by the benchmark itself (``_others``); it is no part of the lock.
"""
# ruff: noqa: T201 - it prints, that is its purpose

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import _others
import pyarrow as pa
import pyarrow.parquet as pq

from evidence import masking
from evidence.masking import assurance, planting, scan_files
from evidence.masking.scanner import PatternScanner

KEY = bytes(32)
PACKS = ("core", "secrets")
LIMIT_MS = 0.6
"""A rule may cost this many milliseconds a megabyte more than the database without it."""


def best(work: Callable[[], object], times: int = 3) -> float:
    """Return the least thread CPU time of a few runs, in seconds."""
    spans = []
    for _ in range(times):
        start = time.thread_time()
        work()
        spans.append(time.thread_time() - start)
    return min(spans)


def corpora(scanner: PatternScanner) -> dict[str, list[bytes]]:
    """Return code answers, source code of the installed packages in pieces of 2 KB, and answers dense with values."""
    paths = sorted(Path(pa.__file__).parents[1].glob("[a-m]*/*.py"))
    source = b"".join(path.read_bytes() for path in paths)[:16_000_000]
    rng = Random(3)
    rules = [rule for group in planting.plantable(scanner.rules).values() for rule in group]
    dense = [b"\n".join(planting.plant(rules[(row * 12 + n) % len(rules)], b"x = 1\n", rng, n).text for n in range(12))
             for row in range(1000)]
    return {"answers": list(planting.answers(Random(1), 8000)), "dense": dense,
            "source": [source[at:at + 2048] for at in range(0, len(source), 2048)]}


def speed(name: str, scanner: PatternScanner, texts: list[bytes]) -> float:
    """Print and return megabytes a second; findings a megabyte without e-mail and IP addresses are printed beside."""
    array = pa.array(texts, pa.large_binary())
    size = sum(map(len, texts)) / 1e6
    table = scanner.scan(array)
    kept = [row for row in table.to_pylist() if row["flag"] is None and row["entity_type"] not in {"EMAIL_ADDRESS", "IP_ADDRESS"}]
    rate = size / best(lambda: scanner.read(array))
    print(f"{name:26} {size:7.2f} MB  {rate:8.2f} MB/s  {len(kept) / size:9.2f} findings/MB")
    return rate


def costs(scanner: PatternScanner, texts: list[bytes]) -> list[tuple[float, str]]:
    """Return what each rule adds to the time of its database, in milliseconds a megabyte, dearest first."""
    from evidence.masking import compiled
    from evidence.masking.engines import LANES, lane

    text = b"\n".join(texts)[:4_000_000]
    anchors = {anchor for rule in scanner.rules for anchor in rule.anchors}

    def cost(chosen: Sequence[object]) -> float:
        if not chosen:
            return 0.0
        database = compiled.database([(n, a.pattern.encode(), int(a.caseless)) for n, a in enumerate(chosen)], None)
        return best(lambda: database.scan(text, match_event_handler=lambda *_: None), 2) * 1e9 / len(text)

    lanes = [sorted((a for a in anchors if lane(a) == n), key=lambda a: (a.pattern, a.caseless)) for n in range(LANES)]
    whole = [cost(one) for one in lanes]
    found = []
    for rule in scanner.rules:
        others = {a for other in scanner.rules if other is not rule for a in other.anchors}
        own = [a for a in rule.anchors if a not in others]
        added = sum(whole[n] - cost([a for a in lanes[n] if a not in own])
                    for n in range(LANES) if any(lane(a) == n for a in own))
        found.append((added, rule.id))
    return sorted(found, reverse=True)


def compare(own: float, texts: list[bytes]) -> None:
    """Print how many times faster the scanner is than others on a part of the same text."""
    few = [text.decode() for text in texts[:60]]
    size = sum(len(text.encode()) for text in few) / 1e6
    for name, work in (_others.presidio(), _others.detect_secrets()):
        rate = size / best(lambda work=work: [work(text) for text in few], 2)
        print(f"{name:40} {rate:8.3f} MB/s: the scanner is {own / rate:,.0f} times as fast")


def foreign(scanner: PatternScanner) -> None:
    """Print recall and precision, of the scanner and of presidio-analyzer, on labelled text that nobody here wrote.

    What the scanner sets aside as a documentation value is found too; spans must overlap by half and be of one entity.
    """
    cases = list(_others.labelled(12))
    texts = pa.array([text for text, _ in cases], pa.string())
    mine: list[list[tuple[str, int, int]]] = [[] for _ in cases]
    for found in scanner.scan(texts).to_pylist():
        text = cases[found["row"]][0].encode()
        start, end = (len(text[:at].decode("utf-8", "ignore")) for at in (found["off_bytes"], found["off_bytes"] + found["len_bytes"]))
        mine[found["row"]].append((found["entity_type"], start, end))
    _, work = _others.presidio()
    theirs = [work(text) for text, _ in cases]
    print(f"labelled text of others, {len(cases):,} sentences: recall and precision of the scanner, and of presidio-analyzer")
    for entity in sorted(set(_others.ENTITIES.values())):
        cells = []
        for answers in (mine, theirs):
            hits = said = right = total = 0
            for (_, spans), given in zip(cases, answers, strict=True):
                truth = [span for span in spans if span[0] == entity]
                own = {span for span in given if span[0] == entity}
                total, said = total + len(truth), said + len(own)
                hits += sum(any(_covers(one, span) for one in own) for span in truth)
                right += sum(any(_covers(one, span) for span in truth) for one in own)
            cells.append(f"{hits / total:.3f} {right / max(1, said):.3f}")
        print(f"{entity:16} n={total:5}   ours {cells[0]}   presidio {cells[1]}")


def _covers(one: tuple[str, int, int], span: tuple[str, int, int]) -> bool:
    return (min(one[2], span[2]) - max(one[1], span[1])) * 2 > span[2] - span[1]


def parquet(scanner: PatternScanner, texts: list[bytes], rows: int) -> None:
    """Print the time from a Parquet file of responses of 2 KB to their findings."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "responses.parquet"
        cut = pa.array([text[:2000].decode("ascii", "replace") for text in texts], pa.large_string())
        with pq.ParquetWriter(path, pa.schema([("response", pa.large_string())]), compression="zstd") as file:
            for first in range(0, rows, len(cut)):
                file.write_table(pa.table({"response": cut.slice(0, min(len(cut), rows - first))}))
        found = 0
        start = time.thread_time()
        for _ in scan_files.scan_file(scanner, path):
            found += 1
        spent = time.thread_time() - start
        print(f"{rows:,} responses of 2 KB from Parquet: {spent:.2f} s on one core, {found:,} findings; "
              f"a million would take {spent * 1e6 / rows:.1f} s")


def recall(scanner: PatternScanner, texts: list[bytes]) -> None:
    """Print what is missed of planted values, and what is found in lines that only look like values."""
    for row in assurance.qualify(scanner, seed=1, per_class=100, texts=texts[:200]):
        if row.found < row.planted:
            print(f"{row.entity:20} {row.form:12} {row.found}/{row.planted}  bound {row.lower_bound_milli / 1000:.3f}")
    lines = list(planting.hard_negatives(Random(2), 4000))
    hits = {f["row"] for f in scanner.scan(pa.array(lines, pa.binary())).to_pylist()
            if f["flag"] is None and f["confidence_milli"] >= 500}
    print(f"hard negatives found: {len(hits)} of {len(lines)}")


def alike(one: PatternScanner, two: PatternScanner, texts: list[bytes]) -> bool:
    """Print and return whether two engines find the same."""
    array = pa.array(texts, pa.large_binary())
    same = all(a.equals(b) for a, b in zip(one.read(array), two.read(array), strict=True))
    print(f"{len(texts):,} rows by {one.engine} and {two.engine}: {'the same findings' if same else 'FINDINGS DIFFER'}")
    return same


def main() -> int:
    """Print speed, costs, recall and comparisons; return 1 if a rule exceeds its budget or the engines differ."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--million", action="store_true")
    asked.add_argument("--alone", action="store_true")
    options = asked.parse_args()
    fast, slow = (masking.load(PACKS, key=KEY, engine=engine) for engine in ("hyperscan", "re2"))
    texts = corpora(fast)
    rates = {name: speed(name, fast, rows) for name, rows in texts.items()}
    speed("answers, second engine", slow, texts["answers"][:500])
    parquet(fast, texts["answers"], 1_000_000 if options.million else 20_000)
    if not options.alone and _others.fetch():
        compare(rates["answers"], texts["answers"])
        foreign(fast)
        if path := _others.gitleaks():
            more = masking.load(PACKS, key=KEY, extra=[path])
            speed("answers, with gitleaks", more, texts["answers"])
            speed("source, with gitleaks", more, texts["source"])
    same = alike(fast, slow, [*texts["answers"][:500], *texts["source"][:500], *texts["dense"][:200]])
    dear = costs(fast, texts["source"])
    for added, rule in dear[:10]:
        print(f"{added:8.3f} ms/MB  {rule}")
    recall(fast, texts["answers"])
    return int(dear[0][0] > LIMIT_MS or not same)


if __name__ == "__main__":
    sys.exit(main())
