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
from evidence.seal import leaves
from evidence.seal.kept import name_of
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

    It looks at no time stamp: one that the statement does not speak of is nothing to it. Nor does it look at salts.
    """
    path = tmp_path / "p.proof.json"
    path.write_bytes(case.make(kit))
    done = by_hand(path, kit.test_key.fingerprint, str(int(kit.module.CHECKED.timestamp())))
    lenient = {"proof_with_an_unknown_member", "proof_with_a_disclosure_twice",
               "proof_with_a_time_stamp_that_is_not_stated",
               *(one.name for one in museum.PROOFS if one.name.endswith(("_no_salt", "_a_short_salt")))}
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


@pytest.fixture(scope="module")
def redacted(kit: Any) -> Path:
    """The same interactions in a package that leaves the disclosures out."""
    return Path(kit.package("redacted", key=kit.test_key, disclosures=False))


def test_a_package_without_disclosures_gives_proofs_without_them(kit: Any, redacted: Path) -> None:
    """The redacted profile has the same tree, and its proofs open nothing."""
    assert proof(redacted, kit.ident)["disclosures"] == []
    assert json.loads(proof(redacted, kit.ident)["statement"])["tree"] == json.loads(
        proof(kit.plain, kit.ident)["statement"])["tree"]
    assert verify(redacted, at=kit.module.CHECKED).ok
    assert c.DISCLOSURES not in kit.module.unpack(redacted)


def test_the_words_themselves_can_be_opened(kit: Any, tmp_path: Path) -> None:
    """A text goes along behind the disclosure of its hash: the verifier and the forty lines know it for what was sealed."""
    value = proof(kit.plain, kit.ident)
    value["disclosures"].insert(0, kit.module.words(value, "prompt 5"))
    path = tmp_path / "p.proof.json"
    path.write_bytes(proof_bytes(value))
    report = verify(path, fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED)
    assert report.ok
    assert report.step("disclosed").found == "opened: requester, record, prompt, prompt_text; withheld: 0"
    done = by_hand(path, kit.test_key.fingerprint, str(int(kit.module.CHECKED.timestamp())))
    assert "disclosed: ['prompt_text', {'prompt_text': 'prompt 5'}]" in done.stdout, done.stderr


def test_disclosures_that_stayed_are_opened_one_by_one_and_erased(kit: Any, redacted: Path, tmp_path: Path) -> None:
    """What is kept gives the proofs that a package with disclosures gives; what is erased leaves all others as they were."""
    kept = tmp_path / "disclosures" / "evidence-2026-10.ndjson"
    kept.parent.mkdir()
    kept.write_bytes(kit.module.unpack(kit.plain)[c.DISCLOSURES])
    opened = dict(proofs(kit.plain))
    for ident, data in proofs(redacted, kept=kept):
        assert json.loads(data)["disclosures"] == json.loads(opened[ident])["disclosures"] != []
    assert proof(redacted, kit.ident, kept=kept)["disclosures"] == proof(kit.plain, kit.ident)["disclosures"]
    command = ["interaction", str(redacted), "-C", str(tmp_path), "-o", str(tmp_path / "p.proof.json")]
    for step, words in (([kit.ident], "none; withheld: 3"), ([kit.ident, "--disclose", "prompt,requester"],
                        "requester, prompt; withheld: 1"), ([kit.ident, "--erase", "requester", "--reason", "x"], ""),
                        ([kit.ident, "--disclose", "all"], "record, prompt; withheld: 1"), (["--all", "--erase", "all", "--reason", "x"], ""),
                        ([kit.ident, "--disclose", "all"], "none; withheld: 3")):
        assert cli.call([*command, *step]) == 0
        if words:
            report = verify(tmp_path / "p.proof.json", fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED)
            assert report.ok
            assert report.step("disclosed").found == f"opened: {words}"
    assert kept.read_bytes() == b""
    assert kept.stat().st_mode & 0o777 == 0o600


def test_what_is_kept_of_a_person_is_erased_wherever_it_stands(kit: Any, redacted: Path, tmp_path: Path,
                                                                 capsys: pytest.CaptureFixture[str]) -> None:
    """By subject, address or pseudonym: all that the person asked, by whatever name, and the approver's name elsewhere."""
    kept = tmp_path / "disclosures" / "evidence-2026-10.ndjson"
    kept.parent.mkdir()
    chains = [json.loads(line) for line in kit.module.unpack(redacted)[c.CHAINS].splitlines()]
    whose = next(one["person"] for one in chains if one["interaction_id"] == kit.ident)
    mine = {one["interaction_id"] for one in chains if one["person"] == whose}
    text, _ = museum._disclosure("0" * 32, "approver", {"approver_subject": "SUB-5"})
    lines = [json.loads(line) for line in kit.module.unpack(kit.plain)[c.DISCLOSURES].splitlines()]
    lines[0]["disclosures"].append(text)
    kept.write_bytes(b"".join(leaves.canonical(line) + b"\n" for line in lines))

    def erase(*words: str, code: int = 0) -> str:
        assert cli.call(["interaction", str(redacted), "-C", str(tmp_path), "--reason", "asked", "--erase", *words]) == code
        return str(capsys.readouterr().err)

    erase("requester", kit.ident)
    assert "erased 6 disclosures of 4 interactions of sub-5 " in erase("requester,approver,prompt", "--person", "sub-5")
    left = {line["interaction_id"]: [name_of(one) for one in line["disclosures"]]
            for line in map(json.loads, kept.read_text().splitlines())}
    assert {ident: names for ident, names in left.items() if len(names) == 1} == {key: ["record"] for key in mine}
    assert all(names == ["requester", "record", "prompt"] for ident, names in left.items() if ident not in mine)
    assert "speaks of P5@acme.example" in erase("all", "--person", "P5@acme.example", code=2)
    assert f"erased 3 disclosures of 3 interactions of {whose} " in erase("all", "--person", whose)
    for words in (["--all"], [kit.ident]):
        assert "instead of one interaction or --all" in erase("all", "--person", "sub-5", *words, code=2)
    assert cli.call(["interaction", str(redacted), "--person", "sub-5"]) == 2


def test_disclosures_of_another_package_are_never_handed_over(kit: Any, redacted: Path, tmp_path: Path) -> None:
    """A line that the record does not commit to is refused, and where nothing is kept the command says so."""
    kept = tmp_path / "disclosures" / "evidence-2026-10.ndjson"
    assert cli.call(["interaction", str(redacted), kit.ident, "-C", str(tmp_path), "--disclose", "all"]) == 2
    kept.parent.mkdir()
    lines = kit.module.unpack(kit.plain)[c.DISCLOSURES]
    for broken in (lines.replace(kit.ident.encode(), b"ix").replace(kit.other_ident.encode(), kit.ident.encode()),
                   lines.replace(b'"disclosures":["W', b'"disclosures":["X'), lines.replace(b'"disclosures"', b'"x"')):
        kept.write_bytes(broken)
        with pytest.raises(SealError):
            proof(redacted, kit.ident, kept=kept)
        with pytest.raises(SealError):
            list(proofs(redacted, kept=kept))


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
