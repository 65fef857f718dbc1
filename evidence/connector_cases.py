"""Cases of connectors: a file in the vendor's shape, and beside it what must become of it.

``cases/<name>.<any suffix>`` is read as an export would be, a folder ``<name>.zip`` as a ZIP with its files;
``cases/<name>.expected.yaml`` lists every row, reject, skip and text. What the settings of the source would add
(issuer, observed_at, options) stands there under ``given``. Columns that are NULL, and those that name the source and
the hash of the record, are left out.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import yaml
from pydantic import Field

from evidence.connector import Connector
from evidence.connector.page import EXPECTED, case_files, table
from evidence.errors import ConfigError, Where
from evidence.fields import Frozen, Instant
from evidence.normalize import Normalizer

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Comparison", "Given", "cases", "covered", "run_case", "table", "write_case"]

_LEFT_OUT: Final = {"source_id", "locator", "record_hash"}


class Refused(Protocol):
    """What a reader says of a line that is no record."""

    @property
    def number(self) -> int:
        """Its number; -1 for the whole file."""

    @property
    def reason(self) -> str:
        """Why it is none."""


Feed = Callable[[Connector, Path, Mapping[str, str]],
                Iterable[tuple["pa.RecordBatch", "pa.Table | None", Iterable[Refused]]]]


class Given(Frozen):
    """What evidence.yaml would say of the source."""

    issuer: str | None = None
    observed_at: Instant | None = None
    options: dict[str, str | dict[str, str]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a case gave and what it should have given; ``difference`` is a unified diff, empty where they agree."""

    connector: str
    case: str
    expected: str
    actual: str

    @property
    def ok(self) -> bool:
        """Whether they agree."""
        return self.expected == self.actual

    @property
    def difference(self) -> str:
        """Lines of the expectation that are not met (-) and lines that were not expected (+)."""
        return "".join(difflib.unified_diff(self.expected.splitlines(keepends=True),
                                            self.actual.splitlines(keepends=True), "expected", "actual"))


def cases(connector: Connector) -> list[Path]:
    """Return the input files of a connector's cases, by name.

    Raises:
        ConfigError: the connector has none.
    """
    found = sorted(case_files(connector))
    if not found:
        raise ConfigError("expected at least one case, found none", where=Where(str(connector.folder / "cases")))
    return found


def run_case(connector: Connector, path: Path, feed: Feed) -> Comparison:
    """Run one case. ``feed`` reads a file for a connector into batches of records, parts and rejects.

    Raises:
        ConfigError: the expectation is missing or cannot be read.
    """
    where = _expected_path(path)
    if not where.is_file():
        raise ConfigError("expected a file beside the case, found none", where=Where(str(where)),
                          advice="evidence connectors test --write makes it; read it before you keep it")
    try:
        expected = yaml.safe_load(where.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise ConfigError(f"not YAML: {error}", where=Where(str(where))) from error
    given = Given.model_validate(expected.get("given") or {})
    return Comparison(connector.id, path.stem, _text(expected), _text(_run(connector, path, feed, given)))


def write_case(connector: Connector, path: Path, feed: Feed) -> Path:
    """Write what a case gives now as its expectation, keeping what is given; return the file."""
    where = _expected_path(path)
    before = yaml.safe_load(where.read_text("utf-8")) if where.is_file() else {}
    given = Given.model_validate((before or {}).get("given") or {})
    where.write_text(_text(_run(connector, path, feed, given)), "utf-8")
    return where


def covered(connector: Connector) -> set[str]:
    """Return the relations of which a case of the connector expects rows."""
    found: set[str] = set()
    for path in cases(connector):
        expected = yaml.safe_load(_expected_path(path).read_text("utf-8"))
        found |= {name for name, rows in (expected.get("rows") or {}).items() if rows}
    return found


def _expected_path(path: Path) -> Path:
    return path.with_name(path.stem + EXPECTED)


def _run(connector: Connector, path: Path, feed: Feed, given: Given) -> dict[str, Any]:
    normalizer = Normalizer(connector, source_id="case", issuer=given.issuer, options=given.options,
                            observed_at=given.observed_at)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in connector.relations}
    rejects: list[dict[str, Any]] = []
    skips: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    for records, parts, refused in feed(connector, path, normalizer.options):
        rejects += [{"record": r.number, "reason": r.reason} for r in refused]
        out = normalizer.batch(records, parts)
        for name, found in out.rows.items():
            rows[name] += [_row(row) for row in found.to_pylist()]
        rejects += [_record(row) | {key: row[key] for key in ("relation", "reason") if row[key]}
                    for row in out.rejects.to_pylist()]
        skips += [_record(row) | {"reason": row["reason"]} for row in out.skips.to_pylist()]
        places = {(name, *_key(row)): place for name, found in out.rows.items()
                  for place, row in enumerate(found.to_pylist())}
        found = sorted(out.texts.to_pylist(), key=lambda row: places[(row["relation"], *_key(row))])
        texts += [{"of": row["native_id"], "field": row["field"], "text": row["text"]}
                  for row in sorted(found, key=lambda row: (list(out.rows).index(row["relation"]), row["field"]))]
    normalizer.close()
    result: dict[str, Any] = {"given": given.model_dump(mode="json", exclude_defaults=True)} if given != Given() else {}
    return result | {"rows": {name: found for name, found in rows.items() if found}, "rejects": rejects, "skips": skips,
                     "texts": texts}


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["native_id"], row["ordinal"], row["locator"]


def _record(row: dict[str, Any]) -> dict[str, Any]:
    return {"record": int(str(row["locator"]).rpartition("#")[2])}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return _record(row) | {key: _plain(key, value) for key, value in row.items()
                           if value is not None and key not in _LEFT_OUT}


def _plain(key: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
    if key.endswith("_part") and ":" in str(value):
        return "decoder:" + str(value).partition(":")[2] if not str(value).startswith("record:") else value
    return value


def _text(data: dict[str, Any]) -> str:
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=118)
