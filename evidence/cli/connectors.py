"""``evidence connectors``: the sources the toolkit reads."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.cli import _out


@click.group("connectors")
def command() -> None:
    """List, show and test connectors.

    \b
    Example:
      evidence connectors list
    """


@command.command("list")
@_out.format_option
def list_(format_: str) -> int:
    """List the connectors with what they read and what they fill.

    \b
    Example:
      evidence connectors list
    """
    from evidence import connector

    rows = [(c.id, c.role, c.title, " ".join(c.relations)) for c in connector.all_connectors()]
    _out.rows(("connector", "role", "reads", "fills"), rows, format_)
    return 0


@command.command("show")
@click.argument("name")
@_out.format_option
def show(name: str, format_: str) -> int:
    """Print what a connector reads, what it can show, and what it cannot.

    \b
    Example:
      evidence connectors show people_csv
    """
    from evidence import connector

    found = connector.load(name)
    facts = {"connector": found.id, "title": found.title, "role": found.role, "reads": found.reads,
             "documented at": found.vendor_page, "fills": ", ".join(found.relations),
             "can show": ", ".join(found.capabilities) or "-", "cannot show": found.limits.strip(),
             "records are final after": f"{found.settling // 1_000_000} s", "digest": found.digest}
    _out.result(facts) if format_ == "json" else _out.pairs(facts)
    return 0


@command.command("test")
@click.argument("names", nargs=-1)
@click.option("--write", is_flag=True, help="Write the rows found as the expected ones. Then read them.")
def test(names: tuple[str, ...], write: bool) -> int:
    """Run the cases of connectors (all, or those NAMED) and compare the rows with the expected ones.

    \b
    Example:
      evidence connectors test people_csv
    """
    from evidence import connector, connector_cases
    from evidence.ingest.readers.feed import feed

    failed = 0
    for item in [connector.load(name) for name in names] or connector.all_connectors():
        for path in connector_cases.cases(item):
            if write:
                connector_cases.write_case(item, path, feed)
            outcome = connector_cases.run_case(item, path, feed)
            failed += not outcome.ok
            click.echo(_out.safe(f"{'ok    ' if outcome.ok else 'FAILED'}  {item.id}  {path.name}", 300))
            for line in outcome.difference.splitlines():
                click.echo(_out.safe(f"        {line}", 600))
    return 2 if failed else 0


@command.command("detect")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--encoding", type=click.Choice(["utf-8", "utf-16", "latin-1"]), help="If it is not UTF-8.")
@_out.format_option
def detect(files: tuple[Path, ...], encoding: str | None, format_: str) -> int:
    """Say which connector fits each of the FILES and why. Exit code 3 for a file that fits none, or more than one.

    Names prove nothing: what the first records hold is looked at, in JSON, CSV, text logs and Parquet, compressed or in
    a ZIP.

    \b
    Example:
      evidence connectors detect logs/signins.ndjson
    """
    from evidence import pipeline
    from evidence.errors import SourceError

    found: list[tuple[str, str, str]] = []
    wrong = 0
    for path in files:
        try:
            fits = pipeline.detect(path, encoding=encoding)
        except SourceError as error:
            fits = [("none", f"{error.message}; {error.advice}")]
            wrong += 1
        wrong += len(fits) > 1
        found += [(str(path), connector, why) for connector, why in fits]
    _out.rows(("file", "connector", "why"), found, format_)
    return 3 if wrong else 0
