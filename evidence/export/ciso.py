"""Results by control as CISO Assistant takes them in as a posture (``upload-results``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from evidence.export.sealed import Sealed

RESULT: Final = {"effective": "pass", "effective_with_approved_exceptions": "pass", "exceptions": "fail",
                 "error": "error", "source_gap": "not_checked", "not_tested": "not_checked",
                 "no_occurrence": "not_applicable"}


def write(sealed: Sealed, path: Path) -> None:
    """Write one result for each control; the tool keeps the last ten only, the package keeps them all."""
    document = {
        "asset": sealed.summary["scope"], "run_id": sealed.package_id, "tool": sealed.summary["tool"],
        "results": [_result(sealed, control) for control in sealed.controls]}
    path.write_text(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


def _result(sealed: Sealed, control: dict[str, Any]) -> dict[str, str]:
    state = str(control["operating"])
    return {
        "ref_id": control["control_id"],
        "result": RESULT[state] if control["applicable"] else "not_applicable",
        "expected": "no unapproved exception, and nothing undetermined",
        "actual": state.replace("_", " ") if control["applicable"] else "excluded by the statement of applicability",
        "message": f"{control['reason']} (package {sealed.package_id})"[:2000]}
