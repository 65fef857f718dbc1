"""A sealed package verifies, with our verifier and with tools that nobody here wrote."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence import constants as c
from evidence import seal as sealing
from evidence.errors import SealError, UsageError
from evidence.seal.approve import approve
from evidence.verify import NUMBERS, RULES, verify

EVERY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def unpacked(path: Path, folder: Path) -> Path:
    """Unpack with Python's ZIP reader."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder


def test_an_untimed_test_package_verifies_and_says_what_it_is(kit: Any) -> None:
    """Every step holds, and the two that an auditor must know are warnings: TEST and UNTIMED."""
    report = verify(kit.plain, fingerprint=kit.test_key.fingerprint, expect_id="evidence-2026-10", at=kit.module.CHECKED)
    assert report.ok
    assert report.package_id == "evidence-2026-10"
    warnings = {step.name: step.found for step in report.steps if step.state == "warning"}
    assert set(warnings) == {"test_key", "timestamp"}
    assert "TEST" in warnings["test_key"]
    assert "UNTIMED" in warnings["timestamp"]
    assert {s.name for s in report.steps if s.state == "not_checked"} == {
        "trust", "revocation", "renewals", "approval"}


def test_a_timed_package_of_a_company_ca_verifies_with_every_step(kit: Any) -> None:
    """With CA, authority, revocation list and fingerprint nothing is left unchecked and nothing is a warning."""
    report = verify(kit.timed, fingerprint=kit.key.fingerprint, expect_id="evidence-2026-10", anchors=[kit.root.cert],
                    authorities=[kit.tsa.root.cert], production=True, timed=True, at=datetime(2049, 1, 1, tzinfo=UTC))
    assert {step.name: step.state for step in report.steps if step.state != "holds"} == {"approval": "not_checked"}


def test_without_a_pin_the_report_is_loud(kit: Any) -> None:
    """Without a fingerprint the package is consistent, and the step says that anybody could have made it."""
    report = verify(kit.plain, at=kit.module.CHECKED)
    assert report.ok
    assert report.step("pinned").state == "warning"
    assert "NOT PINNED" in report.step("pinned").found


def test_fingerprints_may_be_written_as_openssl_prints_them(kit: Any) -> None:
    """Colons and capitals make no difference, and one of several pins is enough."""
    pin = ":".join(kit.test_key.fingerprint[i:i + 2] for i in range(0, 64, 2)).upper()
    assert verify(kit.plain, fingerprint=["0" * 64, pin], at=kit.module.CHECKED).step("pinned").state == "holds"


def test_an_unpacked_package_verifies_and_says_what_is_gone(kit: Any, tmp_path: Path) -> None:
    """After unpacking, the container can no longer be checked; everything else can."""
    report = verify(unpacked(kit.plain, tmp_path), fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED)
    assert report.ok
    assert report.step("container").state == "not_checked"
    (tmp_path / "more.txt").write_text("x")
    (tmp_path / "link").symlink_to("/etc")
    broken = verify(tmp_path, fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED)
    assert {"entries", "file_set"} <= set(broken.failed)


def test_what_is_not_there_cannot_be_verified(tmp_path: Path) -> None:
    """A path to nothing is a wrong command, not a bad package."""
    with pytest.raises(UsageError):
        verify(tmp_path / "nothing.zip")


def test_the_zip_writer_of_the_tests_agrees_with_the_sealers(kit: Any) -> None:
    """Two writers that share no code give the same bytes: the format leaves no choice."""
    for path in (kit.plain, kit.timed, kit.november):
        assert kit.module.archive(kit.module.unpack(path)).bytes() == path.read_bytes()


