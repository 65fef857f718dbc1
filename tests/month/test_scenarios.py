"""Scenarios written by hand, each on a day of its own in one month: what comes out is what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from evidence.simulate.scenarios import SCENARIOS, Scenario
from evidence.simulate.tiny import REFERENCE_TIME

from .kit import correlated, instant, take

pytestmark = pytest.mark.xdist_group("month-scenarios")

# The leaver is disabled for good, so his day is the last one, and the directory's last snapshot is his.
ORDER = sorted(SCENARIOS, key=lambda scenario: scenario.name == "leaver")
DAYS = {scenario.name: f"{day:02d}" for day, scenario in enumerate(ORDER, 3)}
ONCE = ("entra/directory/", "hoop/connections/", "hoop/policies/")


def _moved(text: str, day: str) -> str:
    """Move a scenario to its day: every date, and every id by the day's number, so that none is used twice."""
    for old, new in (("2026-10-06", f"2026-10-{day}"), ("d0000000-", f"d00000{day}-"), ("f0000000-", f"f00000{day}-"),
                     ('"sign-in-', f'"sign-in-{day}-'), ("sid-", f"sid-{day}-")):
        text = text.replace(old, new)
    return re.sub(r'"@timestamp": ?(\d{13})',
                  lambda found: f'"@timestamp":{int(found[1]) + (int(day) - 6) * 86_400_000}', text)


def _all_sources(root: Path, files: list[Path]) -> None:
    """Let the company have the sources and surfaces of all scenarios."""
    configs = [yaml.safe_load(path.read_text("utf-8")) for path in files]
    whole = max(configs, key=lambda config: len(config["scope"]["surfaces"]))
    whole["sources"] = list({source["id"]: source for config in configs for source in config["sources"]}.values())
    (root / "evidence.yaml").write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    """Every scenario in one company, one day after the other; chains by native id and usage by source, day, surface."""
    root, apart = tmp_path_factory.mktemp("scenarios"), tmp_path_factory.mktemp("apart")
    for scenario in ORDER:
        scenario.write(apart / scenario.name)
        for path in sorted((apart / scenario.name).rglob("*")):
            name = path.relative_to(apart / scenario.name).as_posix()
            if path.is_file():
                if name.startswith("logs/") and not name.startswith(tuple(f"logs/{one}" for one in ONCE)):
                    target = root / name.replace(path.name, f"{DAYS[scenario.name]}-{path.name}")
                    text = _moved(path.read_text("utf-8"), DAYS[scenario.name])
                else:
                    target, text = root / name, path.read_text("utf-8")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
    _all_sources(root, sorted(apart.glob("*/evidence.yaml")))
    con = correlated(take(root, instant(REFERENCE_TIME)))
    found = {}
    for table in ("chain", "reconciliation"):
        answer = con.execute(f"SELECT * FROM {table} ORDER BY source_id, native_id")
        names = [column[0] for column in answer.description]
        rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
        found[table] = {row["native_id"] if table == "chain" else
                        f"{row['source_id']} {row['event_time']:%d} "
                        + (row["native_id"] if row["grain"] == "request" else row["surface"]): row for row in rows}
    yield found
    con.close()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])
def test_what_comes_out_is_what_stands_beside_it(month: dict[str, dict[str, Any]], scenario: Scenario) -> None:
    """A scenario's requests and rows of use have every fact that was written beside it, and it has no others."""
    day = DAYS[scenario.name]
    wanted = {_moved(key, day): facts for key, facts in scenario.expected.items()}
    chains = {key: row for key, row in month["chain"].items() if f"{row['event_time']:%d}" == day}
    assert chains.keys() == wanted.keys()
    for key, facts in wanted.items():
        true = {name: _moved(value, day) if isinstance(value, str) else value for name, value in facts.items()}
        assert {name: chains[key][name] for name in true} == true
    rows = {f"{source} {day} {_moved(name, day)}": facts for (source, name), facts in scenario.usage.items()}
    found = {key: row for key, row in month["reconciliation"].items() if f" {day} " in key}
    assert {key: {name: found[key][name] for name in facts} for key, facts in rows.items()} == rows


def test_every_scenario_has_a_day() -> None:
    """No two scenarios share a day, and all lie in the month."""
    assert len(set(DAYS.values())) == len(SCENARIOS) <= 28
