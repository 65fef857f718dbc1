"""What is forgotten leaves a record: who, when, why, of whom and how much, in the chained ledger, and never a name."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from evidence import cli
from evidence import constants as c
from evidence.seal import kept
from evidence.store.ledger import Ledger
from evidence.verify import verify

WHY = ("--reason", "request 4711 of the person", "--by", "R. Ito")


@pytest.fixture
def company(kit: Any, tmp_path: Path) -> tuple[Path, Path]:
    """A company folder with a sealed package that withholds its disclosures, and the package."""
    sealed = Path(kit.package(f"erased-{tmp_path.name}", key=kit.test_key, disclosures=False))
    package = tmp_path / "packages" / sealed.name
    package.parent.mkdir()
    package.write_bytes(sealed.read_bytes())
    (tmp_path / "disclosures").mkdir()
    (tmp_path / "disclosures" / f"{package.stem}.ndjson").write_bytes(kit.module.unpack(kit.plain)[c.DISCLOSURES])
    return tmp_path, package


def erase(package: Path, *words: str, why: tuple[str, ...] = WHY) -> int:
    """Forget disclosures by the command line, from wherever it is called."""
    return cli.call(["interaction", str(package), *words, *why])


def log(root: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What the command prints for an auditor."""
    capsys.readouterr()
    assert cli.call(["vault", "log", "-C", str(root), "--format", "json"]) == 0
    return list(json.loads(capsys.readouterr().out))


def test_an_erasure_is_a_line_of_the_ledger(kit: Any, company: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
                                            ) -> None:
    """One interaction: who, when, why, which names of which leaf; the package keeps its bytes and verifies."""
    root, package = company
    before = package.read_bytes()
    assert erase(package, kit.ident, "--erase", "requester,prompt") == 0
    [line] = log(root, capsys)
    assert (line["event"], line["by"], line["reason"]) == ("disclosures_erased", "R. Ito", "request 4711 of the person")
    assert line["account"]
    assert line["at"].endswith("+00:00")
    assert (line["package_id"], line["scope"], line["names"]) == (package.stem, "interaction", ["requester", "prompt"])
    assert (line["interactions"], line["interaction_ids"], line["disclosures"]) == (1, [kit.ident], 2)
    assert line["interactions_sha256"] == hashlib.sha256(f"{kit.ident}\n".encode()).hexdigest()
    assert package.read_bytes() == before
    assert verify(package, fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED).ok
    assert erase(package, "--all", "--erase", "record") == 0
    assert [(one["seq"], one["scope"], one["interactions"]) for one in log(root, capsys)] == [
        (0, "interaction", 1), (1, "all", 23)]
    assert cli.call(["vault", "log", "-C", str(root)]) == 0
    assert "R. Ito" in capsys.readouterr().out


