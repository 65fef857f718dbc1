"""A tenant is one tenant, however evidence.yaml and the records spell it."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime

import pytest
import yaml

from evidence.fields import issuer_name
from tests.month.kit import correlated, take

TENANT = "7c1d2e00-0000-4000-8000-00000000abcd"


@pytest.mark.parametrize(("written", "name"), [
    (TENANT.upper(), TENANT), (f"https://STS.windows.example/{TENANT.upper()}/", f"https://sts.windows.example/{TENANT}"),
    ("https://Harbour.Okta.example/", "https://harbour.okta.example"), (" Harbour.Okta.example ", "harbour.okta.example"),
    ("https://sso.example:8443/realms/Harbour/", "https://sso.example:8443/realms/Harbour"), ("C03Harbour", "C03Harbour"),
    ("Acme Doors", "Acme Doors"), ("/", "/"), ("-", "-")])
def test_only_what_has_no_case_loses_it(written, name):
    """GUIDs and hosts are in lower case and an address has no slash at its end; realms and ids of customers keep their case."""
    assert issuer_name(written) == name
    assert issuer_name(name) == name


@pytest.mark.parametrize(("declared", "recorded"), [
    (TENANT.upper(), TENANT), (TENANT, TENANT.upper()), ("https://Harbour.example/", "https://harbour.example")])
def test_a_tenant_in_another_spelling_is_the_same_tenant(tmp_path, declared, recorded):
    """Source, group and record name one tenant in two spellings: who was added to the group is in the group that is mapped."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "evidence.yaml").write_text(yaml.safe_dump({
        "organisation": "Harbour",
        "sources": [{"id": "dir", "connector": "directory_csv", "paths": ["logs/d.csv"], "issuer": declared},
                    {"id": "log", "connector": "entra_graph", "paths": ["logs/l.json"], "issuer": declared},
                    {"id": "own", "connector": "generic_idp", "paths": ["logs/s.json"], "options": {"columns": {"at": "at", "who": "who", "subject": "id", "issuer": "by"}}}],
        "group_map": [{"gateway_group": "dev", "issuer": declared, "group_id": "G-1"}]}), encoding="utf-8")
    (tmp_path / "logs/d.csv").write_text("user_id,user_name,group_id,issuer,observed_at\n"
                                         f"U-1,ada@x.test,G-1,{recorded},2026-10-01T00:00:00Z\nU-1,ada@x.test,G-1,,2026-10-31T00:00:00Z\n", encoding="utf-8")
    (tmp_path / "logs/s.json").write_text(json.dumps({"at": "2026-10-06T09:00:00Z", "who": "ada@x.test", "id": "U-1", "by": recorded}), encoding="utf-8")
    (tmp_path / "logs/l.json").write_text(json.dumps({"id": "s-1", "createdDateTime": "2026-10-06T09:00:00Z", "userId": "U-1", "userPrincipalName": "ada@x.test",
                                                      "appId": "a", "isInteractive": True, "status": {"errorCode": 0}, "resourceTenantId": recorded}), encoding="utf-8")
    with closing(correlated(take(tmp_path, datetime(2026, 11, 5, tzinfo=UTC)))) as con:
        known = con.execute("SELECT DISTINCT issuer FROM (SELECT issuer FROM sign_in UNION ALL SELECT issuer FROM identity_alias UNION ALL "
                            "SELECT issuer FROM membership_snapshot UNION ALL SELECT issuer FROM cfg_group_map)").fetchall()
        assert known == [(issuer_name(declared),)]
        assert con.execute("SELECT count(*) FROM sign_in").fetchone() == (2,), con.execute("SELECT * FROM reject").fetchall()
        assert con.execute("SELECT count(DISTINCT person_id) FROM person").fetchone() == (1,)
        assert con.execute("SELECT count(*) FROM cfg_group_map AS g JOIN membership_interval AS m ON m.issuer = g.issuer AND m.group_id = lower(g.group_id) "
                           "AND m.valid_from <= TIMESTAMP '2026-10-01' AND m.valid_to >= TIMESTAMP '2026-10-31'").fetchone() == (1,)
