"""The verification of one package, in the order of trust: container, manifest, signature, time, statement, contents."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from evidence import constants as c
from evidence.verify import trust
from evidence.verify.approval import check_approvals
from evidence.verify.cms import Signed
from evidence.verify.html import check_html
from evidence.verify.jcs import MalformedError
from evidence.verify.members import Members, read_folder, read_zip
from evidence.verify.pdf import check_pdf
from evidence.verify.receipts import check_receipts
from evidence.verify.renewals import check_renewals
from evidence.verify.report import Checklist, Report, show
from evidence.verify.seal import Expected, check_seal, check_signature, check_time, check_validity, pem_certificates
from evidence.verify.sidecar import check_sidecar
from evidence.verify.statement import contradictions, read_statement, read_sums

PACKAGE_STEPS = ("container", "entries", "names", "limits", "contents", "checksum", "manifest", "file_set", "digests",
                 "signature_form", "algorithms", "attributes", "signature", "pinned", "certificate", "trust",
                 "test_key", "timestamp", "validity", "revocation", "statement", "expected_id", "tree", "chains",
                 "counts", "pdf_signature", "pdf_original", "pdf_attached", "html", "disclosed", "receipts",
                 "sidecar")


@dataclass(frozen=True, slots=True)
class Checked:
    """A verified package: its report, and what the steps beside it and over several packages need.

    ``sealed`` is the time proven, else the one claimed.
    """

    report: Report
    statement: Mapping[str, Any] | None
    sums_sha256: str | None
    signature: bytes | None
    seal: x509.Certificate | None
    sealed: datetime | None
    ids: frozenset[bytes]
    receipts: tuple[str, ...]


def verify_package(path: Path, expected: Expected, *, ids: bool = False) -> Checked:
    """Verify a ZIP or an unpacked folder. Never raises for what is in it."""
    check = Checklist(*PACKAGE_STEPS)
    members = Members()
    try:
        if path.is_dir():
            members = read_folder(path, check)
        else:
            with path.open("rb") as file:
                members = read_zip(file, check, ids=ids)
    except OSError as error:
        check.fail("container", f"the file cannot be read: {error.strerror}")
    return check_package(path, members, expected, check)


def verify_with_all_beside(path: Path, expected: Expected, *, ids: bool = False) -> Checked:
    """Verify a package with the approvals and renewals that lie beside it."""
    checked, check = verify_package(path, expected, ids=ids), Checklist("approval", "renewals")
    check_approvals(path, checked.signature, checked.seal, expected, check, checked.sealed)
    check_renewals(path, checked.signature if checked.seal else None, expected, check, checked.sealed)
    return replace(checked, report=replace(checked.report, steps=(*checked.report.steps, *check.steps())))


def check_package(path: Path, members: Members, expected: Expected, check: Checklist) -> Checked:
    """Check what was read of a package; ``path`` names it, and says where the signature beside it would be."""
    kept = members.kept
    listed = check_manifest(kept.get(c.SUMS), check)
    if listed is not None:
        _file_set(listed, members, check)
    good = {name for name, digest in (listed or {}).items() if members.sha256.get(name) == digest}
    sums, signature = kept.get(c.SUMS, b""), kept.get(c.SIGNATURE)
    statement = check_statement(kept.get(c.STATEMENT) if c.STATEMENT in good else None, expected, check)
    signed, sealed = check_signature(signature, sums, check), None
    kept = {name: data for name, data in kept.items() if name in good or name in c.UNLISTED}  # the rest is nobody's
    chain = pem_certificates(kept.get(c.SEAL_CHAIN, b""))
    if signed is not None:
        check_seal(signed, chain, statement, expected, check)
        at = check_time(signed, signature or b"", kept, statement, expected, check)
        sealed = at or (trust.utc(signed.signing_time) if signed.signing_time else None)
        stampers = pem_certificates(kept.get(c.TSA_CHAIN, b""))
        stampers += [cert for cert in expected.authorities if cert.subject in {one.issuer for one in stampers}]
        check_validity(signed, chain, kept.get(c.REVOCATION), at, expected, check, stampers=stampers)
    if statement is not None and listed is not None:
        _contents(statement, listed, members, check)
        _disclosures(members, good, check)
    _documents(kept, members, signed, statement, expected, check)
    sources = kept.get(c.SOURCES, None if c.SOURCES in good else b"")
    receipts = (check_receipts(kept[c.CUSTODY], sources, expected.authorities, expected.receipt, check, sealed)
                if c.CUSTODY in kept and listed is not None else ())
    check_sidecar(path, signed.signer if signed else None, check)
    if expected.digest is not None and hashlib.sha256(sums).hexdigest() != expected.digest.lower():
        check.fail("expected_id", f"its SHA256SUMS is not the one you were sent, {show(expected.digest)}")
    ident = statement["package_id"] if statement is not None and not check.failed("signature", "statement") else None
    sums_sha256 = hashlib.sha256(sums).hexdigest() if sums else None
    report = Report(str(path), ident, sums_sha256, check.steps())
    return Checked(report, statement, sums_sha256, signature, signed.signer if signed else None, sealed,
                   frozenset(members.chains.ids or ()), receipts)


def check_manifest(data: bytes | None, check: Checklist) -> dict[str, str] | None:
    """Check the form of SHA256SUMS and return its digests."""
    if data is None:
        check.fail("manifest", f"there is no {c.SUMS}")
        return None
    try:
        listed = read_sums(data)
    except MalformedError as error:
        check.fail("manifest", error.message)
        return None
    check.hold("manifest", f"{len(listed)} files listed")
    return listed


def _file_set(listed: Mapping[str, str], members: Members, check: Checklist) -> None:
    present = set(members.sha256)
    for name in sorted(set(listed) - present):
        check.fail("file_set", f"{show(name)} is listed but missing")
    for name in sorted(present - set(listed) - c.UNLISTED):
        check.fail("file_set", f"{show(name)} is there but not listed")
    for name in sorted(c.REQUIRED - c.UNLISTED - present):
        check.fail("file_set", f"{name} is missing, and every package has it")
    check.hold("file_set", f"{len(present)} files")
    for name in sorted(set(listed) & present):
        if listed[name] != members.sha256[name]:
            check.fail("digests", f"{show(name)} has {members.sha256[name]}, listed is {listed[name]}")
    check.hold("digests", f"{len(listed)} digests equal")


def check_statement(data: bytes | None, expected: Expected, check: Checklist) -> dict[str, Any] | None:
    """Check the form of statement.json and the package id, and return the statement."""
    if data is None:
        check.fail("statement", "there is no statement.json that the manifest lists")
        return None
    try:
        statement = read_statement(data)
    except MalformedError as error:
        check.fail("statement", error.message)
        return None
    check.hold("statement", f"{statement['package_id']}, number {statement['sequence']}, "
                            f"period {show(statement['period']['label'])}, edition {statement['edition']}")
    if expected.package_id is None:
        check.skip("expected_id", f"you did not say which package you expect; this is {statement['package_id']}")
    elif statement["package_id"] != expected.package_id:
        check.fail("expected_id", f"{statement['package_id']}, expected {show(expected.package_id)}")
    check.hold("expected_id", statement["package_id"])
    return statement


def _contents(statement: Mapping[str, Any], listed: Mapping[str, str], members: Members, check: Checklist) -> None:
    tree, chains = statement["tree"], members.chains
    if c.CHAINS in members.sha256:
        if (chains.size, chains.root()) != (tree["size"], tree["root"]):
            check.fail("tree", f"{chains.size} chains with root {chains.root()}, "
                               f"signed are {tree['size']} with root {tree['root']}")
        check.hold("tree", f"{tree['size']} chains, root {tree['root']}")
        if chains.problem:
            check.fail("chains", chains.problem)
        check.hold("chains", f"{chains.size} in order, none twice, the whole form of each judged")
    lines = {name: members.lines.get(name, 0) for name in listed}
    for problem in contradictions(statement, listed, lines):
        check.fail("counts", problem)
    check.hold("counts", f"{len(statement['counts'])} counts, {statement['files']} files")


def _disclosures(members: Members, good: set[str], check: Checklist) -> None:
    """Check what is opened for everybody who has the package, but only beside chains that are good themselves."""
    if c.DISCLOSURES not in members.sha256:
        check.skip("disclosed", "the package holds no disclosures")
    elif members.disclosures is not None and {c.CHAINS, c.DISCLOSURES} <= good and not members.chains.problem:
        if members.disclosures.problem:
            check.fail("disclosed", members.disclosures.problem)
        check.hold("disclosed", f"{members.disclosures.opened} for {members.disclosures.lines} chains")


def _documents(kept: Mapping[str, bytes], members: Members, signed: Signed | None,
               statement: Mapping[str, Any] | None, expected: Expected, check: Checklist) -> None:
    """Check the reports, but only those whose digest is the one listed."""
    files = {path: kept[path] for path in c.PDF_ATTACHED.values() if path in kept}
    if c.REPORT in kept:
        check_pdf(kept[c.REPORT], signed, statement, files, check,
                  stamps=pem_certificates(kept.get(c.TSA_CHAIN, b"")), anchors=expected.authorities)
    if c.HTML in kept:
        check_html(kept[c.HTML], check)
    elif c.HTML not in members.sha256:
        check.skip("html", "the package has no HTML report")
