"""The directory: pages of users and groups at an instant, and the audit events between two such pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from evidence.simulate.clock import between, new_id, seconds, ticks
from evidence.simulate.people import Group, Person

GRAPH = "https://graph.microsoft.com/v1.0/$metadata#"
TAGS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def user(person: Person, *, enabled: bool, created: datetime, before_rename: bool = False) -> dict[str, Any]:
    """Return one user object."""
    upn = person.renamed_from if before_rename and person.renamed_from else person.upn
    mail = person.renamed_from if before_rename and person.renamed_from else person.mail
    return {
        "id": person.oid, "accountEnabled": enabled, "createdDateTime": seconds(created), "displayName": person.name,
        "employeeId": person.employee, "mail": mail, "otherMails": [], "proxyAddresses": [f"SMTP:{mail}"],
        "userPrincipalName": upn, "userType": "Guest" if person.kind == "guest" else "Member",
    }


def second_user(person: Person, *, created: datetime) -> dict[str, Any] | None:
    """Return the administration account of a person who has one: another object, another name."""
    if person.second is None:
        return None
    oid, mail = person.second
    return {
        "id": oid, "accountEnabled": True, "createdDateTime": seconds(created),
        "displayName": f"{person.name} (administration)", "employeeId": None, "mail": mail, "otherMails": [],
        "proxyAddresses": [], "userPrincipalName": mail, "userType": "Member",
    }


def group(record: Group, members: Iterable[tuple[str, str]], *, created: datetime) -> dict[str, Any]:
    """Return one group object with its direct members expanded."""
    return {
        "id": record.id, "createdDateTime": seconds(created), "description": None, "displayName": record.name,
        "groupTypes": ["DynamicMembership"] if record.by_rule else [],
        "mail": None, "mailEnabled": False, "securityEnabled": True,
        "members": [{"@odata.type": "#microsoft.graph.user", "id": oid, "displayName": name}
                    for oid, name in sorted(members)],
    }


def pages(kind: str, objects: Sequence[Mapping[str, Any]], size: int = 100) -> list[str]:
    """Return the objects as pages of the directory's own list answer."""
    texts = []
    chunks = [objects[start:start + size] for start in range(0, len(objects), size)] or [[]]
    for number, chunk in enumerate(chunks):
        page: dict[str, Any] = {"@odata.context": GRAPH + kind}
        if number + 1 < len(chunks):
            page["@odata.nextLink"] = f"https://graph.microsoft.com/v1.0/{kind}?$skiptoken={number + 1:04d}"
        page["value"] = list(chunk)
        texts.append(json.dumps(page, indent=1, ensure_ascii=False) + "\n")
    return texts


def _audit(rng: Random, tenant: str, when: datetime, name: str, kind: tuple[str, str],
           targets: list[dict[str, Any]]) -> dict[str, Any]:
    category, operation = kind
    correlation = new_id(rng)
    tag = "".join(rng.choices(TAGS, k=5))
    return {
        "time": ticks(when + between(rng, timedelta(seconds=1), timedelta(seconds=40)), "Z"),
        "resourceId": f"/tenants/{tenant}/providers/Microsoft.aadiam", "operationName": name, "operationVersion": "1.0",
        "category": "AuditLogs", "tenantId": tenant, "resultSignature": "None", "durationMs": 0,
        "callerIpAddress": "<null>", "correlationId": correlation, "level": "Informational",
        "properties": {
            "id": f"Directory_{tag}_{rng.randrange(10**7, 10**8)}", "category": category, "correlationId": correlation,
            "result": "success", "resultReason": "", "activityDisplayName": name, "activityDateTime": ticks(when),
            "loggedByService": "Core Directory", "operationType": operation,
            "initiatedBy": {"user": {"id": "6e1b5c8a-4f7d-4a0e-9a55-d1c2b3a49501", "displayName": None,
                                     "userPrincipalName": "identity.desk@aldermoor.example", "ipAddress": "<null>"}},
            "targetResources": targets, "additionalDetails": [],
        },
    }


def _changed(name: str, old: Any, new: Any) -> dict[str, Any]:
    return {"displayName": name, "oldValue": None if old is None else json.dumps(old),
            "newValue": None if new is None else json.dumps(new)}


def _user_target(oid: str, name: str, properties: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": oid, "displayName": None, "type": "User", "userPrincipalName": name, "modifiedProperties": properties}


def membership(rng: Random, tenant: str, when: datetime, record: Group, member: tuple[str, str], *,
               add: bool) -> dict[str, Any]:
    """Return "Add member to group" or "Remove member from group"; the group's id is JSON inside a string."""
    oid, upn = member
    old, new = (None, record.id) if add else (record.id, None)
    named = (None, record.name) if add else (record.name, None)
    target = _user_target(oid, upn, [_changed("Group.ObjectID", old, new), _changed("Group.DisplayName", *named),
                                     {"displayName": "Group.WellKnownObjectName", "oldValue": None, "newValue": None}])
    whole: dict[str, Any] = {"id": record.id, "displayName": None, "type": "Group", "groupType": "azureAD",
                             "modifiedProperties": []}
    name, operation = ("Add member to group", "Assign") if add else ("Remove member from group", "Unassign")
    return _audit(rng, tenant, when, name, ("GroupManagement", operation), [target, whole])


def rename(rng: Random, tenant: str, when: datetime, person: Person) -> dict[str, Any]:
    """Return "Update user" for a changed user name."""
    old, new = person.renamed_from, person.upn
    changes = [_changed("UserPrincipalName", [old], [new]), _changed("Mail", [old], [person.mail]),
               _changed("Included Updated Properties", None, "UserPrincipalName, Mail")]
    return _audit(rng, tenant, when, "Update user", ("UserManagement", "Update"),
                  [_user_target(person.oid, new, changes)])


def disable(rng: Random, tenant: str, when: datetime, person: Person) -> dict[str, Any]:
    """Return "Disable account"."""
    changes = [_changed("AccountEnabled", [True], [False]),
               _changed("Included Updated Properties", None, "AccountEnabled")]
    return _audit(rng, tenant, when, "Disable account", ("UserManagement", "Update"),
                  [_user_target(person.oid, person.upn, changes)])


def revoke_tokens(rng: Random, tenant: str, when: datetime, person: Person) -> dict[str, Any]:
    """Return "Update StsRefreshTokenValidFrom Timestamp": every older token is void."""
    changes = [_changed("StsRefreshTokensValidFrom", [seconds(when - timedelta(days=60))], [seconds(when)]),
               _changed("Included Updated Properties", None, "StsRefreshTokensValidFrom")]
    return _audit(rng, tenant, when, "Update StsRefreshTokenValidFrom Timestamp", ("UserManagement", "Update"),
                  [_user_target(person.oid, person.upn, changes)])
