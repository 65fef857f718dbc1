"""From results to the sealed package: chains and their tree, tables and report, custody, seal, register."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence import __version__, catalog, connector, constants, framework
from evidence.errors import SealError
from evidence.pipeline import assurance, forgetting, people
from evidence.pipeline.month import Month
from evidence.store import disk, pulled

if TYPE_CHECKING:
    import duckdb

    from evidence.render import Assurance, Named, Rendered
    from evidence.seal import Registered, SealKey, Tree

_LEAVES = "SELECT * FROM chain ORDER BY event_time, interaction_id"
_BATCH = 2_000
_STAGES = ("correlate", "masking")
_TEST_KEY = "test-seal"
_DISCLOSED = "disclosures.ndjson"
_SINCE = """
SELECT n.source_id, n.stream, count(*) AS records
FROM (SELECT s.source_id, s.stream, s.native_id, s.ordinal, min(f.ledger_seq) AS first_seq
      FROM w_record_seen AS s
      INNER JOIN file AS f ON f.source_id = s.source_id AND f.file_sha256 = left(s.locator, 64)
      CROSS JOIN param AS p
      WHERE s.event_time >= p.period_from AND s.event_time < p.period_to
      GROUP BY s.source_id, s.stream, s.native_id, s.ordinal) AS n
WHERE n.first_seq >= ?
GROUP BY n.source_id, n.stream
ORDER BY n.source_id, n.stream
"""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which package this is: its id, its place in the series, and what it replaces."""

    package_id: str
    sequence: int
    edition: int
    previous: tuple[str, str] | None
    replaces: str | None


@dataclass(frozen=True, slots=True)
class Staged:
    """A package that is ready to be sealed."""

    folder: Path
    identity: Identity
    tree: Tree
    rendered: Rendered


def seal_key(month: Month, sealed_at: datetime, *, test_key: bool) -> SealKey:
    """Return the key of the seal: the one evidence.yaml names, or the company's test key where that was asked for.

    Raises:
        UsageError: no key is named and no test key was asked for.
        ConfigError: evidence.yaml asks for a seal that cannot be made.
        SealError: the key cannot be used, or nobody answers who could prove the time.
    """
    from evidence.seal import configured, keys

    signing = month.company.signing
    configured.require_answer(signing)
    if test_key:
        folder = month.store.secrets
        path = folder / f"{_TEST_KEY}.key"
        if not path.exists():
            return keys.new_test_key(folder, at=sealed_at)
        return keys.load(path, certificate=folder / f"{_TEST_KEY}.pem")
    return configured.key(signing, month.root)


def identity(month: Month, *, edition: bool) -> tuple[Identity, Registered | None]:
    """Return the identity of the next package of the period, and the edition that is sealed already, if any."""
    from evidence.seal import Register

    register = Register(month.store.register)
    sealed = register.latest(month.period.label)
    sequence, previous = register.next()
    number = sealed.edition + 1 if sealed else 1
    base = f"evidence-{month.period.label}"
    package_id = base if number == 1 else f"{base}.e{number}"
    before = (previous.package_id, previous.sha256sums_sha256) if previous else None
    ident = Identity(package_id, sequence, number, before, sealed.package_id if sealed else None)
    return ident, None if edition else sealed


def stage(month: Month, con: duckdb.DuckDBPyConnection, ident: Identity, key: SealKey, *,
          sealed_at: datetime) -> Staged:
    """Write everything of the package but the seal into a fresh staging folder."""
    from evidence import render, seal

    folder = month.store.runs / month.period.label / "package"
    if folder.exists():
        shutil.rmtree(folder)
    (folder / "evidence").mkdir(parents=True)
    cursor = con.cursor()
    chains = cursor.sql(_LEAVES).to_arrow_reader(_BATCH)
    disclosed = _disclosures(month, folder)
    tree = seal.write_leaves(chains, folder / "evidence" / "chains.ndjson",
                             salt_key=month.store.key(f"salt-{month.period.label}"),
                             pseudonym_key=month.store.key("pseudonym"), disclosures=disclosed)
    if disclosed:
        forgetting.again(month.store.ledger, month.period.label, folder / constants.CHAINS, disclosed)
    facts = _facts(month, ident, key, tree, assurance.measure(month, con, tree.root), assurance.named(month, con))
    rendered = render.render(con, month.company, soa=month.soa, exceptions=month.exceptions, facts=facts, out=folder)
    (folder / "custody.json").write_bytes(_custody(month, con, ident, sealed_at, _receipts(month, sealed_at)))
    return Staged(folder, ident, tree, rendered)


