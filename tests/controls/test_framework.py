"""All 93 controls, none of the standard's text, and every check tied to a control that exists."""

from __future__ import annotations

import re

import pytest

from evidence import catalog, checks, controls_view, framework
from evidence.errors import ConfigError, UsageError

FRAME = framework.load_framework("iso27001_2022")
FOREIGN = re.compile(r"\bshall\b|\bshould be (established|implemented|defined)\b|\bcontrol:\s|purpose:", re.IGNORECASE)
OPERATION = {"A.5.3", "A.5.15", "A.5.16", "A.5.18", "A.5.28", "A.5.33", "A.5.34", "A.5.36", "A.6.5", "A.8.2", "A.8.3", "A.8.5",
             "A.8.11", "A.8.12", "A.8.15", "A.8.16", "A.8.17"}


def marked(mark: str) -> set[str]:
    """Return the ids of the controls of one testability."""
    return {control.id for control in FRAME.controls if control.testability == mark}


def test_ids_are_exactly_those_of_annex_a():
    """93 controls in four themes: 37, 8, 14 and 34, in their order."""
    expected = [f"A.{theme}.{n}" for theme, count in ((5, 37), (6, 8), (7, 14), (8, 34)) for n in range(1, count + 1)]
    assert [control.id for control in FRAME.controls] == expected
    themes = {"5": "organisational", "6": "people", "7": "physical", "8": "technological"}
    assert all(control.theme == themes[control.id[2]] for control in FRAME.controls)


def test_testability_is_as_settled():
    """17 tested for operation, 29 in part, 2 by the package itself, 45 not from these logs."""
    assert marked("T") == OPERATION
    assert marked("S") == {"A.5.35", "A.8.34"}
    assert {mark: len(marked(mark)) for mark in "TPSN"} == {"T": 17, "P": 29, "S": 2, "N": 45}


def test_what_can_be_tested_is_tested_and_what_cannot_is_not_claimed():
    """Each T control has a check, no N control has one, and each control says what to attach."""
    for control in FRAME.controls:
        assert bool(control.checks) or control.testability != "T", control.id
        assert not control.checks or control.testability in "TP", control.id
        assert control.attach


def test_every_check_is_mapped_and_every_mapping_exists():
    """A check that stands for no control, or a mapping to nothing, is an error."""
    known = {check.id for check in checks.load_checks()}
    assert {check for control in FRAME.controls for check in control.checks} == known
    framework.load_framework("iso27001_2022", known=known)


def test_no_text_of_a_standard():
    """Labels are short, and nothing reads like a requirement of the standard."""
    folder = catalog.home("controls")
    for path in [folder / "iso27001_2022.yaml", *sorted((folder / "crosswalks").glob("*.yaml"))]:
        text = path.read_text("utf-8")
        assert not FOREIGN.search(text), path
    assert all(len(control.title) <= 85 and "." not in control.title for control in FRAME.controls)
    assert "our own wording" in FRAME.framework.notice


def test_crosswalks_name_controls_that_exist():
    """Identifiers only, of controls of the framework, each with a notice."""
    known = {control.id for control in FRAME.controls}
    walks = framework.load_crosswalks("iso27001_2022")
    assert {walk.id for walk in walks} == {"nist_csf_2_0", "soc2", "iso42001", "nist_ai_rmf", "eu_ai_act", "gdpr"}
    for walk in walks:
        assert walk.notice
        for row in walk.rows:
            assert set(row.controls) <= known
            assert row.published or row.own
            assert all(len(ref) <= 20 for ref in (*row.published, *row.own))
    assert framework.crosswalk("iso27001_2022")["A.8.15"]["SOC 2"] == "CC7.1, CC7.2 (own)"


def test_a_catalogue_ties_its_checks_to_controls(tmp_path):
    """mapping.yaml adds; it takes nothing away, and names only what exists."""
    (tmp_path / "mapping.yaml").write_text("iso27001_2022: {A.8.16: [mine]}")
    frame = framework.load_framework("iso27001_2022", [tmp_path], known={c.id for c in checks.load_checks()} | {"mine"})
    assert frame.control("A.8.16").checks[-1] == "mine"
    assert set(FRAME.control("A.8.16").checks) < set(frame.control("A.8.16").checks)
    with pytest.raises(ConfigError, match="'mine' does not exist"):
        framework.load_framework("iso27001_2022", [tmp_path], known={c.id for c in checks.load_checks()})
    (tmp_path / "mapping.yaml").write_text("iso27001_2022: {A.9.1: [mine]}")
    with pytest.raises(ConfigError, match=r"unknown control 'A\.9\.1'"):
        framework.load_framework("iso27001_2022", [tmp_path])


def test_an_unknown_framework_or_control_is_named():
    """Errors say what was asked for and what is near."""
    with pytest.raises(ConfigError, match="expected one framework 'iso'"):
        framework.load_framework("iso")
    with pytest.raises(UsageError, match=r"no control 'A\.8\.111'"):
        FRAME.control("A.8.111")


def test_a_framework_of_ones_own(tmp_path):
    """A catalogue may bring another framework; a control twice in it is an error."""
    control = ("{id: X.1, title: Something, theme: people, testability: N, shows: Nothing., not_shown: Anything, attach: [paper]}")
    text = "framework: {id: own, title: Our own, notice: None needed.}\ncontrols:\n  - " + control
    (tmp_path / "own.yaml").write_text(text)
    assert framework.load_framework("own", [tmp_path]).control("X.1").title == "Something"
    (tmp_path / "own.yaml").write_text(text + "\n  - " + control)
    with pytest.raises(ConfigError, match="stands twice"):
        framework.load_framework("own", [tmp_path])


def test_the_guide_is_current():
    """The table of checks in controls/README.md is the one that the catalogue gives."""
    guide = (catalog.home("controls") / "README.md").read_text("utf-8")
    assert controls_view.refresh(guide, "iso27001_2022") == guide


def test_a_scaffold_runs_and_its_cases_hold(tmp_path):
    """What the guide promises: a new check works before a word of it is changed, and is never written twice."""
    from evidence import check_cases

    files = controls_view.scaffold_check(tmp_path, "model_is_approved")
    outcomes = check_cases.run_cases(checks.load_check("model_is_approved", [tmp_path]))
    assert [o.differences for o in outcomes if not o.ok] == []
    assert [file.name for file in files] == ["model_is_approved.sql", "model_is_approved.cases.yaml"]
    with pytest.raises(UsageError, match="is there already"):
        controls_view.scaffold_check(tmp_path, "model_is_approved")
    with pytest.raises(UsageError, match="expected an id"):
        controls_view.scaffold_check(tmp_path, "../x")


def test_a_control_explains_itself():
    """What it shows, what it does not, what to attach, and its checks by title."""
    text = controls_view.show_control("iso27001_2022", "A.8.11")
    for part in ("Shows:", "Does not show:", "Attach:", "no_residual_in_responses: No response"):
        assert part in text
    assert len(controls_view.list_controls("iso27001_2022")) == 93
    assert ("no_bypass", "LG-04", "critical", "period") in {row[:4] for row in controls_view.list_checks()}
