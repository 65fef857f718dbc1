"""Checks as JUnit XML, so that a build can look at a month as it looks at its tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from evidence.export.sealed import Sealed


def write(sealed: Sealed, path: Path) -> None:
    """Write one test case for each check: a failure for exceptions nobody approved, skipped for what is not known."""
    suite = Element("testsuite", name=sealed.package_id)
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for check in sealed.summary["checks"]:
        where = ", ".join(sealed.controls_of.get(check["check_id"], [])) or "no control"
        case = SubElement(suite, "testcase", classname=where, name=f"{check['check_id']}: {check['title']}")
        counts["tests"] += 1
        if outcome := _outcome(check):
            counts[{"failure": "failures", "error": "errors", "skipped": "skipped"}[outcome[0]]] += 1
            SubElement(case, outcome[0], message=outcome[1])
    for name, number in counts.items():
        suite.set(name, str(number))
    root = Element("testsuites", name=str(sealed.summary["organisation"]))
    root.append(suite)
    indent(root)
    ElementTree(root).write(path, "utf-8", xml_declaration=True)


def _outcome(check: dict[str, Any]) -> tuple[str, str] | None:
    of = f"of {check['population']}"
    if check["state"] == "error":
        return "error", str(check["state_reason"])
    if check["failed"]:
        return "failure", f"{check['failed']} {of} without an approved exception; {check['undetermined']} undetermined"
    if check["state"] != "ran":
        return "skipped", f"not run: {check['state_reason']}"
    if check["undetermined"]:
        return "skipped", f"{check['undetermined']} {of} cannot be determined"
    return None if check["population"] else ("skipped", "no occurrence in the period")