def seal_staged(month: Month, staged: Staged, key: SealKey, *, sealed_at: datetime) -> tuple[Path, tuple[str, ...]]:
    """Seal a staged package, write it down in the register, and return where it is and what to know of it."""
    from evidence import seal
    from evidence.seal import configured

    ident, period, signing = staged.identity, month.period, month.company.signing
    out = month.store.packages / f"{ident.package_id}.zip"
    if out.exists():
        raise SealError(f"{out} exists already and is never overwritten",
                        advice="the register does not know it: move it away, or restore the register")
    out.parent.mkdir(parents=True, exist_ok=True)
    _keep_disclosures(month, staged)
    facts = seal.SealFacts(
        ident.package_id, period.label, period.zone, period.start, period.end, ident.sequence,
        seal.Previous(*ident.previous) if ident.previous else None, staged.tree, sealed_at,
        ident.edition, ident.replaces, signing.next_fingerprint,
        revocation=configured.revocation(signing, month.root, at=sealed_at))
    result = seal.seal(staged.folder, facts=facts, key=key, out=out, tsa=configured.authority(signing))
    seal.Register(month.store.register).append(result.registered)
    return out, result.warnings


def sealed_evidence_digest(month: Month, sealed: Registered) -> str | None:
    """Return the digest over ``evidence/**`` of a package sealed before, or None when its ZIP is gone."""
    import zipfile

    path = month.store.packages / f"{sealed.package_id}.zip"
    if not path.is_file():
        return None
    with zipfile.ZipFile(path) as package:
        lines = package.read("SHA256SUMS").splitlines(keepends=True)
    return hashlib.sha256(b"".join(line for line in lines if line[66:].startswith(b"evidence/"))).hexdigest()


def came_since(month: Month, con: duckdb.DuckDBPyConnection, package_id: str) -> list[tuple[str, str, int]]:
    """Return source, relation and number of the period's records that came after that package was sealed.

    How long the ledger was then stands in the package; of a package whose ZIP is gone nothing can be told.
    """
    import zipfile

    path = month.store.packages / f"{package_id}.zip"
    if not path.is_file():
        return []
    with zipfile.ZipFile(path) as package:
        lines = int(json.loads(package.read("custody.json"))["ledger_lines"])
    return con.execute(_SINCE, [lines]).fetchall()


def _disclosures(month: Month, folder: Path) -> Path | None:
    """Return where the disclosures are written: outside the package, unless evidence.yaml wants them in it."""
    if month.company.disclosures == "included":
        return folder / constants.DISCLOSURES
    path = folder.with_name(_DISCLOSED)
    path.unlink(missing_ok=True)
    return path if month.company.disclosures == "kept" else None


def _keep_disclosures(month: Month, staged: Staged) -> None:
    """Lay the disclosures into a folder of their own, which nobody hands over by mistake with the packages."""
    written = staged.folder.with_name(_DISCLOSED)
    if written.exists():
        written.chmod(0o600)
        disk.folder(month.store.disclosures)
        shutil.move(written, month.store.disclosures / f"{staged.identity.package_id}.ndjson")


def drop_disclosures(staged: Staged) -> None:
    """Remove the disclosures of what is not sealed: nobody erases from a copy that nobody knows."""
    staged.folder.with_name(_DISCLOSED).unlink(missing_ok=True)


