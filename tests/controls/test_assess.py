"""From rows to results: nothing out of nothing is a pass, one broken check hurts nobody else, exceptions run out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import assess, relations
from evidence.assess import Figures, conclusion
from evidence.errors import ConfigError, UsageError
from evidence.model import Exceptions, Period, Soa

OCTOBER = Period.month("2026-10", "Europe/Berlin")
GOOD = {"interaction_kind": "exchange", "source_id": "gw", "in_period": "inside", "caller_class": "human_token",
        "gateway_validated": True, "identity_state": "resolved", "person_id": "p:1", "account_state": "enabled",
        "sign_in_tier": "T4", "mfa_state": "yes", "approval_flags": "", "approval_verdict": "not_required",
        "outcome": "forwarded", "pairing": "exact", "connection": "assistant", "subject": "u-1", "route": "/v1",
        "risk_level": "low", "masking_verdict": "no_sensitive", "prompt_sha256": "x", "response_sha256": "y"}
CAPABILITIES = {"gw": ("identity", "prompt", "response", "approval", "masking_counts", "policy"),
                "idp": ("sign_in", "mfa", "account", "membership"), "vendor": ("usage_user_day",)}


@pytest.fixture
def company(con):
    """A company with one gateway, one identity provider and one vendor, all covered, in October."""
    relations.insert(con, "param", [{"period": "2026-10", "zone": "Europe/Berlin", "period_from": "2026-09-30 22:00:00",
                                     "period_to": "2026-10-31 23:00:00", "skew_us": 300_000_000}])
    for source, capabilities in CAPABILITIES.items():
        relations.insert(con, "cfg_source", [{"source_id": source, "required": True}])
        relations.insert(con, "cfg_capability", [{"source_id": source, "capability": c} for c in capabilities])
        relations.insert(con, "file", [{"source_id": source, "state": "read"}])
        relations.insert(con, "coverage", [{"source_id": source, "stream": "all", "state": "covered",
                                            "from_time": "2026-09-30 22:00:00", "to_time": "2026-10-31 23:00:00"}])
    relations.insert(con, "person", [{"person_id": "p:1", "display_name": "Ada Example"},
                                     {"person_id": "p:2", "display_name": "Ben Example"}])
    relations.insert(con, "person_alias", [{"alias_type": "email", "alias": "ada@example.org", "person_id": "p:1"}])
    return con


def chains(con, *rows):
    """Insert chains that are good in all that they do not say."""
    relations.insert(con, "chain", [{**GOOD, "interaction_id": f"ix-{n}", "native_id": f"s/{n}", **row}
                                    for n, row in enumerate(rows)])


def run(con, *, soa=None, exceptions=(), day="2026-11-05", extra=()):
    """Assess October."""
    assess.assess(con, "iso27001_2022", soa=soa or Soa(), period=OCTOBER, reference_day=day, extra=extra,
                  exceptions=Exceptions.model_validate({"exceptions": list(exceptions)}))


def exception(**more):
    """Return an approved exception for a missing second factor."""
    return {"id": "e-1", "check": "mfa_satisfied", "approved_by": "ciso", "approved_on": "2026-09-01",
            "expires": "2027-01-01", **more}


def one(con, sql, *values):
    """Return the first row of a query."""
    return con.execute(sql, list(values)).fetchone()


def control(con, control_id):
    """Return design, operating, severity and reason of a control."""
    return one(con, "SELECT design, operating, severity, reason FROM control_result WHERE control_id = ?", control_id)


@pytest.mark.parametrize(("figures", "expected"), [
    (Figures(errors=1, ran=1, population=5, failed=2, undetermined=1), "error"),
    (Figures(ran=1, population=5, failed=1, undetermined=4), "exceptions"),
    (Figures(ran=1, population=5, approved=1, undetermined=1), "source_gap"),
    (Figures(ran=1, gap=True), "source_gap"),
    (Figures(), "not_tested"),
    (Figures(ran=1), "no_occurrence"),
    (Figures(ran=1, population=5, approved=5), "effective_with_approved_exceptions"),
    (Figures(ran=1, population=5), "effective"),
])
def test_the_first_that_applies_is_the_result(figures, expected):
    """Error, exceptions, source gap, not tested, no occurrence, effective with approved exceptions, effective."""
    assert conclusion(figures) == expected


FIGURES = st.builds(
    lambda ran, passed, failed, approved, undetermined, errors, gap: Figures(
        errors, ran, (passed + failed + approved + undetermined) * bool(ran), failed * bool(ran), approved * bool(ran),
        undetermined * bool(ran), gap), *[st.integers(0, 3)] * 6, st.booleans())


@settings(deadline=None)
@given(st.lists(FIGURES, max_size=4))
def test_effective_means_that_every_member_of_a_real_population_held(checks):
    """A control is never better than its worst check, and 0 of 0 is never effective."""
    total = sum(checks, Figures())
    result = conclusion(total)
    if result.startswith("effective"):
        assert total.population > 0
        assert (total.failed, total.undetermined, total.errors, total.gap) == (0, 0, 0, False)
    if any(conclusion(check) == "error" for check in checks):
        assert result == "error"
    elif any(check.failed for check in checks):
        assert result == "exceptions"
    assert conclusion(sum(reversed(checks), Figures())) == result


def test_every_control_has_a_result_and_nothing_is_green_by_default(company):
    """Without one request 93 rows stand there, and none says effective because of nothing."""
    run(company)
    rows = company.execute("SELECT control_id, operating, design, population FROM control_result").fetchall()
    assert len(rows) == 93
    assert {row[0] for row in rows if "effective" in row[1] and not row[3]} == set()
    assert control(company, "A.8.11")[:2] == ("not_tested", "no_occurrence")
    assert control(company, "A.7.1")[:2] == ("not_tested", "not_tested")
    assert "Attach: " in control(company, "A.7.1")[3]


def test_a_good_month_is_effective(company):
    """Every member of every population held; the words say how many."""
    chains(company, {}, {})
    run(company)
    assert control(company, "A.5.16")[:3] == ("not_tested", "effective", None)
    assert control(company, "A.5.16")[3].startswith("2 of 2 hold.")


def test_an_empty_population_without_its_source_is_not_tested(company):
    """No vendor's record and nobody who could have one: that is no "no occurrence"."""
    company.execute("DELETE FROM cfg_capability WHERE capability = 'usage_user_day'")
    run(company)
    assert one(company, "SELECT state, state_reason FROM check_summary WHERE check_id = 'no_bypass'") == (
        "not_run", "no source can show: usage_request or usage_user_day")


