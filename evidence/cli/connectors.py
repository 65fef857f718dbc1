"""``evidence connectors``: the sources the toolkit reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from evidence.cli import _out
from evidence.errors import UsageError

SCHEMA = "connector.schema.json"
TABLE = "<!-- table: written by evidence connectors table --into, checked by a test -->\n"


def catalog_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--catalog``: further folders of connectors."""
    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    return click.option("--catalog", "catalogs", type=folder, multiple=True,
                        help="A folder with connectors of your own; may be given again.")(command)


@click.group("connectors")
def command() -> None:
    """List, show and test connectors.

    \b
    Example:
      evidence connectors list
    """


@command.command("list")
@catalog_option
@_out.format_option
def list_(catalogs: tuple[Path, ...], format_: str) -> int:
    """List the connectors with what they read and what they fill.

    \b
    Example:
      evidence connectors list
    """
    from evidence import connector

    rows = [(c.id, c.role, c.title, " ".join(c.relations)) for c in connector.all_connectors(catalogs)]
    _out.rows(("connector", "role", "reads", "fills"), rows, format_)
    return 0


@command.command("show")
@click.argument("name")
@catalog_option
@_out.format_option
def show(name: str, catalogs: tuple[Path, ...], format_: str) -> int:
    """Print what a connector reads, what it can show, and what it cannot.

    \b
    Example:
      evidence connectors show people_csv
    """
    from evidence import connector
    from evidence.connector.page import cases, page

    found = connector.load(name, catalogs)
    facts = {"connector": found.id, "title": found.title, "role": found.role, "reads": found.reads,
             "documented at": found.vendor_page, "fills": ", ".join(found.relations),
             "can show": ", ".join(found.capabilities) or "-", "cannot show": found.limits.strip(),
             "cases": cases(found), "records are final after": f"{found.settling // 1_000_000} s",
             "digest": found.digest}
    if format_ == "json":
        _out.result(facts)
    else:
        for line in page(found).splitlines():
            click.echo(_out.safe(line, 4000))
    return 0


@command.command("new")
@click.argument("name")
@click.option("--fills", "fills", multiple=True, required=True, help="A relation that it fills; may be given again.")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), default="catalog", show_default=True,
              help="The folder of your connectors, which evidence.yaml names under ingest.catalogs.")
def new(name: str, fills: tuple[str, ...], into: Path) -> int:
    """Write the folder of a new connector that passes its own test, to be changed from there.

    \b
    Example:
      evidence connectors new front_door --fills sign_in
    """
    from evidence import connector, connector_cases
    from evidence.connector import scaffold
    from evidence.ingest.readers.feed import feed

    into.mkdir(parents=True, exist_ok=True)
    (into / SCHEMA).write_text(_schema(), "utf-8")
    made = connector.read(scaffold.make(name, fills, into, f"../{SCHEMA}"))
    for path in connector_cases.cases(made):
        connector_cases.write_case(made, path, feed)
    for path in sorted(made.folder.rglob("*")):
        if path.is_file():
            click.echo(_out.safe(path))
    _out.note(f"change it, then: evidence connectors test {name} --catalog {into}")
    return 0


@command.command("schema")
def schema() -> int:
    """Print the JSON Schema of connector.yaml, which editors use to complete and check it.

    \b
    Example:
      evidence connectors schema
    """
    click.echo(_schema(), nl=False)
    return 0


