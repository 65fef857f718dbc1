"""Sign-ins as the identity provider exports them, and what they can prove about a request.

A person's day is one session: an interactive sign-in, then tokens renewed without his doing. The gateway writes down
neither token nor address, so a request is tied to a session only by the person and the time: exactly one session in a
token's life is T4, more than one T-A, an older one T5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zlib import crc32

from evidence.simulate.clock import between, new_id, ticks
from evidence.simulate.people import Person

TOKEN_LIFE = timedelta(minutes=90)
SKEW = timedelta(minutes=5)
GATEWAY_APP = "7f2d1c4e-0b7a-4c55-9a64-3f0de1a7b210"
GATEWAY_RESOURCE = "b0c7a0ce-91d4-47f0-8f6b-6d9b8a0c2e11"
MFA_FORMS = ("completed", "claim", "step")


@dataclass(frozen=True, slots=True)
class SignIn:
    """One event of the identity provider."""

    id: str
    oid: str
    when: datetime
    session: str
    interactive: bool
    mfa: str
    error: int = 0


def day_of(rng: Random, person: Person, busy: Sequence[datetime], *, mfa: str, refresh: bool = True) -> list[SignIn]:
    """Return the sign-ins of one person's day: before his first activity, then often enough to the last one."""
    first, last = min(busy), max(busy)
    now = first - between(rng, timedelta(minutes=8), timedelta(minutes=25))
    sid = new_id(rng)
    events = [SignIn(new_id(rng), person.oid, now, sid, interactive=True, mfa=mfa)]
    while refresh and last - now > timedelta(minutes=50):
        now += between(rng, timedelta(minutes=40), timedelta(minutes=50))
        events.append(SignIn(new_id(rng), person.oid, now, sid, interactive=False, mfa=mfa))
    return events


def tier(events: Sequence[SignIn], moment: datetime) -> tuple[tuple[str, ...], str | None]:
    """Return the tiers that a reader may give to a request, and the state of MFA where it is certain."""
    good = [event for event in events if event.error == 0]
    near = [event for event in good if moment - TOKEN_LIFE <= event.when <= moment + SKEW]
    sessions = {event.session for event in near}
    if len(sessions) == 1:
        return ("T4",), near[0].mfa
    if sessions:
        states = {event.mfa for event in near}
        return ("T-A",), states.pop() if len(states) == 1 else None
    return (("T5", "T0"), None) if any(event.when < moment for event in good) else (("T0", "T5"), None)


def _status(event: SignIn, form: str) -> dict[str, Any]:
    if event.error:
        reasons = {50126: "Error validating credentials due to invalid username or password.",
                   50140: "This occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
                   50074: "Strong Authentication is required."}
        return {"errorCode": event.error, "failureReason": reasons[event.error]}
    if event.mfa == "yes" and event.interactive and form == "completed":
        return {"errorCode": 0, "additionalDetails": "MFA completed in Azure AD"}
    if event.mfa == "yes" and (not event.interactive or form == "claim"):
        return {"errorCode": 0, "additionalDetails": "MFA requirement satisfied by claim in the token"}
    return {"errorCode": 0}


def _steps(event: SignIn, form: str, when: datetime) -> list[dict[str, Any]]:
    stamp = ticks(when)
    if not event.interactive or event.error:
        return [{"authenticationStepDateTime": stamp, "authenticationMethod": "Previously satisfied", "succeeded": True,
                 "authenticationStepResultDetail": "First factor requirement satisfied by claim in the token",
                 "authenticationStepRequirement": "Primary authentication", "StatusSequence": 0, "RequestSequence": 0}]
    steps = [{"authenticationStepDateTime": stamp, "authenticationMethod": "Password",
              "authenticationMethodDetail": "Password in the cloud", "succeeded": True,
              "authenticationStepRequirement": "Primary authentication", "StatusSequence": 0, "RequestSequence": 1}]
    if event.mfa == "yes" and form != "claim":
        steps.append({"authenticationStepDateTime": stamp, "authenticationMethod": "Mobile app notification",
                      "succeeded": True, "authenticationStepResultDetail": "MFA successfully completed",
                      "authenticationStepRequirement": "Multifactor authentication", "StatusSequence": 1,
                      "RequestSequence": 2})
    return steps


