"""The files that a person of the company writes: evidence.yaml, soa.yaml, exceptions.yaml, people.csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from evidence.simulate.clock import seconds
from evidence.simulate.people import Group, Person

ALIAS_COLUMNS = ("alias_type", "issuer", "alias", "anchor_type", "anchor", "display_name", "person_kind", "valid_from",
                 "valid_to")
Windows = Sequence[tuple[datetime, datetime]]
MASK_ALL = {"entity_class": "*", "action": "must_mask"}


@dataclass(frozen=True, slots=True)
class Rules:
    """What the company adds to the rules that every simulated company has; ``own_risk`` is off where it has none."""

    risk: Sequence[Mapping[str, str]] = ()
    masking: Sequence[Mapping[str, str]] = ()
    surfaces: Sequence[Mapping[str, str]] = ()
    own_risk: bool = True


def people_csv(people: Sequence[Person], tenant: str, shared: Sequence[tuple[str, Person]] = ()) -> bytes:
    """Return the hand-kept aliases: logins of the assistant's vendor, those that several share, and second accounts."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ALIAS_COLUMNS)
    for person in people:
        if person.login:
            writer.writerow(["github_login", "github.com", person.login, "oid", person.oid, person.name, person.kind,
                             "", ""])
            writer.writerow(["github_id", "github.com", str(person.login_id), "oid", person.oid, person.name,
                             person.kind, "", ""])
        if person.second:
            writer.writerow(["oid", tenant, person.second[0], "oid", person.oid, person.name, person.kind, "", ""])
            writer.writerow(["email", tenant, person.second[1], "oid", person.oid, person.name, person.kind, "", ""])
    for login, person in shared:
        writer.writerow(["github_login", "github.com", login, "oid", person.oid, person.name, person.kind, "", ""])
    return out.getvalue().encode()


def _source(name: str, connector: str, paths: Sequence[str], covers: Windows = (), **more: Any) -> dict[str, Any]:
    record: dict[str, Any] = {"id": name, "connector": connector, "paths": list(paths), **more}
    if covers:
        record["covers"] = [{"from": seconds(start), "to": seconds(end)} for start, end in covers]
    return record


def sources(tenant: str, covers: Mapping[str, Windows], observed: dict[str, datetime],
            settings: Sequence[tuple[str, datetime]]) -> list[dict[str, Any]]:
    """Return the sources: what was exported, when, and which interval each export covers."""
    exported = seconds(observed["exported"])
    who = {"exported_by": "audit.desk@aldermoor.example"}
    return [
        _source("gateway", "hoop_session", ["logs/hoop/sessions/*", "logs/hoop/session_pages/*", "logs/hoop/reviews/*"],
                covers["gateway"], observed_at=exported, query="GET /api/sessions/{id}?expand=event_stream", **who),
        *(_source(f"gateway-settings-{label}", "hoop_connection", [f"logs/hoop/connections/{label}/*"],
                  observed_at=seconds(moment)) for label, moment in settings),
        _source("gateway-rules", "hoop_policy", ["logs/hoop/policies/*"], observed_at=exported),
        _source("entra-sign-ins", "entra_sign_in", ["logs/entra/signins/*"], covers["idp"], issuer=tenant, **who),
        _source("entra-audit", "entra_sign_in", ["logs/entra/audit/*"], covers["audit"], issuer=tenant, **who),
        _source("directory-start", "entra_directory", ["logs/entra/directory/start/*"], issuer=tenant,
                observed_at=seconds(observed["directory_start"])),
        _source("directory-end", "entra_directory", ["logs/entra/directory/end/*"], issuer=tenant,
                observed_at=seconds(observed["directory_end"])),
        _source("github-usage", "github_copilot_usage", ["logs/github/users-1-day/*"], covers["usage"],
                issuer="github.com", observed_at=exported, **who),
        _source("github-billing", "github_copilot_billing", ["logs/github/billing/*"], covers["usage"],
                issuer="github.com", observed_at=exported, **who),
        _source("people", "people_csv", ["people.csv"], issuer=tenant, required=False),
    ]


def evidence_yaml(organisation: str, zone: str, listed: Sequence[dict[str, Any]], groups: Sequence[Group], tenant: str,
                  callers: Sequence[dict[str, str]], rules: Rules = Rules()) -> str:
    """Return evidence.yaml: sources, scope, groups and policies of the company."""
    surfaces = [
        *map(dict, rules.surfaces),
        {"source": "github-usage", "surface": "code_completion", "rule": "native_allowed"},
        {"source": "github-usage", "surface": "chat%", "rule": "must_be_gated"},
        {"source": "github-usage", "surface": "any", "rule": "must_be_gated"},
        {"source": "github-usage", "surface": "%", "rule": "native_allowed"},
        {"source": "github-billing", "surface": "copilot_ai_credit", "rule": "must_be_gated"},
        {"source": "github-billing", "surface": "%", "rule": "native_allowed"},
    ]
    risk = [{"name": "ordinary", "field": "connection", "pattern": "%", "risk": "low"},
            {"name": "production-data", "field": "connection", "pattern": "prod-%", "risk": "high"},
            {"name": "operations", "field": "connection", "pattern": "ops-%", "risk": "high"}, *map(dict, rules.risk)]
    if not rules.own_risk:
        risk = [{"name": "as-the-gateway-says", "field": "gateway_risk", "pattern": "high", "risk": "high"}]
    approvers = sorted(g.gateway_name for g in groups if g.gateway_name and g.approves)
    config = {
        "version": 1, "organisation": organisation, "timezone": zone, "framework": "iso27001_2022",
        "sources": list(listed), "scope": {"label": "AI assistants for developers", "surfaces": surfaces,
                                           "connections": [{"name": "%", "masking_required": True}]},
        "group_map": [{"gateway_group": g.gateway_name, "issuer": g.issuer or tenant, "group_id": g.id}
                      for g in groups if g.gateway_name],
        "policies": {
            "risk": risk,
            "approval": [{"risk": "high", "required": True, "groups": approvers, "max_window": "8h"},
                         {"risk": "medium", "required": False}, {"risk": "low", "required": False}],
            "masking": {"packs": ["core", "secrets"], "rules": [*map(dict, rules.masking), dict(MASK_ALL)]},
            "callers": list(callers)},
        "thresholds": {"skew": "300s", "token_life": "90m", "session_max": "90d"},
        "retention": {"months": 36},
    }
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=110)


def soa_yaml() -> str:
    """Return a statement of applicability: what is not listed applies."""
    controls = [
        {"control": "A.5.17", "applicable": True, "justification": "Sign-in with a second factor.", "owner": "IT"},
        {"control": "A.7.4", "applicable": False,
         "justification": "Premises are monitored by the landlord and are outside this scope."},
        {"control": "A.8.11", "applicable": True, "justification": "Customer data is masked in answers.",
         "inclusion_basis": ["regulatory", "risk_assessment"], "owner": "Data protection"},
        {"control": "A.8.15", "applicable": True, "justification": "AI requests are recorded.", "owner": "Platform"},
    ]
    return yaml.safe_dump({"version": "3", "approved_by": "Head of information security", "valid_from": "2026-01-15",
                           "controls": controls}, sort_keys=False)


def exceptions_yaml() -> str:
    """Return a register without approved exceptions: nothing that this company does is waved through."""
    return yaml.safe_dump({"version": 1, "exceptions": []}, sort_keys=False)
