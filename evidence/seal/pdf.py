"""The seal inside report.pdf: PAdES in one revision, certified so that any later change breaks it (DocMDP P=1).

Baseline B-B without a time stamp or revocation data; B-LT with both, the validation data written together with the
signature, so that the signature covers the entire file. The unsigned report stays a byte prefix of the signed one.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asn1crypto import crl, pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSignatureMetadata,
    PdfSigner,
    PdfSigningSession,
    SigDSSPlacementPreference,
)
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import ValidationError

from evidence.constants import FIELD, MAX_PDF
from evidence.errors import SealError, Where
from evidence.seal.cms import Authority, signer, stamper
from evidence.seal.keys import SealKey

if TYPE_CHECKING:
    from pyhanko.pdf_utils.writer import BasePdfFileWriter


@dataclass(frozen=True, slots=True)
class Unsigned:
    """Length and SHA-256 of the report before it was signed: a re-rendered report is compared with these."""

    bytes: int
    sha256: str


class _PdfSigner(PdfSigner):
    """A signer whose claimed time is the one given, not the clock's."""

    at: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        """Start a session at the claimed time."""
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


def sign_pdf(path: Path, key: SealKey, *, at: datetime, authority: Authority | None = None,
             revocation: bytes = b"", authority_roots: bytes = b"") -> Unsigned:
    """Sign a PDF in place and return what it was before.

    Args:
        path: the unsigned report; replaced by the signed one.
        key: the seal key.
        at: the signing time that is claimed.
        authority: gives the time stamp.
        revocation: CRLs (PEM) for the chain; with an authority this makes it B-LT.
        authority_roots: PEM of the authority's certificates, needed for B-LT.

    Raises:
        SealError: not a PDF, signed already, too large, or signing failed.
    """
    data = path.read_bytes()
    if len(data) > MAX_PDF:
        raise SealError(f"expected a report of at most {MAX_PDF} bytes, found {len(data)}", where=Where(str(path)),
                        advice="lower report.max_pages; the rows are in evidence/ anyway")
    if b"/ByteRange" in data:
        raise SealError("the report carries a signature already; expected an unsigned one", where=Where(str(path)))
    options: dict[str, Any] = {}
    logging.getLogger("pyhanko").setLevel(logging.ERROR)  # it warns that it may not fetch, which is what we want
    if authority and revocation:
        options = _long_term(key, revocation, authority_roots, at)
    meta = PdfSignatureMetadata(field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES,
                                certify=True, docmdp_permissions=MDPPerm.NO_CHANGES, **options)
    pdf_signer = _PdfSigner(meta, signer(key), timestamper=stamper(authority))
    pdf_signer.at = at.replace(microsecond=0)
    out = io.BytesIO()
    try:
        asyncio.run(pdf_signer.async_sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), output=out))
    except (PdfError, SigningError, TimestampRequestError, ValidationError, OSError, ValueError) as error:
        raise SealError(f"the report could not be signed: {error}", where=Where(str(path))) from error
    signed = out.getvalue()
    if not signed.startswith(data):
        raise SealError("the signed report does not begin with the unsigned one", where=Where(str(path)))
    path.write_bytes(signed)
    return Unsigned(len(data), hashlib.sha256(data).hexdigest())


def _long_term(key: SealKey, revocation: bytes, authority_roots: bytes, at: datetime) -> dict[str, Any]:
    """Return the metadata for B-LT: certificates and CRLs into the file, written together with the signature."""
    own = [_asn1(c) for c in (key.certificate, *key.chain)]
    others = [_asn1(c) for c in x509.load_pem_x509_certificates(authority_roots)] if authority_roots else []
    lists = [der for kind, _, der in pem.unarmor(revocation, multiple=True) if kind == "X509 CRL"]
    context = ValidationContext(
        trust_roots=[c for c in (*own, *others) if c.self_issued] or own[-1:], other_certs=[*own, *others],
        crls=[crl.CertificateList.load(der) for der in lists],
        allow_fetching=False, revocation_mode="soft-fail", moment=at.replace(microsecond=0))
    together = DSSContentSettings(include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE)
    return {"embed_validation_info": True, "validation_context": context, "dss_settings": together}


def _asn1(cert: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(cert.public_bytes(Encoding.DER))
