"""What evidence.yaml says of masking reaches the verdicts."""

from __future__ import annotations

import duckdb

from evidence import relations, settings
from evidence.model import Company, MaskingRule


def test_the_strategy_of_a_rule_is_a_setting():
    """A rule that hashes, or puts made-up values in the place of real ones, says so to the verdicts."""
    rules = [MaskingRule(strategy=name) for name in ("hash", "surrogate", "mask")]
    company = Company.model_validate({
        "organisation": "Acme", "timezone": "UTC",
        "sources": [{"id": "gate", "connector": "hoop_session", "paths": ["logs/gate/*"]}],
        "policies": {"masking": {"rules": [rule.model_dump() for rule in rules]}}})
    con = duckdb.connect()
    relations.create(con, "cfg_masking")
    relations.insert(con, "cfg_masking", settings._masking(company))
    assert con.sql("SELECT strategy FROM cfg_masking ORDER BY rank").fetchall() == [("hash",), ("surrogate",), ("mask",)]
