"""One Entra event in the shapes in which it is exported: from the record of Azure Monitor to the others.

Written from the vendor's pages on the four schemas; what a shape does not carry is left out here as it is there.
"""

from __future__ import annotations

import json
from typing import Any

Record = dict[str, Any]
_EVENT_TYPES = {"SignInLogs": "interactiveUser", "NonInteractiveUserSignInLogs": "nonInteractiveUser",
                "ServicePrincipalSignInLogs": "servicePrincipal", "ManagedIdentitySignInLogs": "managedIdentity"}
_TABLES = {"SignInLogs": "SigninLogs", "NonInteractiveUserSignInLogs": "AADNonInteractiveUserSignInLogs"}
_BETA_ONLY = {"authenticationDetails", "authenticationRequirement", "sessionId", "uniqueTokenIdentifier", "incomingTokenType"}
_OBJECTS = {"status", "location", "deviceDetail", "authenticationDetails", "initiatedBy", "targetResources"}
_RENAMED = {"ipAddress": "IPAddress", "location": "LocationDetails", "resourceId": "ResourceIdentity"}


def graph(record: Record, *, beta: bool = True) -> Record:
    """Microsoft Graph: the properties alone; v1.0 lacks what tells session, token and second factor."""
    flat = {k: v for k, v in record["properties"].items() if beta or k not in _BETA_ONLY}
    if beta and record["category"] in _EVENT_TYPES:
        flat["signInEventTypes"] = [_EVENT_TYPES[record["category"]]]
    return flat


def log_analytics(record: Record, *, texts: bool = True) -> Record:
    """Log Analytics: columns in PascalCase, objects as JSON texts, the directory beside the workspace."""
    row: Record = {
        "TenantId": "77777777-0000-4000-8000-000000000000", "AADTenantId": record["tenantId"], "SourceSystem": "Azure AD",
        "TimeGenerated": record["time"], "ResourceId": record["resourceId"], "OperationName": record["operationName"],
        "Category": record["category"], "Type": _TABLES.get(record["category"], "AuditLogs"),
        "ResultType": record.get("resultType", ""), "Location": record.get("location", "")}
    for key, value in record["properties"].items():
        name = _RENAMED.get(key, key[0].upper() + key[1:])
        row[name] = json.dumps(value) if texts and key in _OBJECTS else value
    return row


def unified(record: Record) -> Record:
    """Purview: whole seconds without a zone, lists of names, no word of a second factor."""
    p = record["properties"]
    moment = p.get("createdDateTime") or p["activityDateTime"]
    flat: Record = {"CreationTime": moment[:19], "OrganizationId": record["tenantId"], "Workload": "AzureActiveDirectory",
                    "Id": p["id"], "InterSystemsId": p.get("correlationId"), "AzureActiveDirectoryEventType": 1, "Version": 1}
    if record["category"] == "AuditLogs":
        target = next((t for t in p["targetResources"] if t["type"] != "Group"), p["targetResources"][0])
        changed = [{"Name": m["displayName"], "OldValue": m["oldValue"] or "", "NewValue": (m["newValue"] or "").strip('"')}
                   for m in target["modifiedProperties"]]
        user, app = p["initiatedBy"].get("user"), p["initiatedBy"].get("app") or {}
        actor = _names({**user, "type": "User"}) if user else [
            {"ID": app["displayName"], "Type": 1}, {"ID": app.get("servicePrincipalId"), "Type": 2}]
        return flat | {"Operation": p["activityDisplayName"] + ".", "RecordType": 8, "ResultStatus": "Success",
                       "ModifiedProperties": changed, "Target": _names(target), "Actor": actor}
    code = str(p["status"]["errorCode"])
    device = {"SessionId": p.get("sessionId"), "Id": p["deviceDetail"].get("deviceId"),
              "IsCompliantAndManaged": str(p["deviceDetail"].get("isManaged"))}
    return flat | {
        "Operation": "UserLoggedIn" if code == "0" else "UserLoginFailed", "RecordType": 15, "ResultStatus": "Success",
        "UserKey": p["userId"], "UserId": p["userPrincipalName"], "ActorIpAddress": p["ipAddress"], "ObjectId": p["resourceId"],
        "ApplicationId": p["appId"], "ErrorNumber": code, "ExtendedProperties": [{"Name": "RequestType", "Value": "Login:login"}],
        "DeviceProperties": [{"Name": k, "Value": v} for k, v in device.items() if v]}