def test_an_empty_population_beside_a_gap_is_a_gap(company):
    """Nothing was seen while the source was not covered: nothing may be concluded."""
    company.execute("UPDATE coverage SET state = 'gap' WHERE source_id = 'vendor'")
    run(company)
    assert one(company, "SELECT state, state_reason FROM check_summary WHERE check_id = 'no_bypass'") == (
        "ran", "nothing was seen, but the period is not covered by vendor")
    assert control(company, "A.5.22")[1] == "source_gap"


def test_design_and_operation_are_apart(company):
    """Masking switched off is a matter of design; what came back is a matter of operation."""
    chains(company, {"event_time": "2026-10-10 00:00:00"})
    relations.insert(company, "cfg_connection", [{"rank": 1, "connection": "%", "in_scope": True, "masking_required": True}])
    relations.insert(company, "connection_snapshot", [
        {"connection": "assistant", "masking_enabled": False, "event_time": "2026-10-05 00:00:00"}])
    run(company)
    assert control(company, "A.8.11")[:3] == ("exceptions", "effective", "critical")


def test_the_population_can_be_recounted(company):
    """The digest is over the sorted subjects, a line each, without the members left out."""
    chains(company, {}, {}, {"interaction_kind": "usage_request"})
    run(company)
    digest = hashlib.sha256(b"ix-0\nix-1\n").hexdigest()
    assert one(company, "SELECT population, not_applicable, population_sha256 FROM check_summary"
                        " WHERE check_id = 'identity_resolved'") == (2, 1, digest)


