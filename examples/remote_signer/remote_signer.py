# ruff: noqa: INP001 - one file, installed by itself
"""A seal key in a signing service: only the SHA-256 of what is signed leaves this machine.

The service speaks the smallest HTTP there is: POST of 32 bytes to ``url``, with the token as bearer, answers the
signature (ECDSA as DER, or RSA PKCS #1 v1.5). Exchange ``_post`` for the client of your key management service.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from evidence.errors import SealError
from evidence.seal import SealKey
from evidence.seal.keys import certificates


def load(options: Mapping[str, str], root: Path) -> SealKey:
    """Return the seal key of a service. This is the entry point in the group ``evidence.signers``.

    Args:
        options: ``url``, ``certificate`` (PEM in the company folder), ``token_env`` (variable that holds the token).
        root: the company folder.
    """
    try:
        url, path, token = options["url"], root / options["certificate"], os.environ[options["token_env"]]
    except KeyError as error:
        raise SealError(f"the signing service needs {error}") from error
    if not url.startswith(("https://", "http://127.0.0.1:")):
        raise SealError(f"expected an https address of the signing service, found {url!r}")
    first, *chain = certificates(path)
    return SealKey(first, tuple(chain), lambda data: _post(url, token, hashlib.sha256(data).digest()))


def _post(url: str, token: str, digest: bytes) -> bytes:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    try:
        with urlopen(Request(url, digest, headers), timeout=20) as reply:  # noqa: S310 - scheme checked in load
            return bytes(reply.read(4096))
    except (URLError, OSError) as error:
        raise SealError(f"the signing service did not sign: {error}") from error
