"""Checks: one SQL file each, its header the contract, its SELECT the test of a whole population.

A check lives in ``controls/checks/<id>.sql`` or in the same place of a further catalogue. The SELECT gives one row per
member of the population with a verdict and a reason; which controls a check stands for is said by the framework alone.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import textwrap
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError

from evidence import catalog, relations
from evidence.errors import CatalogSqlError, ConfigError, UsageError, Where
from evidence.fields import Frozen, Severity

if TYPE_CHECKING:
    import duckdb

Verdict = Literal["pass", "fail", "not_applicable", "undetermined"]
Grain = Literal["interaction", "day", "period", "history"]
SubjectKind = Literal["interaction", "usage", "person", "connection", "approval", "source", "file", "day", "object"]
CheckId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,63}$")]
Words = Annotated[str, Field(min_length=3)]
COLUMNS = ("subject_kind", "subject", "verdict", "reason", "expected", "actual", "record_refs")

# What makes two runs of the same SQL differ, or the same SQL mean something else on another engine.
_FORBIDDEN = {
    r"\b(now|today|random|uuid|gen_random_uuid|hash|nextval|current_setting|getenv)\s*\(": "differs between runs",
    r"\bcurrent_(date|time|timestamp)\b": "differs between runs; use param.reference_time",
    r"\b(any_value|arbitrary|first|last|arg_max|arg_min|max_by|min_by)\s*\(": "depends on row order",
    r"\basof\b": "is not portable; use a window",
    r"\b(float|double|real)\b": "sums differ with the order; use BIGINT micro-units",
    r"\b(list|array_agg|string_agg)\s*\((?!(?:[^()]|\((?:[^()]|\([^()]*\))*\))*\bORDER\s+BY\b)":
        "depends on row order; add ORDER BY",
    r"::\s*TIMESTAMP\b": "drops the offset; use utc()",
    r"\b(read_\w+|glob|parquet_scan|sqlite_scan)\s*\(": "reads files",
}


class Check(Frozen):
    """One check: the header of its file, and the statement that runs.

    ``needs`` names capabilities without which nobody can say that nothing happened; ``a|b`` is either. ``never`` names
    verdicts that the check cannot give, so that its cases need not show them. ``reasons`` explains every reason code.
    """

    id: CheckId
    ref: str = ""
    title: Words
    grain: Grain
    subject_kind: SubjectKind
    population: Words
    exclusions: tuple[Words, ...] = ()
    severity: Severity
    why: Words
    limits: Words
    needs: tuple[Annotated[str, Field(pattern=r"^[a-z_]+(\|[a-z_]+)*$")], ...] = ()
    design: bool = False
    never: tuple[Verdict, ...] = ()
    reasons: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Words] = Field(min_length=1)
    path: str
    line: int
    sql: str
    text: str

    @property
    def sql_sha256(self) -> str:
        """Return the SHA-256 of the file as it is: what ``sha256sum`` says of the copy in the package."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def folders(extra: Sequence[Path] = ()) -> list[Path]:
    """Return the control catalogues: our own, then each further one (its ``controls`` folder, or the folder itself)."""
    further = [path / "controls" if (path / "controls").is_dir() else path for path in extra]
    return [catalog.home("controls"), *further]


