"""Reads one CMS signature strictly (RFC 5652) and says what is wrong with it, step by step."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from evidence import constants as c
from evidence.errors import VerificationError
from evidence.verify.der import require_der
from evidence.verify.jcs import MalformedError

HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_MAY = frozenset({"content_type", "message_digest", "signing_time", "signing_certificate_v2", "signing_certificate",
                  "cms_algorithm_protection", "signature_policy_identifier", "binary_signing_time"})
# What asn1crypto and cryptography raise for bytes that are not what they should be.
DAMAGED: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError,
                  UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
                  UserWarning)


@contextmanager
def pedantic() -> Iterator[None]:
    """Take for an error (``UserWarning``) what the parser of certificates only warns of, such as serial number 0."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def whole(found: x509.Certificate | x509.CertificateRevocationList) -> None:
    """Read every part of a certificate or revocation list now: they are parsed late, and would raise later.

    Raises:
        ValueError: or another error of ``DAMAGED``.
    """
    _ = (found.issuer, list(found.extensions), found.signature_hash_algorithm, found.fingerprint(hashes.SHA256()))
    if isinstance(found, x509.Certificate):
        _ = (found.subject.rfc4514_string(), found.public_key(), found.not_valid_before_utc, found.not_valid_after_utc)
    else:
        _ = (found.last_update_utc, found.next_update_utc, [entry.revocation_date_utc for entry in found])


def exact(*sequences: Any) -> None:
    """Refuse sequences that hold more than the parts of their type: the parser skips it, and nobody would read it.

    Raises:
        RefusedError: with the step ``signature_form``.
    """
    for sequence in sequences:
        if sum(len(sequence[name].dump()) for name in sequence) != len(sequence.contents):
            raise RefusedError("signature_form", f"more in a {type(sequence).__name__} than belongs there")


class RefusedError(VerificationError):
    """A step that fails, and why."""

    def __init__(self, step: str, found: str) -> None:
        """Name the step of the report."""
        super().__init__(found)
        self.step = step


@dataclass(frozen=True, slots=True)
class Signed:
    """A CMS signature that was taken apart and found to be in form."""

    certificates: tuple[x509.Certificate, ...]
    signer: x509.Certificate
    digest: str
    signature: bytes
    signed_attributes: bytes
    message_digest: bytes
    signing_time: datetime | None
    token: cms.ContentInfo | None
    content: bytes | None

    def require_signature(self, content_digest: bytes) -> None:
        """Refuse unless digest and signature are right.

        Args:
            content_digest: digest of the content with the algorithm ``digest``.

        Raises:
            RefusedError: with the step ``attributes`` or ``signature``.
        """
        if content_digest != self.message_digest:
            raise RefusedError("attributes", f"the signature is over content with digest {self.message_digest.hex()}, "
                                        f"this content has {content_digest.hex()}")
        key, algorithm = self.signer.public_key(), HASHES[self.digest]
        try:
            if isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(self.signature, self.signed_attributes, ec.ECDSA(algorithm))
            elif isinstance(key, rsa.RSAPublicKey):
                key.verify(self.signature, self.signed_attributes, padding.PKCS1v15(), algorithm)
        except InvalidSignature as error:
            raise RefusedError("signature", "the signature does not verify with the key of the certificate") from error
        except DAMAGED as error:
            raise RefusedError("signature", f"the signature cannot be computed: {error}") from error


def open_signature(data: bytes, *, content_type: str = "data", strict: bool = True) -> Signed:
    """Take a CMS signature apart.

    Args:
        data: the DER.
        content_type: ``data`` for a detached signature, ``tst_info`` for a time-stamp token, which holds its content.
        strict: False for foreign signers (authorities, PDF): other signed attributes are let through.

    Raises:
        RefusedError: with the step ``signature_form``, ``algorithms`` or ``attributes``.
    """
    try:
        require_der(data)
        info = cms.ContentInfo.load(data, strict=True)
        if info["content_type"].native != "signed_data":
            raise RefusedError("signature_form", f"not signed data but {info['content_type'].native}")
        exact(info)
        signed, version = info["content"], "v1" if content_type == "data" else "v3"
        return _open(signed, content_type, version, strict=strict)
    except MalformedError as error:
        raise RefusedError("signature_form", error.message) from error
    except DAMAGED as error:
        raise RefusedError("signature_form", f"not a CMS signature: {type(error).__name__}") from error


def _open(signed: Any, content_type: str, version: str, *, strict: bool) -> Signed:
    infos, encap = signed["signer_infos"], signed["encap_content_info"]
    if len(infos) != 1:
        raise RefusedError("signature_form", f"{len(infos)} signers, expected exactly one")
    exact(signed, encap, infos[0])
    if encap["content_type"].native != content_type:
        raise RefusedError("signature_form", f"content of type {encap['content_type'].native}, expected {content_type}")
    content = encap["content"].native if encap["content"] else None
    if (content is None) != (content_type == "data"):
        raise RefusedError("signature_form", "the content is inside the signature, expected a detached one")
    if signed["version"].native != version or signed["crls"] or infos[0]["version"].native != "v1":
        raise RefusedError("signature_form", "another CMS version, or revocation lists inside the signature")
    info, certs = infos[0], _certificates(signed)
    attributes_as_signed = b"\x31" + info["signed_attrs"].dump()[1:]  # before a look inside rebuilds them
    digest = _algorithms(signed, info)
    attributes = _attributes(info, content_type, strict=strict)
    signer = _signer(info, certs)
    _bound(attributes, signer, need_v2=content_type == "data")
    return Signed(certs, signer, digest, info["signature"].native, attributes_as_signed,
                  attributes["message_digest"], attributes.get("signing_time"), _token(info),
                  encap["content"].contents if content is not None else None)