def envelope(event: SignIn, person: Person, tenant: str, rng: Random, *, skew: timedelta) -> dict[str, Any]:
    """Return the event as the export writes it; ``time`` is when it was logged, later than when it happened."""
    when = event.when + skew
    form = MFA_FORMS[crc32(event.id.encode()) % 3]
    required = "multiFactorAuthentication" if event.mfa == "yes" and form != "claim" and event.interactive \
        else "singleFactorAuthentication"
    place = {"city": "Bremen", "state": "Bremen", "countryOrRegion": "DE",
             "geoCoordinates": {"latitude": 53.07, "longitude": 8.8}}
    properties: dict[str, Any] = {
        "id": event.id, "createdDateTime": ticks(when), "userDisplayName": person.name,
        "userPrincipalName": person.upn.lower(), "userId": event.oid, "appId": GATEWAY_APP,
        "appDisplayName": "AI Gateway", "ipAddress": person.ip, "status": _status(event, form),
        "clientAppUsed": "Browser" if event.interactive else "Mobile Apps and Desktop clients",
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0",
        "deviceDetail": {"deviceId": "", "operatingSystem": "Linux", "browser": "Firefox 142.0"}, "location": place,
        "correlationId": new_id(rng), "conditionalAccessStatus": "failure" if event.error == 50126 else "success",
        "appliedConditionalAccessPolicies": [], "originalRequestId": event.id, "isInteractive": event.interactive,
        "tokenIssuerName": "", "tokenIssuerType": "AzureAD", "authenticationProcessingDetails": [],
        "networkLocationDetails": [], "processingTimeInMilliseconds": rng.randrange(40, 200), "riskDetail": "none",
        "riskLevelAggregated": "none", "riskLevelDuringSignIn": "none", "riskState": "none", "riskEventTypes": [],
        "resourceDisplayName": "AI Gateway API", "resourceId": GATEWAY_RESOURCE, "resourceTenantId": tenant,
        "homeTenantId": tenant, "authenticationDetails": _steps(event, form, when),
        "authenticationRequirementPolicies": [], "authenticationRequirement": required, "servicePrincipalId": "",
        "userType": "Guest" if person.kind == "guest" else "Member", "flaggedForReview": False,
        "isTenantRestricted": False, "autonomousSystemNumber": 64500, "crossTenantAccessType": "none",
        "uniqueTokenIdentifier": event.id.replace("-", "")[:22], "incomingTokenType": "none",
        "authenticationProtocol": "none", "sessionId": event.session,
    }
    if event.mfa == "unknown":
        for key in ("authenticationDetails", "authenticationRequirement", "authenticationRequirementPolicies"):
            del properties[key]
        properties["tokenIssuerType"] = "ADFederationServices"
    return {
        "time": ticks(when + between(rng, timedelta(seconds=48), timedelta(seconds=220)), "Z"),
        "resourceId": f"/tenants/{tenant}/providers/Microsoft.aadiam", "operationName": "Sign-in activity",
        "operationVersion": "1.0", "category": "SignInLogs" if event.interactive else "NonInteractiveUserSignInLogs",
        "tenantId": tenant, "resultType": str(event.error), "resultSignature": "None", "durationMs": 0,
        "callerIpAddress": person.ip, "correlationId": properties["correlationId"], "identity": person.name, "Level": 4,
        "location": "DE", "properties": properties,
    }


def service_principal(rng: Random, tenant: str, when: datetime) -> dict[str, Any]:
    """Return the sign-in of an application: nobody's session."""
    ident = new_id(rng)
    return {
        "time": ticks(when + timedelta(seconds=130), "Z"),
        "resourceId": f"/tenants/{tenant}/providers/Microsoft.aadiam",
        "operationName": "Sign-in activity", "operationVersion": "1.0", "category": "ServicePrincipalSignInLogs",
        "tenantId": tenant, "resultType": "0", "resultSignature": "None", "durationMs": 0,
        "callerIpAddress": "203.0.113.251", "correlationId": ident, "Level": 4, "location": "IE",
        "properties": {
            "appId": "5c3f7e44-2f6c-4b0d-8f11-90a2c1d4e5f6", "authenticationProcessingDetails": [],
            "authenticationProtocol": "none", "clientCredentialType": "clientSecret",
            "conditionalAccessStatus": "notApplied", "correlationId": ident, "createdDateTime": ticks(when),
            "crossTenantAccessType": "none", "flaggedForReview": False, "id": new_id(rng), "incomingTokenType": "none",
            "ipAddress": "203.0.113.251", "isInteractive": False, "isTenantRestricted": False,
            "managedIdentityType": "none", "processingTimeInMilliseconds": 0, "resourceDisplayName": "AI Gateway API",
            "resourceId": GATEWAY_RESOURCE, "resourceServicePrincipalId": "3a6de0b5-7c35-4b0e-a2e4-c1c9f5b7d001",
            "riskDetail": "none", "riskLevelAggregated": "none", "riskLevelDuringSignIn": "none", "riskState": "none",
            "servicePrincipalId": "f4a7c2d1-65b8-4f0d-9e7a-0b1c2d3e4f50", "servicePrincipalName": "pipeline-runner",
            "status": {"errorCode": 0}, "tokenIssuerType": "AzureAD",
            "uniqueTokenIdentifier": ident.replace("-", "")[:22],
        },
    }
