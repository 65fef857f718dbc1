"""Each run leaves a receipt of the ledger; a ledger rewritten later contradicts it, at home and at the auditor's."""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence import constants as c
from evidence.errors import CustodyError, SealError
from evidence.seal import Receipts, cms
from evidence.verify import verify

NOW = datetime(2026, 11, 5, tzinfo=UTC)
HEADS = [hashlib.sha256(bytes([n])).hexdigest() for n in range(9)]


def test_each_receipt_names_the_one_before_and_the_head(tmp_path: Path) -> None:
    """Numbers from one, the digest of the line before, lines and head of the ledger, the time of the run."""
    receipts = Receipts(tmp_path / "register")
    receipts.add([], at=NOW)
    first, second = receipts.add(HEADS[:4], at=NOW)
    assert json.loads(first)["ledger_lines"] == 0
    value = json.loads(second)
    assert value["prev"] == hashlib.sha256(first.encode()).hexdigest()
    assert (value["seq"], value["ledger_lines"], value["ledger_head"]) == (2, 4, HEADS[3])
    assert value["at"] == "2026-11-05T00:00:00Z"
    assert [line.decode() for line in receipts.lines()] == [first, second]


@pytest.mark.parametrize("heads", [HEADS[:3], HEADS[1:6], [*HEADS[:3], "f" * 64, *HEADS[4:]], []])
def test_a_ledger_that_was_cut_or_rewritten_stops_the_run(tmp_path: Path, heads: list[str]) -> None:
    """Fewer lines, or another line where a receipt was given, is an error that names the receipt."""
    receipts = Receipts(tmp_path)
    receipts.add(HEADS[:4], at=NOW)
    with pytest.raises(CustodyError, match="is not the one of 2026-11-05"):
        receipts.add(heads, at=NOW)
    assert len(receipts.lines()) == 1


@pytest.mark.parametrize("change", [
    lambda data: data.replace(b'"seq":1', b'"seq":3', 1), lambda data: data.splitlines(True)[1],
    lambda data: data + b"{}\n", lambda data: b"junk\n" + data, lambda data: data + b"[]\n", lambda data: data + b"1\n",
    lambda data: data.replace(b"2026", b"2025", 1),
])
def test_receipts_that_were_touched_are_refused(tmp_path: Path, change: Any) -> None:
    """A line changed, removed, or added makes the file unreadable, naming the line."""
    receipts = Receipts(tmp_path)
    receipts.add(HEADS[:2], at=NOW)
    receipts.add(HEADS[:3], at=NOW)
    receipts.path.write_bytes(change(receipts.path.read_bytes()))
    with pytest.raises(CustodyError) as caught:
        receipts.lines()
    assert caught.value.where is not None


def test_a_receipt_is_stamped_or_not_written(kit: Any, tmp_path: Path) -> None:
    """With an authority each receipt carries its token; when it does not answer, no receipt is left behind."""
    def broken(request: bytes) -> bytes:
        raise SealError("no answer")

    receipts = Receipts(tmp_path)
    with pytest.raises(SealError):
        receipts.add(HEADS, at=kit.now, authority=cms.Authority(broken))
    assert receipts.lines() == []
    lines = receipts.add(HEADS, at=kit.now, authority=kit.tsa.authority())
    custody = json.dumps({"receipts": lines}).encode()
    files = kit.reseal(kit.module.unpack(kit.timed) | {c.CUSTODY: custody}, key=kit.key, at=kit.now,
                       tsa=kit.tsa.authority())
    path = kit.write("receipts", files)
    known = hashlib.sha256(lines[0].encode()).hexdigest()
    report = verify(path, at=kit.now, authorities=[kit.tsa.root.cert], expect_receipt=known)
    assert report.ok, report.failed
    assert report.step("receipts").found == "1 receipts, 1 of them stamped; no file was pulled"
    other = kit.module.pair("Another", ca=True).cert
    assert "receipts" in verify(path, at=kit.now, authorities=[other]).failed


def test_packages_that_carry_the_receipts_on_are_one_history(kit: Any, tmp_path: Path) -> None:
    """The receipts of the first package are the beginning of those of the second, and a known one is among them."""
    museum = sys.modules["evidence_tests_museum"]
    museum.two_months(kit, tmp_path, museum.OCTOBER, museum.NOVEMBER)
    known = hashlib.sha256(museum.NOVEMBER[1].encode()).hexdigest()
    report = verify(tmp_path, at=kit.module.CHECKED, expect_receipt=known)
    assert report.ok, report.steps
    assert verify(tmp_path, at=kit.module.CHECKED, expect_receipt="0" * 64).failed == ("receipts",)
