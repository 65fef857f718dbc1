"""The browser page accepts good packages and proofs and refuses every broken one that it claims to catch."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import pytest

from evidence import catalog
from evidence import constants as c
from evidence import verify as verifying
from evidence.seal import zipping
from evidence.seal.proof import proof, proof_bytes

museum = sys.modules["evidence_tests_museum"]
HERE = Path(__file__).parent
AXE = HERE.parents[1] / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"  # fetched by make soak
OUT = HERE.parents[1] / "build" / "soak"
PAGE = catalog.home("templates") / "package" / "verify.html"
# What the page says that it does not check, and what the command asks for.
NOT_CLAIMED = {"timestamp", "validity", "revocation", "trust", "certificate", "pdf_signature", "pdf_original",
               "pdf_attached", "approval", "expected_id", "chains", "disclosed", "receipts",
               "sidecar", "renewals"}
NEEDS_OPTIONS = {"test_package_where_production_was_demanded"}
STRICTER = {"bit_flipped_in_unsigned_part_of_signature", "html_with_a_style_inside_of_a_drawing",
            "html_with_a_style_attribute_that_hides_it_by_an_escape"}
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


def run(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run the engine of the page over files."""
    done = subprocess.run(["node", "--no-warnings", HERE / "browser.mjs", PAGE], input=json.dumps(jobs), text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def job(kit: Any, path: Path, pin: str, name: str = "evidence.zip") -> dict[str, Any]:
    """One file with what the auditor typed."""
    return {"path": str(path), "name": name, "pin": pin, "now": int(kit.now.timestamp() * 1000)}


@needs_node
def test_good_packages_and_proofs_are_accepted(kit: Any, tmp_path: Path) -> None:
    """Timed and untimed packages verify, with and without a fingerprint, and so does a proof."""
    path = tmp_path / "p.proof.json"
    value, words = proof(kit.plain, kit.ident), tmp_path / "words.proof.json"
    files = kit.module.unpack(kit.plain)
    twin = files | {c.SIGNATURE: kit.module.twin(files[c.SIGNATURE])}
    path.write_bytes(proof_bytes(value))
    words.write_bytes(proof_bytes({**value, "disclosures": [*value["disclosures"], kit.module.words(value, "prompt 5")]}))
    jobs = [job(kit, kit.plain, kit.test_key.fingerprint), job(kit, kit.timed, kit.key.fingerprint.upper()),
            job(kit, kit.plain, ""), job(kit, path, kit.test_key.fingerprint, "p.proof.json"),
            job(kit, words, kit.test_key.fingerprint, "words.proof.json"),
            job(kit, kit.write("twin_of_the_page", twin), kit.test_key.fingerprint)]
    assert [one["found"] for one in run(jobs)] == [""] * 6


@needs_node
def test_every_broken_package_that_the_page_claims_to_catch_is_refused(kit: Any) -> None:
    """The museum is run through the page; what it leaves to the strict verifier is said on the page."""
    spec = importlib.util.spec_from_file_location("evidence_tests_museum_runner", HERE / "test_museum.py")
    assert spec
    assert spec.loader
    runner = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(runner)
    cases = [case for case in museum.CASES if case.step not in NOT_CLAIMED and case.name not in NEEDS_OPTIONS | STRICTER]
    jobs = []
    for case in cases:
        path, options = runner.broken_package(kit, case)
        jobs.append(job(kit, path, options["fingerprint"]))
    missed = [case.name for case, one in zip(cases, run(jobs), strict=True) if one["ok"]]
    assert missed == []
    assert len(cases) > 100


@needs_node
def test_every_broken_proof_is_refused(kit: Any, tmp_path: Path) -> None:
    """The proofs of the museum are refused by the page."""
    jobs = []
    for case in museum.PROOFS:
        path = tmp_path / f"{case.name}.proof.json"
        path.write_bytes(case.make(kit))
        jobs.append(job(kit, path, kit.test_key.fingerprint, path.name))
    assert [case.name for case, one in zip(museum.PROOFS, run(jobs), strict=True) if one["ok"]] == []


BROWSERS = {"chromium": ("chromium", "Chromium"), "firefox": ("firefox-esr", "Firefox")}


@pytest.mark.parametrize("which", sorted(BROWSERS))
def test_a_real_browser_verifies_from_a_local_file(kit: Any, tmp_path: Path, which: str) -> None:
    """Opened from file://, the page runs its worker under its own policy and comes to its verdicts."""
    name, driver = BROWSERS[which]
    program = shutil.which(name) or shutil.which(which)
    if program is None:
        pytest.skip(f"{which} is not installed")
    page = Path(shutil.copy(PAGE, tmp_path))
    broken = tmp_path / "broken.zip"
    broken.write_bytes(museum.flip(kit.plain.read_bytes()))
    with getattr(sys.modules[f"evidence_tests_{which}"], driver)(program, tmp_path / "profile") as browser:
        assert browser.verify(page, kit.plain, kit.test_key.fingerprint) == "VERIFIED: evidence-2026-10"
        assert browser.verify(page, kit.plain, "").startswith("CONSISTENT, BUT NOT PINNED")
        assert browser.verify(page, broken, kit.test_key.fingerprint) == "NOT VERIFIED"


def test_the_page_is_used_by_the_keyboard_alone(kit: Any, tmp_path: Path) -> None:
    """Tab leads from file to fingerprint to button, each visibly in focus; Enter verifies; the checker of pages finds nothing."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")
    page = Path(shutil.copy(PAGE, tmp_path))
    with sys.modules["evidence_tests_chromium"].Chromium(program, tmp_path / "profile") as browser:
        browser.open(page, kit.plain)
        found = []
        for _ in range(3):
            browser.press("Tab", 9)
            found.append(browser.evaluate("(e => [e.id || e.type, getComputedStyle(e).outlineStyle])(document.activeElement)"))
            if found[-1][0] == "pin":
                browser.call("Input.insertText", text=kit.test_key.fingerprint)
        assert found == [["file", "solid"], ["pin", "solid"], ["submit", "solid"]]
        assert violations(browser) == []
        browser.press("Enter", 13, "\r")
        assert browser.verdict() == "VERIFIED: evidence-2026-10"
        assert violations(browser) == []
        rows = browser.evaluate("[...document.querySelectorAll('#steps tbody tr')].map(r => r.innerText).join('\\n')")
        assert "TEST: sealed with a key for trying out" in rows


def violations(browser: Any) -> list[str]:
    """What axe-core, the checker of accessibility, finds on the page as it is now; nothing where it was not fetched."""
    if not AXE.is_file():
        return []
    browser.evaluate(f"{AXE.read_text('utf-8')};0")
    return list(browser.evaluate("axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes[0].html}`))"))


LARGE = (4 << 30) + (100 << 20)


@pytest.mark.soak
def test_a_package_beyond_four_gigabytes_is_read_in_one_pass_and_little_memory(kit: Any, tmp_path: Path,
                                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes and offsets beyond 32 bits, from file://, in a real browser; build/soak/browser.json has seconds and memory."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")

    def grow(folder: Path) -> None:
        with (folder / "evidence" / "large.bin").open("wb") as file:  # a hole: only the ZIP takes room
            file.truncate(LARGE)

    monkeypatch.setattr(zipping, "isal_zlib", zlib)
    monkeypatch.setattr(c, "DEFLATE_LEVEL", 0)  # as what cannot be compressed is: stored, byte for byte
    package = kit.package("large", key=kit.test_key, edit=grow)
    assert package.stat().st_size > LARGE
    page = Path(shutil.copy(PAGE, tmp_path))
    with sys.modules["evidence_tests_chromium"].Chromium(program, tmp_path / "profile") as browser:
        assert browser.verify(page, kit.plain, kit.test_key.fingerprint) == "VERIFIED: evidence-2026-10"
        cpu, peak = browser.spent()
        begun = time.monotonic()
        assert browser.verify(page, package, kit.test_key.fingerprint) == "VERIFIED: evidence-2026-10"
        took = time.monotonic() - begun
        cpu_then, peak_then = browser.spent()
    package.unlink()
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "browser.json").write_text(json.dumps({
        "bytes": LARGE, "seconds": round(took, 1), "cpu_seconds": round(cpu_then - cpu, 1), "peak_before": peak,
        "peak": peak_then, "megabytes_per_second": round(LARGE / took / 1e6, 1),
        "megabytes_per_cpu_second": round(LARGE / (cpu_then - cpu) / 1e6, 1)}, indent=2), "utf-8")
    assert peak_then < 700 << 20


def test_the_page_reaches_no_network() -> None:
    """One file, nothing loaded, nothing sent: its policy forbids every connection, and it names no address."""
    text = PAGE.read_text("utf-8")
    assert "default-src 'none'" in text
    assert "connect-src" not in text
    assert not re.search(r"https?://|<link rel|\bsrc=|\bfetch\(|XMLHttpRequest|WebSocket|importScripts", text)


def test_the_digest_of_the_page_is_published() -> None:
    """Whoever was given the digest on another channel recognises the page; a page that was touched has another one."""
    readme = Path(verifying.__file__).with_name("README.md").read_text("utf-8")
    assert f"{hashlib.sha256(PAGE.read_bytes()).hexdigest()}  verify.html" in readme


def test_the_page_can_be_used_without_a_mouse_or_eyes() -> None:
    """Each field has a label, progress and verdict are announced, results are a table with headings."""
    text = PAGE.read_text("utf-8")
    for ident in re.findall(r"<input[^>]* id=\"(\w+)\"", text):
        assert f'<label for="{ident}">' in text
    assert 'role="status" aria-live="polite"' in text
    assert 'role="alert"' in text
    assert "<caption>" in text
    assert 'scope="col"' in text
    assert '<html lang="en">' in text
