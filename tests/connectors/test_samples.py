"""Records as vendors write them: every one becomes rows, a skip or a reject with a reason."""

from __future__ import annotations

from collections import Counter

import pytest

from evidence import connector, connector_cases
from evidence.ingest.readers.feed import feed
from tests.connectors.kit import normalizer, numbers

SHAPES = {
    "hoop_session": ["gateway/hoop_session_[ABCDP]_*.json", "gateway/hoop_sessions_list*.json", "gateway/hoop_reviews_list*.json"],
    "hoop_inspect": ["gateway/hoop_inspect_session_row*.json"],
    "hoop_connection": ["gateway/hoop_connection_detail*.json"],
    "hoop_policy": ["gateway/hoop_datamasking_rules*.json", "gateway/hoop_access_request_rules*.json"],
    "litellm": ["gateway/litellm_spend_logs*.json", "gateway/litellm_standard_logging*.json"],
    "otel_genai": ["gateway/otel_genai*.json"],
    "kong_ai": ["gateway/kong_ai*.json"],
    "envoy_ai": ["gateway/envoy_ai*.json"],
    "azure_apim": ["gateway/azure_apim*.json"],
    "azure_apim_diagnostics": ["copilot/azure_openai/apim*.ndjson"],
    "hoop_event": ["gateway/hoop_svix_session*.json", "gateway/hoop_runbook_hook*.json"],
    "entra_sign_in": ["idp/entra_azure_monitor/*.json"],
    "entra_graph": ["idp/entra_graph/*.json"],
    "entra_log_analytics": ["idp/entra_log_analytics/*.json"],
    "entra_ual": ["idp/entra_ual/*.json"],
    "keycloak_events": ["idp/keycloak/*"],
    "google_workspace": ["idp/google_workspace/*.json"],
    "auth0": ["idp/auth0/*.json"],
    "jumpcloud": ["idp/jumpcloud/*.json"],
    "onelogin": ["idp/onelogin/*.json"],
    "duo": ["idp/duo/panther*.json", "idp/duo/sekoia_test_[ao]*.json"],
    "pingfederate": ["idp/pingfederate/*_[AS]*.log"],
    # Five records of a rule engine (p_event_time, anomaly_type) and a fragment of a schema are no records of the log.
    "okta_system_log": [f"idp/okta/{name}*.json" for name in (
        "ocsfex", "openapi_ListLogs", "sekoia", "panther_flow", "panther_rl", "panther_okta_[!a]", "panther_okta_a[!d]", "panther_okta_admin")],
    "github_copilot_usage": ["copilot/github_metrics_reports/docs_user*.json", "copilot/github_metrics_reports/*users-1-day*.json",
                             "copilot/github_metrics_reports/organization-1-day-report.json"],
    "github_copilot_billing": ["copilot/github_billing_usage/*.csv"],
    "github_copilot_seats": ["copilot/github_seats/*.json"],
    "github_audit_log": ["copilot/github_audit/elastic*.ndjson", "copilot/github_audit/gogithub*.json",
                         "copilot/github_audit/sekoia*.json", "idp/ocsf/ocsfex_gh_Group_Management*.raw.json"],
    "github_usage_records": ["copilot/github_usage_records/*.json"],
    "m365_purview": ["copilot/m365_purview_activity_api/*.json", "copilot/m365_purview_graph_query/*.json",
                     "copilot/m365_purview_csv/*.csv"],
    "m365_interaction": ["copilot/m365_graph_aiinteraction/*.json"],
    "m365_usage_report": ["copilot/m365_usage_report/*.json"],
    "azure_openai": ["copilot/azure_openai/request_response.ndjson"],
    "copilot_otel": ["copilot/otel_visualstudio/*.jsonl"],
    "ocsf": ["idp/ocsf/*.ocsf.json"],
}
# What must come of all the samples of a connector; rejects by reason, because the samples are partly synthetic.
EXPECTED = {
    "hoop_session": ({"session": 10, "exchange": 4, "approval": 11}, {}),
    "hoop_inspect": ({"exchange": 0}, {}),
    "hoop_connection": ({"connection_snapshot": 1}, {}),
    "hoop_policy": ({"policy_snapshot": 5}, {}),
    "hoop_event": ({}, {}),
    "litellm": ({"exchange": 2}, {}),
    "otel_genai": ({"exchange": 0}, {"not_null:event_time": 1}),
    "kong_ai": ({"exchange": 0, "guardrail_hit": 0}, {"missing:started_at": 2}),
    "envoy_ai": ({"exchange": 1}, {}),
    "azure_apim": ({"session": 1}, {}),
    "azure_apim_diagnostics": ({"exchange": 1}, {}),
    "entra_sign_in": ({"sign_in": 7, "membership_event": 1, "account_event": 1, "admin_event": 13},
                      {"not_null:event_time": 5, "bad_timestamp:properties.createdDateTime": 2}),
    "entra_graph": ({"membership_event": 4, "admin_event": 40}, {}),
    "entra_log_analytics": ({"sign_in": 0, "admin_event": 2}, {}),
    "entra_ual": ({"sign_in": 16, "membership_event": 2, "account_event": 1, "admin_event": 13}, {}),
    "keycloak_events": ({"sign_in": 3}, {"not_null:event_time": 3}),
    "google_workspace": ({"sign_in": 2, "admin_event": 1}, {"not_null:event_time": 4, "bad_timestamp:id.time": 19}),
    "auth0": ({"admin_event": 1}, {"bad_timestamp:data.date": 20}),
    "jumpcloud": ({"sign_in": 4, "admin_event": 1}, {}),
    "onelogin": ({"sign_in": 0}, {"not_null:event_time": 13}),
    "duo": ({"sign_in": 1, "admin_event": 1}, {"not_null:event_time": 4}),
    "pingfederate": ({"sign_in": 0}, {"not_null:event_time": 3}),
    "okta_system_log": ({"sign_in": 4, "admin_event": 1}, {"missing:eventType": 13, "bad_timestamp:published": 9, "not_null:event_time": 3}),
    "github_copilot_usage": ({"usage": 4}, {}),
    "github_copilot_billing": ({"usage": 62}, {}),
    "github_copilot_seats": ({"membership_snapshot": 9, "identity_alias": 9, "usage": 8}, {}),
    "github_audit_log": ({"admin_event": 9, "membership_event": 3, "policy_snapshot": 1}, {}),
    "github_usage_records": ({"usage": 2}, {}),
    "m365_purview": ({"usage": 3}, {}),
    "m365_interaction": ({"usage": 2}, {}),
    "m365_usage_report": ({}, {"concealed_user_name": 1}),
    "azure_openai": ({"usage": 2}, {}),
    "copilot_otel": ({"usage": 2}, {}),
    "ocsf": ({"sign_in": 2, "membership_event": 1, "admin_event": 1}, {}),
}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_sample_is_accounted_for(shared, name):
    """No record of the samples is lost, and what is not used is refused or skipped by name."""
    chosen, rows, reasons = connector.load(name), Counter(), Counter()
    for pattern in SHAPES[name]:
        paths = sorted((shared / "samples").glob(pattern))
        assert paths, pattern
        for path in paths:
            for records, parts, refused in feed(chosen, path):
                out = normalizer(name).batch(records, parts)
                given = set().union(*(numbers(table) for table in out.rows.values()))
                assert given | numbers(out.skips) | numbers(out.rejects) == set(records["record_no"].to_pylist()), path
                rows.update({relation: table.num_rows for relation, table in out.rows.items()})
                reasons.update([*out.rejects["reason"].to_pylist(), *(reject.reason for reject in refused)])
    wanted, refused = EXPECTED[name]
    assert {relation: rows[relation] for relation in wanted} == wanted
    assert dict(reasons) == refused


@pytest.mark.parametrize(("name", "pattern"), [(n, p) for n, ps in SHAPES.items() for p in ps])
def test_samples_are_recognised(shared, name, pattern):
    """The keys of each sample's records lead to its connector."""
    import json

    for path in sorted((shared / "samples").glob(pattern)):
        for records, _, _ in feed(connector.load(name), path):
            for raw in records["raw"].to_pylist():
                if "day_totals" not in path.name and name == "github_copilot_usage" and "user_id" not in raw:
                    continue
                assert connector.load(name).fits(json.loads(raw), beside=True), path


def test_a_record_is_taken_for_no_other_source():
    """Which connector a file is for must not be open: no other one fits the records of a connector's cases."""
    import json

    every = [one for one in connector.all_connectors() if one.detect]
    taken = {(one.id, other.id) for one in every if one.role != "copilot"
             for path in connector_cases.cases(one) for records, _, _ in feed(one, path)
             for raw in records["raw"].to_pylist() for other in every if other.id != one.id and other.fits(json.loads(raw))}
    assert not taken
