"""Every word that the decisions give a verdict, read from where the relations define it, and how often a truth plants it."""

from __future__ import annotations

import re
from collections import Counter

from evidence import relations
from evidence.render import words
from evidence.simulate import Truth

from .kit import Made

# Column of a relation -> the kind of the report's vocabulary that has words for it, or None.
COLUMNS = {
    ("chain", "caller_class"): "caller", ("chain", "identity_state"): "identity", ("chain", "sign_in_tier"): "tier",
    ("chain", "mfa_state"): None, ("chain", "risk_level"): None, ("chain", "approval_verdict"): "approval",
    ("chain", "approval_flags"): None, ("chain", "approver_membership"): None, ("chain", "outcome"): None,
    ("chain", "pairing"): None, ("chain", "interaction_kind"): None, ("chain", "in_period"): None,
    ("masking_verdict", "verdict"): "masking", ("reconciliation", "verdict"): "reconciliation",
    ("reconciliation", "scope_rule"): None, ("reconciliation", "grade"): "grade", ("coverage", "state"): None}
Name = tuple[str, str]


def _listed(comment: str) -> set[str]:
    """Return the words of a list in a comment: ``a, b or c``, or words with blanks between up to a semicolon."""
    text = re.split(r";|\. ", comment)[0]
    first = re.match(r"[\w-]+(?:, [\w-]+)*,? or [\w-]+", text)
    return set(re.findall(r"[\w-]+", first[0])) - {"or"} if first else set(text.split())


def named() -> dict[Name, set[str]]:
    """Return the words of each column, as its relation lists them."""
    found = {}
    for relation, column in COLUMNS:
        comment = next(one.comment for one in relations.relation(relation).columns if one.name == column)
        found[relation, column] = _listed(comment)
    return found


def spoken() -> dict[Name, set[str]]:
    """Return the words of each column for which the report has a vocabulary."""
    return {name: set(words.vocabulary()[kind]) for name, kind in COLUMNS.items() if kind}


def planted(truth: Truth) -> Counter[tuple[str, str, str]]:
    """Count what a truth plants: (relation, column, word); what room it leaves (``*_accept``) is not planted."""
    count: Counter[tuple[str, str, str]] = Counter()
    for fact in truth.exchanges:
        if fact.in_period == "outside":
            continue
        said = {"caller_class": fact.caller_class, "identity_state": fact.identity, "sign_in_tier": fact.tier,
                "mfa_state": fact.mfa, "risk_level": fact.risk, "approval_verdict": fact.approval,
                "approver_membership": fact.approver_membership, "outcome": fact.outcome, "pairing": fact.pairing,
                "interaction_kind": fact.kind, "in_period": fact.in_period}
        count.update(("chain", column, word) for column, word in said.items() if word)
        count.update(("chain", "approval_flags", flag) for flag in fact.approval_flags)
        count.update([("masking_verdict", "verdict", fact.masking)] if fact.masking else [])
    for row in truth.usage:
        count.update((("reconciliation", "verdict", row.verdict), ("reconciliation", "scope_rule", row.scope_rule)))
        count.update([("reconciliation", "grade", row.grade)] if row.grade else [])
        if row.native and not row.verdict.startswith("MATCHED"):
            count["chain", "interaction_kind", "usage_request"] += 1
    count.update(("coverage", "state", state) for _, state in truth.coverage)
    return count


def found(made: Made) -> Counter[tuple[str, str, str]]:
    """Count what the toolkit says, by the same names; of masking the verdict on each response as a whole."""
    count: Counter[tuple[str, str, str]] = Counter()
    for relation, column in COLUMNS:
        table = "chain" if relation == "masking_verdict" else relation
        name = "masking_verdict" if relation == "masking_verdict" else column
        apart = "" if column == "interaction_kind" or table != "chain" else " WHERE interaction_kind <> 'usage_request'"
        for row in made.rows(f"SELECT {name} AS word, count(*) AS n FROM {table}{apart} GROUP BY {name}"):
            for word in str(row["word"] or "").split(","):
                if word:
                    count[relation, column, word] += row["n"]
    return count
