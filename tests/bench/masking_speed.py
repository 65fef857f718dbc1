"""How fast the scanner is, in thread CPU time, and what each rule costs: ``python tests/bench/masking_speed.py``.

Ratios of one run on one machine mean something, figures of two machines do not.
"""
# ruff: noqa: T201 - it prints, that is its purpose

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pyarrow as pa

from evidence import masking
from evidence.masking import assurance, planting
from evidence.masking.scanner import PatternScanner

KEY = bytes(32)
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


def corpora() -> dict[str, list[bytes]]:
    """Return code answers of the generator, and source code of the installed packages in pieces of 2 KB."""
    source = b"".join(path.read_bytes() for path in sorted(Path(pa.__file__).parents[1].glob("[a-m]*/*.py")))[:16_000_000]
    return {"answers": list(planting.answers(Random(1), 8000)), "source": [source[at:at + 2048] for at in range(0, len(source), 2048)]}


def speed(name: str, scanner: PatternScanner, texts: list[bytes]) -> None:
    """Print megabytes a second and findings a megabyte."""
    array = pa.array(texts, pa.large_binary())
    size = sum(map(len, texts)) / 1e6
    table = scanner.scan(array)
    kept = [row for row in table.to_pylist() if row["flag"] is None and row["entity_type"] not in {"EMAIL_ADDRESS", "IP_ADDRESS"}]
    print(f"{name:20} {size:7.1f} MB  {size / best(lambda: scanner.read(array)):7.1f} MB/s  {len(kept) / size:6.2f} findings/MB")


def costs(scanner: PatternScanner, texts: list[bytes]) -> list[tuple[float, str]]:
    """Return what each rule adds to the time of its database, in milliseconds a megabyte, dearest first."""
    import hyperscan as hs

    from evidence.masking.engines import lane

    text = b"\n".join(texts)[:4_000_000]
    anchors = {anchor for rule in scanner.rules for anchor in rule.anchors}

    def cost(chosen: list[object]) -> float:
        database = hs.Database()
        database.compile(expressions=[a.pattern.encode() for a in chosen], ids=list(range(len(chosen))), elements=len(chosen),
                         flags=[hs.HS_FLAG_CASELESS if a.caseless else 0 for a in chosen])
        return best(lambda: database.scan(text, match_event_handler=lambda *_: None), 2) * 1e9 / len(text)

    lanes = [sorted((a for a in anchors if lane(a) == n), key=lambda a: (a.pattern, a.caseless)) for n in (0, 1)]
    whole = [cost(one) for one in lanes]
    found = []
    for rule in scanner.rules:
        others = {a for other in scanner.rules if other is not rule for a in other.anchors}
        own = [a for a in rule.anchors if a not in others]
        added = sum(whole[n] - cost([a for a in lanes[n] if a not in own]) for n in (0, 1) if any(lane(a) == n for a in own))
        found.append((added, rule.id))
    return sorted(found, reverse=True)


def main() -> int:
    """Print speed, costs and recall; return 1 if a rule costs more than its budget."""
    texts = corpora()
    fast = masking.load(["core", "secrets"], key=KEY)
    slow = masking.load(["core", "secrets"], key=KEY, engine="re2")
    for name, rows in texts.items():
        speed(name, fast, rows)
        speed(f"{name}, second engine", slow, rows[:500])
    dear = costs(fast, texts["source"])
    for added, rule in dear[:10]:
        print(f"{added:8.3f} ms/MB  {rule}")
    for row in assurance.qualify(fast, seed=1, per_class=100, texts=texts["answers"][:200]):
        if row.found < row.planted:
            print(f"{row.entity:20} {row.form:12} {row.found}/{row.planted}  bound {row.lower_bound_milli / 1000:.3f}")
    return int(dear[0][0] > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
