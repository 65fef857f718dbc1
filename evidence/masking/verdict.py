"""Runs the SQL that compares claims, marks and findings (``sql/*.sql``, in the order of their names).

Counters of a gateway are often per session, and one session carries many exchanges. The rule: an exchange inherits the
claim of its session. A residual of an entity whose claim is not accounted for by marks is ``claimed_not_masked``: the
missing mark and the value in clear are the same event. Where the marks account for the whole claim, the residual is a
further value that nobody claimed: ``leak``. A claim that does not add up is carried by the exchanges that show a trace
of the entity, and by all exchanges of the session where none does, since it cannot be said which of them it was.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import catalog, relations
from evidence.errors import SourceError

if TYPE_CHECKING:
    import duckdb

SQL = Path(__file__).resolve().parent / "sql"


@cache
def entity_classes() -> dict[str, str]:
    """Return the class of every entity that packs of the catalogue and the grammar of marks know."""
    from evidence.masking.placeholders import load
    from evidence.masking.rules import read_pack

    folder = catalog.home("controls") / "masking"
    known: dict[str, str] = dict(load(folder / "placeholders.yaml").spec.classes)
    for path in sorted(folder.glob("*.yaml")):
        if path.stem != "placeholders":
            known.update(read_pack(path).entities)
    return known


def run(con: duckdb.DuckDBPyConnection) -> None:
    """Fill ``masking_verdict`` anew.

    Raises:
        SourceError: a relation that is needed is missing or not as its schema says.
    """
    import duckdb

    step = "preparation"
    try:
        _prepare(con)
        for path in sorted(SQL.glob("*.sql")):
            step = path.name
            con.execute(path.read_text("utf-8"))
    except duckdb.Error as error:
        raise SourceError(f"masking step {step} failed: {error}",
                          advice="a relation may lack a column or the memory limit may be too low") from error


def _prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make the result empty, and bring the classes of entities and the groups of callers, where these are known."""
    con.execute("DROP TABLE IF EXISTS masking_verdict")
    relations.create(con, "masking_verdict")
    con.execute("CREATE OR REPLACE TEMP TABLE w_masking_entity (entity_type VARCHAR, entity_class VARCHAR)")
    con.executemany("INSERT INTO w_masking_entity VALUES (?, ?)", sorted(entity_classes().items()))
    known = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'w_caller_group'"
    groups = con.execute(known).fetchone()
    nobody = "(SELECT '' AS interaction_id, '' AS group_id, '' AS standing) AS nobody LIMIT 0"
    source = "w_caller_group" if groups and groups[0] else nobody
    query = f"SELECT interaction_id, group_id, standing FROM {source}"  # noqa: S608 - one of two constants
    con.execute(f"CREATE OR REPLACE TEMP VIEW w_masking_group AS {query}")