def portal_sign_in(record: Record) -> Record:
    """A row of the admin center's CSV: whole seconds, words for people, "None" for nothing, no steps."""
    p = record["properties"]
    code, device = str(p["status"]["errorCode"]), p["deviceDetail"]
    demanded = {"multiFactorAuthentication": "Multifactor authentication", "singleFactorAuthentication": "Single-factor authentication"}
    row = {
        "Date (UTC)": p["createdDateTime"][:19] + "Z", "Request ID": p["id"], "Correlation ID": p.get("correlationId"),
        "Application": p.get("appDisplayName"), "Application ID": p["appId"], "Resource ID": p["resourceId"],
        "Resource tenant ID": record["tenantId"], "IP address": p["ipAddress"],
        "Location": f"Riga, , {(p.get('location') or {}).get('countryOrRegion') or record.get('location') or ''}",
        "Status": "Success" if code == "0" else "Failure", "Sign-in error code": "None" if code == "0" else code,
        "Conditional Access": {"success": "Success", "notApplied": "Not Applied", "failure": "Failure"}.get(p.get("conditionalAccessStatus"))}
    if "Principal" in record["category"] or "Identity" in record["category"]:
        row |= {"Service principal ID": p["servicePrincipalId"], "Service principal name": p.get("servicePrincipalName")}
    row |= {
        "User ID": p.get("userId"), "Username": p.get("userPrincipalName"),
        "Incoming token type": {"primaryRefreshToken": "Primary refresh token", "refreshToken": "Refresh token"}.get(p.get("incomingTokenType")),
        "Unique token identifier": p.get("uniqueTokenIdentifier"), "Session ID": p.get("sessionId"), "Device ID": device.get("deviceId"),
        "Compliant": device.get("isCompliant"), "Managed": device.get("isManaged"),
        "Multifactor authentication result": p["status"].get("additionalDetails"),
        "Authentication requirement": demanded.get(p.get("authenticationRequirement", ""))}
    return {name: "None" if value is None else str(value) for name, value in row.items()}


def portal_audit(record: Record) -> Record:
    """A row of the admin center's CSV: no id, columns for three targets with five changed properties each."""
    p = record["properties"]
    user, app = p["initiatedBy"].get("user"), p["initiatedBy"].get("app") or {}
    actor = user or {"id": "0b000000-0000-4000-8000-000000000000"}
    row = {
        "Date (UTC)": p["activityDateTime"], "CorrelationId": p.get("correlationId"), "Activity": p["activityDisplayName"],
        "Result": p["result"], "ActorType": "User" if user else "Application", "ActorDisplayName": app.get("displayName"),
        "ActorObjectId": actor.get("id"), "ActorUserPrincipalName": actor.get("userPrincipalName"), "IPAddress": actor.get("ipAddress"),
        "ActorServicePrincipalId": app.get("servicePrincipalId")}
    for t in range(3):
        target = p["targetResources"][t] if t < len(p["targetResources"]) else {}
        row |= {f"Target{t + 1}{name}": target.get(key) for name, key in
                (("Type", "type"), ("DisplayName", "displayName"), ("ObjectId", "id"), ("UserPrincipalName", "userPrincipalName"))}
        for n, change in enumerate(target.get("modifiedProperties", [])[:5], 1):
            row |= {f"Target{t + 1}ModifiedProperty{n}{name}": change[key] for name, key in
                    (("Name", "displayName"), ("OldValue", "oldValue"), ("NewValue", "newValue"))}
    return {name: value or "" for name, value in row.items()}


def _names(thing: Record) -> list[Record]:
    return [{"ID": f"{thing['type']}_{thing['id']}", "Type": 2}, {"ID": thing["id"], "Type": 2}, {"ID": thing["type"], "Type": 2},
            {"ID": thing.get("userPrincipalName"), "Type": 5}, {"ID": "100320000000001A", "Type": 3}]
