"""A month, sealed: the same again, tampered with, late files, further editions, and what a bad month exits with."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evidence import cli
from tests.package.conftest import AS_OF, POLICY, copy_with_secrets, seal, unpack

pytestmark = pytest.mark.xdist_group("package")


def test_the_run_says_where_everything_is(sealed):
    """A misbehaving company ends with 4; the package, the PDF, the HTML and the line that verifies it are printed."""
    assert sealed.code == 4
    for word in ("evidence-2026-10.zip", "report.pdf", "report.html", "evidence verify", "exceptions"):
        assert word in sealed.said


def test_the_package_verifies(sealed, capsys):
    """With the fingerprint from another channel, nothing fails; what is a warning is said."""
    assert cli.call(["verify", str(sealed.package), "--fingerprint", sealed.fingerprint]) == 0
    said = capsys.readouterr().out
    assert "VERIFIES: evidence-2026-10" in said
    assert "TEST" in said
    assert cli.call(["verify", str(sealed.package), "--fingerprint", "0" * 64]) == 4
    assert cli.call(["verify", str(sealed.package), "--expect-id", "evidence-2026-09"]) == 4


def test_a_test_key_is_said_everywhere(sealed, tmp_path, monkeypatch, capsys):
    """Each page of the PDF, the HTML, README, statement, verifier, browser page, proof, and its small verifier say TEST."""
    text = subprocess.run(["pdftotext", "-layout", sealed.unpacked / "report.pdf", "-"], capture_output=True, check=True)
    pages = text.stdout.decode().split("\f")[:-1]
    assert [number for number, page in enumerate(pages, 1) if "TEST KEY" not in page] == []
    assert "TEST KEY" in sealed.member("report.html").decode()
    assert "THIS IS A TEST PACKAGE" in sealed.member("README.txt").decode()
    assert json.loads(sealed.member("statement.json"))["signer"]["test"] is True
    monkeypatch.chdir(tmp_path)
    ident = json.loads(sealed.member("evidence/chains.ndjson").splitlines()[0])["interaction_id"]
    assert cli.call(["interaction", str(sealed.package), ident, "-o", "p.proof.json"]) == 0
    capsys.readouterr()
    for path in (str(sealed.package), "p.proof.json"):
        assert cli.call(["verify", path, "--fingerprint", sealed.fingerprint]) == 0
        assert "TEST: sealed with a key for trying out" in capsys.readouterr().out
        assert cli.call(["verify", path, "--fingerprint", sealed.fingerprint, "--production"]) == 4
    small = [sys.executable, "-I", str(sealed.unpacked / "verify_proof.py"), "p.proof.json", sealed.fingerprint]
    assert "O=TEST" in subprocess.run(small, capture_output=True, check=True, text=True).stdout
    assert "TEST: sealed with a key for trying out" in sealed.member("verify.html").decode()


def test_documents_of_the_statement_of_applicability_are_named_with_their_digest(sealed, capsys):
    """What stays with the organisation can be recognised later; what was not there is said, here and by the doctor."""
    page = sealed.member("report.html").decode()
    digest = hashlib.sha256(POLICY.encode()).hexdigest()
    assert f"<bdi>manual/policy.txt</bdi> <code>{digest}</code>" in page
    assert "<bdi>manual/minutes.txt</bdi> (not found)" in page
    cli.call(["doctor", "-C", str(sealed.root)])
    said = capsys.readouterr().out
    assert "document manual/policy.txt" in said
    assert "named in soa.yaml, not found" in said


def test_it_verifies_with_tools_that_nobody_here_wrote(sealed, tmp_path):
    """The commands that the README shows, run as they stand, hold on the package and fail on a changed one."""
    text = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    block = text.split("<!-- verify-without")[1].split("```sh\n")[1].split("```")[0]
    folder = tmp_path / "unpacked"
    shutil.copytree(sealed.unpacked, folder)
    shutil.copy(sealed.root / ".evidence" / "secrets" / "test-seal.pem", folder.parent / "seal.pem")
    script = "set -eu\n" + block.replace("seal.pem", "../seal.pem")
    run = ["bash", "-c", script]
    assert subprocess.run(run, cwd=folder, capture_output=True, check=False).returncode == 0
    with (folder / "evidence" / "chains.ndjson").open("ab") as file:
        file.write(b"\n")
    assert subprocess.run(run, cwd=folder, capture_output=True, check=False).returncode != 0


def test_the_same_month_again_gives_the_same_bytes(sealed, tmp_path, capfd):
    """Another machine, another day, files found in another order: every file is equal but those that carry the run."""
    root = copy_with_secrets(sealed, tmp_path / "again")
    code, *_ = seal(root, capfd, "--jobs", "1")
    assert code == 4
    again = unpack(root / "packages" / "evidence-2026-10.zip", tmp_path / "unpacked")
    names = {p.relative_to(sealed.unpacked).as_posix() for p in sealed.unpacked.rglob("*") if p.is_file()}
    assert names == {p.relative_to(again).as_posix() for p in again.rglob("*") if p.is_file()}
    differ = {name for name in names if (again / name).read_bytes() != sealed.member(name)}
    assert differ <= {"report.pdf", "custody.json", "SHA256SUMS", "SHA256SUMS.p7s"}
    first, second = (json.loads((f / "statement.json").read_bytes()) for f in (sealed.unpacked, again))
    assert first["report_unsigned"] == second["report_unsigned"]


TAMPERED = ["report.pdf", "report.html", "custody.json", "statement.json", "README.txt", "FORMAT.md", "verify_proof.py",
            "certs/seal-chain.pem", "evidence/chains.ndjson", "evidence/controls.json", "evidence/exceptions.csv",
            "evidence/results.ndjson", "evidence/sources.json", "evidence/config/evidence.yaml",
            "evidence/sql/checks/mfa_satisfied.sql", "evidence/populations/mfa_satisfied.txt"]


@pytest.mark.parametrize("name", TAMPERED)
def test_one_changed_byte_is_caught_and_named(sealed, tmp_path, capsys, name):
    """Whatever file was touched, verification exits with 4 and says which."""
    folder = tmp_path / "unpacked"
    shutil.copytree(sealed.unpacked, folder)
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    assert cli.call(["verify", str(folder), "--fingerprint", sealed.fingerprint]) == 4
    assert name in capsys.readouterr().out


def test_every_file_of_the_package_is_listed(sealed):
    """SHA256SUMS names every file but itself and its signature: what is not listed could be added unseen."""
    listed = {line[66:] for line in sealed.member("SHA256SUMS").decode().splitlines()}
    names = {p.relative_to(sealed.unpacked).as_posix() for p in sealed.unpacked.rglob("*") if p.is_file()}
    assert names - listed == {"SHA256SUMS", "SHA256SUMS.p7s"}


def test_a_sealed_month_is_never_altered(sealed, tmp_path, capfd):
    """Again: nothing would change. A late file: it would. An edition: a second package that names the first."""
    root = tmp_path / "acme"
    shutil.copytree(sealed.root, root)
    before = sealed.package.read_bytes()
    code, out, err = seal(root, capfd)
    assert code == 4
    assert "not sealed" in out
    assert "nothing would change" in err
    assert "came after" not in err
    late = min((root / "logs" / "entra" / "signins").glob("*.ndjson"))
    line = late.read_bytes().splitlines(keepends=True)[0]
    late.with_name("late.ndjson").write_bytes(line.replace(b'"id":"', b'"id":"f', 1).replace(b'"id": "', b'"id": "f', 1))
    _, _, err = seal(root, capfd)
    assert "would change: --edition" in err
    assert "records of 2026-10 that came after evidence-2026-10 was sealed: 1 sign in of " in err
    assert (root / "packages" / "evidence-2026-10.zip").read_bytes() == before
    assert "came after evidence-2026-10 was sealed: 1 sign in of " in seal(root, capfd, "--edition")[2]
    second = root / "packages" / "evidence-2026-10.e2.zip"
    statement = json.loads((unpack(second, tmp_path / "e2") / "statement.json").read_bytes())
    assert (statement["edition"], statement["sequence"], statement["replaces"]) == (2, 2, "evidence-2026-10")
    assert cli.call(["verify", str(root / "packages")]) == 0


def test_one_interaction_is_handed_over_alone(sealed, tmp_path, monkeypatch):
    """A proof carries all that is needed; a changed word in it is caught."""
    monkeypatch.chdir(tmp_path)
    record = json.loads(sealed.member("evidence/chains.ndjson").splitlines()[3])
    ident = record["interaction_id"]
    assert cli.call(["interaction", str(sealed.package), ident]) == 0
    proof = tmp_path / f"interaction-{ident}.proof.json"
    assert cli.call(["verify", str(proof), "--fingerprint", sealed.fingerprint]) == 0
    proof.write_bytes(proof.read_bytes().replace(record["masking_verdict"].encode(), b"masked_by_magic", 1))
    assert cli.call(["verify", str(proof), "--fingerprint", sealed.fingerprint]) == 4


def test_what_the_package_withholds_is_opened_by_name_and_erased(sealed, tmp_path, monkeypatch, capfd):
    """Names and hashes stay in the company's folder; words come from the vault on demand; erasing leaves the seal as it is."""
    root = tmp_path / "acme"
    shutil.copytree(sealed.root, root)
    package, kept = root / "packages" / sealed.package.name, root / "disclosures" / "evidence-2026-10.ndjson"
    assert json.loads(sealed.member("statement.json"))["disclosures"] == "withheld"
    assert kept.stat().st_mode & 0o77 == kept.parent.stat().st_mode & 0o77 == 0
    records = map(json.loads, sealed.member("evidence/chains.ndjson").splitlines())
    ident = next(one["interaction_id"] for one in records if len(one["_sd"]) > 3 and one["interaction_kind"] == "exchange")
    monkeypatch.chdir(tmp_path)
    path, said = tmp_path / f"interaction-{ident}.proof.json", ""
    for more, words in (([], "none"), (["--disclose", "requester"], "requester"), (["--with-text", "prompt"], "prompt, prompt_text"),
                        (["--erase", "prompt", "--reason", "asked"], ""), (["--disclose", "requester,prompt"], "requester")):
        assert cli.call(["interaction", str(package), ident, *more]) == 0
        capfd.readouterr()
        assert cli.call(["verify", str(path), "--fingerprint", sealed.fingerprint]) == 0
        by_hand = [sys.executable, "-I", str(sealed.unpacked / "verify_proof.py"), str(path), sealed.fingerprint]
        said = subprocess.run(by_hand, capture_output=True, check=True, text=True).stdout
        assert said.count("disclosed:") == len([one for one in words.split(", ") if one not in {"", "none"}]) or not words
    assert cli.call(["interaction", str(package), ident, "--with-text", "prompt"]) == 2
    shutil.rmtree(kept.parent)
    assert cli.call(["verify", str(package), "--fingerprint", sealed.fingerprint]) == 0
    capfd.readouterr()


