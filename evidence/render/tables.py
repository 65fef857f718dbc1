"""The tables of the package: what a machine reads, and what an auditor sorts in a spreadsheet.

Everything is ordered, UTF-8, LF, and made of integers and strings: the same tables give the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from evidence import constants, relations
from evidence.errors import SealError
from evidence.render import docs, query
from evidence.render.facts import ReportFacts
from evidence.render.show import cell, instant

if TYPE_CHECKING:
    import duckdb

    from evidence.model import Company, Exceptions

ALL = 2**62
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
SAMPLE = ("pick", "draw", "interaction_id", "event_time", "who", "connection", "risk_level", "identity_state",
          "sign_in_tier", "approval_required", "approval_verdict", "masking_verdict", "outcome", "deviations")
EXCEPTIONS = ("check_id", "severity", "status", "subject_kind", "subject", "event_time", "who", "place", "reason",
              "explanation", "expected", "actual", "exception_id", "approved_by", "expires", "root_cause", "response",
              "due", "record_refs")


def plain(value: Any) -> Any:
    """Return a value as JSON may hold it here: instants as text, integers, strings, true, false and null."""
    return instant(value) if isinstance(value, datetime) else value


def line(row: Mapping[str, Any]) -> bytes:
    """Return one object as a canonical JSON line: sorted keys, no blanks, UTF-8; RFC 8785, as there are no floats."""
    return orjson.dumps(row, option=_CANONICAL)


def document(data: Any) -> bytes:
    """Return a JSON document for people and machines: sorted keys, two blanks of indent, UTF-8, LF."""
    return json.dumps(data, sort_keys=True, indent=2, ensure_ascii=False, default=plain).encode() + b"\n"


def _place(out: Path, name: str) -> Path:
    path = f"evidence/{name}"
    if not constants.NAME.fullmatch(path) or len(path) > constants.NAME_LIMIT:
        raise SealError(f"{name!r} cannot be the name of a file in a package",
                        advice="use letters, digits, dots, hyphens and underscores")
    target = out / path
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _write(out: Path, name: str, data: bytes) -> None:
    _place(out, name).write_bytes(data)


def _write_csv(out: Path, name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    with _place(out, name).open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([cell(row[column]) for column in columns] for row in rows)


def _write_lines(out: Path, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    with _place(out, name).open("wb") as handle:
        handle.writelines(line(row) for row in rows)


def write(con: duckdb.DuckDBPyConnection, company: Company, *, exceptions: Exceptions, facts: ReportFacts,
          sample_size: int, out: Path) -> None:
    """Write ``out/evidence/**`` except the chains, which the seal writes.

    Raises:
        SourceError: a figure cannot be computed.
        SealError: a name cannot be part of a package.
    """
    _write(out, "controls.json", document(query.rows(con, "controls")))
    _write(out, "coverage.json", document(_coverage(con)))
    _write(out, "sources.json", document(_sources(con, company)))
    _write(out, "summary.json", document(summary(con, company, facts)))
    _write_csv(out, "exceptions.csv", EXCEPTIONS, register(con, facts, exceptions, first_k=ALL))
    rows = query.stream(con, "reconciliation_rows")
    _write_csv(out, "reconciliation.csv", _columns("reconciliation_rows", con), rows)
    _write_lines(out, "results.ndjson", query.stream(con, "results"))
    _write_csv(out, "sample.csv", SAMPLE, query.stream(con, "sample", seed=facts.seed, size=sample_size))
    _populations(con, out)
    for name in sorted(facts.sql):
        _write(out, f"sql/{name}.sql", facts.sql[name])
    for name in query.names():
        _write(out, f"sql/report/{name}.sql", query.statement(name).encode())
    for name in sorted(facts.config):
        _write(out, f"config/{name}", facts.config[name])
    _write_csv(out, "data-dictionary.csv", ("relation", "kind", "meaning", "column", "type", "required", "explanation"),
               dictionary())


def _columns(name: str, con: duckdb.DuckDBPyConnection) -> list[str]:
    con.execute(f"SELECT * FROM ({query.statement(name)}) AS q LIMIT 0")  # noqa: S608 - our own query
    return [column[0] for column in con.description or ()]


def _coverage(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    hidden = {"left_us", "right_us", "whole_us"}
    rows = [{k: v for k, v in row.items() if k not in hidden} for row in query.rows(con, "coverage")]
    return {"coverage": rows, "skew": query.rows(con, "skew")}


def _sources(con: duckdb.DuckDBPyConnection, company: Company) -> list[dict[str, Any]]:
    parts = {name: query.rows(con, name) for name in ("files", "rejects", "skips", "tie_out", "capabilities")}
    declared = {source.id: source for source in company.sources}
    found = []
    for row in query.rows(con, "sources"):
        mine = {name: [{k: v for k, v in part.items() if k != "source_id"} for part in rows
                       if part["source_id"] == row["source_id"]] for name, rows in parts.items()}
        source = declared.get(row["source_id"])
        found.append({**row, **mine, "capabilities": [item["capability"] for item in mine["capabilities"]],
                      "exported_by": source.exported_by if source else None,
                      "query": source.query if source else None})
    return found


def summary(con: duckdb.DuckDBPyConnection, company: Company, facts: ReportFacts) -> dict[str, Any]:
    """Return the figures of the first page as data; also attached to the PDF.

    Number, edition and reference time of the package are left out: ``evidence/`` of a month that is run again is the
    same as long as nothing in it would change.
    """
    return {
        "organisation": company.organisation,
        "scope": company.scope.label,
        "framework": company.framework,
        "period": {"label": facts.period.label, "zone": facts.period.zone, "from": instant(facts.period.start),
                   "to": instant(facts.period.end)},
        "tool": facts.tool,
        "tree": {"root": facts.tree_root, "size": facts.tree_size},
        "figures": query.one(con, "headline"),
        "controls": query.rows(con, "control_counts"),
        "checks": query.rows(con, "checks"),
    }


def register(con: duckdb.DuckDBPyConnection, facts: ReportFacts, exceptions: Exceptions, *,
             first_k: int) -> Iterable[dict[str, Any]]:
    """Yield the exceptions register: every deviation with its approved exception, or without one."""
    checks = docs.checks(facts)
    approved = {item.id: item for item in exceptions.exceptions}
    for row in query.stream(con, "exceptions", first_k=first_k):
        check, item = checks.get(row["check_id"]), approved.get(row["exception_id"] or "")
        yield {
            **row,
            "status": "approved" if row["exception_id"] else "open",
            "explanation": check.reason(row["reason"]) if check else row["reason"],
            "approved_by": item.approved_by if item else None,
            "expires": item.expires if item else None,
            "root_cause": item.root_cause if item else None,
            "response": item.response if item else None,
            "due": item.due if item else None,
        }


def _populations(con: duckdb.DuckDBPyConnection, out: Path) -> None:
    for row in query.rows(con, "checks"):
        _write(out, f"populations/{row['check_id']}.txt", b"")
    name, handle = "", None
    for row in query.stream(con, "populations"):
        if row["check_id"] != name:
            if handle:
                handle.close()
            name = row["check_id"]
            handle = _place(out, f"populations/{name}.txt").open("wb")
        if handle:
            handle.write(f"{row['subject']}\n".encode())
    if handle:
        handle.close()
    with _place(out, "populations/interactions.txt").open("wb") as everything:
        everything.writelines(f"{row['interaction_id']}\n".encode() for row in query.stream(con, "interactions"))


def dictionary() -> Iterable[dict[str, Any]]:
    """Yield the data dictionary: every column of every relation, as its schema says it."""
    for relation in sorted(relations.of_kind("append_only", "snapshot", "derived", "ledger", "result", "setting"),
                           key=lambda item: item.name):
        for column in relation.columns:
            yield {"relation": relation.name, "kind": relation.kind, "meaning": relation.meaning,
                   "column": column.name, "type": column.type, "required": "yes" if column.required else "no",
                   "explanation": column.comment}


def digest(out: Path, folder: str = "evidence") -> str:
    """Return the digest over a folder of the package: what ``grep '  evidence/' SHA256SUMS | sha256sum`` prints."""
    base = out / folder
    lines = sorted(
        (path.relative_to(out).as_posix().encode(), _sha256(path).encode())
        for path in base.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(sha + b"  " + name + b"\n" for name, sha in lines)).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def contents(out: Path) -> list[dict[str, Any]]:
    """Return what ``evidence/`` holds for the verification page: files by name, folders as one line with a digest."""
    found = []
    for path in sorted((out / "evidence").iterdir()):
        name = path.relative_to(out).as_posix()
        files = sorted(part for part in path.rglob("*") if part.is_file()) if path.is_dir() else [path]
        found.append({"name": name + "/" * path.is_dir(), "files": len(files),
                      "bytes": sum(part.stat().st_size for part in files),
                      "sha256": digest(out, name) if path.is_dir() else _sha256(path)})
    return found
