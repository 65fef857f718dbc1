"""Whatever a record looks like, it is accounted for: rows, a reject or a skip, and never a traceback."""

from __future__ import annotations

import copy
import json
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence import connector, connector_cases
from evidence.ingest.readers.feed import feed
from tests.connectors.kit import conserved, run

NAMES = [c.id for c in connector.all_connectors()]
ODD = st.sampled_from([
    None, True, False, 0, -1, 1.5, 10**30, "", " ", "\u0000", "\ud7ff", "x" * 300, "true", "9999-12-31T00:00:00Z",
    "0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "-infinity", "infinity", "Infinity", "NaN", "1e400", "''; DROP TABLE record", [], [None], [[]],
    [1, "a", None, {}], {}, {"": None}, {"id": {"id": []}}, "2026-09-14", "290309-12-31T23:59:59Z", "🦆" * 5, "--", "%%%", "====", "A" * 23])


@cache
def seeds(name):
    """Records of the connector's own cases."""
    chosen = connector.load(name)
    raws = [raw for path in connector_cases.cases(chosen) for records, _, _ in feed(chosen, path) for raw in records["raw"].to_pylist()]
    return [json.loads(raw) for raw in raws]


def places(value, path=()):
    """Every place in a record, as a path."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items)[:60]:
        yield from places(inner, (*path, key))


def put(value, path, new):
    """Return the record with another value at one place."""
    if not path:
        return new
    value = copy.copy(value)
    value[path[0]] = put(value[path[0]], path[1:], new)
    return value


@st.composite
def mangled(draw, name):
    """A record of a case with up to three values replaced, or its text cut or spoiled."""
    record = draw(st.sampled_from(seeds(name)))
    for _ in range(draw(st.integers(1, 3))):
        record = put(record, draw(st.sampled_from(list(places(record)))), draw(ODD))
    text = json.dumps(record)
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return text[:draw(st.integers(0, len(text)))]
    return text + "}" if kind == 1 else text


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_mangled_record_is_accounted_for(name, data):
    """Values of the wrong type, out of range or cut short become rejects with a reason, record by record."""
    raws = data.draw(st.lists(mangled(name), min_size=1, max_size=15))
    out = run(name, raws)
    assert conserved(out, len(raws))
    assert all(row["reason"] for row in out.rejects.to_pylist())


@pytest.mark.parametrize("name", NAMES)
def test_no_sound_record_breaks_a_statement(name):
    """On the records of the cases no statement fails: ``sql_error`` would mean a cast that should have been a TRY."""
    out = run(name, seeds(name))
    assert conserved(out, len(seeds(name)))
    assert "sql_error" not in out.rejects["reason"].to_pylist()
