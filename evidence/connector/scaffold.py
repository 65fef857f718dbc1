"""A new connector to start from: it reads one invented record, fills its relations, and passes its own test."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from evidence.errors import ConfigError, UsageError
from evidence.relations import Column, Relation, canonical, relation

_ENGINE: Final = frozenset({"source_id", "native_id", "ordinal", "locator", "record_hash", "observed_at"})
_TEXT: Final = """\
# yaml-language-server: $schema={schema}
id: {name}
title: {name}, what it is in a few words
role: idp                     # gateway, idp, directory, copilot, approvals or people
vendor_page: "none: put the address of the vendor's description here"
reads: >
  What the export is called, where it is found, which shapes it comes in.
reader: {{format: json}}        # json, csv, lines, parquet, or a list of them
shape:                        # the fields you use, as texts; what is not listed stays in the record
  id: VARCHAR
  at: VARCHAR
  who: VARCHAR
require: [id, at]             # without these a record is nothing
times: {{at: utc}}              # must be readable by this macro where given
detect: {{all: [id, at, who]}}  # what tells your records from everybody else's
capabilities: []              # what it proves; what is not listed is reported as not evidenced
relations: [{relations}]
limits: >
  What this source cannot show, in words for the report.
"""
_RECORD: Final = {"id": "event-1", "at": "2026-10-01T09:00:00Z", "who": "mia@acme.example"}


def make(name: str, fills: Sequence[str], into: Path, schema: str) -> Path:
    """Write the folder of a new connector and return it. ``schema`` is where editors find the JSON Schema.

    Raises:
        UsageError: there is such a folder already, or the name is none.
        ConfigError: a relation is unknown, or is not one that connectors fill.
    """
    folder = into / name
    if not re.fullmatch(r"[a-z0-9][a-z0-9_]{0,63}", name):
        raise UsageError(f"expected a name of lower-case letters, digits and _, found {name!r}")
    if folder.exists():
        raise UsageError(f"{folder} is there already", advice="choose another name, or work on the one that is there")
    known = {one.name for one in canonical()}
    if unknown := sorted(set(fills) - known):
        raise ConfigError(f"no connector fills {', '.join(unknown)}", advice="known: " + ", ".join(sorted(known)))
    (folder / "cases").mkdir(parents=True)
    text = _TEXT.format(name=name, relations=", ".join(fills), schema=schema)
    (folder / "connector.yaml").write_text(text, "utf-8")
    for one in fills:
        (folder / f"{one}.sql").write_text(statement(relation(one)), "utf-8")
    (folder / "cases" / "first.jsonl").write_text(json.dumps(_RECORD) + "\n", "utf-8")
    return folder


def statement(target: Relation) -> str:
    """Return a SELECT that fills what a relation demands; what it could fill besides stands in comments."""
    own = [column for column in target.columns if column.name not in _ENGINE]
    given = ["r.record_no", "r.s.id AS native_id", *(f"{_value(target, c)} AS {c.name}" for c in own if c.required)]
    lines = [f"-- {target.meaning}", "SELECT " + ",\n       ".join(given)]
    lines += [f"       -- , {column.name} ({column.type}): {column.comment}" for column in own if not column.required]
    return "\n".join([*lines, "FROM record AS r"]) + "\n"


def _value(target: Relation, column: Column) -> str:
    if column.type == "TIMESTAMP":
        later = " + INTERVAL 1 DAY" if column.name in {"end_time", "valid_to"} else ""
        return f"utc(r.s.at){later}"
    if allowed := list(_allowed(target, column.name)):
        return f"'{allowed[0]}'"
    return {"BIGINT": "0", "BOOLEAN": "false"}.get(column.type, "r.s.who")


def _allowed(target: Relation, name: str) -> Iterator[str]:
    """Yield the values that a constraint allows in a column."""
    if match := re.search(rf"CHECK \({name} IN \(([^)]*)\)", target.statement):
        yield from re.findall(r"'([^']*)'", match[1])
