"""``evidence vault``: taking away what was kept, and what was taken away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from evidence.cli import _out
from evidence.cli.run import reference
from evidence.errors import UsageError
from evidence.store.ledger import TOMBSTONE

COLUMNS = ("state", "kept until", "bytes", "sha256", "received as", "why")


@click.group("vault")
def command() -> None:
    """Erase raw files of the vault at the end of their retention, and say what was erased of all that was kept.

    \b
    Example:
      evidence vault log -C acme
    """


@command.command("erase")
@click.argument("files", nargs=-1)
@_out.folder_option
@click.option("--expired", is_flag=True, help="Every raw file of which the retention (retention.months) is over.")
@click.option("--as-of", default=None, help="Instant for which retention is judged, ISO 8601 with zone; default: now.")
@_out.deed_options
@click.option("--execute", is_flag=True, help="Erase; without it nothing is changed, and what would be is printed.")
@_out.format_option
def erase(files: tuple[str, ...], folder: str, expired: bool, as_of: str | None, reason: str | None, by: str | None,
          execute: bool, format_: str) -> int:
    """Replace raw FILES (hash, or path as ingest shows it) by tombstones: hash, size, receipts, who, when and why stay.

    Rows stay in use; words are gone. Nothing is erased that lies in a folder still, that came under another name too,
    or that is under a legal hold (retention.holds). Killed in the middle, the same command finishes it, and so does
    the next ingest. Exit code 2 when a file that was named cannot be erased.

    \b
    Example:
      evidence vault erase -C acme --expired
      evidence vault erase -C acme --expired --by "R. Ito" --execute
      evidence vault erase -C acme logs/gateway/2026-10-05.json --reason "request 4711" --execute
    """
    from evidence import config, pipeline
    from evidence.pipeline import retention
    from evidence.store.erasures import Deed

    if not files and not expired:
        raise UsageError("expected files, or --expired", advice="evidence vault erase -C acme --expired")
    store = pipeline.open_store(Path(folder), config.load_company(Path(folder)))
    at, now, account = reference(as_of), datetime.now(UTC), _out.account()
    if execute:
        months = store.company.retention.months
        why = reason if reason is not None or files else f"end of retention ({months} months)"
        deed = Deed(account if by is None else by, account, now, why or "")
        found = retention.erase(store, deed, files=files, expired=expired, at=at)
    else:
        found = retention.plan(store, files=files, expired=expired, at=at)
    _out.rows(COLUMNS, [one.row() for one in found], format_)
    left = [one for one in found if one.state not in retention.GONE]
    size = sum(one.bytes for one in found if one.state in {retention.DUE, retention.ERASED})
    done = sum(one.state == retention.ERASED for one in found)
    due = sum(one.state == retention.DUE for one in found)
    _out.note(f"{done} raw files erased, {size} bytes; {len(left)} left as they are" if execute else
              f"{due} raw files would be erased, {size} bytes; {len(left) - due} would be left; add --execute to erase")
    return 2 if files and len(left) > due else 0


@command.command("log")
@_out.folder_option
@_out.format_option
def log(folder: str, format_: str) -> int:
    """Print every erasure with who, when and why, from the ledger, whose chain is checked first.

    \b
    Example:
      evidence vault log -C acme --format json
    """
    from evidence.store.ledger import Ledger

    lines = Ledger(Path(folder) / ".evidence" / "ledger.jsonl").erasures()
    if format_ == "json":
        _out.result(lines)
    else:
        _out.table(("line", "at", "by", "what", "why"),
                   [(line["seq"], line["at"], line["by"], _what(line), line["reason"]) for line in lines])
    return 0


def _what(line: Mapping[str, Any]) -> str:
    """Say in words what is gone."""
    if line["event"] == TOMBSTONE:
        names = "; ".join(f"{one['source_id']}:{one['path']}" for one in line["received"])
        return f"raw file {line['file_sha256']} ({names}), kept until {line['retained_until'][:10]} ({line['basis']})"
    whose = f" of {', '.join(line['pseudonyms'] or [line['person']])}" if line["scope"] == "person" else ""
    return (f"{line['disclosures']} disclosures ({', '.join(line['names'])}) of {line['interactions']} interactions"
            f"{whose} of {line['package_id']}")