@pytest.mark.parametrize(("more", "covered"), [
    ({}, {"ix-0", "ix-1"}),
    ({"subject": "Ada Example"}, {"ix-0"}),
    ({"subject": "ADA@%"}, {"ix-0"}),
    ({"subject": "p:2"}, {"ix-1"}),
    ({"subject": "ix-0"}, set()),
    ({"connection": "assist%"}, {"ix-0"}),
    ({"cause": "without_mfa"}, {"ix-0", "ix-1"}),
    ({"cause": "mfa_unknown"}, set()),
    ({"check": "identity_resolved"}, set()),
    ({"expires": "2026-10-31"}, set()),
    ({"expires": "2026-11-01"}, {"ix-0", "ix-1"}),
    ({"approved_on": "2026-11-06"}, set()),
])
def test_an_exception_is_known_by_person_connection_and_cause(company, more, covered):
    """Names, aliases and ids in any case fit; an interaction is no identity; it must be in force and outlive the period."""
    chains(company, {"mfa_state": "no"}, {"mfa_state": "no", "person_id": "p:2", "connection": "other"})
    run(company, exceptions=[exception(**more)])
    rows = company.execute("SELECT subject FROM check_result WHERE exception_id = 'e-1'").fetchall()
    assert {row[0] for row in rows} == covered
    failed, approved = one(company, "SELECT failed, approved FROM check_summary WHERE check_id = 'mfa_satisfied'")
    assert (failed, approved) == (2 - len(covered), len(covered))


def test_an_expired_exception_turns_back_into_an_exception_and_says_so(company):
    """The fail counts again, and its words name the exception and the day."""
    chains(company, {"mfa_state": "no"})
    run(company, exceptions=[exception(expires="2026-10-15")])
    actual = one(company, "SELECT actual FROM check_result WHERE check_id = 'mfa_satisfied'")[0]
    assert actual.endswith("; the approved exception e-1 expired on 2026-10-15")
    assert control(company, "A.8.5")[1] == "exceptions"
    assert assess.exception_states(Exceptions.model_validate({"exceptions": [
        exception(expires="2026-10-31"), exception(id="e-2"), exception(id="e-3", approved_on="2026-12-01")]}),
        OCTOBER, "2026-11-05") == [("e-1", "expired"), ("e-2", "in_force"), ("e-3", "not_yet")]


def test_one_in_force_wins_over_one_that_ran_out(company):
    """A renewed exception covers, whatever the order of ids."""
    chains(company, {"mfa_state": "no"})
    run(company, exceptions=[exception(expires="2026-10-15"), exception(id="e-2")])
    assert one(company, "SELECT exception_id FROM check_result WHERE check_id = 'mfa_satisfied'") == ("e-2",)
    assert control(company, "A.5.17")[1] == "effective_with_approved_exceptions"


def test_an_object_may_be_named_itself(company):
    """Connections, sources, keys and the like are their own identity."""
    chains(company, {"caller_class": "shared_key", "subject": "team-key", "person_id": None,
                     "identity_state": "not_a_person"})
    run(company, exceptions=[exception(check="shared_identity", subject="team-key", cause="shared_key")])
    assert one(company, "SELECT failed, approved FROM check_summary WHERE check_id = 'shared_identity'") == (0, 1)


@pytest.mark.parametrize(("items", "words"), [
    ([exception(check="no_such_check")], "no check 'no_such_check'"),
    ([exception(), exception()], "two exceptions are called 'e-1'"),
])
def test_an_exception_for_nothing_is_an_error(company, items, words):
    """A misspelt check would silently approve nothing."""
    with pytest.raises(ConfigError, match=words):
        run(company, exceptions=items)


