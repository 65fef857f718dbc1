"""The report against the truth, finding by finding: nothing missed, nothing invented."""

from __future__ import annotations

import pytest

from evidence.simulate import catalogue

from . import compare, findings, oracle
from .kit import Made

pytestmark = pytest.mark.xdist_group("month-truth")

COMPANIES = ("demo", "all_wrong", "clean")


@pytest.fixture(params=COMPANIES)
def company(request: pytest.FixtureRequest) -> Made:
    """Each of the companies in turn."""
    made: Made = request.getfixturevalue(request.param)
    return made


def test_every_request_is_a_chain_and_every_chain_is_true(company: Made) -> None:
    """Person, sign-in, approval, approver, outcome, masking and time of each chain are those that really were."""
    assert "\n".join(compare.chains(company)) == ""
    assert len(company.rows("SELECT * FROM chain")) > 50


def test_every_row_of_use_is_reconciled_as_it_was(company: Made) -> None:
    """Each row of the vendors has one verdict, the true one; and only days that are really silent are called so."""
    assert "\n".join(compare.usage(company)) == ""


def test_every_state_of_a_source_is_said(company: Made) -> None:
    """What is covered, missing, still to come or never declared is called so, and nothing else is called pending."""
    assert "\n".join(compare.coverage(company)) == ""


def test_every_file_line_and_copy_is_accounted_for(company: Made) -> None:
    """What was spoilt is said to be so, with line and number; what was not is read without a word."""
    assert "\n".join(compare.files(company)) == ""


def test_results_of_the_checks_follow_from_the_truth(company: Made) -> None:
    """Every verdict on every request, and every failure on anything else, is one that the truth explains."""
    assert "\n".join(oracle.results(company)) == ""


def test_every_planted_misbehaviour_is_reported(company: Made) -> None:
    """The right check speaks about each, with the right verdict, on exactly what was planted."""
    assert "\n".join(findings.unreported(company)) == ""


def test_a_clean_month_has_no_failure(clean: Made) -> None:
    """Nobody misbehaved: no check fails, and no control has exceptions."""
    assert clean.rows("SELECT * FROM check_result WHERE verdict = 'fail'") == []
    assert clean.rows("SELECT * FROM control_result WHERE 'exceptions' IN (operating, design)") == []


def test_the_table_of_findings_names_every_switch(all_wrong: Made) -> None:
    """No misbehaviour can be added to the catalogue without saying which check must report it."""
    assert set(findings.FOUND) == set(catalogue()) == {finding.kind for finding in all_wrong.truth.findings}
