"""How fast a package is sealed and verified, in CPU time: ``python tests/bench/package.py [LEAVES]``.

Beside it, in the same run, plain SHA-256 and deflate of the same chains: the least that any such package costs. Ratios
of one run on one machine mean something, figures of two machines do not.
"""
# ruff: noqa: T201 - it prints, that is its purpose

from __future__ import annotations

import hashlib
import importlib.util
import json
import resource
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evidence import constants as c
from evidence import seal as sealing
from evidence.seal.proof import proof, proofs
from evidence.verify import verify

ROOT = Path(__file__).parents[2]


def kit() -> Any:
    """Return the kit of the verify tests, which makes chains and the files around them."""
    spec = importlib.util.spec_from_file_location("evidence_tests_kit", ROOT / "tests" / "verify" / "kit.py")
    assert spec
    assert spec.loader
    sys.modules["evidence_tests_kit"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["evidence_tests_kit"])
    return sys.modules["evidence_tests_kit"]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU seconds of the process for some work, and what it returned."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def plain(path: Path) -> int:
    """Hash and deflate a file, and nothing else."""
    sha, deflate, size = hashlib.sha256(), zlib.compressobj(c.DEFLATE_LEVEL, zlib.DEFLATED, -15), 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            sha.update(piece)
            size += len(deflate.compress(piece))
    return size + len(deflate.flush())


def measure(count: int, folder: Path) -> dict[str, float]:
    """Seal and verify a package of so many chains, and take every proof out of it."""
    tests = kit()
    rows = list(tests.rows(count))
    tree = tests.stage(folder / "staging", count=1, disclosures=False)
    chains = folder / "staging" / c.CHAINS
    leaves_s, tree = timed(lambda: sealing.write_leaves(rows, chains, salt_key=tests.SALT,
                                                        pseudonym_key=tests.PSEUDONYM))
    key = sealing.new_test_key(folder / "keys", at=tests.START)
    seal_s, made = timed(lambda: sealing.seal(folder / "staging", facts=tests.facts(tree), key=key,
                                              out=folder / "package.zip"))
    verify_s, report = timed(lambda: verify(made.path, fingerprint=key.fingerprint, at=tests.CHECKED))
    if not report.ok:
        raise SystemExit(f"does not verify: {report.failed}")
    plain_s, _ = timed(lambda: plain(chains))
    one_s, _ = timed(lambda: proof(made.path, rows[count // 2]["interaction_id"]))
    all_s, _ = timed(lambda: sum(len(data) for _, data in proofs(made.path)))
    return {"leaves": count, "bytes_of_a_leaf": chains.stat().st_size // count, "write_leaves_s": leaves_s,
            "seal_s": seal_s, "verify_s": verify_s, "plain_sha256_and_deflate_s": plain_s, "one_proof_s": one_s,
            "all_proofs_s": all_s, "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    """Print the figures, and write them to ``build/bench/package.json``."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        found = {name: round(value, 3) for name, value in measure(count, Path(folder)).items()}
    for name, value in found.items():
        print(f"{name:28} {value:12.3f}")
    out = ROOT / "build" / "bench" / "package.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
