"""How fast a package is sealed and verified, in CPU time: ``python tests/bench/package.py [LEAVES]``.

Beside it, in the same run, plain SHA-256 and deflate of the same chains: the least that any such package costs. Ratios
of one run on one machine mean something, figures of two machines do not.
"""
# ruff: noqa: T201 - it prints, that is its purpose

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from _memory import peak_mb

from evidence import constants as c
from evidence import seal as sealing
from evidence.seal.proof import proof, proof_bytes, proofs
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


class Chains:
    """Rows as real chains have them, leaves of about 2 KB; what making them costs is not the sealer's."""

    def __init__(self, tests: Any, count: int) -> None:
        """Prepare so many."""
        self._tests, self._count, self.cost = tests, count, 0.0

    def __iter__(self) -> Iterator[Any]:
        """Make a batch of columns, as the store gives it, then hand it out."""
        batches = self._tests.batches(self._real(n, row) for n, row in enumerate(self._tests.rows(self._count), self._count))
        while True:
            start = time.process_time()
            batch = next(batches, None)
            self.cost += time.process_time() - start
            if batch is None:
                return
            yield batch

    def _real(self, n: int, row: dict[str, Any]) -> dict[str, Any]:
        """Fill in what an approved interaction with a sign-in has."""
        ids = [hashlib.sha256(f"{row['interaction_id']}/{part}".encode()).hexdigest() for part in range(4)]
        at = row["event_time"]
        return row | {
            "interaction_id": f"ix-{ids[0][:24]}", "native_id": ids[0][:36], "locator": f"{ids[1]}#{n}",
            "session_id": ids[2][:36], "route": "/v1/chat/completions", "model": "model-large", "country": "DE",
            "response_time": at + timedelta(microseconds=1431091 + n % 997), "identity_method": "email",
            "sign_in_reason": "same_person_in_token_life", "sign_in_source_id": "entra-sign-ins",
            "sign_in_native_id": ids[3][:36], "sign_in_locator": f"{ids[3]}#{n % 97}", "sign_in_delta_us": 640389805 + n,
            "mfa_basis": "inherited: requirement satisfied by claim in the token", "ca_status": "success",
            "risk_basis": "operations", "gateway_risk": "medium", "approval_required": True, "approval_verdict": "valid",
            "approval_source_id": "gateway", "approval_native_id": ids[1][:36], "approval_locator": f"{ids[1]}#1",
            "approval_link_method": "session", "approval_candidates": 1, "approval_time": at - timedelta(seconds=134),
            "approval_delta_us": 134645698 + n, "approver_person_id": f"person-{n % 5}", "approver_subject": f"sub-{n % 5}",
            "approver_is_requester": False, "approver_membership": "member", "approver_account_state": "enabled",
            "approver_sign_in_tier": "T4", "approver_group": "ai-approvers", "response_sha256": ids[2],
            "response_bytes": 1200 + n % 500, "record_refs": f"{ids[0]}#11 {ids[1]}#1 {ids[3]}#17",
        }


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return CPU seconds and peak memory (MB) of some work in a process of its own, and what it returned."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        start = time.process_time()
        result = work()
        cpu = time.process_time() - start
        with os.fdopen(send, "w") as out:
            json.dump([cpu, peak_mb(), result], out)
        os._exit(0)
    os.close(send)
    with os.fdopen(receive) as found:
        text = found.read()
    if os.waitpid(child, 0)[1]:
        raise SystemExit("a phase of the benchmark failed")
    cpu, memory, result = json.loads(text)
    return cpu, memory, result


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
    chains, package, found = folder / "staging" / c.CHAINS, folder / "package.zip", {"leaves": float(count)}
    key = sealing.new_test_key(folder / "keys", at=tests.START)
    timed(lambda: tests.stage(folder / "staging", count=1, disclosures=False).size)  # what it imports stays there

    def leaves() -> list[Any]:
        rows = Chains(tests, count)
        tree = sealing.write_leaves(rows, chains, salt_key=tests.SALT, pseudonym_key=tests.PSEUDONYM)
        return [tree.size, tree.root, rows.cost]

    def seal() -> None:
        sealing.seal(folder / "staging", facts=tests.facts(sealing.Tree(*tree)), key=key, out=package)

    def check() -> bool:
        return verify(package, fingerprint=key.fingerprint, at=tests.CHECKED).ok

    def record(name: str, work: Callable[[], Any]) -> Any:
        found[f"{name}_cpu_s"], found[f"{name}_peak_mb"], result = timed(work)
        print(f"{name:28} {found[f'{name}_cpu_s']:12.3f} CPU-s {found[f'{name}_peak_mb']:8.0f} MB", flush=True)
        return result

    *tree, cost = record("write_leaves", leaves)
    found["write_leaves_cpu_s"] -= cost
    print(f"{'  but for making the rows':28} {found['write_leaves_cpu_s']:12.3f} CPU-s", flush=True)
    found["bytes_of_a_leaf"] = chains.stat().st_size / count
    record("seal", seal)
    found["package_mb"] = package.stat().st_size / 1e6
    if not record("verify", check):
        raise SystemExit("does not verify")
    record("plain_sha256_and_deflate", lambda: plain(chains))
    with zipfile.ZipFile(package) as archive, archive.open(c.CHAINS) as file:
        ident = json.loads(next(islice(file, count // 2, None)))["interaction_id"]
    record("one_proof", lambda: len(proof_bytes(proof(package, ident))))
    record("all_proofs", lambda: sum(len(data) for _, data in proofs(package)))
    return found


def main() -> None:
    """Print the figures, and write them to ``build/bench/package.json``."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        found = {name: round(value, 3) for name, value in measure(count, Path(folder)).items()}
    for name in ("leaves", "bytes_of_a_leaf", "package_mb"):
        print(f"{name:28} {found[name]:12.3f}")
    out = ROOT / "build" / "bench" / "package.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
