"""A package as OSCAL assessment results (NIST OSCAL 1.1.3, ``assessment-results``).

One observation for each check; a finding only for controls on which the evidence decides, since OSCAL knows no third
state between satisfied and not satisfied. Digests of the members of the package stand in the back matter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from evidence import constants as c
from evidence.export.sealed import EXCEPTIONS, RESULTS, Sealed

DECIDED: Final = {"effective": "satisfied", "effective_with_approved_exceptions": "satisfied",
                  "exceptions": "not-satisfied"}
MEMBERS: Final = {c.REPORT: "The report", c.STATEMENT: "What was sealed", c.CONTROLS: "Result of every control",
                  RESULTS: "Verdict on every member of every population", EXCEPTIONS: "Every exception",
                  c.CHAINS: "Every interaction"}
_NAMESPACE: Final = "urn:copilot-evidence:oscal"


def write(sealed: Sealed, path: Path) -> None:
    """Write the assessment results."""
    organisation = str(sealed.summary["organisation"])
    document = {"assessment-results": {
        "uuid": sealed.uuid("assessment-results"),
        "metadata": {"title": f"{organisation}, {sealed.package_id}", "version": sealed.package_id,
                     "last-modified": sealed.statement["period"]["to"], "oscal-version": "1.1.3",
                     "parties": [{"uuid": sealed.uuid("party"), "type": "organization", "name": organisation}]},
        "import-ap": {"href": f"#{sealed.uuid('resource', c.CONTROLS)}"},
        "results": [_result(sealed)],
        "back-matter": {"resources": [_resource(sealed, name, title) for name, title in MEMBERS.items()]}}}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _result(sealed: Sealed) -> dict[str, Any]:
    period = sealed.statement["period"]
    applicable = [control["control_id"] for control in sealed.controls if control["applicable"]]
    return {
        "uuid": sealed.uuid("result"), "title": f"Observation period {period['label']}",
        "description": f"{sealed.summary['scope']}; tested by {sealed.summary['tool']} over whole populations.",
        "start": period["from"], "end": period["to"],
        "reviewed-controls": {"control-selections": [{"include-controls": [{"control-id": i} for i in applicable]}]},
        "observations": [_observation(sealed, check) for check in sealed.summary["checks"]],
        **({"findings": found} if (found := list(_findings(sealed))) else {})}


def _observation(sealed: Sealed, check: dict[str, Any]) -> dict[str, Any]:
    figures = ("population", "passed", "failed", "approved", "undetermined", "not_applicable", "state", "severity",
               "sql_sha256", "population_sha256")
    return {
        "uuid": sealed.uuid("observation", check["check_id"]), "title": check["title"],
        "description": f"Check {check['check_id']} over its whole population.", "methods": ["TEST"],
        "props": [{"name": name.replace("_", "-"), "ns": _NAMESPACE, "value": str(check[name])}
                  for name in figures if check[name] is not None],
        "relevant-evidence": [{"href": f"#{sealed.uuid('resource', name)}", "description": MEMBERS[name]}
                              for name in (RESULTS, EXCEPTIONS)],
        "collected": sealed.statement["period"]["to"]}


def _findings(sealed: Sealed) -> Iterator[dict[str, Any]]:
    for control in sealed.controls:
        name, state = control["control_id"], control["operating"]
        if control["applicable"] and state in DECIDED:
            yield {
                "uuid": sealed.uuid("finding", name), "title": f"{name} {control['title']}",
                "description": control["reason"] or state,
                "props": [{"name": "result", "ns": _NAMESPACE, "value": state}],
                "target": {"type": "objective-id", "target-id": name, "status": {"state": DECIDED[state]}},
                "related-observations": [{"observation-uuid": sealed.uuid("observation", check)}
                                         for check in filter(None, control["checks"].split(","))]}


def _resource(sealed: Sealed, name: str, title: str) -> dict[str, Any]:
    return {"uuid": sealed.uuid("resource", name), "title": title,
            "rlinks": [{"href": name, "hashes": [{"algorithm": "SHA-256", "value": sealed.digests[name]}]}]}