def soa(*rows):
    """Return a statement of applicability."""
    return Soa.model_validate({"controls": list(rows)})


def test_an_unknown_or_repeated_control_in_the_statement_is_an_error(company):
    """Ids are written as in the framework, each once."""
    with pytest.raises(ConfigError, match=r"has no control '8\.11'"):
        run(company, soa=soa({"control": "8.11", "applicable": True}))
    row = {"control": "A.8.11", "applicable": True}
    with pytest.raises(ConfigError, match="stands twice"):
        run(company, soa=soa(row, row))


def test_excluded_but_active_is_shown(company):
    """A control that does not apply keeps its figures, says that there was activity, and moves no exit code."""
    chains(company, {"masking_verdict": "leak", "response_findings": 1})
    run(company, soa=soa({"control": "A.8.11", "applicable": False, "justification": "no masking needed"},
                         {"control": "A.5.34", "applicable": False}))
    row = control(company, "A.8.11")
    assert row[1] == "exceptions"
    assert row[3].startswith("Excluded by the statement of applicability (no masking needed). Yet there was activity")
    assert not one(company, "SELECT applicable FROM control_result WHERE control_id = 'A.8.11'")[0]
    assert not assess.worst(company, "low")


@pytest.mark.parametrize(("fail_on", "expected"), [("low", True), ("high", True), ("critical", False)])
def test_the_exit_code_follows_the_worst_unapproved_fail(company, fail_on, expected):
    """A missing second factor is high: it stops at high, not at critical."""
    chains(company, {"mfa_state": "no"})
    run(company)
    assert assess.worst(company, fail_on) is expected


def test_an_approved_fail_moves_no_exit_code(company):
    """What somebody accepted is reported, not failed."""
    chains(company, {"mfa_state": "no"})
    run(company, exceptions=[exception()])
    assert not assess.worst(company, "low")
    with pytest.raises(UsageError, match="expected a severity"):
        assess.worst(company, "none")


def test_a_check_that_fails_to_run_hurts_only_its_controls(company, tmp_path: Path):
    """Its summary says error without quoting data, its control is error, all others have their results."""
    (tmp_path / "checks").mkdir()
    sql = ("SELECT 'interaction' AS subject_kind, interaction_id AS subject, 'pass' AS verdict, 'holds' AS reason, 'e' AS"
           " expected, CAST(CAST(native_id AS BIGINT) AS VARCHAR) AS actual, '' AS record_refs FROM chain ORDER BY subject")
    (tmp_path / "checks" / "broken.sql").write_text(
        "/*---\nid: broken\ntitle: Broken on purpose\ngrain: interaction\nsubject_kind: interaction\npopulation: All of it\n"
        "severity: low\nwhy: To see it.\nlimits: None.\nreasons: {holds: It holds.}\n---*/\n" + sql)
    (tmp_path / "mapping.yaml").write_text("iso27001_2022: {A.8.17: [broken]}")
    chains(company, {"native_id": "s3cret"})
    run(company, extra=[tmp_path])
    state, reason, population = one(company, "SELECT state, state_reason, population FROM check_summary"
                                             " WHERE check_id = 'broken'")
    assert (state, population) == ("error", 0)
    assert "broken.sql:12" in reason
    assert "s3cret" not in reason
    assert control(company, "A.8.17")[1] == "error"
    assert control(company, "A.5.16")[1] == "effective"


def test_assessing_twice_gives_the_same(company):
    """Results are replaced, not added to, and their order does not change."""
    chains(company, {}, {"mfa_state": "no"}, {"masking_verdict": "leak", "response_findings": 1})
    digests = []
    for _ in range(2):
        run(company, exceptions=[exception()])
        rows = [company.execute(f"SELECT * FROM {t} ORDER BY ALL").fetchall()
                for t in ("check_result", "check_summary", "control_result")]
        digests.append(hashlib.sha256(repr(rows).encode()).hexdigest())
    assert digests[0] == digests[1]
