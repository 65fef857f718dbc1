"""Tables whose fields come in columns of their own give what the same records give when they are read from JSON."""

from __future__ import annotations

import csv
import json

import pytest
import yaml

from evidence import connector, connector_cases
from evidence.connector.settings import apart
from evidence.ingest.readers.feed import feed
from evidence.normalize import Normalizer
from tests.connectors.kit import WHEN

ODD = ("", " ", "\0", 'said "no", twice', "back\\slash \\u0041", "two\r\nlines", "\ttab", "\x7f\x85", "9999-12-31T00:00:00Z",
       "2026-02-30T00:00:00Z", "2026-10-01T00:00:00Z", "-1", "1e400", "true", "null", "{}", '{"a":1}', "🦆", "\ud7ff", "x" * 300)
TABLES = [(chosen.id, path) for chosen in connector.all_connectors() for path in connector_cases.cases(chosen) if path.suffix == ".csv"]

APART = {"approvals_csv", "directory_csv", "entra_log_analytics", "entra_portal_audit", "entra_portal_sign_in",
         "entra_ual", "generic_idp", "github_copilot_billing", "m365_purview", "people_csv"}


def engine(name, path):
    """A normaliser for a case, and its options."""
    given = yaml.safe_load(path.with_name(path.stem + ".expected.yaml").read_text("utf-8")).get("given") or {}
    return Normalizer(connector.load(name), source_id="src", issuer="tenant", observed_at=WHEN, options=given.get("options"))


def odd(chosen, path, options, target):
    """Write the rows of a case as they are, and again with an odd value in one cell after another."""
    rows = [json.loads(raw) for records, _, _ in feed(chosen, path, options) for raw in records["raw"].to_pylist()]
    names = list(rows[0])
    marks = (chosen.reader.delimiter,) if isinstance(chosen.reader.delimiter, str) else chosen.reader.delimiter
    with target.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [*names, "more"], delimiter=marks[0], restval="")
        table.writeheader()
        table.writerows(rows)
        table.writerows(row | {name: value} for row in rows[:3] for name in names for value in ODD)
    return target


@pytest.mark.parametrize(("name", "path"), [table for table in TABLES if table[0] in APART], ids=lambda one: getattr(one, "stem", one))
def test_columns_and_json_give_the_same(name, path, tmp_path):
    """Rows, texts, rejects and skips are the same, whatever stands in the cells, all at once and a few at a time."""
    chosen, used = connector.load(name), engine(name, path)
    for records, parts, _ in feed(chosen, odd(chosen, path, used.options, tmp_path / "odd.csv"), used.options):
        # A file that fills its batches to the last row ends with one that has nothing in it.
        assert records.num_columns == 4 + len(apart(chosen, used.options)) or not records.num_rows
        narrow = records.select(["record_no", "locator", "raw", "record_hash"])
        for start, size in ((0, records.num_rows), *((start, 9) for start in range(0, 90, 9)), (3, 1)):
            one, other = (used.batch(table.slice(start, size), parts) for table in (records, narrow))
            assert one.rows.keys() == other.rows.keys()
            assert all(one.rows[kind].equals(other.rows[kind]) for kind in one.rows)
            assert all(getattr(one, kind).equals(getattr(other, kind)) for kind in ("texts", "rejects", "skips"))
            assert one.fan_out == other.fan_out


def test_which_connectors_are_read_so():
    """Connectors that change a record before it is kept, or see more of it than texts, have no columns of their own."""
    assert {name for name, path in TABLES if apart(connector.load(name), engine(name, path).options)} == APART