def test_openssl_and_sha256sum_verify_it_alone(kit: Any, tmp_path: Path) -> None:
    """The commands of README.txt, run as they stand, accept the package without any software of ours."""
    folder = unpacked(kit.plain, tmp_path / "package")
    text = (folder / c.README).read_text()
    assert "openssl cms -verify -binary -cades -purpose any" in text
    seal = tmp_path / "seal.pem"
    openssl = kit.module.openssl
    assert openssl("x509", "-in", "certs/seal-chain.pem", "-out", seal, cwd=folder).returncode == 0
    signed = openssl("cms", "-verify", "-binary", "-cades", "-purpose", "any", "-inform", "DER", "-in", c.SIGNATURE,
                     "-content", c.SUMS, "-certfile", seal, "-nointern", "-CAfile", seal, "-partial_chain",
                     "-attime", str(int(kit.module.CHECKED.timestamp())), "-out", "/dev/null", cwd=folder)
    assert signed.returncode == 0, signed.stderr
    sums = subprocess.run(["sha256sum", "--strict", "-c", c.SUMS], cwd=folder, capture_output=True, check=False)
    assert sums.returncode == 0, sums.stdout
    printed = openssl("x509", "-in", seal, "-noout", "-fingerprint", "-sha256").stdout.decode()
    assert printed.split("=")[1].strip().replace(":", "").lower() == kit.test_key.fingerprint