def read(path: Path) -> Check:
    """Read one check file.

    Raises:
        ConfigError: the header lacks something, has something unknown, or does not bear the file's name.
        CatalogSqlError: the statement is not one plain SELECT, or uses what makes results differ between runs.
    """
    try:
        return _parse(path, path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the check cannot be read: {error}", where=Where(str(path))) from error


@cache
def _parse(path: Path, text: str) -> Check:
    head, sql = catalog.header(text, str(path))
    line = text[: text.index(sql, text.index("---*/") + 5)].count("\n") + 1
    try:
        check = Check.model_validate({**head, "path": str(path), "line": line, "sql": sql.rstrip("; \n"), "text": text})
    except ValidationError as error:
        raise header_error(error, str(path)) from error
    if check.id != path.stem:
        raise ConfigError(f"the id is {check.id!r}, expected the file's name {path.stem!r}", where=Where(str(path), 1))
    _lint(check)
    return check


def header_error(error: ValidationError, path: str) -> ConfigError:
    """Return the first thing that is wrong in a hand-written file, naming its key."""
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    return ConfigError(f"{first['msg']}", where=Where(path, key=key or None))


def _lint(check: Check) -> None:
    """Refuse anything but one SELECT of the portable, repeatable kind."""
    import duckdb

    try:
        statements = duckdb.extract_statements(check.sql)
    except duckdb.Error as error:
        raise sql_error(check, error) from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise CatalogSqlError("expected exactly one SELECT", where=Where(check.path, check.line))
    bare = re.sub(r"'[^']*'", lambda m: "'" + " " * (len(m[0]) - 2) + "'", re.sub(r"--[^\n]*", "", check.sql))
    for pattern, why in _FORBIDDEN.items():
        if found := re.search(pattern, bare, re.IGNORECASE):
            line = check.line + bare[: found.start()].count("\n")
            raise CatalogSqlError(f"{found[0].strip()!r} {why}", where=Where(check.path, line))
    if not re.search(r"\bORDER\s+BY\b[^()]*$", bare, re.IGNORECASE):
        raise CatalogSqlError("expected an ORDER BY at the end, by subject", where=Where(check.path, check.line))


def sql_error(check: Check, error: Exception) -> CatalogSqlError:
    """Return what the engine said of a check's SQL before any data was read, with the line in the file."""
    text = str(error)
    found = re.search(r"LINE (\d+):", text)
    line = check.line + (int(found[1]) - 1 if found else 0)
    return CatalogSqlError(text.split("\n", maxsplit=1)[0], where=Where(check.path, line))


def bind(con: duckdb.DuckDBPyConnection, check: Check) -> None:
    """Prove against the tables of ``con`` that a check's SELECT runs and gives exactly the seven columns.

    Raises:
        CatalogSqlError: it does not.
    """
    import duckdb

    try:
        found = con.execute(f"{check.sql}\nLIMIT 0").description or []
    except duckdb.Error as error:
        raise sql_error(check, error) from error
    columns = {str(name): str(kind) for name, kind, *_ in found}
    if tuple(columns) != COLUMNS or any("STRING" not in k.upper() and "VARCHAR" not in k.upper()
                                        for k in columns.values()):
        raise CatalogSqlError(f"expected the text columns {', '.join(COLUMNS)}; found "
                              + ", ".join(f"{n} {k}" for n, k in columns.items()), where=Where(check.path, check.line))


def load_checks(extra: Sequence[Path] = ()) -> tuple[Check, ...]:
    """Return all checks in the order of their ids, each proven to bind to the relations.

    Raises:
        ConfigError: two checks have one id, or a header is wrong.
        CatalogSqlError: a statement breaks a rule or names what is not there.
    """
    found: dict[str, Check] = {}
    for folder in folders(extra):
        for path in sorted((folder / "checks").glob("*.sql")):
            check = read(path)
            if check.id in found:
                raise ConfigError(f"two checks are called {check.id!r}: {found[check.id].path} and {path}",
                                  where=Where(str(path), 1), advice="rename one of them; ids must be unique")
            found[check.id] = check
    with empty_engine() as con:
        for check in found.values():
            bind(con, check)
    return tuple(check for _, check in sorted(found.items()))


def load_check(check_id: str, extra: Sequence[Path] = ()) -> Check:
    """Return one check.

    Raises:
        UsageError: there is no check of that id; the nearest ones are named.
    """
    known = {check.id: check for check in load_checks(extra)}
    if check_id not in known:
        near = difflib.get_close_matches(check_id, known, n=3) or sorted(known)
        raise UsageError(f"there is no check {check_id!r}", advice="perhaps: " + ", ".join(near))
    return known[check_id]


def empty_engine() -> duckdb.DuckDBPyConnection:
    """Return an in-memory engine with every relation empty and the house macros: what a check may read."""
    import duckdb

    con = duckdb.connect(config={"threads": 1, "memory_limit": "512MB", "temp_directory": ""})
    con.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    relations.define_macros(con)
    relations.create(con)
    return con


def lock(con: duckdb.DuckDBPyConnection) -> None:
    """Take files, network, extensions and the settings themselves away from whatever runs next."""
    con.execute("SET python_enable_replacements = false; SET autoinstall_known_extensions = false;"
                " SET autoload_known_extensions = false; SET enable_external_access = false;"
                " SET lock_configuration = true")


def run(con: duckdb.DuckDBPyConnection, check: Check) -> None:
    """Run one check over ``con`` and add its rows to ``check_result``; all of them or none.

    Raises:
        CatalogSqlError: rows break the contract (verdict, reason, subject twice, NULL), or the SQL fails on the data.
            The message never quotes the data.
    """
    import duckdb

    con.execute("BEGIN")
    try:
        con.execute(_INSERT.format(sql=check.sql, kind=check.subject_kind),
                    {"id": check.id, "severity": check.severity})
        _contract(con, check)
    except duckdb.Error as error:
        con.execute("ROLLBACK")
        raise CatalogSqlError(f"the SQL failed on the data of this period ({type(error).__name__})",
                              where=Where(check.path, check.line)) from error
    except CatalogSqlError:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


# The person and the connection of a subject come from the relations, not from the check: see assess/subject_owner.sql.
_INSERT = """
INSERT INTO check_result BY NAME
SELECT $id AS check_id, r.subject_kind, r.subject, r.verdict, r.reason, r.expected, r.actual, r.record_refs,
    $severity AS severity, o.person_id, o.connection, CAST(NULL AS VARCHAR) AS exception_id
FROM (
{sql}
) AS r LEFT JOIN (SELECT * FROM subject_owner WHERE subject_kind = '{kind}') AS o ON o.subject = r.subject
"""


def _contract(con: duckdb.DuckDBPyConnection, check: Check) -> None:
    """Refuse rows that say what the header does not."""
    codes: Iterable[tuple[Any, ...]] = con.execute(
        "SELECT DISTINCT subject_kind, verdict, reason FROM check_result WHERE check_id = ? ORDER BY ALL",
        [check.id]).fetchall()
    for kind, verdict, reason in codes:
        if kind != check.subject_kind or reason not in check.reasons or verdict in check.never:
            raise CatalogSqlError(f"a row says {kind}, {verdict}, {reason}; the header does not",
                                  where=Where(check.path, 1))
    twice = con.execute("SELECT count(*) - count(DISTINCT subject) FROM check_result WHERE check_id = ?",
                        [check.id]).fetchone()
    if twice and twice[0]:
        raise CatalogSqlError(f"{twice[0]} subjects have more than one row", where=Where(check.path, check.line))


def create_owner_view(con: duckdb.DuckDBPyConnection) -> None:
    """Define ``subject_owner``: whose a subject is, for the identity of exceptions."""
    con.execute(f"CREATE OR REPLACE TEMP VIEW subject_owner AS {catalog.sql_file('assess/subject_owner')}")


def explain_check(check_id: str, extra: Sequence[Path] = ()) -> str:
    """Return what a check tests, over which population, why, its limits, its reasons and its SQL, as plain text."""
    check = load_check(check_id, extra)
    kind = "design: the setting was in place" if check.design else "operation: what happened"
    parts = [f"{check.id}  {check.title}", f"{check.ref or 'own'} · {check.severity} · grain {check.grain} · {kind}"]
    for name, value in (("Population", check.population), ("Left out", " ".join(check.exclusions)), ("Why", check.why),
                        ("Limits", check.limits), ("Needs", ", ".join(check.needs))):
        if value:
            parts.append(textwrap.fill(f"{name}: {' '.join(value.split())}", 100, subsequent_indent="  "))
    parts.append("Reasons:\n" + "\n".join(f"  {code}: {' '.join(text.split())}"
                                          for code, text in sorted(check.reasons.items())))
    return "\n\n".join([*parts, f"SQL (file sha256 {check.sql_sha256}):", check.sql]) + "\n"
