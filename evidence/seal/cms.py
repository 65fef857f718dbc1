"""The signature over the manifest: CMS, CAdES baseline B or T, detached (RFC 5652, ETSI EN 319 122-1).

With ``pdf.py`` the only module that touches pyHanko. A time-stamping authority is anything that answers an RFC 3161
request: ``Authority`` wraps the function that sends it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO
from urllib.error import URLError
from urllib.request import Request, urlopen

from asn1crypto import cms, pem, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, handle_tsp_response
from pyhanko_certvalidator.registry import SimpleCertificateStore

from evidence.errors import SealError
from evidence.seal.keys import SealKey


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamping authority: the function that carries a DER request to it and brings back the DER response."""

    send: Callable[[bytes], bytes]

    @classmethod
    def at(cls, url: str, *, timeout_s: float = 20.0) -> Authority:
        """Return the authority behind an address that speaks RFC 3161 over HTTP (section 3.4)."""
        if not url.startswith(("https://", "http://")):
            raise SealError(f"expected the http(s) address of a time-stamping authority, found {url!r}")

        def send(request: bytes) -> bytes:
            headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
            try:
                with urlopen(Request(url, request, headers), timeout=timeout_s) as reply:  # noqa: S310 - scheme checked
                    return bytes(reply.read(1 << 20))
            except (URLError, HTTPException, OSError) as error:
                raise SealError(f"the time-stamping authority {url} did not answer: {error}",
                                advice="try again, or seal with profile untimed and say so to your auditor") from error

        return cls(send)


class _Stamper(TimeStamper):
    """pyHanko's view of an ``Authority``."""

    def __init__(self, authority: Authority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._send = authority.send

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Send one request."""
        return tsp.TimeStampResp.load(self._send(req.dump()))


class _Signer(Signer):
    """pyHanko's view of a ``SealKey``: it never sees the private key."""

    def __init__(self, key: SealKey) -> None:
        certs = [asn1_x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in (key.certificate, *key.chain)]
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(certs[1:])
        super().__init__(signing_cert=certs[0], cert_registry=store)
        self._sign = key.sign
        self._length = len(key.sign(b""))

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Sign; a dry run only asks how long a signature is."""
        if digest_algorithm != "sha256":
            raise SigningError(f"expected sha256, found {digest_algorithm}")
        return bytes(self._length + 8) if dry_run else self._sign(data)


def signer(key: SealKey) -> Signer:
    """Return the pyHanko signer of a key."""
    return _Signer(key)


def stamper(authority: Authority | None) -> TimeStamper | None:
    """Return the pyHanko time stamper of an authority."""
    return _Stamper(authority) if authority else None


def sign_detached(data: bytes | BinaryIO, key: SealKey, *, at: datetime, authority: Authority | None = None) -> bytes:
    """Return the DER of a detached CAdES signature over bytes: B-T with an authority, B-B without.

    Args:
        data: what is signed; a file is read in pieces.
        key: the key; all certificates of its chain go into the signature.
        at: the signing time that is claimed.
        authority: gives the signature time stamp (EN 319 122-1 5.3).

    Raises:
        SealError: the key or the authority failed.
    """
    try:
        signed = asyncio.run(_Signer(key).async_sign_general_data(
            data, "sha256", detached=True, use_cades=True, timestamper=stamper(authority), chunk_size=1 << 20,
            signed_attr_settings=PdfCMSSignedAttributes(signing_time=at.replace(microsecond=0))))
    except (SigningError, TimestampRequestError, OSError, ValueError) as error:
        raise SealError(f"the signature could not be made: {error}") from error
    return bytes(signed.dump())


def stamp(data: bytes, authority: Authority, digest: str = "sha256") -> bytes:
    """Return the DER of an RFC 3161 response over bytes: granted, and the token. Words of the authority are left out.

    Args:
        data: what is stamped.
        authority: who is asked.
        digest: the hash of the imprint.

    Raises:
        SealError: the authority refused, or answered something else than asked.
    """
    imprint = hashlib.new(digest, data).digest()
    nonce, request = _Stamper(authority).request_cms(imprint, digest)  # type: ignore[no-untyped-call]
    reply = authority.send(request.dump())
    try:
        handle_tsp_response(tsp.TimeStampResp.load(reply), nonce)
    except (TimestampRequestError, ValueError, TypeError, KeyError) as error:
        raise SealError(f"the time-stamping authority did not give a token: {error}") from error
    granted = {"status": {"status": "granted"}, "time_stamp_token": tsp.TimeStampResp.load(reply)["time_stamp_token"]}
    return bytes(tsp.TimeStampResp(granted).dump())


def token(data: bytes, authority: Authority) -> bytes:
    """Return the DER of the RFC 3161 token over bytes, without the response around it.

    Raises:
        SealError: as for :func:`stamp`.
    """
    return bytes(tsp.TimeStampResp.load(stamp(data, authority))["time_stamp_token"].dump())


def authority_chain(authority: Authority) -> bytes:
    """Return the certificates (PEM, sorted by bytes) that an authority puts into its tokens, by asking for one."""
    token = tsp.TimeStampResp.load(stamp(b"which certificates?", authority))["time_stamp_token"]
    certs = token["content"]["certificates"]
    if not certs:
        raise SealError("the time-stamping authority gave a token without its certificate",
                        advice="the verifier needs it years later; use an authority that honours certReq")
    return b"".join(sorted(bytes(pem.armor("CERTIFICATE", c.chosen.dump())) for c in certs))


def countersign(package_signature: bytes, key: SealKey, *, at: datetime) -> bytes:
    """Return the DER of a detached signature over the bytes of SHA256SUMS.p7s: a person approves a sealed package.

    Raises:
        SealError: the approver is the seal itself.
    """
    certs = cms.ContentInfo.load(package_signature)["content"]["certificates"]
    own = {c.chosen.public_key.dump() for c in certs}
    mine = asn1_x509.Certificate.load(key.certificate.public_bytes(Encoding.DER))
    if mine.public_key.dump() in own:
        raise SealError("the key of the seal cannot approve what it sealed",
                        advice="approval is a second pair of eyes: use the personal key of the approver")
    return sign_detached(package_signature, key, at=at)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file that appears whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)
