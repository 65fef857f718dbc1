"""What a month costs, stage by stage, in wall time, CPU time and peak memory: ``python tests/bench/month.py [N]``.

The month of a simulated company, from logs to sealed package, as ``evidence run`` makes it; N interactions (10,000).
"""
# ruff: noqa: T201 - it prints, that is its purpose

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evidence.pipeline import flow, package
from evidence.pipeline.month import judge, open_month
from evidence.simulate import simulate
from evidence.verify import verify

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)


def cpu() -> float:
    """Return the CPU seconds of this process and of those it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def lap(name: str, work: Callable[[], Any]) -> Any:
    """Run one stage and print what it cost."""
    wall, before = time.monotonic(), cpu()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{name:<10} {time.monotonic() - wall:8.1f} s wall {cpu() - before:8.1f} s CPU   peak so far {peak} MB, "
          f"largest worker {child} MB", flush=True)
    return result


def main(interactions: int) -> None:
    """Simulate, ingest, judge, render, seal and verify a month."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "acme"
        print(f"{interactions} interactions")
        lap("simulate", lambda: simulate(root, interactions=interactions, people=max(40, interactions // 100)))
        month = open_month(root, "2026-10", reference_time=NOW)
        key = package.seal_key(month, NOW, test_key=True)
        lap("ingest", lambda: flow.take_in(month.store, received_at=NOW, jobs=2))
        con = lap("judge", lambda: judge(month))
        ident, _ = package.identity(month, edition=False)
        staged = lap("render", lambda: package.stage(month, con, ident, key, sealed_at=NOW))
        path, _ = lap("seal", lambda: package.seal_staged(month, staged, key, sealed_at=NOW))
        report = lap("verify", lambda: verify(path, fingerprint=key.fingerprint))
        print(f"verifies: {report.ok}; {staged.tree.size} chains, {staged.rendered.pages} pages, "
              f"{path.stat().st_size} bytes")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
