"""Renewals of the proof of time beside a package (FORMAT 13): each made before the one before it ended."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from evidence import constants as c
from evidence.verify import trust
from evidence.verify.cms import DAMAGED, RefusedError, open_signature, pedantic
from evidence.verify.report import Checklist, show
from evidence.verify.seal import Expected, pem_certificates
from evidence.verify.timestamp import response_token, token_time

_ENDINGS = ("sums", "tsr", "pem", "crl")


def check_renewals(package: Path, signature: bytes | None, expected: Expected, check: Checklist,
                   sealed: datetime | None = None) -> None:
    """Check the folder ``<package>.renewals``, and say until when the time is proven.

    Args:
        package: the ZIP.
        signature: the bytes of its SHA256SUMS.p7s, verified before.
        expected: what the auditor knows: authorities, day of verification.
        check: where the step ``renewals`` is written down.
        sealed: when the package was sealed, which no renewal is before; None: nobody knows.
    """
    folder = package.with_name(package.name + c.RENEWALS)
    if signature is None or not package.is_file():
        return
    try:
        token = open_signature(signature).token
        last = open_signature(token.dump(), content_type="tst_info", strict=False).signer if token else None
        files = _read(folder) if folder.exists() or folder.is_symlink() else {}
        count = sum(name.endswith(".tsr") for name in files)
        at: datetime | None = None
        for number in range(1, count + 1):
            at, last = _renewal(number, files, package, at or sealed, last, expected)
    except RefusedError as error:
        check.fail("renewals", error.message)
        return
    except OSError as error:
        check.fail("renewals", f"the renewals cannot be read: {error.strerror}")
        return
    if last is None:
        check.skip("renewals", "there is no proof of time to renew")
        return
    until, made = last.not_valid_after_utc, f"{count} renewals, the last of {at:%Y-%m-%d}" if at else "no renewals"
    if until < expected.at:
        check.warn("renewals", f"{made}; the authority's certificate ended on {until:%Y-%m-%d}, before a renewal: "
                               "from then on the proof of time rests on the care of its authority alone")
    elif until < expected.at + timedelta(seconds=c.RENEWAL_DUE_S):
        check.warn("renewals", f"{made}; the authority's certificate ends on {until:%Y-%m-%d}: evidence renew is due")
    check.hold("renewals", f"{made}; the authority's certificate ends on {until:%Y-%m-%d}")


def _read(folder: Path) -> dict[str, bytes]:
    found = {}
    if folder.is_symlink() or not folder.is_dir():
        raise RefusedError("renewals", f"{show(folder.name)} is not a folder")
    for path in sorted(folder.iterdir()):
        number, _, ending = path.name.partition(".")
        if len(number) != 4 or not number.isdecimal() or not number.isascii() or ending not in _ENDINGS or (
                path.is_symlink() or not path.is_file() or path.stat().st_size > c.MAX_CMS):
            raise RefusedError("renewals", f"{show(path.name)} is no part of a renewal")
        found[path.name] = path.read_bytes()
    count = sum(name.endswith(".tsr") for name in found)
    if not found:
        raise RefusedError("renewals", "the folder is empty: where there is one, there was a renewal")
    if stray := sorted(name for name in found if not 1 <= int(name[:4]) <= count):
        raise RefusedError("renewals", f"{stray[0]} belongs to no renewal: one before it is missing")
    return found


def _renewal(number: int, files: Mapping[str, bytes], package: Path, before: datetime | None,
             last: x509.Certificate | None, expected: Expected) -> tuple[datetime, x509.Certificate]:
    """Return the time of a renewal and the certificate of its authority.

    Raises:
        RefusedError: it does not cover what it must, its stamp is none, or it came too late.
    """
    name = f"{number:04d}"
    sums, response = files.get(f"{name}.sums", b""), files.get(f"{name}.tsr", b"")
    certs = pem_certificates(files.get(f"{name}.pem", b""))
    with package.open("rb") as file:
        wanted = {f"../{package.name}": hashlib.file_digest(file, "sha512").hexdigest()}
    wanted |= {other: hashlib.sha512(data).hexdigest() for other, data in files.items()
               if int(other[:4]) < number or other in {f"{name}.pem", f"{name}.crl"}}
    if sums != "".join(f"{wanted[other]}  {other}\n" for other in sorted(wanted)).encode("ascii", "replace"):
        raise RefusedError("renewals", f"{name}.sums does not list the package and all that was before, as they are")
    token = response_token(response)
    try:
        at, _ = token_time(token, sums, certs, expected.authorities)
    except RefusedError as error:
        raise RefusedError("renewals", f"{name}.tsr: {error.message}") from error
    if before is not None and at < before:
        raise RefusedError("renewals", f"{name}.tsr is of {at:%Y-%m-%d}, before what it renews")
    if at > expected.latest:
        raise RefusedError("renewals", f"{name}.tsr is of {at:%Y-%m-%d}: in the future")
    if last is not None and at > last.not_valid_after_utc:
        raise RefusedError("renewals", f"{name}.tsr is of {at:%Y-%m-%d}, too late: the certificate of the authority "
                                       f"before ended on {last.not_valid_after_utc:%Y-%m-%d}")
    if f"{name}.crl" in files and last is not None:
        known = [cert for other in sorted(files) if other.endswith(".pem") for cert in pem_certificates(files[other])]
        _not_revoked(files[f"{name}.crl"], trust.order_chain(last, [*known, *expected.authorities]), at)
    return at, open_signature(token, content_type="tst_info", strict=False).signer


def _not_revoked(data: bytes, chain: list[x509.Certificate], at: datetime) -> None:
    end = b"-----END X509 CRL-----\n"
    try:
        with pedantic():
            lists = [x509.load_pem_x509_crl(part + end) for part in data.split(end)[:-1]]
            state, found = trust.revocation(chain, lists, at)
    except DAMAGED as error:
        raise RefusedError("renewals", "the revocation lists cannot be read") from error
    if state == "fails":
        raise RefusedError("renewals", found)
