"""Two packages of one organisation: what is better, what is worse, what came back, and what was tested otherwise."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from evidence.export.sealed import Sealed

Deviation = tuple[str, str, str, str]
"""What makes two exceptions the same over months: check, person or object, place, cause; never the interaction."""


class Figures(NamedTuple):
    """A check in two packages: members of its population, exceptions nobody approved, members undetermined."""

    check: str
    population_before: int
    population: int
    failed_before: int
    failed: int
    undetermined_before: int
    undetermined: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one package to another.

    Attributes:
        packages: ids of both.
        controls: control, title, result before, result now; where they differ.
        checks: the figures of each check of which one differs.
        tested_otherwise: checks whose SQL is another one: their figures are not the same question twice.
        new: deviations that the first package does not have, and how many exceptions each stands for.
        again: deviations of both packages.
        gone: deviations that only the first has.
        sources: source and what happened to it: added or gone.
    """

    packages: tuple[str, str]
    controls: list[tuple[str, str, str, str]]
    checks: list[Figures]
    tested_otherwise: list[str]
    new: list[tuple[Deviation, int]]
    again: list[tuple[Deviation, int]]
    gone: list[tuple[Deviation, int]]
    sources: list[tuple[str, str]]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self) | {"checks": [one._asdict() for one in self.checks]}


def compare(old: Sealed, new: Sealed) -> Difference:
    """Return what changed from one package to another.

    Raises:
        VerificationError: a member is missing, or is not the one that was sealed.
    """
    before, now = _deviations(old), _deviations(new)
    return Difference(
        (old.package_id, new.package_id), _controls(old, new), _checks(old, new),
        sorted(name for name, (a, b) in _both(_by_id(old), _by_id(new)).items()
               if a and b and a["sql_sha256"] != b["sql_sha256"]),
        _listed(now, set(now) - set(before)), _listed(now, set(now) & set(before)),
        _listed(before, set(before) - set(now)),
        [*((name, "added") for name in sorted(new.sources - old.sources)),
         *((name, "gone") for name in sorted(old.sources - new.sources))])


def _deviations(package: Sealed) -> Counter[Deviation]:
    return Counter(
        (row["check_id"], row["who"] or (row["subject"] if row["subject_kind"] != "interaction" else ""), row["place"],
         row["reason"]) for row in package.exceptions())


def _listed(counts: Counter[Deviation], which: set[Deviation]) -> list[tuple[Deviation, int]]:
    return [(one, counts[one]) for one in sorted(which)]


def _controls(old: Sealed, new: Sealed) -> list[tuple[str, str, str, str]]:
    before = {row["control_id"]: row for row in old.controls}
    now = {row["control_id"]: row for row in new.controls}
    return [(name, (b or a or {})["title"], _result(a), _result(b)) for name, (a, b) in _both(before, now).items()
            if _result(a) != _result(b)]


def _result(row: dict[str, Any] | None) -> str:
    if row is None:
        return "not in the framework"
    return str(row["operating"]) if row["applicable"] else "not applicable"


def _checks(old: Sealed, new: Sealed) -> list[Figures]:
    found = []
    for name, (a, b) in _both(_by_id(old), _by_id(new)).items():
        before, now = a or {}, b or {}
        found.append(Figures(name, before.get("population", 0), now.get("population", 0), before.get("failed", 0),
                             now.get("failed", 0), before.get("undetermined", 0), now.get("undetermined", 0)))
    return [one for one in found if one[1::2] != one[2::2]]


def _by_id(package: Sealed) -> dict[str, dict[str, Any]]:
    return {check["check_id"]: check for check in package.summary["checks"]}


def _both(old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]
          ) -> dict[str, tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    return {name: (old.get(name), new.get(name)) for name in sorted({*old, *new})}