def test_one_chain_is_explained(sealed, capsys):
    """Explain prints each link with method and confidence, and the same as JSON."""
    ident = json.loads(sealed.member("evidence/chains.ndjson").splitlines()[0])["interaction_id"]
    args = ["explain", ident, "-C", str(sealed.root), "--period", "2026-10", "--as-of", AS_OF]
    assert cli.call(args) == 0
    said = capsys.readouterr().out
    for heading in ("who asked", "signed in", "who allowed it", "what came back", "links", "records"):
        assert heading in said
    assert cli.call([*args, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["chain"]["interaction_id"] == ident


def test_the_checks_without_a_package(sealed, capsys):
    """The same figures as in the package, and every exception with its reason."""
    args = ["check", "-C", str(sealed.root), "--period", "2026-10", "--as-of", AS_OF, "--format", "json", "--exceptions"]
    assert cli.call(args) == 4
    view = json.loads(capsys.readouterr().out)
    assert len(view["exceptions"]) == sum(row["failed"] + row["approved"] for row in view["checks"])
    assert {row["check"] for row in view["checks"]} >= {"no_bypass", "mfa_satisfied", "approved_before_forwarding"}


def test_a_missing_source_is_3_and_the_package_says_so(sealed, tmp_path, capfd):
    """Without the sign-ins the rest of the month is still sealed, incomplete, and nothing passes that rested on them."""
    root = copy_with_secrets(sealed, tmp_path / "poor")
    shutil.rmtree(root / "logs" / "entra" / "signins")
    code, *_ = seal(root, capfd)
    assert code == 3
    folder = unpack(root / "packages" / "evidence-2026-10.zip", tmp_path / "unpacked")
    results = [json.loads(line) for line in (folder / "evidence" / "results.ndjson").read_bytes().splitlines()]
    mfa = {row["verdict"] for row in results if row["check_id"] == "mfa_satisfied"}
    assert mfa <= {"undetermined", "not_applicable"}


def test_wrong_configuration_is_2_before_anything_is_read(sealed, tmp_path, capsys):
    """A misspelt key stops the run before custody begins, and is named with its line."""
    root = tmp_path / "acme"
    root.mkdir()
    text = (sealed.root / "evidence.yaml").read_text("utf-8")
    (root / "evidence.yaml").write_text(text.replace("timezone:", "timezoen:"), "utf-8")
    assert cli.call(["run", "-C", str(root), "--period", "2026-10"]) == 2
    assert "evidence.yaml:3" in capsys.readouterr().err
    assert not (root / ".evidence").exists()


@pytest.mark.parametrize("period", ["2026-13", "2027-10", "October"])
def test_a_period_that_is_none(sealed, period, capsys):
    """A label that is no month, or a month that has not begun, is wrong usage."""
    assert cli.call(["run", "-C", str(sealed.root), "--period", period, "--as-of", AS_OF, "--test-key"]) == 2
    assert period in capsys.readouterr().err
