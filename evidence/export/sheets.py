"""Results as a workbook for people and as Parquet for programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, Final

from evidence.errors import MissingExtraError
from evidence.export.sealed import Sealed

_ROWS: Final = 100_000
_CELL: Final = 32_000
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot carry."""
_RESULT: Final = ("check_id", "subject_kind", "subject", "verdict", "reason", "severity", "expected", "actual",
                  "person_id", "connection", "exception_id", "record_refs")


def write_xlsx(sealed: Sealed, path: Path) -> None:
    """Write controls, checks and exceptions as sheets. Every cell of text is text: nothing in it is computed.

    Raises:
        MissingExtraError: XlsxWriter is not installed.
    """
    import pandas as pd

    if find_spec("xlsxwriter") is None:
        raise MissingExtraError("a workbook needs XlsxWriter",
                                advice="install copilot-evidence[xlsx], or export as parquet")
    sheets = {"controls": sealed.controls, "checks": sealed.summary["checks"], "exceptions": sealed.exceptions()}
    inert = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": inert}) as writer:
        # The instant of the period, not of today: the same package gives the same workbook.
        sealed_for = datetime.fromisoformat(sealed.statement["period"]["to"]).astimezone(UTC).replace(tzinfo=None)
        writer.book.set_properties({"title": sealed.package_id, "created": sealed_for})
        for name, rows in sheets.items():
            frame = pd.DataFrame([{key: _cell(value) for key, value in row.items()} for row in rows])
            frame.to_excel(writer, sheet_name=name, index=False)
            writer.sheets[name].freeze_panes(1, 1)


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    shown = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", value)
    return shown if len(shown) <= _CELL else shown[:_CELL] + " (cut: the whole text is in the package)"


def write_parquet(sealed: Sealed, path: Path) -> None:
    """Write every verdict on every member of every population, a row group at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([pa.field(name, pa.string()) for name in _RESULT],
                       metadata={"package_id": sealed.package_id, "tree_root": sealed.statement["tree"]["root"]})
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for rows in _parts(sealed.results()):
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def _parts(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while part := list(islice(rows, _ROWS)):
        yield part
