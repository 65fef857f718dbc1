"""What the tests of connectors share: records as batches, a normaliser, and the sum that every batch must meet."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pyarrow as pa
import yaml

from evidence import connector, connector_cases
from evidence.ingest.readers import decoders
from evidence.normalize import Normalized, Normalizer

WHEN = datetime(2026, 9, 30, 22, tzinfo=UTC)


def batch(raws: list[Any]) -> pa.RecordBatch:
    """Return records of texts, or of values written as JSON."""
    texts = [raw if isinstance(raw, str) else json.dumps(raw) for raw in raws]
    return pa.record_batch({
        "record_no": pa.array(range(1, len(texts) + 1), pa.int64()),
        "locator": pa.array([f"{'0' * 64}#{n}" for n in range(1, len(texts) + 1)], pa.string()),
        "raw": pa.array(texts, pa.string()),
        "record_hash": pa.array([hashlib.sha256(text.encode()).hexdigest() for text in texts], pa.string())})


@cache
def normalizer(name: str) -> Normalizer:
    """Return one normaliser per connector for all tests, so that its reuse is tested too."""
    chosen = connector.load(name)
    return Normalizer(chosen, source_id="src", issuer="tenant", observed_at=WHEN, options=_needed(chosen))


def _needed(chosen: connector.Connector) -> dict[str, Any]:
    """Return the options of its last case for a connector that cannot do without any."""
    if not any(option.required for option in chosen.options.values()):
        return {}
    path = connector_cases.cases(chosen)[-1]
    expected = yaml.safe_load(path.with_name(path.stem + ".expected.yaml").read_text("utf-8"))
    return dict(expected["given"]["options"])


def run(name: str, raws: list[Any], engine: Normalizer | None = None) -> Normalized:
    """Normalise records by a connector."""
    chosen = connector.load(name)
    records = batch(raws)
    chosen_engine = engine or normalizer(name)
    return chosen_engine.batch(*decoders.opened(records, chosen, chosen_engine.options))


def numbers(table: pa.Table) -> set[int]:
    """Return the record numbers that the locators of a table name."""
    return {int(locator.rpartition("#")[2]) for locator in table["locator"].to_pylist()}


def conserved(out: Normalized, count: int) -> bool:
    """Whether each record became a row, a reject or a skip, and no record is skipped that gave rows."""
    rows = set().union(*(numbers(table) for table in out.rows.values()))
    skips = numbers(out.skips)
    return rows | skips | numbers(out.rejects) == set(range(1, count + 1)) and not rows & skips
