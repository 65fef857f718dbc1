"""The folder that is written: the same for the same seed, readable by the models, small and large."""

from __future__ import annotations

import ast
import csv
import hashlib
import json
from pathlib import Path

import pytest
import yaml

from evidence.model import Company, Exceptions, Period, Soa
from evidence.simulate import Truth, catalogue, simulate
from evidence.simulate.scenarios import SCENARIOS, Scenario

Month = tuple[Path, Truth]


def _digests(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.rglob("*")) if path.is_file()}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, bad_month: Month) -> None:
    """Nothing but the arguments decides a byte of the folder or a word of the truth."""
    root, truth = bad_month
    again = simulate(tmp_path, misbehaviour=catalogue(), texts=True)
    assert _digests(tmp_path) == _digests(root)
    assert again == truth


def test_another_seed_gives_another_month(tmp_path: Path, good_month: Month) -> None:
    """Two seeds have no person and no session in common."""
    other = simulate(tmp_path, seed=8, misbehaviour=())
    assert not set(other.sessions) & set(good_month[1].sessions)
    assert not {p.oid for p in other.people} & {p.oid for p in good_month[1].people}


def test_what_a_person_writes_is_read_by_the_models(bad_month: Month) -> None:
    """evidence.yaml, soa.yaml and exceptions.yaml are what the models expect; each source finds its files."""
    root, truth = bad_month
    company = Company.model_validate(yaml.safe_load((root / "evidence.yaml").read_text(encoding="utf-8")))
    Soa.model_validate(yaml.safe_load((root / "soa.yaml").read_text(encoding="utf-8")))
    Exceptions.model_validate(yaml.safe_load((root / "exceptions.yaml").read_text(encoding="utf-8")))
    for source in company.sources:
        assert any(list(root.glob(pattern)) for pattern in source.paths), source.id
    period = Period.month(truth.period, company.timezone)
    assert (period.start.isoformat()[:19], period.end.isoformat()[:19]) == (truth.period_from[:19], truth.period_to[:19])
    gaps = [source.id for source in company.sources if len(source.covers) > 1]
    assert gaps == ["gateway", "entra-sign-ins"]


def test_every_log_belongs_to_a_source(bad_month: Month) -> None:
    """No log lies where no source looks."""
    root, _ = bad_month
    sources = yaml.safe_load((root / "evidence.yaml").read_text())["sources"]
    read = {path for source in sources for pattern in source["paths"] for path in root.glob(pattern)}
    assert [path for path in (root / "logs").rglob("*") if path.is_file() and path not in read] == []


def test_people_csv_names_every_alias_that_no_export_gives(bad_month: Month) -> None:
    """Logins of the assistant's vendor and second accounts lead to one object id each, but for one that two share."""
    root, truth = bad_month
    rows = list(csv.DictReader((root / "people.csv").read_text().splitlines()))
    anchors = {row["alias"]: row["anchor"] for row in rows}
    for person in truth.people:
        for alias in (*([person.login] if person.login else []), *person.other_oids):
            assert anchors[alias] == person.oid
    assert [row["alias"] for row in rows].count("parts-desk") == 2
    assert len(anchors) == len(rows) - 1


@pytest.mark.parametrize("wrong", [{"misbehaviour": ["tea_break"]}, {"people": 3}])
def test_what_cannot_be_simulated_is_said(tmp_path: Path, wrong: dict[str, object]) -> None:
    """An unknown switch or a company too small for its parts is refused with a sentence."""
    with pytest.raises(ValueError, match=r"expected at least|no such misbehaviour"):
        simulate(tmp_path, **wrong)


def test_a_large_month_lies_in_one_file_per_day(tmp_path: Path) -> None:
    """With one file per day the sessions are lines, and the truth is the same as with one file each."""
    apart, together = tmp_path / "a", tmp_path / "b"
    first = simulate(apart, people=30, interactions=200, per_day=False, misbehaviour=())
    second = simulate(together, people=30, interactions=200, per_day=True, misbehaviour=())
    assert first == second
    lines = [json.loads(line)["id"] for path in sorted((together / "logs/hoop/sessions").glob("*.ndjson"))
             for line in path.read_text().splitlines()]
    assert sorted(lines) == sorted(path.stem for path in (apart / "logs/hoop/sessions").glob("*.json"))


def test_the_simulation_knows_nothing_of_the_engine() -> None:
    """Its modules import the standard library, yaml and each other."""
    folder = Path(__file__).parents[2] / "evidence/simulate"
    imported = set()
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
            elif isinstance(node, ast.Import):
                imported |= {name.name for name in node.names}
    assert {name for name in imported if name.startswith("evidence")} == {
        name for name in imported if name.startswith("evidence.simulate")}
    assert not {"duckdb", "pandas", "pyarrow", "pydantic"} & {name.split(".")[0] for name in imported}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])
def test_a_hand_written_scenario_is_a_company_folder(tmp_path: Path, scenario: Scenario) -> None:
    """Each scenario written by hand gives a folder that loads, holds its sessions, and is the same every time."""
    scenario.write(tmp_path / "a")
    scenario.write(tmp_path / "b")
    assert _digests(tmp_path / "a") == _digests(tmp_path / "b")
    Company.model_validate(yaml.safe_load((tmp_path / "a/evidence.yaml").read_text()))
    sessions = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "a/logs/hoop/sessions").glob("*.json")}
    others = "".join(path.read_text() for name in ("edge", "github/requests")
                     for path in sorted((tmp_path / "a/logs" / name).glob("*.ndjson")))
    for native in scenario.expected:
        session, _, seq = native.partition("#")
        if session not in sessions:
            assert f'"{native}"' in others
            continue
        events = sessions[session]["event_stream"]
        assert sessions[session]["verb"] == "exec" or [kind for _, kind, _ in events].count("i") > int(seq)
    if any(source == "github-billing" for source, _ in scenario.usage):
        assert len((tmp_path / "a/logs/github/billing/usage.csv").read_text().splitlines()) > 1


def test_there_are_enough_scenarios() -> None:
    """At least ten companies are written out by hand, each named once."""
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS) >= 10
