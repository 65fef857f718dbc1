"""Every package of the museum is refused, at the step that names its cause; the good ones are accepted."""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from evidence import catalog
from evidence import constants as c
from evidence.seal import leaves
from evidence.seal.proof import proof, proof_bytes
from evidence.verify import verify

museum, independent = sys.modules["evidence_tests_museum"], sys.modules["evidence_tests_independent"]


def broken_package(kit: Any, case: Any) -> tuple[Path, dict[str, Any]]:
    """Break a package as the case says; return it with what an auditor of the good one knows."""
    made = case.make(kit)
    broken, pair, more = made if isinstance(made, tuple) and len(made) == 3 else (
        (*made, {}) if isinstance(made, tuple) else (made, None, {}))
    path = broken if isinstance(broken, Path) else kit.write(case.name, broken)
    options = {**case.options, **more}
    timed = case.base == "timed"
    options.setdefault("fingerprint", (kit.key if timed else kit.test_key).fingerprint)
    if options.pop("own_pin", False):
        options["fingerprint"] = pair.seal().fingerprint
    if options.pop("with_digest", False):
        options["expect_digest"] = hashlib.sha256(kit.module.unpack(kit.plain)[c.SUMS]).hexdigest()
    return path, {**options, "at": kit.now if timed else kit.module.CHECKED}


def by_the_specification(path: Path, options: Mapping[str, Any]) -> str | None:
    """The step that fails for the second verifier, told what the first is told; None: it verifies."""
    known, argv = dict(options), [f"--fingerprint={options['fingerprint']}", f"--received={options['at']}"]
    for given, option in (("expect_id", "id"), ("expect_digest", "digest"), ("expect_receipt", "receipt")):
        argv += [f"--{option}={known[given]}"] if given in known else []
    for given, option in (("anchors", "ca"), ("authorities", "authority")):
        if given in known:
            pem = path.with_suffix(f".{option}.pem")
            pem.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in known[given]))
            argv.append(f"--{option}={pem}")
    argv += ["--production"] * known.get("production", False) + ["--require-timestamp"] * known.get("timed", False)
    argv += [f"--role={role}" for role in known.get("approvals", ())]
    argv += [f"--role={role}={print_}" for role, print_ in known.get("approvers", {}).items()]
    with redirect_stdout(StringIO()) as out:
        code = independent.main([*argv, str(path)])
    failed = [line.split()[2] for line in out.getvalue().splitlines() if line.split()[1:2] == ["fails"]]
    assert (code, bool(failed)) in {(0, False), (4, True)}
    return failed[0] if failed else None


@pytest.mark.parametrize("case", museum.CASES, ids=lambda case: case.name)
def test_a_broken_package_fails_at_the_step_that_names_its_cause(kit: Any, case: Any) -> None:
    """A package broken in one way does not verify, and the first step that fails names the way."""
    path, options = broken_package(kit, case)
    report = verify(path, **options)
    assert report.failed[:1] == (case.step,), [(s.name, s.found) for s in report.steps if s.state == "fails"]
    assert by_the_specification(path, options) == case.step


def test_disclosures_that_were_erased_or_share_a_name_with_a_member_are_no_fault(kit: Any, tmp_path: Path) -> None:
    """A digest may stay closed, a chain without disclosures, and the approver's pseudonym is not the approver."""
    text, digest = museum._disclosure("0" * 32, "approver", {"approver_subject": "sub-7"})
    files = museum.edited(kit, lambda line: line.update(approver="p-1", _sd=sorted([digest, *line["_sd"]])))
    lines = [json.loads(line) for line in files[c.DISCLOSURES].splitlines()]
    del lines[2]
    mine = next(line for line in lines if line["interaction_id"] == kit.ident)
    mine["disclosures"] = [text]
    files = kit.reseal(files | {c.DISCLOSURES: b"".join(leaves.canonical(line) + b"\n" for line in lines)})
    path, one = kit.write("approver_opened", files), tmp_path / "one.proof.json"
    one.write_bytes(proof_bytes(proof(path, kit.ident)))
    known = {"fingerprint": kit.test_key.fingerprint, "at": kit.module.CHECKED}
    for each, found in ((path, "64 for 22 chains"), (one, "opened: approver; withheld: 3")):
        report = verify(each, **known)
        assert report.ok, report.failed
        assert report.step("disclosed").found == found
        assert by_the_specification(each, known) is None
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert verify(tmp_path / "unpacked", **known).step("disclosed").state == "holds"


@pytest.mark.parametrize("case", museum.HISTORIES, ids=lambda case: case.name)
def test_a_broken_history_fails(kit: Any, case: Any, tmp_path: Path) -> None:
    """A folder of packages with a gap, a fork or an exchanged package does not verify."""
    options = case.make(kit, tmp_path) or {}
    report = verify(tmp_path, fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED, **options)
    assert case.step in report.failed
    known = {"fingerprint": kit.test_key.fingerprint, "at": kit.module.CHECKED, **options}
    assert by_the_specification(tmp_path, known) in report.failed


@pytest.mark.parametrize("case", museum.PROOFS, ids=lambda case: case.name)
def test_a_broken_proof_fails_at_the_step_that_names_its_cause(kit: Any, case: Any, tmp_path: Path) -> None:
    """A proof broken in one way does not verify, and a step that fails names the way."""
    path = tmp_path / "interaction.proof.json"
    path.write_bytes(case.make(kit))
    report = verify(path, fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED, expect_id=kit.ident)
    assert case.step in report.failed, [(s.name, s.found) for s in report.steps if s.state == "fails"]
    known = {"fingerprint": kit.test_key.fingerprint, "at": kit.module.CHECKED}
    assert by_the_specification(path, known) in report.failed


def test_the_table_of_the_museum_is_in_the_documentation() -> None:
    """The page that shows what is caught is the one generated from the exhibits."""
    page = catalog.home("templates") / "package" / "TAMPER.md"
    assert page.read_text("utf-8") == museum.table(), "python tests/verify/museum.py > templates/package/TAMPER.md"


def test_every_exhibit_has_a_name_of_its_own() -> None:
    """No two exhibits share a name, and there are more than the sixty-two of the first matrix."""
    names = [case.name for case in (*museum.CASES, *museum.HISTORIES, *museum.PROOFS)]
    assert len(set(names)) == len(names) > 62
