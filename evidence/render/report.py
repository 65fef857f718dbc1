"""The report as data: every section's figures from the connection, every text from the files that ran.

No sentence and no number is made here; rows are fetched, grouped and given their words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from evidence.render import docs, figures, query, tables, words
from evidence.render.facts import ReportFacts

if TYPE_CHECKING:
    import duckdb

    from evidence.model import Company, Exceptions, Soa

SECTIONS = (
    ("verification", "Verification"),
    ("assertion", "Management assertion"),
    ("summary", "Summary"),
    ("matrix", "Controls at a glance"),
    ("scope", "Scope and statement of applicability"),
    ("system", "System description"),
    ("ipe", "Information produced by the entity"),
    ("completeness", "Completeness and accuracy"),
    ("populations", "Populations"),
    ("correlation", "How interactions were correlated"),
    ("controls", "Controls in detail"),
    ("exceptions", "Exceptions register"),
    ("masking", "Masking"),
    ("samples", "Sample and dossiers"),
    ("custody", "Chain of custody"),
    ("limits", "Limits, and what was not tested"),
    ("glossary", "Glossary and crosswalk"),
    ("catalogue", "Test catalogue"),
)


@dataclass(frozen=True, slots=True)
class Caps:
    """How much of a long list is printed; the whole list is always a file of the package.

    ``exceptions`` counts for each check, ``files`` for each source, ``checks`` for the summary alone.
    """

    exceptions: int
    files: int
    dossiers: int
    gaps: int
    checks: int

    def tighter(self) -> Caps:
        """Return about a third of everything, at least one."""
        return Caps(max(self.exceptions // 3, 1), max(self.files // 3, 1), max(self.dossiers // 3, 1),
                    max(self.gaps // 3, 1), self.checks)


PAGES = Caps(exceptions=25, files=12, dossiers=4, gaps=40, checks=14)
SCREEN = Caps(exceptions=200, files=200, dossiers=8, gaps=400, checks=400)


def sample_size(company: Company) -> int:
    """Return the attribute sample for zero expected deviations: the least n with (1 - t)^n <= 1 - c."""
    limits = company.thresholds
    return max(1, math.ceil(math.log1p(-limits.confidence) / math.log1p(-limits.tolerable_deviation) - 1e-9))


def build(con: duckdb.DuckDBPyConnection, company: Company, *, soa: Soa, exceptions: Exceptions, facts: ReportFacts,
          caps: Caps) -> dict[str, Any]:
    """Return everything the templates show.

    Raises:
        SourceError: a figure cannot be computed.
        ConfigError: a text that ran cannot be read.
    """
    checks = {row["check_id"]: row for row in query.rows(con, "checks")}
    texts = docs.checks(facts)
    context: dict[str, Any] = {
        "sections": SECTIONS, "company": company, "soa": soa, "facts": facts, "caps": caps,
        "param": query.one(con, "param"), "head": query.one(con, "headline"),
        "checks": list(checks.values()), "texts": texts, "framework": docs.framework(facts),
        "glossary": words.vocabulary()["glossary"], "marks": words.MARKS, "seal_state": seal_state(facts),
        "undetermined": query.rows(con, "undetermined"),
        "reasons": _grouped(query.rows(con, "check_reasons"), "check_id"),
    }
    context |= _controls(con, soa, context["framework"], checks)
    context |= _sources(con, company, facts, caps)
    context |= _completeness(con)
    context |= {name: query.rows(con, name) for name in (
        "tiers", "identities", "links", "approvals", "approvers", "stale", "ability", "gateways",
        "masking_chains", "masking_entities", "findings", "canaries")}
    context |= _exceptions(con, facts, exceptions, caps)
    context |= _samples(con, company, facts, caps)
    context["ledger"] = query.one(con, "ledger")
    context["settings"] = _grouped(query.rows(con, "settings"), "kind")
    return context


def seal_state(facts: ReportFacts) -> str:
    """Return ``unsigned``, ``test`` or ``sealed``: which banner the report carries."""
    if facts.signer is None:
        return "unsigned"
    return "test" if facts.test_key else "sealed"


def _grouped(rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


def _controls(con: duckdb.DuckDBPyConnection, soa: Soa, framework: docs.Framework,
              checks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    declared = {row.control: row for row in soa.controls}
    blank = docs.ControlDoc("", "", "", "", ())
    found = []
    for row in query.rows(con, "controls"):
        names = [name for name in row["checks"].split(",") if name]
        found.append({
            **row,
            "state": words.control_state(row["operating"], row["testability"], applicable=row["applicable"]),
            "design_state": words.control_state(row["design"], row["testability"], applicable=row["applicable"]),
            "doc": framework.controls.get(row["control_id"], blank),
            "check_rows": [checks[name] for name in names if name in checks],
            "soa": declared.get(row["control_id"]),
        })
    themes = [(theme, list(rows)) for theme, rows in groupby(found, key=lambda item: item["doc"].theme)]
    return {"controls": found, "themes": themes, "coverage_line": query.one(con, "control_coverage"),
            "control_counts": query.rows(con, "control_counts")}


def _sources(con: duckdb.DuckDBPyConnection, company: Company, facts: ReportFacts, caps: Caps) -> dict[str, Any]:
    by_source = {name: _grouped(query.rows(con, name), "source_id")
                 for name in ("files", "rejects", "skips", "tie_out", "capabilities", "coverage")}
    declared = {source.id: source for source in company.sources}
    connectors = docs.connectors(facts)
    found = []
    for row in query.rows(con, "sources"):
        mine = {name: groups.get(row["source_id"], []) for name, groups in by_source.items()}
        found.append({
            **row, "parts": mine, "declared": declared.get(row["source_id"]), "doc": connectors.get(row["connector"]),
            "shown_files": mine["files"][:caps.files],
            "gaps": [part for part in mine["coverage"] if part["state"] != "covered"],
            "balanced": row["lines"] == row["records"] + row["rejects"] + row["blanks"],
        })
    return {"sources": found, "sources_by_connector": connectors}


def _completeness(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    param = query.one(con, "param")
    coverage = query.rows(con, "coverage")
    start, end = param["period_from"], param["period_to"]
    return {
        "days": query.rows(con, "reconciliation_days"),
        "verdicts": query.rows(con, "reconciliation_verdicts"),
        "calendar": figures.calendar(coverage, start, end),
        "streams": len({(row["source_id"], row["stream"]) for row in coverage}),
        "gaps": [row for row in coverage if row["state"] != "covered"],
        "heat_maps": figures.heat_maps(query.rows(con, "traffic"), start, end),
        "silent_hours": query.rows(con, "silent_hours"),
        "skews": query.rows(con, "skew"), "sensitivity": query.rows(con, "sensitivity"),
        "irregularities": query.rows(con, "irregularities"),
    }


def _exceptions(con: duckdb.DuckDBPyConnection, facts: ReportFacts, exceptions: Exceptions,
                caps: Caps) -> dict[str, Any]:
    rows = list(tables.register(con, facts, exceptions, first_k=caps.exceptions))
    used = {row["exception_id"] for row in query.rows(con, "approved_used")}
    last_day = f"{(facts.period.end - timedelta(microseconds=1)).astimezone(ZoneInfo(facts.period.zone)):%Y-%m-%d}"
    approved = [{"item": item, "used": item.id in used, "expired": item.expires < last_day}
                for item in sorted(exceptions.exceptions, key=lambda item: item.id)]
    return {"register": _grouped(rows, "check_id"), "approved_exceptions": approved}


def _samples(con: duckdb.DuckDBPyConnection, company: Company, facts: ReportFacts, caps: Caps) -> dict[str, Any]:
    size = sample_size(company)
    picks = query.rows(con, "sample", seed=facts.seed, size=size)
    return {"picks": picks, "sample_size": size, "seed": facts.seed,
            "dossiers": [_dossier(con, number, pick["interaction_id"])
                         for number, pick in enumerate(telling(picks)[:caps.dossiers], 1)]}


def telling(picks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the picks worth a page first: one of each kind of story, then the rest, in the order of the draw."""
    seen: set[tuple[bool, bool]] = set()
    first: list[Mapping[str, Any]] = []
    rest: list[Mapping[str, Any]] = []
    for pick in picks:
        story = (pick["approval_required"] and pick["approval_verdict"] == "valid", bool(pick["deviations"]))
        (rest if story in seen else first).append(pick)
        seen.add(story)
    first.sort(key=lambda pick: (pick["approval_verdict"] != "valid", not pick["deviations"], pick["pick"]))
    return [*first, *rest]


def _dossier(con: duckdb.DuckDBPyConnection, number: int, interaction_id: str) -> dict[str, Any]:
    row = query.one(con, "dossier", interaction_id=interaction_id)
    states = {"identity": words.state("identity", row["identity_state"]),
              "approval": words.state("approval", row["approval_verdict"]),
              "masking": words.state("masking", row["masking_verdict"]),
              "caller": words.word("caller", row["caller_class"])}
    return {"number": number, "row": row, "states": states, "stations": figures.journey(row, states),
            "links": query.rows(con, "dossier_links", interaction_id=interaction_id),
            "results": query.rows(con, "dossier_results", interaction_id=interaction_id)}
