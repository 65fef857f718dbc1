"""What the command line and the guide say of controls and checks; and the scaffold of a new check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from evidence.checks import load_check, load_checks, read
from evidence.errors import UsageError, Where
from evidence.framework import load_framework

START, END = "<!-- generated: checks -->", "<!-- end of generated -->"

_SQL = """/*---
id: {id}
ref: ""
title: {title}
grain: interaction
subject_kind: interaction
population: Every request that reached the gateway in the period.
exclusions:
  - Requests that only the vendor saw (not_through_gateway).
severity: medium
needs: [identity]
why: >
  One or two sentences that a manager understands.
limits: >
  What this cannot show.
reasons:
  holds: What is true of a member that passes.
  deviates: What is true of a member that fails.
  not_through_gateway: Only the vendor's records show this request.
  boundary: The request may lie outside the period.
---*/
WITH ruled AS (
    SELECT c.*, CASE
        WHEN c.interaction_kind = 'usage_request'   THEN 'not_applicable not_through_gateway'
        WHEN c.in_period = 'boundary'               THEN 'undetermined boundary'
        WHEN c.person_id IS NULL                    THEN 'fail deviates'
        ELSE 'pass holds' END AS ruling
    FROM chain AS c
)
SELECT
    'interaction' AS subject_kind,
    interaction_id AS subject,
    split_part(ruling, ' ', 1) AS verdict,
    split_part(ruling, ' ', 2) AS reason,
    'a person' AS expected,
    replace(identity_state, '_', ' ') AS actual,
    record_refs
FROM ruled
ORDER BY subject
"""

_CASES = """# Rows given, verdicts expected. What a row does not say it takes from _world.yaml, where nothing is wrong.
cases:
  - name: What is as it should be holds
    given: {chain: [{interaction_id: ix-1}]}
    expect: {ix-1: pass holds}
  - name: What is not is a deviation
    given: {chain: [{interaction_id: ix-1, person_id: null}]}
    expect: {ix-1: fail deviates}
  - name: At the period's edge, or beside the gateway, nothing is decided here
    given:
      chain:
        - {interaction_id: ix-1, in_period: boundary}
        - {interaction_id: ix-2, interaction_kind: usage_request}
    expect: {ix-1: undetermined boundary, ix-2: not_applicable not_through_gateway}
  - name: No request, no population
    expect: {}
"""


def list_controls(framework: str, extra: Sequence[Path] = ()) -> list[tuple[str, str, str, str]]:
    """Return (control, testability, label, checks) of every control, in the framework's order."""
    return [(c.id, c.testability, c.title, " ".join(c.checks)) for c in load_framework(framework, extra).controls]


def list_checks(extra: Sequence[Path] = ()) -> list[tuple[str, str, str, str, str]]:
    """Return (check, reference, severity, grain, title) of every check, by id."""
    return [(c.id, c.ref, c.severity, c.grain, c.title) for c in load_checks(extra)]


def show_control(framework: str, control_id: str, extra: Sequence[Path] = ()) -> str:
    """Return what a framework says of one control, as plain text.

    Raises:
        UsageError: there is no such control.
    """
    control = load_framework(framework, extra).control(control_id)
    tests = {"T": "operation can be tested", "P": "evidenced in part", "S": "the package itself is the evidence",
             "N": "not from these logs"}[control.testability]
    lines = [f"{control.id}  {control.title}", f"{control.theme} · {control.testability}: {tests}", "",
             f"Shows: {control.shows}", f"Does not show: {control.not_shown}", "", "Attach:"]
    lines += [f"  - {document}" for document in control.attach]
    titles = {check.id: check.title for check in load_checks(extra)}
    lines += ["", "Checks:", *(f"  - {check}: {titles[check]}" for check in control.checks)] if control.checks else []
    return "\n".join(lines) + "\n"


def scaffold_check(path: Path, check_id: str) -> list[Path]:
    """Write a check that runs and its cases that hold, into ``<path>/checks``; return the two files.

    Raises:
        UsageError: the id is not lower_snake, or a file of that name is there already.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{2,63}", check_id):
        raise UsageError(f"expected an id such as model_is_approved, found {check_id!r}")
    folder = path / "checks"
    files = {folder / f"{check_id}.sql": _SQL.format(id=check_id, title=check_id.replace("_", " ").capitalize()),
             folder / f"{check_id}.cases.yaml": _CASES}
    for file in files:
        if file.exists():
            raise UsageError(f"{file} is there already", where=Where(str(file)))
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        file.write_text(text, "utf-8")
    read(folder / f"{check_id}.sql")
    return list(files)


def table(framework: str) -> str:
    """Return the table of checks for the guide, in Markdown."""
    controls = load_framework(framework).controls
    rows = ["| check | ref | what holds | a member is | severity | controls |", "|---|---|---|---|---|---|"]
    for check in load_checks():
        of = ", ".join(control.id for control in controls if check.id in control.checks)
        member = check.subject_kind + (" (design)" if check.design else "")
        rows.append(f"| `{check.id}` | {check.ref} | {check.title} | {member} | {check.severity} | {of} |")
    counts = {mark: sum(control.testability == mark for control in controls) for mark in "TPSN"}
    total = (f"{len(controls)} controls: {counts['T']} tested for operation, {counts['P']} evidenced in part, "
             f"{counts['S']} evidenced by the package itself, {counts['N']} not testable from these logs.")
    return "\n".join([*rows, "", total])


def refresh(guide: str, framework: str) -> str:
    """Return the guide's text with its generated table up to date."""
    head, _, rest = guide.partition(START)
    _, _, tail = rest.partition(END)
    return f"{head}{START}\n{table(framework)}\n{END}{tail}"


__all__ = ["list_checks", "list_controls", "load_check", "refresh", "scaffold_check", "show_control", "table"]