def _certificates(signed: Any) -> tuple[x509.Certificate, ...]:
    found = list(signed["certificates"])
    if not 1 <= len(found) <= c.MAX_CERTIFICATES or any(cert.name != "certificate" for cert in found):
        raise RefusedError("signature_form", f"{len(found)} certificates, or other things than X.509 certificates")
    with pedantic():
        certs = tuple(x509.load_der_x509_certificate(cert.chosen.dump()) for cert in found)
        for cert in certs:
            whole(cert)
    if len(set(certs)) != len(certs):
        raise RefusedError("signature_form", "a certificate is there twice")
    return certs


def _algorithms(signed: Any, info: Any) -> str:
    declared = [a["algorithm"].native for a in signed["digest_algorithms"]]
    digest, mechanism = info["digest_algorithm"]["algorithm"].native, info["signature_algorithm"]["algorithm"].native
    if declared != [digest] or digest not in c.HASHES:
        raise RefusedError("algorithms", f"digest algorithms {declared}, {digest}; expected one of {sorted(c.HASHES)}")
    if mechanism not in {f"{digest}_ecdsa", f"{digest}_rsa", "rsassa_pkcs1v15"}:
        raise RefusedError("algorithms", f"{mechanism}, expected ECDSA or RSA PKCS #1 v1.5 with {digest}")
    for algorithm in (*signed["digest_algorithms"], info["digest_algorithm"], info["signature_algorithm"]):
        exact(algorithm)
        if algorithm["parameters"].native is not None:
            raise RefusedError("algorithms", "an algorithm with parameters")
    return str(digest)


def _attributes(info: Any, content_type: str, *, strict: bool) -> dict[str, Any]:
    if not info["signed_attrs"]:
        raise RefusedError("signature_form", "no signed attributes: the signature could be replayed over other content")
    found: dict[str, Any] = {}
    for attribute in info["signed_attrs"]:
        name = attribute["type"].native
        if name in found or len(attribute["values"]) != 1 or (strict and name not in _MAY):
            raise RefusedError("attributes", f"the signed attribute {name} is unknown or there twice")
        value = attribute["values"][0]
        found[name] = value if name.startswith("signing_certificate") else value.native
    if found.get("content_type") != content_type or not isinstance(found.get("message_digest"), bytes):
        raise RefusedError("attributes", "no content type or no message digest among the signed attributes")
    if strict and "signing_time" not in found:
        raise RefusedError("attributes", "no signing time among the signed attributes")
    if protected := found.get("cms_algorithm_protection"):
        own = (info["digest_algorithm"].native, info["signature_algorithm"].native)
        if (protected["digest_algorithm"], protected["signature_algorithm"]) != own:
            raise RefusedError("attributes", "the algorithms are not those that were signed (RFC 6211)")
    return found


def _signer(info: Any, certs: tuple[x509.Certificate, ...]) -> x509.Certificate:
    sid = info["sid"]
    if sid.name != "issuer_and_serial_number":
        raise RefusedError("signature_form", "the signer is not named by issuer and serial number")
    exact(sid.chosen)
    issuer, serial = sid.chosen["issuer"].dump(), sid.chosen["serial_number"].native
    found = [cert for cert in certs if cert.serial_number == serial and cert.issuer.public_bytes() == issuer]
    if len(found) != 1:
        raise RefusedError("signature_form", f"{len(found)} certificates of the signer, expected one")
    return found[0]


def _bound(attributes: Mapping[str, Any], signer: x509.Certificate, *, need_v2: bool) -> None:
    """Refuse unless the signed attributes name this very certificate (RFC 5035 section 3)."""
    value = attributes.get("signing_certificate_v2")
    if value is not None:
        first = value["certs"][0]
        algorithm, expected = first["hash_algorithm"]["algorithm"].native, first["cert_hash"].native
    elif not need_v2 and (value := attributes.get("signing_certificate")) is not None:
        algorithm, expected = "sha1", value["certs"][0]["cert_hash"].native
    else:
        raise RefusedError("attributes", "no signingCertificateV2: the certificate could be exchanged")
    if algorithm not in {*c.HASHES, *(() if need_v2 else ("sha1",))}:
        raise RefusedError("attributes", f"signingCertificateV2 with {algorithm}")
    digest = hashlib.new(algorithm, signer.public_bytes(Encoding.DER), usedforsecurity=False).digest()
    if digest != expected:
        raise RefusedError("attributes", "signingCertificateV2 names another certificate")


def _token(info: Any) -> cms.ContentInfo | None:
    unsigned = list(info["unsigned_attrs"]) if info["unsigned_attrs"] else []
    if not unsigned:
        return None
    first = unsigned[0]
    exact(first)
    if len(unsigned) != 1 or first["type"].native != "signature_time_stamp_token" or len(first["values"]) != 1:
        raise RefusedError("signature_form", "unsigned attributes other than one time stamp")
    return first["values"][0]
