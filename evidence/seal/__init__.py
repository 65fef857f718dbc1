"""A folder to one signed package.

``write_leaves`` comes first, because the report prints the root of the tree; then the report is rendered into the
staging folder; then ``seal`` signs the report, writes statement, manifest and signatures, and packs all of it.
The format is specified in ``templates/package/FORMAT.md``, which travels in every package.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from evidence import catalog
from evidence import constants as c
from evidence.errors import SealError, Where
from evidence.seal.keys import SealKey, new_test_key
from evidence.seal.leaves import write_leaves
from evidence.seal.merkle import Tree
from evidence.seal.receipts import Receipts
from evidence.seal.register import Register, Registered
from evidence.seal.statement import Previous, SealFacts, digest_file, digest_under, statement, sums
from evidence.seal.zipping import write_zip

if TYPE_CHECKING:
    from evidence.seal.cms import Authority

__all__ = ["Previous", "Receipts", "Register", "Registered", "SealFacts", "SealKey", "SealResult", "Tree",
           "evidence_digest", "new_test_key", "seal", "write_leaves"]

_COPIED = {"FORMAT.md": "FORMAT.md", "verify_proof.py.txt": "verify_proof.py", "verify.html": "verify.html"}


@dataclass(frozen=True, slots=True)
class SealResult:
    """A sealed package: where it is, and the line of it for the register."""

    path: Path
    registered: Registered
    files: int
    bytes: int
    timed: bool
    warnings: tuple[str, ...]

    @property
    def sha256sums_sha256(self) -> str:
        """The digest by which the next package names this one; worth sending to the auditor every month."""
        return self.registered.sha256sums_sha256


def evidence_digest(staging: Path) -> str:
    """Return the digest over everything under ``evidence/``, as the report prints it.

    It is the SHA-256 of the lines that SHA256SUMS has for these files. ``evidence/`` must be complete.
    """
    return digest_under({n: digest_file(staging / n).sha256 for n in _names(staging) if n.startswith(c.EVIDENCE)},
                        c.EVIDENCE)


def seal(staging: Path, *, facts: SealFacts, key: SealKey, out: Path, tsa: Authority | None = None) -> SealResult:
    """Sign what lies in a staging folder and pack it.

    Args:
        staging: holds ``report.pdf`` (unsigned), ``custody.json`` and ``evidence/`` with ``chains.ndjson``; the seal
            adds its own files, and signs the report in place.
        facts: what the caller knows of the package.
        key: the key of the seal.
        out: the ZIP to write; it appears whole or not at all.
        tsa: a time-stamping authority; without one the package is ``untimed``, and says so.

    Returns:
        Where the package is, and its line for the register, which the caller appends.

    Raises:
        SealError: something is missing, the key is not fit, or the authority did not answer.
    """
    facts.require_sound()
    key.require_fit(facts.sealed_at)
    _require_complete(staging, facts)
    from evidence.seal import cms, pdf

    authority_certs = cms.authority_chain(tsa) if tsa else b""
    _write_own(staging, facts, key, authority_certs)
    report = pdf.sign_pdf(staging / c.REPORT, key, at=facts.sealed_at, authority=tsa, revocation=facts.revocation,
                          authority_roots=authority_certs)
    files = {name: digest_file(staging / name) for name in _names(staging)}
    if files[c.CHAINS].lines != facts.tree.size:
        raise SealError(f"expected {facts.tree.size} lines in {c.CHAINS}, found {files[c.CHAINS].lines}")
    text = statement(facts, key, report, files, timed=tsa is not None)
    (staging / c.STATEMENT).write_bytes(text)
    digests = {name: file.sha256 for name, file in files.items()} | {c.STATEMENT: hashlib.sha256(text).hexdigest()}
    manifest = sums(digests)
    signature = cms.sign_detached(manifest, key, at=facts.sealed_at, authority=tsa)
    (staging / c.SUMS).write_bytes(manifest)
    (staging / c.SIGNATURE).write_bytes(signature)
    if tsa:
        (staging / c.TIMESTAMP).write_bytes(cms.stamp(signature, tsa))
    names = [*digests, c.SUMS, c.SIGNATURE, *([c.TIMESTAMP] if tsa else [])]
    zip_sha256 = write_zip(staging, names, out)
    _write_sidecar(out, key, facts)
    entry = Registered(facts.sequence, facts.package_id, facts.period, facts.edition,
                       hashlib.sha256(manifest).hexdigest(), zip_sha256, facts.tree.root, facts.tree.size,
                       key.fingerprint)
    untimed = () if tsa else ("untimed: no time-stamping authority proves when this package was sealed",)
    return SealResult(out, entry, len(names), out.stat().st_size, tsa is not None,
                      (*key.warnings(facts.sealed_at), *untimed))


def _write_sidecar(out: Path, key: SealKey, facts: SealFacts) -> None:
    """Sign the ZIP itself, for whoever wants to know whose it is before opening it; without it there is no package."""
    from evidence.seal import cms

    try:
        with out.open("rb") as file:
            signature = cms.sign_detached(file, key, at=facts.sealed_at)
        cms.write_atomically(out.with_name(out.name + c.SIDECAR), signature)
    except (OSError, SealError) as error:
        out.unlink(missing_ok=True)
        raise SealError(f"the signature beside the package could not be written: {error}") from error


def _names(staging: Path) -> list[str]:
    """Return the names of all files but the SHA256SUMS files and the statement, refusing what a package cannot hold."""
    names = []
    for path in sorted(staging.rglob("*")):
        name = path.relative_to(staging).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise SealError("expected plain files in the staging folder", where=Where(str(path)))
        if path.is_dir():
            continue
        if not c.NAME.fullmatch(name) or len(name) > c.NAME_LIMIT:
            raise SealError(f"a package cannot hold a file named {name!r}", where=Where(str(path)),
                            advice="allowed: ASCII letters, digits, dot, dash and underscore; at most 200 characters")
        if name not in c.UNLISTED and name != c.STATEMENT:
            names.append(name)
    if len({name.lower() for name in names}) != len(names):
        raise SealError("two files of the staging folder differ only in case", where=Where(str(staging)))
    return names


def _require_complete(staging: Path, facts: SealFacts) -> None:
    for name in (c.REPORT, c.CUSTODY, c.CHAINS):
        if not (staging / name).is_file():
            raise SealError(f"the staging folder of {facts.package_id} lacks {name}", where=Where(str(staging)))
    for name in (*c.UNLISTED, c.STATEMENT):
        if (staging / name).exists():
            raise SealError(f"the staging folder was sealed before: it holds {name}", where=Where(str(staging)),
                            advice="render into a new staging folder")


def _write_own(staging: Path, facts: SealFacts, key: SealKey, authority_certs: bytes) -> None:
    """Write README, specification, verifiers and certificates. Nothing in them depends on the clock."""
    home = catalog.home("templates") / "package"
    (staging / "certs").mkdir(exist_ok=True)
    (staging / c.SEAL_CHAIN).write_bytes(key.pem)
    if authority_certs:
        (staging / c.TSA_CHAIN).write_bytes(authority_certs)
    if facts.revocation:
        (staging / c.REVOCATION).write_bytes(facts.revocation)
    for source, name in _COPIED.items():
        if (home / source).is_file():
            (staging / name).write_bytes((home / source).read_bytes())
    notice = ("THIS IS A TEST PACKAGE. It was sealed with a TEST key and proves nothing to anybody.\n\n"
              if key.is_test else "")
    text = Template((home / "README.txt").read_text("utf-8")).substitute(
        package_id=facts.package_id, period=facts.period, zone=facts.zone, notice=notice, subject=key.subject,
        size=facts.tree.size, timed="yes" if authority_certs else "NO: nobody but the sealer says when it was sealed")
    (staging / c.README).write_text(text, "utf-8")
