"""Nobody can move a byte, and nothing that is fed to the verifier makes it raise, hang or accept.

The short runs are part of every test run; ``-m soak`` with EVIDENCE_FUZZ=1000000 makes the long ones, whose seed and
counts are printed.
"""

from __future__ import annotations

import os
import random
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


def mutated(rng: random.Random, data: bytes) -> bytes:
    """Change, delete, repeat or insert bytes in a few places."""
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        at, span = rng.randrange(len(data) + 1), rng.choice((1, 1, 2, 8, 200))
        kind = rng.randrange(4)
        if kind == 0 and at < len(data):
            data = data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1:]
        elif kind == 1:
            data = data[:at] + data[at + span:]
        elif kind == 2:
            data = data[:at] + data[at:at + span] + data[at:]
        else:
            data = data[:at] + rng.randbytes(span) + data[at:]
    return data


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


@pytest.mark.soak
def test_a_million_broken_packages_and_proofs(kit: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """EVIDENCE_FUZZ executions over container, members and proofs: no crash, none accepted that was changed."""
    count, seed = int(os.environ.get("EVIDENCE_FUZZ", "2000")), int(os.environ.get("EVIDENCE_FUZZ_SEED", "1"))
    rng = random.Random(seed)
    zips = [kit.plain.read_bytes(), kit.timed.read_bytes()]
    members = [kit.module.unpack(kit.plain), kit.module.unpack(kit.timed)]
    proofs = [proof_bytes(proof(kit.plain, kit.ident)), proof_bytes(proof(kit.timed, kit.ident))]
    accepted = 0
    for _ in range(count):
        which, kind = rng.randrange(2), rng.randrange(3)
        if kind == 2:
            good = proofs[which]
            broken = mutated(rng, good)
            path = kit.folder / "soak.proof.json"
            path.write_bytes(broken)
        elif kind == 1:
            name = rng.choice(sorted(members[which]))
            good, broken = members[which][name], mutated(rng, members[which][name])
            path = kit.write("soak", members[which] | {name: broken})
        else:
            good = zips[which]
            broken = mutated(rng, good)
            path = kit.write("soak", broken)
        pin = (kit.test_key, kit.key)[which].fingerprint
        accepted += verify(path, fingerprint=pin, at=kit.now).ok and broken != good
    with capsys.disabled():
        sys.stdout.write(f"\nseed {seed}: {count} executions, {accepted} accepted although changed\n")
    assert accepted == 0