def test_openssl_verifies_chain_revocation_and_time(kit: Any, tmp_path: Path) -> None:
    """A timed package of a company CA passes openssl with revocation lists, and both of its time stamps pass."""
    folder = unpacked(kit.timed, tmp_path / "package")
    (tmp_path / "ca.pem").write_bytes(kit.root.pem + kit.revocation)
    (tmp_path / "tsa.pem").write_bytes(kit.tsa.root.pem)
    signed = kit.module.openssl("cms", "-verify", "-binary", "-inform", "DER", "-in", c.SIGNATURE, "-content", c.SUMS,
                                "-CAfile", tmp_path / "ca.pem", "-crl_check_all", "-purpose", "any", "-out", "/dev/null",
                                cwd=folder)
    assert signed.returncode == 0, signed.stderr
    stamped = kit.module.openssl("ts", "-verify", "-data", c.SIGNATURE, "-in", c.TIMESTAMP, "-CAfile",
                                 tmp_path / "tsa.pem", "-untrusted", c.TSA_CHAIN, cwd=folder)
    assert stamped.returncode == 0, stamped.stderr


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="pdfsig is not installed")
def test_pdfsig_sees_one_signature_over_the_total_document(kit: Any, tmp_path: Path) -> None:
    """Another PDF library reads the seal as one valid signature over all of the file, timed or not."""
    for path in (kit.plain, kit.timed):
        report = unpacked(path, tmp_path / path.parent.name) / c.REPORT
        text = subprocess.run(["pdfsig", report], capture_output=True, text=True, check=False).stdout
        assert text.count("Signature Validation: Signature is Valid.") == 1
        assert "Total document signed" in text
        assert "Not total" not in text


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf_finds_no_fault_in_the_sealed_report(kit: Any, tmp_path: Path) -> None:
    """The sealed PDF is sound by the judgement of qpdf."""
    report = unpacked(kit.timed, tmp_path) / c.REPORT
    assert subprocess.run(["qpdf", "--check", report], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
def test_a_common_zip_tool_tests_it_clean(kit: Any) -> None:
    """Unzip finds no error and prints the checksum that the comment holds."""
    done = subprocess.run(["unzip", "-t", kit.plain], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "sha256:" in done.stdout


@pytest.mark.parametrize("command", [["7z", "t"], ["zipdetails", "--scan"]], ids=lambda command: command[0])
def test_other_zip_tools_find_nothing_odd(kit: Any, command: list[str]) -> None:
    """7-Zip tests every entry, and a tool that prints every byte of an archive finds none that belongs to nothing."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([*command, kit.timed], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not [line for line in done.stdout.splitlines() if any(word in line for word in ("ERROR", "WARNING", "UNEXPECTED"))]


def test_both_forms_of_one_signature_are_one_signature(kit: Any) -> None:
    """(r, s) and (r, n - s) both hold, as in every verifier of ECDSA, and the package is known by what was signed."""
    files = kit.module.unpack(kit.plain)
    twin = files | {c.SIGNATURE: kit.module.twin(files[c.SIGNATURE])}
    assert twin[c.SIGNATURE] != files[c.SIGNATURE]
    reports = [verify(path, fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED)
               for path in (kit.plain, kit.write("twin", twin))]
    assert [one.ok for one in reports] == [True, True]
    assert reports[0].sha256sums_sha256 == reports[1].sha256sums_sha256


def test_the_unsigned_report_is_a_prefix_of_the_sealed_one(kit: Any) -> None:
    """A rendered report can be compared with the sealed one by its first bytes."""
    files = kit.module.unpack(kit.plain)
    stated = json.loads(files[c.STATEMENT])["report_unsigned"]
    assert hashlib.sha256(files[c.REPORT][:stated["bytes"]]).hexdigest() == stated["sha256"]


def test_the_same_input_gives_the_same_bytes(kit: Any, tmp_path: Path) -> None:
    """Two runs differ in nothing but the files that carry the time and the randomness of a signature."""
    runs = []
    for label in ("one", "two"):
        staging = tmp_path / label / "staging"
        tree = kit.module.stage(staging)
        facts = kit.module.facts(tree, sealed_at=datetime(2026, 11, 5 if label == "one" else 6, tzinfo=UTC))
        runs.append(kit.module.unpack(sealing.seal(staging, facts=facts, key=kit.test_key,
                                                   out=tmp_path / f"{label}.zip").path))
    assert set(runs[0]) == set(runs[1])
    assert {name for name in runs[0] if runs[0][name] != runs[1][name]} <= {c.REPORT, c.CUSTODY, c.SUMS,
                                                                                         c.SIGNATURE}


def test_the_evidence_digest_of_the_report_is_the_one_of_the_statement(kit: Any, tmp_path: Path) -> None:
    """What the PDF prints over evidence/ can be found again in the statement, and recomputed with sha256sum."""
    staging = tmp_path / "staging"
    tree = kit.module.stage(staging)
    printed = sealing.evidence_digest(staging)
    result = sealing.seal(staging, facts=kit.module.facts(tree), key=kit.test_key, out=tmp_path / "p.zip")
    files = kit.module.unpack(result.path)
    assert json.loads(files[c.STATEMENT])["evidence_digest"] == printed
    lines = b"".join(line for line in files[c.SUMS].splitlines(True) if line[66:].startswith(b"evidence/"))
    assert hashlib.sha256(lines).hexdigest() == printed


@pytest.mark.parametrize(("break_it", "message"), [
    (lambda folder: (folder / c.REPORT).unlink(), "lacks report.pdf"),
    (lambda folder: (folder / c.CUSTODY).unlink(), "lacks custody.json"),
    (lambda folder: (folder / c.SUMS).write_text("x"), "sealed before"),
    (lambda folder: (folder / "a b.txt").write_text("x"), "cannot hold"),
    (lambda folder: (folder / "REPORT.PDF").write_text("x"), "case"),
    (lambda folder: (folder / "link").symlink_to("/etc"), "plain files"),
    (lambda folder: (folder / c.REPORT).write_bytes(b"no PDF"), "could not be signed"),
    (lambda folder: (folder / c.REPORT).write_bytes(b"/ByteRange"), "already"),
    (lambda folder: (folder / c.CHAINS).write_bytes(b"{}\n"), "lines"),
])
def test_a_staging_folder_that_is_not_right_is_not_sealed(kit: Any, tmp_path: Path, break_it: Any, message: str) -> None:
    """What is missing, left over or cannot be packed is named, and no package appears."""
    staging = tmp_path / "staging"
    tree = kit.module.stage(staging)
    break_it(staging)
    with pytest.raises(SealError, match=message):
        sealing.seal(staging, facts=kit.module.facts(tree), key=kit.test_key, out=tmp_path / "p.zip")
    assert not list(tmp_path.glob("p.zip*"))


@pytest.mark.parametrize("change", [{"package_id": "a/b"}, {"sequence": 0}, {"sequence": 2}, {"edition": 2},
                                    {"replaces": "evidence-2026-10"}, {"end": datetime(2026, 9, 1, tzinfo=UTC)}])
def test_facts_that_contradict_each_other_are_not_sealed(kit: Any, tmp_path: Path, change: dict[str, Any]) -> None:
    """A number two without a predecessor, an edition that replaces nothing and their like stop before anything is done."""
    facts = kit.module.facts(sealing.Tree(0, "0" * 64), **change)
    with pytest.raises(SealError, match="hold together"):
        sealing.seal(tmp_path, facts=facts, key=kit.test_key, out=tmp_path / "p.zip")


def test_a_folder_of_good_packages_is_one_history(kit: Any, tmp_path: Path) -> None:
    """Packages one and two follow each other."""
    for path in (kit.plain, kit.november):
        shutil.copy(path, tmp_path)
    report = verify(tmp_path, fingerprint=kit.test_key.fingerprint, expect_id="evidence-2026-11", at=kit.module.CHECKED)
    assert report.ok
    assert report.package_id == "evidence-2026-11"


@pytest.mark.parametrize("announced", [True, False])
def test_a_change_of_the_key_is_announced_or_said(kit: Any, tmp_path: Path, announced: bool) -> None:
    """The last package of a key names the next one; a key that comes out of nowhere is a warning of the history."""
    staging, late = tmp_path / "staging", kit.module.pair("Next seal").seal()
    first = sealing.seal(staging, facts=kit.module.facts(kit.module.stage(staging),
                                                         next_signer=late.fingerprint if announced else None),
                         key=kit.test_key, out=tmp_path / "evidence-2026-10.zip")
    again = kit.module.stage(tmp_path / "next", prefix="b", start=kit.module.END)
    facts = kit.module.facts(again, package_id="evidence-2026-11", period="2026-11", sequence=2, start=kit.module.END,
                             end=datetime(2026, 12, 1, tzinfo=UTC),
                             previous=sealing.Previous("evidence-2026-10", first.sha256sums_sha256))
    sealing.seal(tmp_path / "next", facts=facts, key=late, out=tmp_path / "evidence-2026-11.zip")
    report = verify(tmp_path, fingerprint=[kit.test_key.fingerprint, late.fingerprint], at=kit.module.CHECKED)
    assert report.ok, report.failed
    assert report.step("history").state == ("holds" if announced else "warning")
    assert announced or late.fingerprint in report.step("history").found


def test_an_approved_package_is_told_from_a_sealed_one(kit: Any, tmp_path: Path) -> None:
    """A countersignature beside the package is verified, bound to its role by fingerprint, and shown."""
    path = Path(shutil.copy(kit.plain, tmp_path))
    officer = kit.module.pair("Compliance officer")
    out = approve(path, role="compliance-officer", key=officer.seal(), at=kit.module.SEALED)
    assert out.name == "001-compliance-officer.p7s"
    known = {"compliance-officer": officer.seal().fingerprint}
    report = verify(path, fingerprint=kit.test_key.fingerprint, approvals=["compliance-officer"], approvers=known,
                    at=kit.module.CHECKED)
    assert report.step("approval").state == "holds"
    assert verify(path, at=kit.module.CHECKED).step("approval").state == "warning"
    with pytest.raises(UsageError, match="already"):
        approve(path, role="compliance-officer", key=officer.seal(), at=kit.module.SEALED)
    with pytest.raises(SealError, match="cannot approve"):
        approve(path, role="seal", key=kit.test_key, at=kit.module.SEALED)
    with pytest.raises(UsageError, match="role"):
        approve(path, role="../x", key=officer.seal(), at=kit.module.SEALED)


@EVERY
@given(st.data())
def test_no_byte_of_the_container_can_change(kit: Any, data: st.DataObject) -> None:
    """Any one byte of the ZIP, changed to anything, makes the package fail. No byte is exempt."""
    path = data.draw(st.sampled_from([kit.plain, kit.timed]))
    good = path.read_bytes()
    at, mask = data.draw(st.integers(0, len(good) - 1)), data.draw(st.integers(1, 255))
    broken = kit.write("flip", good[:at] + bytes([good[at] ^ mask]) + good[at + 1:])
    assert not verify(broken, at=kit.now).ok


@EVERY
@given(st.data())
def test_no_byte_of_a_member_can_change(kit: Any, data: st.DataObject) -> None:
    """Any one byte of any file, changed and packed again properly, makes the package fail. No file is exempt."""
    files = kit.module.unpack(data.draw(st.sampled_from([kit.plain, kit.timed])))
    name = data.draw(st.sampled_from(sorted(files)))
    at, mask = data.draw(st.integers(0, len(files[name]) - 1)), data.draw(st.integers(1, 255))
    files[name] = files[name][:at] + bytes([files[name][at] ^ mask]) + files[name][at + 1:]
    assert not verify(kit.write("member", files), at=kit.now).ok


@EVERY
@given(st.binary(max_size=400), st.sampled_from([c.SUMS, c.SIGNATURE, c.TIMESTAMP, c.STATEMENT, c.CHAINS, c.REPORT,
                                                 c.SEAL_CHAIN, c.TSA_CHAIN, c.REVOCATION, c.HTML, c.SUMMARY]))
def test_junk_in_the_place_of_a_file_is_refused_politely(kit: Any, junk: bytes, name: str) -> None:
    """Whatever stands in a file, even properly signed, the verifier reports and never raises."""
    files = kit.module.unpack(kit.timed) | {name: junk}
    assert not verify(kit.write("junk", files), at=kit.now).ok
    if name not in c.UNLISTED:
        resigned = kit.reseal(files, key=kit.key, fresh=False, raw_statement=files[c.STATEMENT])
        verify(kit.write("junk", resigned), at=kit.module.CHECKED)


@EVERY
@given(st.data())
def test_pieces_of_a_package_moved_about_are_refused(kit: Any, data: st.DataObject) -> None:
    """Bytes deleted, repeated or exchanged anywhere in the ZIP make it fail, without an exception."""
    good = kit.plain.read_bytes()
    a = data.draw(st.integers(0, len(good) - 1))
    b = data.draw(st.integers(a + 1, len(good)))
    where = data.draw(st.integers(0, len(good)))
    broken = data.draw(st.sampled_from([good[:a] + good[b:], good[:b] + good[a:], good[:where] + good[a:b] + good[where:]]))
    if broken != good:
        assert not verify(kit.write("moved", broken), at=kit.module.CHECKED).ok


def test_steps_are_numbered_once_and_in_the_order_of_trust() -> None:
    """Numbers follow the order of the rules, and each rule has a clause and says what it expects."""
    assert list(NUMBERS.values()) == list(range(1, len(RULES) + 1))
    assert all(rule.clause and rule.expected and rule.title for rule in RULES.values())


def test_the_specification_names_every_step() -> None:
    """FORMAT.md, from which a stranger could write a verifier, lists each step with its number and clause."""
    from evidence import catalog

    text = (catalog.home("templates") / "package" / "FORMAT.md").read_text("utf-8")
    missing = [name for name, number in NUMBERS.items() if f"| {number} | `{name}` |" not in text]
    assert missing == []


def test_verifying_loads_neither_engine_nor_templates() -> None:
    """The verifier needs none of the heavy parts; pyHanko is loaded only to look into a PDF."""
    code = ("import sys\nimport evidence.verify, evidence.verify.package, evidence.verify.proof\n"
            "sys.exit(', '.join({'duckdb', 'jinja2', 'pyhanko', 'weasyprint', 'orjson', 'pandas'} & set(sys.modules)) or 0)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_large_files_are_written_and_read_as_zip64(kit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the limit lowered, sizes, offsets and the end record go through their ZIP64 forms, and common tools agree."""
    monkeypatch.setattr(c, "ZIP64_FROM", 1500)
    staging = tmp_path / "staging"
    tree = kit.module.stage(staging)
    path = sealing.seal(staging, facts=kit.module.facts(tree), key=kit.test_key, out=tmp_path / "large.zip").path
    assert b"PK\x06\x06" in path.read_bytes()
    assert verify(path, fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED).ok
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    if shutil.which("unzip"):
        assert subprocess.run(["unzip", "-tq", path], capture_output=True, check=False).returncode == 0
    good = path.read_bytes()
    for at in (len(good) - 93 - 76 + n for n in range(76)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
        assert not verify(path, at=kit.module.CHECKED).ok


def test_a_package_is_sealed_and_verified_in_little_memory(kit: Any, tmp_path: Path) -> None:
    """Neither side holds the chains: 40,000 of them pass in less memory than they fill."""
    import tracemalloc

    out = tmp_path / "chains.ndjson"
    tracemalloc.start()
    rows = kit.module.batches(kit.module.rows(40_000))
    sealing.write_leaves(rows, out, salt_key=kit.module.SALT, pseudonym_key=kit.module.PSEUDONYM)
    _, writing = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    from evidence.verify.chains import ChainReader

    reader = ChainReader()
    with out.open("rb") as file:
        while piece := file.read(1 << 20):
            reader.feed(piece)
    _, reading = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reader.close() == 40_000
    assert max(writing, reading) < 12 << 20 < out.stat().st_size
