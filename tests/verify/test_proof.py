"""One interaction, one signed file: verified by us, and by forty lines with openssl."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from evidence import catalog, cli
from evidence import constants as c
from evidence.errors import SealError, UsageError
from evidence.seal.proof import proof, proof_bytes, proofs, withhold
from evidence.verify import verify

museum = sys.modules["evidence_tests_museum"]


def by_hand(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the verifier that travels in every package, without any package of ours."""
    script = path.parent / "verify_proof.py"
    script.write_bytes((catalog.home("templates") / "package" / "verify_proof.py.txt").read_bytes())
    return subprocess.run([sys.executable, "-I", "-O", script, path, *arguments], capture_output=True, text=True,
                          check=False)


@pytest.mark.parametrize("base", ["plain", "timed"])
def test_a_proof_of_any_interaction_verifies(kit: Any, tmp_path: Path, base: str) -> None:
    """Every interaction of a package has a proof, made from the package alone, and every proof verifies."""
    key = kit.key if base == "timed" else kit.test_key
    at = kit.now if base == "timed" else kit.module.CHECKED
    made = list(proofs(getattr(kit, base)))
    assert len(made) == 23
    for ident, data in made:
        path = tmp_path / f"interaction-{ident}.proof.json"
        path.write_bytes(data)
        report = verify(path, fingerprint=key.fingerprint, expect_id=ident, at=at)
        assert report.ok, report.failed
        assert report.step("inclusion").state == "holds"
    assert proof_bytes(proof(getattr(kit, base), made[5][0])) == made[5][1]


def test_forty_lines_and_openssl_verify_a_proof(kit: Any, tmp_path: Path) -> None:
    """The small verifier accepts a good proof and prints what was disclosed."""
    path = tmp_path / "p.proof.json"
    path.write_bytes(proof_bytes(proof(kit.plain, kit.ident)))
    done = by_hand(path, kit.test_key.fingerprint, str(int(kit.module.CHECKED.timestamp())))
    assert done.returncode == 0, done.stderr
    assert f"VERIFIED: {kit.ident} in evidence-2026-10" in done.stdout
    assert "p5@acme.example" in done.stdout


@pytest.mark.parametrize("case", museum.PROOFS, ids=lambda case: case.name)
def test_forty_lines_and_openssl_refuse_a_broken_proof(kit: Any, tmp_path: Path, case: Any) -> None:
    """The small verifier refuses every broken proof of the museum but those that only our strictness refuses.

    It looks at no time stamp: one that the statement does not speak of is nothing to it.
    """
    path = tmp_path / "p.proof.json"
    path.write_bytes(case.make(kit))
    done = by_hand(path, kit.test_key.fingerprint, str(int(kit.module.CHECKED.timestamp())))
    lenient = {"proof_with_an_unknown_member", "proof_with_a_disclosure_twice",
               "proof_with_a_time_stamp_that_is_not_stated"}
    assert (done.returncode == 0) == (case.name in lenient), done.stdout


def test_another_fingerprint_is_refused_by_the_small_verifier(kit: Any, tmp_path: Path) -> None:
    """Without the right pin a proof is worth nothing."""
    path = tmp_path / "p.proof.json"
    path.write_bytes(proof_bytes(proof(kit.plain, kit.ident)))
    assert "another certificate" in by_hand(path, "0" * 64).stderr


def test_disclosures_can_be_withheld_without_breaking_the_signature(kit: Any, tmp_path: Path) -> None:
    """A proof with all, some or none of its disclosures verifies, and says what is withheld."""
    whole = proof(kit.plain, kit.ident)
    for kept, words in ((("requester",), "requester"), ((), "none")):
        path = tmp_path / "p.proof.json"
        path.write_bytes(proof_bytes(withhold(whole, *kept)))
        report = verify(path, fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED)
        assert report.ok
        assert f"opened: {words};" in report.step("disclosed").found


def test_asking_for_another_interaction_fails(kit: Any, tmp_path: Path) -> None:
    """A good proof of one interaction is no proof of another."""
    path = tmp_path / "p.proof.json"
    path.write_bytes(proof_bytes(proof(kit.plain, kit.ident)))
    assert verify(path, expect_id=kit.other_ident, at=kit.module.CHECKED).failed == ("record",)


def test_an_interaction_that_is_not_there_has_no_proof(kit: Any, tmp_path: Path) -> None:
    """An unknown id and a damaged package are errors with advice."""
    with pytest.raises(UsageError, match="holds 0"):
        proof(kit.plain, "ix-unknown")
    junk = tmp_path / "junk.zip"
    junk.write_bytes(b"junk")
    with pytest.raises(SealError, match="cannot be read"):
        proof(junk, "x")


def test_a_proof_is_small(kit: Any) -> None:
    """A proof stays a small file: the line, some hashes, the manifest and the signature."""
    assert len(proof_bytes(proof(kit.timed, kit.ident))) < 30_000


def test_a_package_without_disclosures_gives_proofs_without_them(kit: Any, tmp_path: Path) -> None:
    """The redacted profile has the same tree, and its proofs open nothing."""
    path = kit.package("redacted", key=kit.test_key, disclosures=False)
    assert proof(path, kit.ident)["disclosures"] == []
    assert json.loads(proof(path, kit.ident)["statement"])["tree"] == json.loads(
        proof(kit.plain, kit.ident)["statement"])["tree"]
    assert verify(path, at=kit.module.CHECKED).ok
    assert c.DISCLOSURES not in kit.module.unpack(path)


@pytest.mark.parametrize(("withheld", "opened"), [("requester,prompt", "record"), ("all", "none"), ("", "requester, record, prompt")])
def test_the_command_line_withholds_disclosures(kit: Any, tmp_path: Path, withheld: str, opened: str) -> None:
    """What is named stays closed, in one proof and in all; the rest is opened, and everything verifies."""
    one, folder = tmp_path / "one.proof.json", tmp_path / "all"
    extra = ["--withhold", withheld] if withheld else []
    assert cli.call(["interaction", str(kit.plain), kit.ident, "-o", str(one), *extra]) == 0
    assert cli.call(["interaction", str(kit.plain), "--all", "-o", str(folder), *extra]) == 0
    assert one.read_bytes() == (folder / f"interaction-{kit.ident}.proof.json").read_bytes()
    report = verify(one, fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED)
    assert report.ok
    assert report.step("disclosed").found.startswith(f"opened: {opened};")


def test_only_a_disclosure_can_be_withheld(kit: Any) -> None:
    """A name that is none is a wrong command line, not a silent disclosure."""
    assert cli.call(["interaction", str(kit.plain), kit.ident, "--withhold", "promt"]) == 2


def test_the_company_folder_pins_the_seal(kit: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --fingerprint, signing.pinned_fingerprints of evidence.yaml counts; another pin refuses the package."""
    assert cli.call(["init", str(tmp_path / "acme")]) == 0
    settings = tmp_path / "acme" / "evidence.yaml"
    text = yaml.safe_load(settings.read_text("utf-8"))
    for pin, code in ((kit.test_key.fingerprint, 0), ("0" * 64, 4)):
        text["signing"] = {**(text.get("signing") or {}), "pinned_fingerprints": [pin]}
        settings.write_text(yaml.safe_dump(text), "utf-8")
        assert cli.call(["verify", "-C", str(tmp_path / "acme"), str(kit.plain)]) == code
        assert pin in capsys.readouterr().err
