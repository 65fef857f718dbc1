"""Every check is one readable SELECT, proven by cases that leave nothing of it out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evidence import check_cases, checks
from evidence.errors import CatalogSqlError, ConfigError, UsageError

CHECKS = checks.load_checks()
HEADER = """/*---
id: {id}
title: Something holds
grain: interaction
subject_kind: interaction
population: Every request.
severity: low
why: Because it must.
limits: None that matter.
{more}
reasons: {{holds: It holds.}}
---*/
"""
SELECT = ("SELECT 'interaction' AS subject_kind, interaction_id AS subject, 'pass' AS verdict, 'holds' AS reason,"
          " 'e' AS expected, 'a' AS actual, record_refs\nFROM chain ORDER BY subject")


def write(folder: Path, sql: str = SELECT, *, name: str = "mine", id_: str = "mine", more: str = "") -> Path:
    """Write a check into a catalogue and return its file."""
    (folder / "checks").mkdir(parents=True, exist_ok=True)
    path = folder / "checks" / f"{name}.sql"
    path.write_text(HEADER.format(id=id_, more=more) + sql, "utf-8")
    return path


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_cases(check):
    """Each case of a check gives the expected verdicts, and the cases produce every reason and verdict."""
    failures = {o.name: o.differences for o in check_cases.run_cases(check) if not o.ok}
    assert failures == {}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_can_be_read_by_an_auditor(check):
    """A statement is short, its lines fit a page, and every exclusion that names a reason names a known one."""
    lines = check.sql.splitlines()
    assert len(lines) <= 60
    assert max(map(len, check.text.splitlines())) <= 132
    assert check.title[0].isupper()
    assert not check.title.endswith(".")
    assert all(sentence.rstrip().endswith(".") for sentence in check.reasons.values())


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_expected_and_actual_name_nobody_and_quote_nothing(check):
    """What a check prints comes from no column that holds a name, an address or a text."""
    shown = check.sql.split("AS reason,", 1)[1]
    for column in ("subject_email", "display_name", "user_alias", "requester", "actor", "actor_email", "client_ip"):
        assert not re.search(rf"\b{column}\b", shown), column


def test_the_least_that_must_be_tested_is_there():
    """The checks that the design names exist."""
    assert {
        "identity_resolved", "mfa_satisfied", "sign_in_corroborated", "leaver_inactive", "shared_identity",
        "high_risk_approved", "approved_before_forwarding", "approver_is_another_person", "approver_in_group_then",
        "approval_not_expired", "rejected_not_executed", "no_residual_in_responses", "no_secret_in_prompts",
        "masking_on_for_every_connection", "masking_claims_reconcile", "mandatory_log_fields", "no_gap_in_sources",
        "raw_files_unchanged", "no_bypass", "usage_seen_at_gateway", "recording_complete", "risk_classified",
        "clock_within_tolerance", "blocked_not_forwarded", "rejects_explained",
    } <= {check.id for check in CHECKS}


def test_the_digest_is_that_of_the_file(tmp_path):
    """The digest printed for a check is what sha256sum says of its file."""
    import hashlib

    path = write(tmp_path)
    assert checks.read(path).sql_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_further_catalogue_is_read_too(tmp_path):
    """A folder of the organisation brings checks of its own, in its controls folder or directly."""
    write(tmp_path)
    assert "mine" in {check.id for check in checks.load_checks([tmp_path])}
    write(tmp_path / "nested" / "controls", name="other", id_="other")
    assert "other" in {check.id for check in checks.load_checks([tmp_path / "nested"])}


def test_two_checks_of_one_id_are_an_error(tmp_path):
    """No catalogue silently replaces a check of another."""
    write(tmp_path, name="no_bypass", id_="no_bypass")
    with pytest.raises(ConfigError, match="two checks are called 'no_bypass'"):
        checks.load_checks([tmp_path])


@pytest.mark.parametrize(("sql", "words", "line"), [
    ("DELETE FROM chain", "exactly one SELECT", 13),
    (SELECT + ";\nSELECT 1", "exactly one SELECT", 13),
    ("SELEC 1", "syntax error", 13),
    ("SELECT now() AS subject\nFROM chain ORDER BY subject", "differs between runs", 13),
    ("SELECT 1 AS subject,\n any_value(model) AS m FROM chain ORDER BY subject", "depends on row order", 14),
    ("SELECT 1 AS subject,\n string_agg(model, ',') AS m FROM chain ORDER BY subject", "depends on row order", 14),
    ("SELECT 1 AS subject FROM read_text('/etc/hostname') ORDER BY subject", "reads files", 13),
    ("SELECT 1 AS subject FROM chain", "ORDER BY", 13),
    ("SELECT CAST(1 AS DOUBLE) AS subject FROM chain ORDER BY subject", "micro-units", 13),
])
def test_a_statement_that_breaks_a_rule_is_refused_with_its_line(tmp_path, sql, words, line):
    """The error names the file and the line of the SQL."""
    with pytest.raises(CatalogSqlError, match=words) as caught:
        checks.read(write(tmp_path, sql))
    assert caught.value.where is not None
    assert caught.value.where.line == line


def test_forbidden_words_in_text_and_comments_are_only_words(tmp_path):
    """A literal that says 'asof' and a comment that says now() do not matter."""
    checks.read(write(tmp_path, SELECT.replace("'e'", "'asof now() float'").replace("\nFROM", " -- random()\nFROM")))


@pytest.mark.parametrize(("sql", "words"), [
    (SELECT.replace("record_refs", "no_such_column"), "no_such_column"),
    (SELECT.replace("'a' AS actual, ", ""), "expected the text columns"),
    (SELECT.replace("'a' AS actual", "7 AS actual"), "expected the text columns"),
])
def test_a_statement_that_does_not_bind_is_refused_before_any_data(tmp_path, sql, words):
    """Unknown columns and a broken contract are found when the check is loaded."""
    write(tmp_path, sql)
    with pytest.raises(CatalogSqlError, match=words):
        checks.load_checks([tmp_path])


@pytest.mark.parametrize(("more", "words"), [
    ("sevrity: low", "sevrity"), ("never: [maybe]", "never"), ("needs: [Prompt]", "needs"),
])
def test_a_header_is_strict(tmp_path, more, words):
    """Unknown keys and values are errors that name the key."""
    with pytest.raises(ConfigError, match=words):
        checks.read(write(tmp_path, more=more))


def test_a_check_bears_the_name_of_its_file(tmp_path):
    """A copied file with the old id in it is an error."""
    with pytest.raises(ConfigError, match="expected the file's name"):
        checks.read(write(tmp_path, name="copy"))


@pytest.mark.parametrize(("sql", "words"), [
    (SELECT.replace("'holds'", "'else'"), "the header does not"),
    (SELECT.replace("interaction_id AS subject,", "'one' AS subject,"), "more than one row"),
    (SELECT.replace("'pass'", "'perhaps'"), "failed on the data"),
    (SELECT.replace("record_refs", "CAST(CAST(native_id AS BIGINT) AS VARCHAR) AS record_refs"), "failed on the data"),
])
def test_rows_that_break_the_contract_leave_nothing_behind(tmp_path, con, sql, words):
    """A row outside of the header, a subject twice or a failing cast is an error; no half result stays; no data is quoted."""
    from evidence import relations

    relations.insert(con, "chain", [{"interaction_id": f"ix-{n}", "native_id": "s3cret"} for n in range(2)])
    checks.create_owner_view(con)
    with pytest.raises(CatalogSqlError, match=words) as caught:
        checks.run(con, checks.read(write(tmp_path, sql)))
    assert "s3cret" not in str(caught.value)
    assert con.execute("SELECT count(*) FROM check_result").fetchone() == (0,)


def test_a_locked_engine_reads_no_files(tmp_path):
    """Even SQL that slips through the list of words cannot read a file or unlock the engine."""
    import duckdb

    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with checks.empty_engine() as con:
        checks.lock(con)
        for sql in (f"SELECT * FROM '{secret}'", f"ATTACH '{secret}'", "SET enable_external_access = true"):
            with pytest.raises(duckdb.Error):
                con.execute(sql)


@pytest.mark.parametrize(("cases", "missing"), [
    ("cases:\n  - {name: nothing there, expect: {}}", "no case produces the reason 'holds'"),
    ("cases:\n  - {name: one row, given: {chain: [{interaction_id: ix-1}]}, expect: {ix-1: pass holds}}", "empty population"),
    ("cases:\n  - {name: one row, given: {chain: [{interaction_id: ix-1}]}, expect: {ix-1: pass holds}}", "'fail'"),
])
def test_cases_that_leave_something_out_are_told_so(tmp_path, cases, missing):
    """The cases are judged too: reasons never produced, verdicts never shown, no empty population."""
    check = checks.read(write(tmp_path))
    check_cases.cases_path(check).write_text(cases)
    last = check_cases.run_cases(check)[-1]
    assert not last.ok
    assert any(missing in line for line in last.differences)


def test_a_case_that_is_wrong_says_what_was_found(tmp_path):
    """Expected and found stand side by side for each subject."""
    check = checks.read(write(tmp_path))
    check_cases.cases_path(check).write_text(
        "cases:\n  - {name: one row, given: {chain: [{interaction_id: ix-1}]}, expect: {ix-1: fail holds, ix-2: pass holds}}")
    first = check_cases.run_cases(check)[0]
    assert first.differences == ("ix-1: expected fail holds, found pass holds", "ix-2: expected pass holds, found nothing")


def test_a_check_without_cases_is_an_error(tmp_path):
    """A check that nothing proves is not accepted."""
    with pytest.raises(ConfigError, match="has no cases"):
        check_cases.run_cases(checks.read(write(tmp_path)))


def test_explain_prints_what_an_auditor_asks():
    """Population, limits, reasons and the SQL itself, with its digest."""
    text = checks.explain_check("no_bypass")
    for part in ("Population:", "Left out:", "Limits:", "Reasons:", "FROM reconciliation", "file sha256"):
        assert part in text
    with pytest.raises(UsageError, match="no_bypas"):
        checks.load_check("no_bypas")
