"""A folder of packages: each good by itself, and all of them one history without gap, fork or step back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from evidence.verify.package import Checked, verify_with_all_beside
from evidence.verify.report import Checklist, Report, Step, show
from evidence.verify.seal import Expected


def verify_history(folder: Path, expected: Expected) -> Report:
    """Verify every ``*.zip`` of a folder, and that they follow each other. Never raises for what is in them.

    The steps of each package come first, each naming its package; the step ``history`` comes last.
    ``expected.package_id`` is the newest package that you know of: a folder that ends before it was rolled back.
    """
    check = Checklist("history", "receipts")
    paths = sorted(path for path in folder.glob("*.zip") if path.is_file())
    each = replace(expected, package_id=None, receipt=None)
    checked = [verify_with_all_beside(path, each, ids=True) for path in paths]
    steps = list[Step]()
    for one in checked:
        name = Path(one.report.path).name
        steps += [step._replace(found=f"{show(name)}: {step.found}") for step in one.report.steps
                  if step.state in {"fails", "warning"}]
    if not checked:
        check.fail("history", "there is no package (*.zip) in the folder")
    for one in checked:
        if not one.report.ok:
            check.fail("history", f"{show(Path(one.report.path).name)} does not verify: {', '.join(one.report.failed)}")
    good = sorted((one for one in checked if one.report.ok and one.statement is not None), key=_sequence)
    _follow(good, check)
    _keys(good, check)
    _periods(good, check)
    _twice(good, check)
    _receipts(good, expected.receipt, check)
    last = good[-1].report.package_id if good else None
    if expected.package_id is not None and expected.package_id not in {one.report.package_id for one in good}:
        check.fail("history", f"{show(expected.package_id)}, which you know of, is not here: rolled back or withheld")
    check.hold("receipts", "each package carries on the receipts of the one before")
    check.hold("history", f"{len(good)} packages, newest {last}; whether there is a newer one, only its owner knows")
    return Report(str(folder), last, good[-1].sums_sha256 if good else None, (*steps, *check.steps()))


def _sequence(one: Checked) -> tuple[int, str]:
    return _stated(one)["sequence"], one.report.path


def _stated(one: Checked) -> Mapping[str, Any]:
    return one.statement or {}


def _follow(good: Sequence[Checked], check: Checklist) -> None:
    """Record gaps, forks and packages that name another predecessor than the one that is here."""
    by_sequence: dict[int, list[Checked]] = {}
    for one in good:
        by_sequence.setdefault(_stated(one)["sequence"], []).append(one)
    for number, twins in by_sequence.items():
        if len({one.sums_sha256 for one in twins}) > 1:
            names = ", ".join(show(Path(one.report.path).name) for one in twins)
            check.fail("history", f"fork: {len(twins)} packages have the number {number} ({names})")
        elif len(twins) > 1:
            check.warn("history", f"package number {number} is here {len(twins)} times, the same each time")
    numbers = sorted(by_sequence)
    for number in range(1, numbers[-1] + 1 if numbers else 1):
        if number not in by_sequence:
            check.fail("history", f"gap: package number {number} is missing")
    for one in good:
        previous = _stated(one)["previous"]
        for before in by_sequence.get(_stated(one)["sequence"] - 1, []) if previous else []:
            real = (before.report.package_id, before.sums_sha256)
            if (previous["package_id"], previous["sha256sums_sha256"]) != real:
                check.fail("history", f"{one.report.package_id} follows {previous['package_id']} with "
                                      f"{previous['sha256sums_sha256'][:16]}, but here is {real[0]} with "
                                      f"{str(real[1])[:16]}: the package before was exchanged")


def _keys(good: Sequence[Checked], check: Checklist) -> None:
    """Record packages whose seal is neither the one of the package before nor the one that it announces."""
    for before, one in pairwise(good):
        was, sealer = _stated(before), _stated(one)["signer"]["fingerprint_sha256"]
        if sealer not in {was["signer"]["fingerprint_sha256"], was["next_signer"]}:
            check.warn("history", f"{one.report.package_id} is sealed by {sealer}, which {before.report.package_id} "
                                  "does not announce: ask its owner on another channel whether the key was changed")


def _periods(good: Sequence[Checked], check: Checklist) -> None:
    """Record periods that are missing, overlap, or are sealed twice without being an edition of each other."""
    newest: dict[tuple[str, str], Checked] = {}
    for one in good:
        stated = _stated(one)
        span = (stated["period"]["from"], stated["period"]["to"])
        before = newest.get(span)
        replaced = before.report.package_id if before else None
        if stated["replaces"] != replaced or stated["edition"] != (_stated(before)["edition"] + 1 if before else 1):
            check.fail("history", f"{one.report.package_id} is edition {stated['edition']} and replaces "
                                  f"{stated['replaces']}, but the period was sealed as {replaced}")
        newest[span] = one
    spans = sorted(newest)
    for (_, end), (start, _) in pairwise(spans):
        if start > end:
            check.fail("history", f"a period is missing between {end} and {start}")
        elif start < end:
            check.fail("history", f"the period from {start} begins before the one to {end} is over")


def _twice(good: Sequence[Checked], check: Checklist) -> None:
    """Record interactions that stand in packages of two periods; editions of one period share theirs."""
    owner: dict[bytes, str] = {}
    for one in good:
        period = str(_stated(one)["period"]["from"])
        shared = [ident for ident in one.ids if owner.get(ident, period) != period]
        if shared:
            check.fail("history", f"{len(shared)} interactions of {one.report.package_id} are in another period too, "
                                  f"such as {show(min(shared).decode('latin-1'))}")
        owner.update(dict.fromkeys(one.ids, period))


def _receipts(good: Sequence[Checked], known: str | None, check: Checklist) -> None:
    """Record packages that do not carry on the receipts of the one before: the ledger was rewritten in between."""
    every = {line for one in good for line in one.receipts}
    if known is not None and known.lower() not in {hashlib.sha256(line.encode()).hexdigest() for line in every}:
        check.fail("receipts", f"the receipt {show(known)}, which you were given, is in no package")
    if not every:
        check.skip("receipts", "no package carries receipts of the ledger")
    for before, one in pairwise(good):
        if one.receipts[:len(before.receipts)] != before.receipts:
            same = sum(1 for a, b in zip(before.receipts, one.receipts, strict=False) if a == b)
            check.fail("receipts", f"{one.report.package_id} agrees with {same} of the {len(before.receipts)} receipts "
                                   f"of {before.report.package_id}: the ledger was rewritten after that was sealed")