def _facts(month: Month, ident: Identity, key: SealKey, tree: Tree, measured: tuple[Assurance, ...],
           named: Named | None) -> Any:
    from evidence import render

    company, extra = month.company, month.catalogs
    used = {source.connector: connector.load(source.connector, extra) for source in company.sources}
    catalogs = {name: catalog.digest(catalog.home(name)) for name in ("controls", "templates")}
    catalogs |= {f"connectors/{name}": item.digest for name, item in sorted(used.items())}
    catalogs |= {f"further/{number}/{path.name}": catalog.digest(path) for number, path in enumerate(extra, 1)}
    previous = render.Previous(*ident.previous) if ident.previous else None
    return render.ReportFacts(
        ident.package_id, month.period, month.reference_time, f"copilot-evidence {__version__}", catalogs,
        tree.root, tree.size, signer=key.subject, fingerprint=key.fingerprint,
        published_at=company.signing.published_at, test_key=key.is_test, profile=company.signing.profile,
        edition=ident.edition, sequence=ident.sequence, replaces=ident.replaces, previous=previous,
        sql=_sql(extra), config=_config(month.root),
        framework=(catalog.home("controls") / f"{company.framework}.yaml").read_bytes(),
        connectors={name: (item.folder / "connector.yaml").read_bytes() for name, item in sorted(used.items())},
        documents=_documents(month), crosswalk=framework.crosswalk(company.framework, extra), assurance=measured,
        people=people.facts(month.store, month.period, month.as_of_seq), named=named)


def _sql(extra: tuple[Path, ...]) -> dict[str, bytes]:
    """Return the SQL that ran, by name: without it nobody re-performs a test."""
    from evidence import checks

    found = {f"checks/{check.id}": Path(check.path).read_bytes() for check in checks.load_checks(extra)}
    package = Path(__file__).resolve().parents[1]
    for name in _STAGES:
        for path in sorted((package / name / "sql").rglob("*.sql")):
            found[f"{name}/{path.relative_to(package / name / 'sql').with_suffix('').as_posix()}"] = path.read_bytes()
    found |= {f"relations/{name}": catalog.sql_file(f"relations/{name}").encode() for name in catalog.relation_names()}
    return found


def _config(root: Path) -> dict[str, bytes]:
    names = ("evidence.yaml", "soa.yaml", "exceptions.yaml")
    return {name: (root / name).read_bytes() for name in names if (root / name).is_file()}


def _documents(month: Month) -> dict[str, str | None]:
    """Return the digest of each document that the statement of applicability names: it stays with the organisation."""
    found: dict[str, str | None] = {}
    for name in sorted({name for row in month.soa.controls for name in row.manual_evidence}):
        path = month.root / name
        found[name] = None
        if path.is_file() and path.resolve().is_relative_to(month.root.resolve()):
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _receipts(month: Month, at: datetime) -> list[str]:
    """Add the receipt of the ledger as this run found it, and return all receipts so far."""
    from evidence.seal import Receipts, configured

    entries, head = month.store.ledger.head(month.as_of_seq)
    heads = [line["prev"] for line in month.store.ledger.lines()][1:entries + 1] + [head] * (entries >= 0)
    return Receipts(month.store.register).add(heads, at=at, authority=configured.authority(month.company.signing))


def _custody(month: Month, con: duckdb.DuckDBPyConnection, ident: Identity, sealed_at: datetime,
             receipts: list[str]) -> bytes:
    """Return custody.json: the facts that carry time, host and versions of this run, and nothing else does."""
    import getpass
    import socket

    import duckdb as engine

    entries, head = month.store.ledger.head(month.as_of_seq)
    data = {
        "package_id": ident.package_id,
        "sealed_at": sealed_at.isoformat(),
        "host": socket.gethostname(),
        "user": getpass.getuser(),
        "tool": f"copilot-evidence {__version__}",
        "python": platform.python_version(),
        "platform": platform.platform(),
        "engine": f"DuckDB {engine.__version__}",
        "ledger_lines": entries + 1,
        "ledger_head": head,
        "receipts": receipts,
        "pulls": pulls(month, con),
        "erasures": month.store.ledger.erasures(month.as_of_seq),
        "files": con.execute("SELECT count(*) FROM file").fetchall()[0][0],
    }
    return json.dumps(data, indent=2, sort_keys=True).encode() + b"\n"


def pulls(month: Month, con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return what the receipts of pulls say of the files that this run looked at."""
    files: dict[str, set[str]] = {}
    for source_id, sha256 in con.execute("SELECT DISTINCT source_id, file_sha256 FROM file").fetchall():
        files.setdefault(source_id, set()).add(sha256)
    return [one for source_id in sorted(files)
            for one in pulled.custody(month.store.register, source_id, files[source_id])]
