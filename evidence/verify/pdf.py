"""The seal inside report.pdf, and what the report carries.

First by hand: the one signature covers the whole file, so that nothing can have been added after sealing. Then pyHanko
gives a second opinion on the document: one field, certified, no changes allowed; and reads the attachments.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography import x509

from evidence import constants as c
from evidence.verify import trust
from evidence.verify.cms import DAMAGED, RefusedError, Signed, open_signature
from evidence.verify.report import Checklist, show
from evidence.verify.timestamp import token_time

_ENDS = re.compile(rb"startxref\s{1,2}(\d{1,10})\s{1,2}%%EOF\s{0,2}\Z")
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")


def check_pdf(data: bytes, seal: Signed | None, statement: Mapping[str, Any] | None,
              files: Mapping[str, bytes], check: Checklist, *, stamps: Sequence[x509.Certificate] = (),
              anchors: Sequence[x509.Certificate] = ()) -> None:
    """Check report.pdf.

    Args:
        data: the signed PDF, whose digest is in the manifest.
        seal: the signature over the manifest.
        statement: the statement, for ``report_unsigned``.
        files: files of the package that the PDF should carry, by their name there.
        check: where the steps go.
        stamps: the certificates of the time-stamping authority, as the package has them.
        anchors: the same, as the auditor has them; may be empty.
    """
    try:
        signed = _whole_file(data, seal)
        _stamped(signed, statement, stamps, anchors)
        attached = _second_opinion(data)
    except RefusedError as error:
        check.fail("pdf_signature", error.message)
        attached = None
    else:
        check.hold("pdf_signature", f"one signature over all {len(data)} bytes")
    if statement is not None:
        _original(data, statement["report_unsigned"], check)
    if attached is not None:
        _attached(attached, files, check)


def _whole_file(data: bytes, seal: Signed | None) -> Signed:
    """Return the signature; refuse unless one signature by the seal covers every byte but its own hex digits."""
    ranges = _RANGE.findall(data)
    if len(ranges) != 1 or data.count(b"/ByteRange") != 1:
        raise RefusedError("pdf_signature", f"{data.count(b'/ByteRange')} signatures, expected exactly one")
    begin, first, resume, rest = (int(number) for number in ranges[0])
    if begin != 0 or resume + rest != len(data) or not 0 < first < resume:
        raise RefusedError("pdf_signature", f"the signature covers {resume + rest} of {len(data)} bytes: "
                                       "something was added after sealing")
    gap = data[first:resume]
    if not re.fullmatch(rb"<[0-9A-F]+>", gap):
        raise RefusedError("pdf_signature", "something else than the signature is in the place of the signature")
    if len(gap) % 2:
        raise RefusedError("pdf_signature", "the signature has an odd number of hex digits")
    signed = open_signature(_unpadded(bytes.fromhex(gap[1:-1].decode("ascii"))), strict=False)
    sha = hashlib.new(signed.digest, data[:first])
    sha.update(data[resume:])
    signed.require_signature(sha.digest())
    if seal is not None and trust.fingerprint(signed.signer) != trust.fingerprint(seal.signer):
        raise RefusedError("pdf_signature", "the report was signed by another certificate than the package")
    if seal is not None and set(signed.certificates) != set(seal.certificates):
        raise RefusedError("pdf_signature", "the report's signature brings other certificates than that of the package")
    return signed


def _stamped(signed: Signed, statement: Mapping[str, Any] | None, stamps: Sequence[x509.Certificate],
             anchors: Sequence[x509.Certificate]) -> None:
    """Refuse a report whose time stamp is none, or which has one when its package has none, or the other way round."""
    if statement is not None and (signed.token is not None) != (statement["profile"] == "timed"):
        raise RefusedError("pdf_signature", f"the package is {statement['profile']}, its report's time stamp is "
                                            f"{'there' if signed.token else 'missing'}")
    if signed.token is not None:
        token_time(signed.token.dump(), signed.signature, stamps, anchors)


def _unpadded(raw: bytes) -> bytes:
    """Return the DER value at the beginning; after it only zeroes may fill the place that was kept for it."""
    count = raw[1] & 0x7F if len(raw) > 6 and raw[1] & 0x80 else 0
    end = 2 + count + (int.from_bytes(raw[2:2 + count], "big") if count else raw[1]) if len(raw) > 6 else 0
    if any(raw[end:]):
        raise RefusedError("pdf_signature", "something is hidden behind the signature")
    return raw[:end]


def _second_opinion(data: bytes) -> dict[str, bytes]:
    """Return the attachments after pyHanko agreed that the document is certified against any change."""
    for name in ("pyhanko", "pyhanko_certvalidator", "asn1crypto"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # a refused diff logs hundreds of kB of object paths
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import MDPPerm
    from pyhanko.sign.general import SigningError

    try:
        reader = PdfFileReader(io.BytesIO(data), strict=True)
        if reader.encrypted:
            raise RefusedError("pdf_signature", "the PDF is encrypted")
        signatures = list(reader.embedded_signatures)
        if len(signatures) != 1 or signatures[0].field_name != c.FIELD:
            raise RefusedError("pdf_signature", f"{len(signatures)} signature fields, expected one named {c.FIELD}")
        if signatures[0].docmdp_level != MDPPerm.NO_CHANGES:
            raise RefusedError("pdf_signature", "the report is not certified against changes (DocMDP P=1)")
        coverage = signatures[0].evaluate_signature_coverage().name
        if coverage != "ENTIRE_FILE":
            raise RefusedError("pdf_signature", f"the signature covers {coverage}, expected the entire file")
        return _attachments(reader)
    except (PdfError, SigningError, OSError, *DAMAGED) as error:
        raise RefusedError("pdf_signature", f"the PDF cannot be read: {show(str(error))}") from error


def _attachments(reader: Any) -> dict[str, bytes]:
    """Return the embedded files by name. The tree of names is walked with bounds: it is untrusted."""
    found: dict[str, bytes] = {}
    waiting = [tree for names in _entries(reader.root, "/Names") for tree in _entries(names, "/EmbeddedFiles")]
    left = 1000
    while waiting and left:
        node, left = _direct(waiting.pop()), left - 1
        for kids in _entries(node, "/Kids"):
            waiting.extend(kids)
        listed = [part for names in _entries(node, "/Names") for part in names]
        for reference in listed[1::2]:
            spec = _direct(reference)
            name, stream = str(spec["/UF"] if "/UF" in spec else spec["/F"]), _direct(_direct(spec["/EF"])["/F"])
            if name in found:
                raise RefusedError("pdf_signature", f"two attachments are named {show(name)}")
            found[name] = bytes(stream.data)
    return found


def _direct(value: Any) -> Any:
    """Return the object behind a reference, or the object itself."""
    return value.get_object() if hasattr(value, "get_object") else value


def _entries(holder: Any, key: str) -> list[Any]:
    """Return the entry of a PDF dictionary as a list of one, or of none."""
    return [_direct(holder[key])] if key in holder else []


def _original(data: bytes, stated: Mapping[str, Any], check: Checklist) -> None:
    size = stated["bytes"]
    digest = hashlib.sha256(data[:size]).hexdigest()
    if size > len(data) or digest != stated["sha256"]:
        check.fail("pdf_original", f"the first {size} bytes have the digest {digest}, expected {stated['sha256']}")
    elif problem := _not_a_revision(data[:size], data[size:]):
        check.fail("pdf_original", f"the first {size} bytes are not the report before it was signed: {problem}")
    check.hold("pdf_original", f"{size} bytes before signing")


def _not_a_revision(before: bytes, update: bytes) -> str | None:
    """Return why one update does not lie over the whole document before it, or None.

    A shorter prefix has a digest too, and says nothing of the pages behind it.
    """
    end, last = _ENDS.search(before), _ENDS.search(update)
    if not before.startswith(b"%PDF-") or end is None:
        return "they are no whole PDF"
    if last is None or update.count(b"startxref") != 1 or update.count(b"%%EOF") != 1 or update[:1] in b"\r\n":
        return "what follows is not one update"
    if re.findall(rb"/Prev\s+(\d{1,10})\b", update) != [end[1]]:
        return "what follows updates another revision"
    return None


def _attached(attached: Mapping[str, bytes], files: Mapping[str, bytes], check: Checklist) -> None:
    for name, path in c.PDF_ATTACHED.items():
        if name in attached and path not in files:
            check.fail("pdf_attached", f"{name} is attached, but {path} is not in the package")
        elif path in files and name in attached and files[path] != attached[name]:
            check.fail("pdf_attached", f"the {name} attached differs from {path}")
        elif path in files and name not in attached:
            check.fail("pdf_attached", f"{name} is not attached")
    if not any(path in files for path in c.PDF_ATTACHED.values()):
        check.skip("pdf_attached", "the package has neither summary.json nor controls.json")
    check.hold("pdf_attached", f"{len(attached)} attachments")
