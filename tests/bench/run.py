"""Runs every benchmark of this folder, one after the other, and keeps what each printed: ``make bench``.

Figures of two machines do not compare; what counts are ratios within one run.
"""
# ruff: noqa: T201 - it prints, that is its purpose

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parents[1] / "build" / "bench"


def main() -> int:
    """Run the benchmarks and return 1 if one of them failed."""
    OUT.mkdir(parents=True, exist_ok=True)
    failed = 0
    for path in sorted(HERE.glob("*.py")):
        if path.name == Path(__file__).name or path.name.startswith("_"):
            continue
        print(f"== {path.stem}", flush=True)
        with (OUT / f"{path.stem}.txt").open("w", encoding="utf-8") as out:
            with subprocess.Popen([sys.executable, str(path)], stdout=subprocess.PIPE, text=True) as work:
                assert work.stdout is not None
                for line in work.stdout:
                    print(line, end="", flush=True)
                    out.write(line)
            failed |= work.returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
