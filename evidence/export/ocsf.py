"""Checks and exceptions as OCSF Compliance Findings (class 2003), one JSON object per line.

Source: schema.ocsf.io, class ``compliance_finding``, version 1.5.0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from evidence.export.sealed import Sealed

SEVERITY: Final = {None: (1, "Informational"), "": (1, "Informational"), "low": (2, "Low"), "medium": (3, "Medium"),
                   "high": (4, "High"), "critical": (5, "Critical")}
STATUS: Final = {"Unknown": 0, "Pass": 1, "Warning": 2, "Fail": 3}
_MESSAGE: Final = 2000


def write(sealed: Sealed, path: Path) -> None:
    """Write a finding for each check, then one for each exception."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for finding in (*_checks(sealed), *_exceptions(sealed)):
            file.write(json.dumps(finding, sort_keys=True, ensure_ascii=False) + "\n")


def _checks(sealed: Sealed) -> Iterator[dict[str, Any]]:
    for check in sealed.summary["checks"]:
        words = (f"{check['passed']} of {check['population']} hold, {check['failed']} fail, {check['approved']} are"
                 f" approved exceptions, {check['undetermined']} cannot be determined")
        yield _finding(sealed, check["check_id"], _status(check), check["severity"], uid=("check", check["check_id"]),
                       title=check["title"], message=words, time=sealed.statement["period"]["to"])


def _status(check: dict[str, Any]) -> str:
    if check["failed"]:
        return "Fail"
    if check["state"] != "ran" or not check["population"]:
        return "Unknown"
    return "Warning" if check["undetermined"] or check["approved"] else "Pass"


def _exceptions(sealed: Sealed) -> Iterator[dict[str, Any]]:
    for row in sealed.exceptions():
        words = f"{row['explanation']} Expected: {row['expected']}. Found: {row['actual']}."
        yield _finding(sealed, row["check_id"], "Warning" if row["exception_id"] else "Fail", row["severity"],
                       uid=("exception", row["check_id"], row["subject_kind"], row["subject"]),
                       title=f"{row['check_id']}: {row['reason'].replace('_', ' ')}", message=words,
                       time=row["event_time"] or sealed.statement["period"]["to"],
                       resources=[{"uid": row["subject"], "type": row["subject_kind"]}])


def _finding(sealed: Sealed, check: str, status: str, severity: str | None, *, uid: tuple[str, ...], title: str,
             message: str, time: str, **more: Any) -> dict[str, Any]:
    number, word = SEVERITY[severity]
    controls = sealed.controls_of.get(check, [])
    version = str(sealed.statement["generator"]["version"])
    return {
        "class_uid": 2003, "class_name": "Compliance Finding", "category_uid": 2, "category_name": "Findings",
        "activity_id": 1, "activity_name": "Create", "type_uid": 200301, "type_name": "Compliance Finding: Create",
        "severity_id": number, "severity": word, "status_id": 1, "status": "New", "message": message[:_MESSAGE],
        "time": round(datetime.fromisoformat(time).timestamp() * 1000),
        "metadata": {"version": "1.5.0", "product": {"name": sealed.statement["generator"]["name"],
                                                     "vendor_name": sealed.statement["generator"]["name"],
                                                     "version": version},
                     "uid": sealed.uuid(*uid), "correlation_uid": sealed.package_id},
        "finding_info": {"uid": sealed.uuid(*uid), "title": title, "desc": message[:_MESSAGE]},
        "compliance": {"control": ", ".join(controls) or check, "requirements": controls,
                       "standards": [sealed.summary["framework"]], "status": status, "status_id": STATUS[status],
                       "checks": [{"uid": check, "name": check, "status": status, "status_id": STATUS[status],
                                   "severity_id": number, "version": version}]},
        **more}
