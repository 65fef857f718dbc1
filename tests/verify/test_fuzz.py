"""Nobody can move a byte, and nothing that is fed to the verifier makes it raise, hang or accept.

The short runs are part of every test run; ``-m soak`` makes the million, and ``fuzz.py`` is the fuzzer.
"""

from __future__ import annotations

import importlib.util
import os
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence import constants as c
from evidence.seal.proof import proof, proof_bytes
from evidence.verify import verify
from evidence.verify.cms import RefusedError, open_signature
from evidence.verify.container import read_directory
from evidence.verify.der import require_der
from evidence.verify.jcs import MalformedError, parse
from evidence.verify.report import Checklist
from evidence.verify.statement import read_statement, read_sums
from evidence.verify.timestamp import response_token

EVERY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def tool(name: str) -> Any:
    """A module of this folder that is no test."""
    label = f"evidence_tests_{name}"
    if label not in sys.modules:
        spec = importlib.util.spec_from_file_location(label, Path(__file__).with_name(f"{name}.py"))
        assert spec
        assert spec.loader
        sys.modules[label] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[label])
    return sys.modules[label]


mutated = tool("mutate").some_bytes


@EVERY
@given(st.data())
@pytest.mark.parametrize("base", ["plain", "timed"])
def test_no_byte_of_a_proof_can_change(kit: Any, tmp_path: Path, base: str, data: st.DataObject) -> None:
    """Any one byte of a proof, changed to anything, makes it fail."""
    good = proof_bytes(proof(getattr(kit, base), kit.ident))
    at, mask = data.draw(st.integers(0, len(good) - 1)), data.draw(st.integers(1, 255))
    path = tmp_path / "p.proof.json"
    path.write_bytes(good[:at] + bytes([good[at] ^ mask]) + good[at + 1:])
    pin = (kit.key if base == "timed" else kit.test_key).fingerprint
    assert not verify(path, fingerprint=pin, expect_id=kit.ident, at=kit.now).ok


@EVERY
@given(st.binary(max_size=200))
def test_readers_refuse_junk_with_their_own_error(junk: bytes) -> None:
    """DER, CMS, time stamps, JSON, statement and manifest say what is wrong and raise nothing else."""
    for reader in (require_der, parse, read_statement, read_sums, open_signature, response_token):
        with suppress(MalformedError, RefusedError):
            reader(junk)


@EVERY
@given(st.integers(0, 2**32))
def test_readers_refuse_what_is_almost_right_with_their_own_error(kit: Any, seed: int) -> None:
    """A signature, a time stamp and a statement with a few bytes moved are refused, or are what they were."""
    rng, files = random.Random(seed), kit.module.unpack(kit.timed)
    for name, reader in ((c.SIGNATURE, open_signature), (c.TIMESTAMP, response_token), (c.STATEMENT, read_statement),
                         (c.SUMS, read_sums)):
        with suppress(MalformedError, RefusedError):
            reader(mutated(rng, files[name]))


@EVERY
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_as_a_container_politely(kit: Any, junk: bytes, tail: bool) -> None:
    """Junk, and junk with a good end record, give steps that fail."""
    data = junk + kit.plain.read_bytes()[-93:] if tail else junk
    check = Checklist("container", "entries", "names", "limits", "checksum")
    with kit.write("junk-container", data).open("rb") as file:
        read_directory(file, check)
    assert check.failed("container", "entries", "names", "limits", "checksum")


@pytest.mark.parametrize("target", sorted(tool("fuzz").TARGETS))
def test_a_short_run_over_every_entry_point(kit: Any, tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty broken inputs for each entry point: none makes it raise, none is accepted with another meaning."""
    fuzz = tool("fuzz")
    monkeypatch.setattr(fuzz, "CORPUS", tmp_path)
    fuzz.write_corpus(kit)
    assert fuzz.run_random(target, 40, seed=5) == 40


@pytest.mark.soak
def test_a_million_executions() -> None:
    """EVIDENCE_FUZZ (default 1) million executions by three engines: build/soak/fuzz.json says which, with seeds and logs."""
    scale, seed = os.environ.get("EVIDENCE_FUZZ", "1"), os.environ.get("EVIDENCE_FUZZ_SEED", "1")
    done = subprocess.run([sys.executable, Path(__file__).with_name("fuzz.py"), "plan", scale, seed], check=False,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
