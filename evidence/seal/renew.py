"""Renewal of the proof of time, before the certificate of an authority ends or a hash ages (FORMAT 13).

A new time stamp over the package, by SHA-512, and over every renewal before, in a folder beside the package. The
package itself is never touched.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import constants as c
from evidence.errors import SealError, Where
from evidence.seal import cms

if TYPE_CHECKING:
    from evidence.seal.cms import Authority


def renew(package: Path, *, authority: Authority, revocation: bytes = b"") -> Path:
    """Stamp a package again and return the stamp: ``<package>.renewals/0001.tsr``.

    Args:
        package: the sealed ZIP; verify it before.
        authority: gives the stamp; by choice another one than before.
        revocation: fresh lists (PEM) about the certificates of the authority before: they were good until now.

    Raises:
        SealError: the package cannot be read, the renewal not written, or the authority did not answer.
    """
    folder = package.with_name(package.name + c.RENEWALS)
    try:
        number = len(list(folder.glob("*.tsr"))) + 1
        new = {f"{number:04d}.pem": cms.authority_chain(authority)} | (
            {f"{number:04d}.crl": revocation} if revocation else {})
        present = {path.name: path.read_bytes() for path in folder.glob("*")}
        digests = {name: hashlib.sha512(data).hexdigest() for name, data in (present | new).items()}
        with package.open("rb") as file:
            digests[f"../{package.name}"] = hashlib.file_digest(file, "sha512").hexdigest()
        sums = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode("ascii")
        new |= {f"{number:04d}.sums": sums, f"{number:04d}.tsr": cms.stamp(sums, authority, "sha512")}
        folder.mkdir(exist_ok=True)
        for name, data in new.items():  # the stamp comes last: without it there is no renewal
            cms.write_atomically(folder / name, data)
    except OSError as error:
        raise SealError(f"the renewal could not be made: {error}", where=Where(str(package))) from error
    return folder / f"{number:04d}.tsr"
