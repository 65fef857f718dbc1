"""Simulated records have the keys and types of the vendors' own; the samples win."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence.simulate import Truth, usage

from .reading import shape

Month = tuple[Path, Truth]
OPTIONAL_SESSION = {".event_stream", ".correlation_id", ".machine_identity_id", ".review.rejection_reason"}
# Documented by the vendor but in no sample; each with where it is documented.
DOCUMENTED = {
    ".properties.sessionId": "sign-in resource type, linkable identifiers",
    ".properties.clientCredentialType": "sign-in resource type",
    ".properties.managedIdentityType": "sign-in resource type",
    ".data[].skip_review_groups[]": "access request rules: names of groups, as in reviewers_groups",
    ".metrics.ai_analyzer.worst": "present only when something was stopped",
}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[a-z]{2,}")


def _union(many: Iterable[Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in many:
        for path, kind in shape(one):
            found.setdefault(path, set()).add(kind)
    return found


def _agree(mine: dict[str, set[str]], theirs: dict[str, set[str]], nullable: Iterable[str] = ()) -> None:
    unknown = sorted(path for path in mine if path not in theirs and path not in DOCUMENTED)
    assert unknown == []
    for path, kinds in sorted(mine.items()):
        allowed = theirs.get(path, kinds) | ({"NoneType"} if path in set(nullable) else set())
        assert kinds <= allowed, f"{path}: {kinds} is not {allowed}"


def _sessions(root: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((root / "logs/hoop/sessions").glob("*.json")):
        if not path.name.startswith(("utf16-", "proxy-access")):
            yield json.loads(path.read_text(encoding="utf-8"))


def test_session_details_have_the_keys_and_types_of_the_samples(bad_month: Month, shared: Path) -> None:
    """A simulated session has no key and no type that a session of the vendor has not."""
    samples = [json.loads(path.read_text()) for path in sorted((shared / "samples/gateway").glob("hoop_session_[ABCDP]_*"))]
    mine = list(_sessions(bad_month[0]))
    nullable = {".exit_code", ".end_date", ".metadata", ".metrics", ".review.revoke_at", ".review.min_approvals",
                ".review.review_groups_data[].review_date", ".review.review_groups_data[].reviewed_by"}
    theirs = _union(samples)
    _agree(_union(mine), {**theirs, ".review.rejection_reason": {"str"}}, nullable)
    always = set.intersection(*(set(sample) for sample in samples))
    assert all(always <= set(record) for record in mine)


def test_list_pages_and_reviews_have_the_keys_and_types_of_the_samples(bad_month: Month, shared: Path) -> None:
    """List pages omit what the vendor omits, and the list of reviews names the session."""
    gateway = shared / "samples/gateway"
    listed = json.loads((gateway / "hoop_sessions_list.constructed.json").read_text())
    pages = [json.loads(path.read_text()) for path in sorted((bad_month[0] / "logs/hoop/session_pages").glob("2026*"))]
    envelope = json.loads((gateway / "hoop_session_list_envelopes.real.json").read_text())[0]
    assert all(set(page) == set(envelope) for page in pages)
    theirs = _union(listed["data"])
    nullable = {".exit_code", ".end_date", ".metadata", ".review.revoke_at"}
    _agree(_union(row for page in pages for row in page["data"]), {**theirs, ".review.rejection_reason": {"str"}}, nullable)
    reviews = json.loads((gateway / "hoop_reviews_list.constructed.json").read_text())
    for path in sorted((bad_month[0] / "logs/hoop/reviews").glob("*.json")):
        _agree(_union(json.loads(path.read_text())), _union(reviews))


@pytest.mark.parametrize(("mine", "sample"), [
    ("connections/start/*.json", "hoop_connection_detail"), ("policies/access-request-rules.json", "hoop_access_request"),
    ("policies/datamasking-rules.json", "hoop_datamasking"),
])
def test_settings_have_the_keys_and_types_of_the_samples(bad_month: Month, shared: Path, mine: str, sample: str) -> None:
    """Settings of the gateway are those of the vendor, key by key."""
    theirs = json.loads(next((shared / "samples/gateway").glob(f"{sample}*")).read_text())
    found = [json.loads(path.read_text()) for path in sorted((bad_month[0] / "logs/hoop").glob(mine))]
    _agree(_union(found), _union([theirs]), {".access_max_duration"})
    keys = {key for key, _ in shape(theirs)} - {path for path, _ in shape(theirs) if "custom_entity" in path}
    assert keys - set(_union(found)) <= {path for path in keys if path.endswith("[]")}


def test_directory_and_sign_in_events_have_the_keys_and_types_of_the_samples(bad_month: Month, shared: Path) -> None:
    """Exported events of the identity provider have no key that the vendor's own lack."""
    samples = [json.loads(path.read_text()) for path in sorted((shared / "samples/idp/entra_azure_monitor").glob("*.json"))]
    for folder, categories in (("signins", ("SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs")),
                               ("audit", ("AuditLogs",))):
        theirs = _union(sample for sample in samples if sample.get("category") in categories)
        lines = [line for path in sorted((bad_month[0] / f"logs/entra/{folder}").glob("*.ndjson"))
                 for line in path.read_text(encoding="utf-8").splitlines()]
        mine = [json.loads(line) for line in lines if line.endswith("}}")]
        assert {record["category"] for record in mine} <= set(categories)
        _agree(_union(mine), theirs)


def test_usage_reports_have_the_keys_and_types_of_the_samples(bad_month: Month, shared: Path) -> None:
    """The report per user and day is the vendor's, in three containers; the bill has its mark, columns and quotes."""
    folder = shared / "samples/copilot"
    wrapper = json.loads((folder / "github_metrics_reports/organization-users-1-day-report.json").read_text())
    bare = json.loads((folder / "github_metrics_reports/docs_user_level_example.json").read_text())
    containers = set()
    for path in sorted((bad_month[0] / "logs/github/users-1-day").glob("2026-??-??.*json")):
        if "second-try" in path.name:
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ndjson":
            found, container = [json.loads(line) for line in text.splitlines()], "lines"
        else:
            whole = json.loads(text)
            container = "array" if isinstance(whole, list) else "wrapper"
            found = whole if isinstance(whole, list) else whole["day_totals"]
            assert isinstance(whole, list) or set(whole) == set(wrapper)
        containers.add(container)
        _agree(_union(found), _union([*wrapper["day_totals"], *bare]))
    assert containers == {"lines", "array", "wrapper"}
    sample = (folder / "github_billing_usage/ai_usage_report_a.csv").read_bytes()
    bill = (bad_month[0] / "logs/github/billing/ai-usage.csv").read_bytes()
    assert bill[:3] == sample[:3] == b"\xef\xbb\xbf"
    assert bill.splitlines()[0] == sample.splitlines()[0]
    assert all(line.startswith(b'"') and line.endswith(b'"') for line in bill[3:].splitlines())
    assert all(len(row) == len(usage.COLUMNS) for row in csv.reader(bill.decode("utf-8-sig").splitlines()))


def test_nothing_is_taken_from_the_samples(bad_month: Month, shared: Path) -> None:
    """No id and no address of a sample stands in the simulated logs."""
    theirs: set[str] = set()
    for path in sorted((shared / "samples").rglob("*")):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            theirs |= set(UUID.findall(text)) | set(MAIL.findall(text))
    mine: set[str] = set()
    for path in sorted(bad_month[0].rglob("*")):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", errors="replace")
            mine |= set(UUID.findall(text)) | set(MAIL.findall(text))
    assert mine & theirs == set()
    assert len(mine) > 500