def test_a_person_is_a_keyed_hash_in_the_record(company: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """The record knows the pseudonym of the chains and a hash under the company's key: the name is nowhere in it."""
    root, package = company
    assert erase(package, "--erase", "all", "--person", "P5@acme.example") == 0
    assert erase(package, "--erase", "all", "--person", "sub-6") == 0
    first, second = log(root, capsys)
    assert first["scope"] == "person"
    assert [one[:2] for one in first["pseudonyms"]] == ["p-"]
    assert first["person"] != second["person"]
    assert first["person"].startswith("k-")
    raw = (root / ".evidence" / "ledger.jsonl").read_text().casefold()
    assert "p5@acme" not in raw
    assert "sub-6" not in raw
    assert erase(package, "--erase", "all", "--person", first["pseudonyms"][0]) == 0
    assert len(log(root, capsys)) == 2, "of this person nothing was left"


def test_why_is_not_optional(kit: Any, company: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Without a reason nothing is forgotten; without a name the account of the system is the one who did it."""
    root, package = company
    path = root / "disclosures" / f"{package.stem}.ndjson"
    before = path.read_bytes()
    for why in ((), ("--reason", " "), ("--reason", "x" * 501), ("--reason", "x", "--by", " ")):
        assert erase(package, kit.ident, "--erase", "all", why=why) == 2
    assert "--reason" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert not (root / ".evidence").exists()
    assert cli.call(["interaction", str(package), kit.ident, "--reason", "x", "-o", str(root / "p.json")]) == 2
    assert erase(package, kit.ident, "--erase", "all", why=("--reason", "end of retention")) == 0
    [line] = log(root, capsys)
    assert line["by"] == line["account"]


def test_nothing_is_forgotten_that_the_ledger_does_not_know(kit: Any, company: tuple[Path, Path],
                                                            monkeypatch: pytest.MonkeyPatch,
                                                            capsys: pytest.CaptureFixture[str]) -> None:
    """The line is written before the disclosures are gone; where it cannot be, nothing is erased and nothing is left."""
    root, package = company
    path = root / "disclosures" / f"{package.stem}.ndjson"
    before = path.read_bytes()
    (root / ".evidence").mkdir()
    (root / ".evidence" / "ledger.jsonl").write_bytes(b"{}\n")
    assert erase(package, kit.ident, "--erase", "all") == 3
    assert path.read_bytes() == before
    (root / ".evidence" / "ledger.jsonl").unlink()

    def killed(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        assert erase(package, kit.ident, "--erase", "all") == 130
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert erase(package, kit.ident, "--erase", "all") == 0
    assert [one["disclosures"] for one in log(root, capsys)] == [3, 3]
    assert erase(package, kit.ident, "--erase", "all") == 0
    assert len(log(root, capsys)) == 2, "there was nothing left to erase"
    assert kept.of(path, kit.ident, b"{}") == []
    path.write_bytes(before.replace(b'"disclosures":["W', b'"disclosures":["!', 1))
    assert erase(package, "--all", "--erase", "all") == 3
    path.unlink()
    (root / ".evidence" / "ledger.jsonl").unlink()
    assert erase(package, "--all", "--erase", "all") == 3
    assert not (root / ".evidence" / "ledger.jsonl").exists()


def test_a_long_list_is_counted_and_hashed(kit: Any, company: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch,
                                           capsys: pytest.CaptureFixture[str]) -> None:
    """Beyond a thousand leaves the record has their number and the digest over their ids, one a line, as in the file."""
    from evidence.pipeline import forgetting

    root, package = company
    monkeypatch.setattr(forgetting, "LISTED", 5)
    assert erase(package, "--all", "--erase", "prompt") == 0
    [line] = log(root, capsys)
    ids = [json.loads(row)["interaction_id"] for row in kit.module.unpack(kit.plain)[c.DISCLOSURES].splitlines()]
    assert (line["interactions"], line["interaction_ids"]) == (23, ids[:5])
    assert line["interactions_sha256"] == hashlib.sha256("".join(f"{one}\n" for one in ids).encode()).hexdigest()


def test_the_ledger_stays_a_chain_of_receipts(company: tuple[Path, Path]) -> None:
    """An erasure is no receipt of a file: who reads the ledger for files does not stumble over it."""
    root, package = company
    assert erase(package, "--all", "--erase", "all") == 0
    ledger = Ledger(root / ".evidence" / "ledger.jsonl")
    assert ledger.receipts() == []
    assert [line["event"] for line in ledger.erasures()] == ["disclosures_erased"]
    assert ledger.erasures(-1) == []


@pytest.mark.parametrize(("words", "left"), [
    (["--person", "sub-5", "--erase", "all"], "person"), (["--all", "--erase", "prompt"], "all"), (["--erase", "requester"], "one")])
def test_a_further_edition_does_not_bring_back_what_was_forgotten(kit: Any, company: tuple[Path, Path], words: list[str],
                                                                   left: str) -> None:
    """The same month made again leaves out what the ledger calls erased; another month, and the rest, stay as they are."""
    from evidence.pipeline import forgetting

    root, package = company
    first, ledger = root / "disclosures" / f"{package.stem}.ndjson", Ledger(root / ".evidence" / "ledger.jsonl")
    fresh, chains = root / "fresh.ndjson", root / "chains.ndjson"
    whole = first.read_bytes()
    chains.write_bytes(kit.module.unpack(package)[c.CHAINS])
    assert erase(package, *([kit.ident] if left == "one" else []), *words) == 0
    assert first.read_bytes() != whole
    for period, expected in (("2026-10", first.read_bytes()), ("2026-11", whole)):
        fresh.write_bytes(whole)
        forgetting.again(ledger, period, chains, fresh)
        assert fresh.read_bytes() == expected


def test_later_records_of_a_person_are_forgotten_too(kit: Any, company: tuple[Path, Path]) -> None:
    """A record that came later and has the pseudonym of the person loses what was erased: asked for, or only allowed."""
    from evidence.pipeline import forgetting
    from tests.verify import museum

    root, package = company
    assert erase(package, "--person", "sub-5", "--erase", "requester,approver") == 0
    [line] = Ledger(root / ".evidence" / "ledger.jsonl").erasures()
    [whose] = line["pseudonyms"]
    opened = [museum._disclosure("0" * 32, name, {})[0] for name in ("requester", "approver", "prompt")]
    (root / "chains.ndjson").write_text("".join(json.dumps(one) + "\n" for one in (
        {"interaction_id": "ix-late", "person": whose}, {"interaction_id": "ix-seen", "person": "p-x", "approver": whose},
        {"interaction_id": "ix-none"})))
    fresh = root / "fresh.ndjson"
    fresh.write_text("".join(json.dumps({"interaction_id": name, "disclosures": opened}, separators=(",", ":")) + "\n"
                             for name in ("ix-late", "ix-seen", "ix-none")))
    forgetting.again(Ledger(root / ".evidence" / "ledger.jsonl"), "2026-10", root / "chains.ndjson", fresh)
    assert [[kept.name_of(one) for one in json.loads(row)["disclosures"]] for row in fresh.read_text().splitlines()] == [
        ["prompt"], ["requester", "prompt"], ["requester", "approver", "prompt"]]
