"""The relation files are schema, validator and data dictionary at once."""

from __future__ import annotations

import pytest

from evidence import relations
from evidence.errors import ConfigError


def test_every_column_says_what_it_means():
    """Every column of every relation carries a comment: the files are the data dictionary."""
    for relation in map(relations.relation, relations.catalog.relation_names()):
        assert relation.columns, relation.name
        assert all(column.comment for column in relation.columns), relation.name
        assert set(relation.key) <= {c.name for c in relation.columns}, relation.name


def test_hand_made_rows_get_fillers(con):
    """A case names only the columns it is about."""
    for relation in map(relations.relation, relations.catalog.relation_names()):
        columns = {c.name for c in relation.columns}
        given = {"session_kind": "exec", "pairing": "exact", "outcome": "forwarded", "approval_kind": "jit",
                 "status": "pending", "scope": "session", "subject_kind": "person", "event_kind": "authn",
                 "mfa_state": "yes", "operation": "add", "person_kind": "member", "basis": "declared", "grain": "request",
                 "unit": "request", "actor_kind": "human", "field": "prompt", "state": "read", "verdict": "pass"}
        special = {"sign_in": {"outcome": "success"}, "account_event": {"operation": "disabled"},
                   "identity_alias": {"basis": "snapshot"}}.get(relation.name, {})
        row = {k: v for k, v in (given | special).items() if k in columns}
        relations.insert(con, relation.name, [row])
        assert con.execute(f"SELECT count(*) FROM {relation.name}").fetchone() == (1,)


def test_an_unknown_column_is_refused(con):
    """A misspelt column in a case is an error, not a column of NULLs."""
    with pytest.raises(ConfigError, match="no column sesion_id"):
        relations.insert(con, "exchange", [{"sesion_id": "x"}])


@pytest.mark.parametrize(("text", "expected"), [
    ("2026-10-01T12:00:00+02:00", "2026-10-01 10:00:00"),
    ("2026-10-01T12:00:00.1234567Z", "2026-10-01 12:00:00.123456"),
    ("2026-10-01T12:00:00", None),
    ("nonsense", None),
])
def test_an_instant_without_a_zone_is_no_instant(con, text, expected):
    """utc() takes an offset into account and gives NULL where there is none, so that the row is rejected."""
    assert con.execute("SELECT CAST(utc(?) AS VARCHAR)", [text]).fetchone() == (expected,)
