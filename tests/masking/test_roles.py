"""Who may see what in clear is decided by the groups that the caller was in at that instant."""

from __future__ import annotations

import pytest

from evidence import correlate, masking, relations

PERIOD = {"period": "2026-10", "zone": "UTC", "period_from": "2026-10-01", "period_to": "2026-11-01", "day_from": "2026-10-01",
          "day_to": "2026-11-01", "reference_time": "2026-11-05", "skew_us": 300_000_000, "token_life_us": 5_400_000_000,
          "session_max_us": 86_400_000_000}
MOMENTS = {"before": "2026-10-04 09:00:00", "inside": "2026-10-10 09:00:00", "edge": "2026-10-05 00:02:00", "after": "2026-10-20 09:00:00"}


@pytest.fixture
def con(con):
    """A caller who joined the group on the fifth and left it on the fifteenth, and an address in each of her answers."""
    relations.insert(con, "param", [PERIOD])
    relations.insert(con, "cfg_source", [{"source_id": "gw", "role": "gateway", "connector": "gw", "skew_us": 300_000_000}])
    relations.insert(con, "identity_alias", [{
        "source_id": "dir", "native_id": "a", "issuer": "t", "alias_type": "upn", "alias": "ada@x.test", "anchor_type": "oid",
        "anchor": "o-ada", "person_kind": "member", "basis": "snapshot", "event_time": "2026-10-31"}])
    for operation, day in (("add", "05"), ("remove", "15")):
        relations.insert(con, "membership_event", [{
            "source_id": "idp", "native_id": operation, "issuer": "t", "group_id": "Support", "member_id": "o-ada", "member_kind": "person",
            "operation": operation, "event_time": f"2026-10-{day} 00:00:00"}])
    for name, time in MOMENTS.items():
        relations.insert(con, "exchange", [{
            "source_id": "gw", "native_id": name, "session_id": f"s-{name}", "event_time": time, "subject_email": "ada@x.test",
            "connection": "chat", "pairing": "exact", "outcome": "forwarded", "response_bytes": 90, "truncated": False}])
        relations.insert(con, "finding", [{
            "source_id": "gw", "exchange_ref": name, "field": "response", "entity_type": "EMAIL_ADDRESS", "entity_class": "contact",
            "off_bytes": 1, "confidence_milli": 900, "value_hmac": name}])
    relations.insert(con, "cfg_masking", [{"rank": 1, "entity_class": "contact", "entity_type": "*", "connection": "%", "directory_group": "support",
                                           "action": "allow", "valid_from": "0001-01-01", "valid_to": "9999-12-31"}])
    return con


def test_a_rule_holds_while_the_caller_is_in_its_group(con):
    """In clear while she was a member, a leak before and after, undecided within the clocks' tolerance of the change."""
    correlate.intervals(con)
    correlate.callers(con)
    masking.verdicts(con)
    found = dict(con.execute("SELECT e.native_id, v.verdict FROM masking_verdict AS v JOIN exchange AS e "
                             "ON interaction_id(e.source_id, e.native_id) = v.interaction_id WHERE v.entity_type <> '*'").fetchall())
    assert found == {"before": "leak", "inside": "no_sensitive", "edge": "indeterminate", "after": "leak"}


def test_the_days_are_set_back(con):
    """Whoever comes after the callers finds the period as it was."""
    correlate.intervals(con)
    correlate.callers(con)
    assert con.execute("SELECT day_from = period_from AND day_to = period_to FROM param").fetchone() == (True,)


def test_without_a_rule_for_a_group_nobody_is_looked_up(con):
    """Where no rule names a group, no caller is resolved twice."""
    con.execute("DELETE FROM cfg_masking")
    correlate.intervals(con)
    correlate.callers(con)
    assert con.execute("SELECT count(*) FROM w_caller_group").fetchone() == (0,)
