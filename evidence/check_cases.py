"""Proves checks by their cases: rows given, verdicts expected; and proves the cases by what they leave out.

``controls/checks/<id>.cases.yaml`` holds the cases of a check. ``_world.yaml`` beside them holds a world in which
nothing is wrong: the rows that are there unless a case gives its own for that relation, and what a given row says
unless the case says otherwise. So a case names only what it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

from pydantic import Field

from evidence import catalog, checks, config, relations
from evidence.checks import Check, Verdict
from evidence.errors import CatalogSqlError, ConfigError, Where
from evidence.fields import Frozen

if TYPE_CHECKING:
    import duckdb

Rows = dict[str, tuple[dict[str, Any], ...]]
Ruling = Annotated[str, Field(pattern=r"^(pass|fail|not_applicable|undetermined) [a-z][a-z0-9_]*$")]


class Case(Frozen):
    """One case: a name that says the rule, rows by relation, and for each subject its verdict and reason."""

    name: str = Field(min_length=5)
    given: Rows = Field(default_factory=dict)
    expect: dict[str, Ruling]


class CaseFile(Frozen):
    """A file of cases; ``row`` is what every given row of a relation says unless the case says otherwise."""

    row: dict[str, dict[str, Any]] = Field(default_factory=dict)
    cases: tuple[Case, ...] = Field(min_length=1)


class World(Frozen):
    """``_world.yaml``: rows that are there, and what a row says by default."""

    rows: Rows
    row: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case: ``differences`` is empty when all was as expected."""

    name: str
    differences: tuple[str, ...]
    rulings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether all was as expected."""
        return not self.differences


def cases_path(check: Check) -> Path:
    """Return where the cases of a check are."""
    return Path(check.path).with_name(f"{check.id}.cases.yaml")


def run_cases(check: Check) -> list[Outcome]:
    """Run all cases of a check, then judge the cases themselves.

    The last outcome, ``the cases are complete``, fails when a reason is never produced, a verdict that the check may
    give is never shown, or the empty population is missing.

    Raises:
        ConfigError: there is no file of cases, or it is wrong.
    """
    path = cases_path(check)
    if not path.is_file():
        raise ConfigError(f"the check {check.id} has no cases", where=Where(str(path)),
                          advice=f"write {path.name} beside it: given rows, expected verdicts")
    file, world = config.load(path, CaseFile), _world(path.parent)
    with checks.empty_engine() as con:
        checks.create_owner_view(con)
        checks.lock(con)
        outcomes = [_run(con, check, case, _merge(world.row, file.row), world.rows) for case in file.cases]
    return [*outcomes, Outcome("the cases are complete", tuple(_incomplete(check, file, outcomes)))]


def _world(folder: Path) -> World:
    """Return the world of a catalogue, or ours where it has none."""
    near = folder / "_world.yaml"
    return config.load(near if near.is_file() else catalog.home("controls") / "checks" / "_world.yaml", World)


def _merge(base: Mapping[str, dict[str, Any]], more: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {**base.get(name, {}), **more.get(name, {})} for name in [*base, *(n for n in more if n not in base)]}


def _run(con: duckdb.DuckDBPyConnection, check: Check, case: Case, defaults: Mapping[str, dict[str, Any]],
         rows: Rows) -> Outcome:
    given = dict(sorted({**rows, **case.given}.items()))
    try:
        for name, some in given.items():
            relations.insert(con, name, [{**defaults.get(name, {}), **row} for row in some])
        checks.run(con, check)
        found = _rulings(con)
    except CatalogSqlError as error:
        return Outcome(case.name, (str(error),))
    finally:
        for name in (*given, "check_result"):
            con.execute(f"DELETE FROM {relations.relation(name).name}")  # noqa: S608 - the name was looked up
    wanted = case.expect
    differences = tuple(f"{subject}: expected {wanted.get(subject, 'nothing')}, found {found.get(subject, 'nothing')}"
                        for subject in sorted({*wanted, *found}) if wanted.get(subject) != found.get(subject))
    return Outcome(case.name, differences, tuple(sorted(found.values())))


def _rulings(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    found = con.execute("SELECT subject, verdict || ' ' || reason FROM check_result ORDER BY subject").fetchall()
    return {str(subject): str(ruling) for subject, ruling in found}


def _incomplete(check: Check, file: CaseFile, outcomes: Sequence[Outcome]) -> list[str]:
    rulings = {ruling for outcome in outcomes for ruling in outcome.rulings}
    reasons, verdicts = {r.split()[1] for r in rulings}, {r.split()[0] for r in rulings}
    missing = [f"no case produces the reason {code!r}" for code in sorted(set(check.reasons) - reasons)]
    optional = {"not_applicable", *check.never}
    missing += [f"no case shows the verdict {verdict!r}" for verdict in get_args(Verdict)
                if verdict not in verdicts | optional]
    if all(case.expect for case in file.cases):
        missing.append("no case has an empty population")
    return missing
