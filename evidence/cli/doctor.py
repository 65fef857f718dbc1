"""``evidence doctor``: is everything there that a run needs?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli import _out
from evidence.errors import EvidenceError
from evidence.store import disk

if TYPE_CHECKING:
    from evidence.model import Company, Signing

LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz.so.0", "libharfbuzz-subset.so.0",
             "libfontconfig.so.1")
DEBIAN_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libfontconfig1"
Finding = tuple[str, str, str]


@click.command("doctor")
@_out.folder_option
@_out.format_option
def command(folder: str, format_: str) -> int:
    """Check libraries, fonts, engine, configuration, connectors, files and keys, and say what to do.

    \b
    Example:
      evidence doctor -C acme
    """
    findings = [*_machine(), *_company(Path(folder))]
    _out.rows(("what", "state", "detail"), findings, format_)
    return 2 if any(state == "missing" for _what, state, _detail in findings) else 0


def _machine() -> Iterator[Finding]:
    """Engine, extensions, libraries and fonts: all that a run would otherwise trip over late."""
    import ctypes
    import sys

    import duckdb

    from evidence import catalog

    query = "SELECT extension_name FROM duckdb_extensions() WHERE install_mode = 'STATICALLY_LINKED'"
    linked = duckdb.connect().sql(query).fetchall()
    lacking = {"icu", "json", "parquet"} - {name for (name,) in linked}
    detail = f"DuckDB {duckdb.__version__}" + (f", lacks {', '.join(sorted(lacking))}" if lacking else "")
    yield "engine", "missing" if lacking else "ok", detail
    if sys.platform.startswith("linux"):
        for name in LIBRARIES:
            try:
                ctypes.CDLL(name)
            except OSError:
                yield name, "missing", f"needed for the PDF: apt-get install {DEBIAN_PACKAGES}"
    fonts = sorted(path.name for path in (catalog.home("templates") / "fonts").glob("*.ttf"))
    yield "fonts", "ok" if fonts else "missing", f"{len(fonts)} shipped with the product"


def _company(root: Path) -> Iterator[Finding]:
    from evidence import catalog, config, connector

    try:
        company = config.load_company(root)
        catalogs = catalog.further(root, company.ingest.catalogs, company.ingest.plugins)
        soa = config.load_soa(root)
        config.load_exceptions(root)
    except EvidenceError as error:
        yield "configuration", "missing", str(error)
        return
    yield "configuration", "ok", f"{company.organisation}, {len(company.sources)} sources, {company.timezone}"
    for source in company.sources:
        try:
            connector.load(source.connector, catalogs)
        except EvidenceError as error:
            yield f"source {source.id}", "missing", str(error)
            continue
        count = sum(1 for pattern in source.paths for path in root.glob(pattern) if path.is_file())
        state = "ok" if count else "missing" if source.required else "absent"
        yield f"source {source.id}", state, f"{count} files for {source.connector}"
    for name in sorted({name for row in soa.controls for name in row.manual_evidence}):
        try:
            disk.inside(root, root / name)
        except EvidenceError as error:
            yield f"document {name}", "missing", f"named in soa.yaml, not found: {error.message}"
        else:
            yield f"document {name}", "ok", "named in soa.yaml"
    yield from _vault(root, company)
    yield from _seal(company.signing, root)


def _vault(root: Path, company: Company) -> Iterator[Finding]:
    """What the vault keeps, what is a tombstone, and what neither the retention nor the ledger wants there."""
    from evidence import pipeline
    from evidence.pipeline import retention

    store = pipeline.open_store(root, company)
    try:
        counted = retention.state(store, datetime.now(UTC))
    except EvidenceError as error:
        yield "vault", "missing", str(error)
        return
    said = f"{counted.kept} raw files kept, {counted.tombstones} tombstones"
    if counted.unfinished:
        said += f"; the erasure of {counted.unfinished} is not finished: the next ingest ends it"
    if counted.expired:
        said += f"; the retention of {counted.expired} is over: evidence vault erase --expired"
    yield "vault", "warning" if counted.unfinished or counted.expired else "ok", said


def _seal(signing: Signing, root: Path) -> Iterator[Finding]:
    """The certificate of the seal as a run would find it today, and what will end soon."""
    from evidence.seal import configured, fit

    if not (signing.key or signing.pkcs11 or signing.plugin):
        yield "seal", "absent", "no key: only --test-key can seal"
        return
    if signing.key and not (root / signing.key).is_file():
        yield "seal", "missing", f"{signing.key}, which evidence.yaml names, is not there"
        return
    now = datetime.now(UTC)
    try:
        first, *above = configured.seal_certificates(signing, root)
        fit.require_fit(first, above, now)
    except EvidenceError as error:
        yield "seal", "missing", str(error)
        return
    soon = fit.expiring((first, *above), now)
    yield "seal", "warning" if soon else "ok", "; ".join(soon) or (
        f"{first.subject.rfc4514_string()}, valid until {first.not_valid_after_utc:%Y-%m-%d}")
