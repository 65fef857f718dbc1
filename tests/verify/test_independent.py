"""The second verifier, which knows FORMAT.md and nothing else, run as its reader would run it.

The museum asks it too: see test_museum.py.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from evidence.seal.proof import proof, proof_bytes

SCRIPT = Path(__file__).with_name("independent.py")


def run(*argv: object) -> tuple[int, str]:
    """The script in a process that cannot import the product; exit code and what it prints."""
    done = subprocess.run([sys.executable, "-I", SCRIPT, *map(str, argv)], capture_output=True, text=True, check=False,
                          cwd=SCRIPT.parent, env={})
    assert not done.stderr
    return done.returncode, done.stdout


def test_the_second_verifier_accepts_packages_a_history_and_a_proof_and_leaves_no_step_out(
        kit: Any, tmp_path: Path) -> None:
    """What the product seals, untimed and timed, verifies by the specification alone, and every step is taken."""
    one = tmp_path / "one.proof.json"
    one.write_bytes(proof_bytes(proof(kit.plain, kit.ident)))
    code, out = run("--fingerprint", kit.test_key.fingerprint, kit.plain, kit.november, one)
    assert code == 0, out
    stamped, more = run("--fingerprint", kit.key.fingerprint, "--require-timestamp", kit.timed)
    assert stamped == 0, more
    assert {int(n) for n in re.findall(r"^ *(\d+)  ", out + more, re.MULTILINE)} == set(range(1, 39))


def test_the_second_verifier_refuses_a_package_by_somebody_else(kit: Any) -> None:
    """The fingerprint decides, and the clause is named."""
    code, out = run("--fingerprint", kit.key.fingerprint, kit.plain)
    assert code == 4
    assert re.search(r"^ 14  fails +pinned +FORMAT.md 5 ", out, re.MULTILINE), out


def test_the_second_verifier_shares_nothing_with_the_first() -> None:
    """It imports what Python brings and the arithmetic of keys, no more."""
    assert set(re.findall(r"^(?:import|from) (\w+)", SCRIPT.read_text(), re.MULTILINE)) <= {*sys.stdlib_module_names,
                                                                                            "cryptography"}