@command.command("table")
@click.option("--into", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A guide with such a table.")
@catalog_option
def table(into: Path | None, catalogs: tuple[Path, ...]) -> int:
    """Print the table of all connectors in Markdown, or put it where a guide has one.

    \b
    Example:
      evidence connectors table
    """
    from evidence import connector
    from evidence.connector import page

    text = page.table(connector.all_connectors(catalogs))
    if into is None:
        click.echo(text)
        return 0
    before, _, rest = into.read_text("utf-8").partition(TABLE)
    _, end, after = rest.partition("\n<!-- /table -->")
    if not end:
        raise UsageError(f"expected {TABLE.strip()} and <!-- /table --> in {into}")
    into.write_text(before + TABLE + text + end + after, "utf-8")
    return 0


@command.command("test")
@click.argument("names", nargs=-1)
@click.option("--write", is_flag=True, help="Write the rows found as the expected ones. Then read them.")
@catalog_option
def test(names: tuple[str, ...], write: bool, catalogs: tuple[Path, ...]) -> int:
    """Run the cases of connectors (all, or those NAMED) and compare the rows with the expected ones.

    \b
    Example:
      evidence connectors test people_csv
    """
    from evidence import connector, connector_cases
    from evidence.ingest.readers.feed import feed

    failed = 0
    for item in [connector.load(name, catalogs) for name in names] or connector.all_connectors(catalogs):
        for path in connector_cases.cases(item):
            if write:
                connector_cases.write_case(item, path, feed)
            outcome = connector_cases.run_case(item, path, feed)
            failed += not outcome.ok
            click.echo(_out.safe(f"{'ok    ' if outcome.ok else 'FAILED'}  {item.id}  {path.name}", 300))
            for line in outcome.difference.splitlines():
                click.echo(_out.safe(f"        {line}", 600))
    return 2 if failed else 0


def _schema() -> str:
    import json

    from evidence import connector

    return json.dumps(connector.json_schema(), indent=1, sort_keys=True, ensure_ascii=True) + "\n"


@command.command("detect")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--encoding", type=click.Choice(["utf-8", "utf-16", "latin-1", "cp1252"]),
              help="If it is not UTF-8; spreadsheets save CSV as cp1252.")
@catalog_option
@_out.format_option
def detect(files: tuple[Path, ...], encoding: str | None, catalogs: tuple[Path, ...], format_: str) -> int:
    """Say which connector fits each of the FILES and why, and what to write in evidence.yaml.

    A folder stands for all files below it, but for those whose names begin with a dot.
    Exit code 3 for a file that fits none, or several of which one would refuse or count the records of the other. A
    file that mixes the records of several connectors is named once for each. Names prove nothing: what the records hold
    is looked at, in JSON, CSV, text logs and Parquet, compressed or in a ZIP.

    \b
    Example:
      evidence connectors detect logs/signins.ndjson
    """
    from evidence import pipeline
    from evidence.errors import SourceError

    found: list[tuple[str, str, str]] = []
    sources: dict[str, list[str]] = {}
    wrong, notes = 0, []
    for path in (one for given in files for one in _files(given)):
        try:
            fits, mixed = pipeline.detect(path, catalogs, encoding)
        except SourceError as error:
            fits, mixed = [("none", f"{error.message}; {error.advice}")], False
            wrong += 1
        names = [connector for connector, _ in fits if connector != "none"]
        if mixed:
            notes.append(f"{path} mixes records of {' and '.join(names)}: name it once for each. Each source leaves out"
                         " what is the other's, and counts it.")
        elif len(names) > 1:
            notes.append(f"{path} could be of {' or '.join(names)}: name it for one of them.")
            wrong += 1
        for connector in names:
            sources.setdefault(connector, []).append(str(path))
        found += [(str(path), connector, why) for connector, why in fits]
    _out.rows(("file", "connector", "why"), found, format_)
    for line in [*notes, *_written(sources, encoding)]:
        _out.note(line)
    return 3 if wrong else 0


def _files(given: Path) -> Iterator[Path]:
    """Yield a file, or those below a folder, but for what systems write there for themselves."""
    from evidence.ingest.readers.foreign import litter

    if not given.is_dir():
        yield given
        return
    for path in sorted(given.rglob("*")):
        parts = path.relative_to(given).parts
        if path.is_file() and not litter(parts) and not any(part.startswith(".") for part in parts):
            yield path


def _written(sources: Mapping[str, Sequence[str]], encoding: str | None) -> Iterator[str]:
    """Yield what evidence.yaml would say of files, by connector."""
    import json
    from glob import escape

    if sources:
        yield "in evidence.yaml, with paths as they are seen from there:"
        yield "sources:"
    said = f", encoding: {encoding}" if encoding not in (None, "utf-8") else ""
    for connector, paths in sources.items():
        listed = ", ".join(json.dumps(escape(path), ensure_ascii=False) for path in paths)
        yield f"  - {{id: {connector.replace('_', '-')}, connector: {connector}, paths: [{listed}]{said}}}"
