"""One row for each key: which of several rows holds, and what the others say about the source.

Of two sights of one object at one instant the state that is further on holds, then the one that knows more: a page of
a list says less of an approval than the detail behind it.
"""
# ruff: noqa: S608 - statements are made of the names of the schema alone

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from evidence import relations
from evidence.relations import Relation

if TYPE_CHECKING:
    import duckdb

FURTHER_ON: Final = {
    "session": "CASE WHEN end_time IS NOT NULL THEN 20 WHEN status = 'done' THEN 10 ELSE 0 END"
               " + CASE recording WHEN 'lost' THEN 2 WHEN 'recorded' THEN 1 ELSE 0 END",
    "exchange": "CASE WHEN outcome IN ('unknown', 'no_response') THEN 0 ELSE 1 END",
    "approval": "CASE status WHEN 'unknown' THEN 0 WHEN 'pending' THEN 1 WHEN 'approved' THEN 2 ELSE 3 END",
    "approval_decision": "CASE status WHEN 'unknown' THEN 0 WHEN 'pending' THEN 1 WHEN 'approved' THEN 2 ELSE 3 END",
    "masking_claim": "COALESCE(n_masked, 0)",
    "usage": "COALESCE(quantity_micro, 0)",
}
"""How far on a state is, where the same object was seen twice at the same instant (or at none that is known)."""
_FINDINGS: Final = """(
    SELECT f.* REPLACE (CASE WHEN c.value_hmac IS NOT NULL THEN 'canary' ELSE f.flag END AS flag)
    FROM raw.finding AS f LEFT JOIN cfg_canary AS c ON c.entity_type = f.entity_type AND c.value_hmac = f.value_hmac
    WHERE f.rule_id NOT LIKE 'directory.%' OR NOT EXISTS (
        SELECT 1 FROM raw.finding AS o
        WHERE o.rule_id NOT LIKE 'directory.%' AND o.source_id = f.source_id AND o.exchange_ref = f.exchange_ref
            AND o.field = f.field AND o.off_bytes = f.off_bytes AND o.entity_type = f.entity_type))"""
"""What people's dictionary and a rule both found at one place counts once; what was sent to be found is said."""
_CUSTODY: Final = frozenset({"locator", "record_hash", "observed_at", "event_time_raw"})
_ROW: Final = ("source_id", "native_id", "ordinal", "locator")


def deduplicate(con: duckdb.DuckDBPyConnection) -> None:
    """Define the relations of ``main`` over those of ``raw``, and fill ``duplicate`` and ``altered``.

    The rows left out are listed once, in ``dropped``, so that a query for a day still reads that day alone.
    """
    con.execute("CREATE SCHEMA dropped")
    con.execute("CREATE TABLE duplicate (relation VARCHAR NOT NULL, source_id VARCHAR NOT NULL,"
                " native_id VARCHAR NOT NULL, copies BIGINT NOT NULL)")
    con.execute("CREATE TABLE altered (relation VARCHAR NOT NULL, source_id VARCHAR NOT NULL,"
                " native_id VARCHAR NOT NULL, versions BIGINT NOT NULL)")
    for relation in relations.canonical():
        _collect(con, relation)
        on = " AND ".join(f"d.{c} = r.{c}" for c in _ROW)
        _define(con, relation.name, f"dropped.{relation.name}", on)
    # A text that was received twice was scanned twice: what was found counts once, with the exchange that holds.
    on = "d.source_id = r.source_id AND d.native_id = r.exchange_ref AND d.locator = r.locator"
    _define(con, "placeholder", "dropped.exchange", on)
    _define(con, "finding", "dropped.exchange", on, source=_FINDINGS)
    for name in ("reject", "skip"):
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM raw.{name}")


def _define(con: duckdb.DuckDBPyConnection, name: str, dropped: str, on: str, source: str | None = None) -> None:
    empty = con.execute(f"SELECT count(*) FROM {dropped}").fetchall() == [(0,)]
    where = "" if empty else f" WHERE NOT EXISTS (SELECT 1 FROM {dropped} AS d WHERE {on})"
    con.execute(f"CREATE VIEW {name} AS SELECT r.* FROM {source or f'raw.{name}'} AS r{where}")


def _collect(con: duckdb.DuckDBPyConnection, relation: Relation) -> None:
    name, key = relation.name, ", ".join(relation.key)
    same = " AND ".join(f"k.{c} IS NOT DISTINCT FROM r.{c}" for c in relation.key)
    # Numbers are counted first, since keys are long: few rows are left of which the keys themselves must be compared.
    con.execute(f"CREATE TEMP TABLE alike AS SELECT hash({key}) AS number FROM raw.{name}"
                " GROUP BY number HAVING count(*) > 1")
    some = f"(SELECT * FROM raw.{name} WHERE hash({key}) IN (SELECT number FROM alike))"
    con.execute(f"CREATE TEMP TABLE several AS SELECT r.* FROM {some} AS r JOIN (SELECT {key} FROM {some}"
                f" GROUP BY {key} HAVING count(*) > 1) AS k ON {same}")
    con.execute("DROP TABLE alike")
    order = "locator"
    if relation.kind == "snapshot":
        told = (c.name for c in relation.columns if c.name not in _CUSTODY)
        known = " + ".join(f'CAST("{column}" IS NOT NULL AS INTEGER)' for column in told)
        order = (f"observed_at DESC NULLS LAST, {FURTHER_ON.get(name, '0')} DESC, {known} DESC, record_hash DESC,"
                 " locator")
    con.execute(f"CREATE TABLE dropped.{name} AS SELECT {', '.join(_ROW)} FROM (SELECT {', '.join(_ROW)},"
                f" row_number() OVER (PARTITION BY {key} ORDER BY {order}) AS place FROM several) WHERE place > 1")
    con.execute(f"INSERT INTO duplicate SELECT '{name}', source_id, native_id, max(copies) FROM (SELECT source_id,"
                f" native_id, ordinal, record_hash, count(*) AS copies FROM several"
                " GROUP BY source_id, native_id, ordinal, record_hash HAVING count(*) > 1)"
                " GROUP BY source_id, native_id ORDER BY source_id, native_id")
    if relation.kind == "append_only":
        content = ", ".join(f'"{c.name}"' for c in relation.columns if c.name not in _CUSTODY)
        con.execute(f"INSERT INTO altered SELECT '{name}', source_id, native_id, max(versions) FROM (SELECT {key},"
                    f" count(DISTINCT row({content})) AS versions FROM several GROUP BY {key})"
                    " WHERE versions > 1 GROUP BY source_id, native_id ORDER BY source_id, native_id")
    con.execute("DROP TABLE several")
