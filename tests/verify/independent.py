"""A second verifier of evidence packages and proofs, written from FORMAT.md alone; it shares no line with the first.

python3 independent.py [--fingerprint F] [--id ID] [--digest D] [--receipt D] [--received DAY] [--ca PEM]
                       [--authority PEM] [--production] [--require-timestamp] [--role R[=FINGERPRINT]]... PATH...

PATH is a package (.zip), the proof of one interaction (.json) or a folder; several packages are also judged as a
history. Each step of FORMAT.md section 12 is printed with its clause. Nothing is interpreted after a step that fails.
Exit code 4 when a step fails. Needs Python 3.11 and `cryptography`. Packages that need ZIP64 are refused.
"""
# ruff: noqa: T201 - it prints what it finds

import argparse
import base64
import hashlib
import html
import html.parser
import json
import re
import struct
import sys
import unicodedata
import zlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

STEPS = {1: "container 2", 2: "entries 2", 3: "names 2", 4: "limits 2", 5: "contents 2", 6: "checksum 2",
         7: "manifest 3", 8: "file_set 3", 9: "digests 3", 10: "signature_form 4", 11: "algorithms 4",
         12: "attributes 4", 13: "signature 4", 14: "pinned 5", 15: "certificate 5", 16: "trust 5", 17: "test_key 5",
         18: "timestamp 5", 19: "validity 5", 20: "revocation 5", 21: "statement 6", 22: "expected_id 6",
         23: "tree 7", 24: "chains 7", 25: "counts 6", 26: "pdf_signature 8", 27: "pdf_original 8",
         28: "pdf_attached 8", 29: "html 8", 30: "proof 9", 31: "inclusion 9", 32: "record 9", 33: "disclosed 7",
         34: "approval 10", 35: "history 11", 36: "receipts 11", 37: "sidecar 4", 38: "renewals 13"}
SUMS, SIG, TSR, CHAIN = "SHA256SUMS", "SHA256SUMS.p7s", "SHA256SUMS.p7s.tsr", "certs/seal-chain.pem"
HASH = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512"}
SIGN = {"1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512",
        "1.2.840.113549.1.1.11": "sha256", "1.2.840.113549.1.1.12": "sha384", "1.2.840.113549.1.1.13": "sha512"}
DATA, SIGNED, TST = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CTYPE, MDIGEST, STIME = (f"1.2.840.113549.1.9.{n}" for n in (3, 4, 5))
CERTV1, CERTV2, POLICY, STAMP = (f"1.2.840.113549.1.9.16.2.{n}" for n in (12, 47, 15, 14))
PROTECT = "1.2.840.113549.1.9.52"
HEX, NAME = re.compile("[0-9a-f]{64}"), r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*"
ZERO, DAY = "0" * 64, timedelta(hours=24)


class Fails(Exception):  # noqa: N818
    """What a step found."""


class Warns(Exception):  # noqa: N818
    """What a step found, that is no failure."""


class Unchecked(Exception):  # noqa: N818
    """Why a step was not taken."""


def need(holds, what):
    """Fail with `what` unless it holds."""
    if not holds:
        raise Fails(what)


def sha(data, name="sha256"):
    """Hexadecimal digest."""
    return hashlib.new(name, data).hexdigest()


def canonical(raw):
    """Value of JSON in the form of RFC 8785, without twins and fractions (section 6)."""
    def twins(pairs):
        need(len(dict(pairs)) == len(pairs), "a member twice")
        return dict(pairs)

    def order(v):
        if isinstance(v, dict):
            return {k: order(v[k]) for k in sorted(v, key=lambda k: k.encode("utf-16-be"))}
        need(not isinstance(v, float) and (not isinstance(v, int) or abs(v) < 2**53), "a number not allowed")
        return [order(i) for i in v] if isinstance(v, list) else v
    value = json.loads(raw.decode(), object_pairs_hook=twins)
    need(json.dumps(order(value), ensure_ascii=False, separators=(",", ":")).encode() == raw, "JSON is not canonical")
    return value


class Der:
    """One value of strict DER with its parts."""

    def __init__(self, raw, ordered=True):
        """Read `raw`, which must be one value and nothing else."""
        rest = self._read(raw, ordered, 0)
        need(not rest, "bytes after a DER value")

    def _read(self, raw, ordered, depth):
        need(len(raw) >= 2 and depth < 40 and raw[0] & 31 != 31, "DER: cut off, too deep or a long tag")
        self.tag, size, at = raw[0], raw[1], 2
        if size > 127:
            n = size & 127
            need(0 < n < 5 and len(raw) >= 2 + n, "DER: indefinite or absurd length")
            size, at = int.from_bytes(raw[2:2 + n]), 2 + n
            need(size > 127 and raw[2], "DER: length not minimal")
        need(len(raw) >= at + size, "DER: cut off")
        self.raw, self.body, self.kids = raw[:at + size], raw[at:at + size], []
        rest = self.body if self.tag & 32 else b""
        while rest:
            kid = Der.__new__(Der)
            rest = kid._read(rest, ordered, depth + 1)
            self.kids.append(kid)
        need(self.tag != 1 or self.body in {b"\0", b"\xff"}, "DER: boolean")
        need(self.tag != 2 or (self.body and not (len(self.body) > 1 and self.body[0] in {0, 255}
             and (self.body[0] ^ self.body[1]) < 128)), "DER: integer not minimal")
        need(self.tag != 6 or not re.search(rb"(?s)(?:\A|[\0-\x7f])\x80", self.body), "DER: object identifier not minimal")
        need(not (ordered and self.tag == 49) or self.sorted(), "DER: set out of order")
        return raw[at + size:]

    def sorted(self):
        """Whether the parts stand in the order of a DER set."""
        return [k.raw for k in self.kids] == sorted(k.raw for k in self.kids)

    def oid(self):
        """Dotted object identifier."""
        need(self.tag == 6 and self.body and self.body[-1] < 128, "DER: no object identifier")
        arcs, n = [], 0
        for b in self.body:
            n = n << 7 | b & 127
            if b < 128:
                arcs, n = [*arcs, n], 0
        first = min(arcs[0] // 40, 2)
        return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))

    def time(self):
        """UTCTime or GeneralizedTime."""
        text = self.body.decode("ascii")
        text = ("20" if text[0] < "5" else "19") + text if self.tag == 23 else text
        need(self.tag in {23, 24} and re.fullmatch(r"\d{14}(\.\d*[1-9])?Z", text), "DER: time")
        return datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def parts(node, tag, *counts):
    """Parts of a node with this tag and so many parts."""
    need(node.tag == tag and (not counts or len(node.kids) in counts), "DER: not the type expected")
    return node.kids


class Cms:
    """A signature as in section 4 (RFC 5652), or the token of section 5; `node` is its ContentInfo."""

    def __init__(self, node, token=False):
        """Step 10: the form."""
        kind, wrapped = parts(node, 48, 2)
        need(kind.oid() == SIGNED, "no signedData")
        signed = parts(parts(wrapped, 160, 1)[0], 48)
        need(len(signed) == 5 and [k.tag for k in signed] == [2, 49, 48, 160, 49], "signedData: parts (a CRL list?)")
        version, self.digests, encap, certs, infos = signed
        need(version.body == (b"\3" if token else b"\1"), "signedData: version")
        need(encap.kids[0].oid() == (TST if token else DATA), "content type")
        need(len(encap.kids) == (2 if token else 1), "content attached, or none in a token")
        self.content = parts(encap.kids[1], 160, 1)[0].body if token else b""
        need(token or certs.sorted(), "certificates out of order")
        self.certs = [x509.load_der_x509_certificate(c.raw) for c in certs.kids]
        info = parts(parts(infos, 49, 1)[0], 48, 6, 7)
        need([k.tag for k in info[:6]] == [2, 48, 48, 160, 48, 4], "signerInfo: parts (no signed attributes?)")
        need(info[0].body == b"\1", "signerInfo: version")
        issuer, serial = parts(info[1], 48, 2)
        self.digest_alg, self.attrs_node, self.sign_alg, self.value = info[2], info[3], info[4], info[5].body
        need(self.attrs_node.sorted(), "attributes out of order")
        named = [c for c in self.certs if c.issuer.public_bytes() == issuer.raw
                 and c.serial_number == int.from_bytes(serial.body, signed=True)]
        need(len(named) == 1, "the signer is named by no certificate")
        self.signer, self.attrs, self.unsigned = named[0], {}, {}
        for tag, into, where in ((160, self.attrs, info[3]), (161, self.unsigned, info[6] if len(info) > 6 else None)):
            for a in parts(where, tag) if where else ():
                name, values = parts(a, 48, 2)
                need(name.oid() not in into and len(parts(values, 49)) == 1, f"attribute {name.oid()} more than once")
                into[name.oid()] = values.kids[0]
        need(len(info) == 6 or (self.unsigned and set(self.unsigned) <= {STAMP}), "unsigned attributes")

    def algorithms(self):
        """Step 11."""
        def alg(node):
            oid = parts(node, 48, 1, 2)[0].oid()
            need(len(node.kids) == 1 or node.kids[1].raw == b"\5\0", "parameters of an algorithm")
            return oid
        digest, sign, key = alg(self.digest_alg), alg(self.sign_alg), self.signer.public_key()
        need(digest in HASH, f"digest {digest}")
        need([alg(d) for d in self.digests.kids] == [digest], "digestAlgorithms is not the one digest")
        self.hash = HASH[digest]
        is_ec = isinstance(key, ec.EllipticCurvePublicKey)
        plain = not is_ec and sign == "1.2.840.113549.1.1.1"
        need(plain or (SIGN.get(sign) == self.hash and sign.startswith("1.2.840.10045") == is_ec), f"signature {sign}")

    def attributes(self, data, others=(PROTECT, POLICY), time=True):
        """Step 12."""
        a, old = self.attrs, others is None and CERTV2 not in self.attrs  # an authority may use the older attribute
        binding = CERTV1 if old else CERTV2
        wanted = {CTYPE, MDIGEST, binding} | ({STIME} if time else set())
        need(wanted <= set(a), f"signed attribute missing: {wanted - set(a)}")
        need(others is None or set(a) <= {*wanted, STIME, *others}, "a signed attribute not allowed")
        need(a[CTYPE].oid() == (TST if self.content else DATA), "contentType")
        need(a[MDIGEST].tag == 4 and a[MDIGEST].body.hex() == sha(data, self.hash), "messageDigest is of other bytes")
        self.time = a[STIME].time() if STIME in a else None
        ess = parts(parts(parts(a[binding], 48, 1, 2)[0], 48)[0], 48, 1, 2, 3)
        name = HASH.get(ess[0].kids[0].oid()) if ess[0].tag == 48 else "sha1" if old else "sha256"
        value = ess[1 if ess[0].tag == 48 else 0]
        der = self.signer.public_bytes(serialization.Encoding.DER)
        need(name and value.tag == 4 and value.body.hex() == sha(der, name), "signingCertificate is another's")
        if PROTECT in a and others is not None:
            digest, sign = parts(a[PROTECT], 48, 2)
            need(digest.raw == self.digest_alg.raw and sign.body == self.sign_alg.body and sign.tag == 161,
                 "cmsAlgorithmProtection differs")

    def verify(self):
        """Step 13."""
        signed, h = b"\x31" + self.attrs_node.raw[1:], getattr(hashes, self.hash.upper())()
        key = self.signer.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(self.value, signed, padding.PKCS1v15(), h)
        else:
            Der(self.value)
            key.verify(self.value, signed, ec.ECDSA(h))

    def whole(self, data, **options):
        """Steps 11 to 13 at once, for signatures elsewhere."""
        self.algorithms()
        self.attributes(data, **options)
        self.verify()
        strong(self.signer)
        return self


def ders(certs):
    """DER of certificates, sorted."""
    return sorted(c.public_bytes(serialization.Encoding.DER) for c in certs)


def pems(raw):
    """Certificates of a PEM file that holds nothing else."""
    one = rb"-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n"
    need(re.fullmatch(rb"(?:" + one + rb")+", raw), "not PEM certificates only")
    return x509.load_pem_x509_certificates(raw)


def extension(cert, kind):
    """Extension of a certificate, or None."""
    try:
        return cert.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None


def strong(cert):
    """Key and signature of a certificate are among the allowed ones (section 5)."""
    key, by = cert.public_key(), cert.signature_hash_algorithm
    is_ec = isinstance(key, ec.EllipticCurvePublicKey)
    need(is_ec or isinstance(key, rsa.RSAPublicKey), "kind of key")
    need(key.curve.name in {"secp256r1", "secp384r1", "secp521r1"} if is_ec else key.key_size >= 3072, "weak key")
    need(by and by.name in HASH.values(), "a certificate signed with another digest")


def fit_chain(chain, at):
    """A leaf that may sign, and its issuers in order, valid at that time (section 5)."""
    leaf, use = extension(chain[0], x509.BasicConstraints), extension(chain[0], x509.KeyUsage)
    need(not leaf or not leaf.value.ca, "the certificate of the seal is a CA")
    need(not use or use.value.digital_signature or use.value.content_commitment, "the key usage is not for signatures")
    strong(chain[0])
    for cert, issuer in pairwise(chain):
        cert.verify_directly_issued_by(issuer)
        strong(issuer)
        need(issuer.not_valid_before_utc <= at <= issuer.not_valid_after_utc, "an issuer was not valid then")
        ca, use = extension(issuer, x509.BasicConstraints), extension(issuer, x509.KeyUsage)
        need(ca and ca.value.ca and use and use.value.key_cert_sign, "an issuer is no CA with keyCertSign")


def stamp(node, data, pem=None, roots=(), name=None):
    """Time of an RFC 3161 token over `data`, and the certificate of its authority (section 5)."""
    cms = Cms(node, token=True)
    info = parts(Der(cms.content), 48)
    cms.whole(cms.content, others=None, time=False)
    need(info[0].body == b"\1" and info[1].tag == 6, "TSTInfo")
    alg, digest = parts(info[2], 48, 2)
    alg = HASH.get(alg.kids[0].oid())
    need(alg and (not name or alg == name) and digest.body.hex() == sha(data, alg), "the stamp is over other bytes")
    at, eku = info[4].time(), extension(cms.signer, x509.ExtendedKeyUsage)
    need(eku and eku.critical and list(eku.value) == [ExtendedKeyUsageOID.TIME_STAMPING], "the authority's key usage")
    need(cms.signer.not_valid_before_utc <= at <= cms.signer.not_valid_after_utc, "the authority was not valid then")
    need(pem is None or ders(cms.certs) == ders(pems(pem)), "certificates in the token are not those of the file")
    issuers = {c.subject.public_bytes(): c for c in cms.certs if c != cms.signer}
    cert, above = cms.signer, issuers.pop(cms.signer.issuer.public_bytes(), None)
    while above:  # what the file holds of the chain is in order, whether or not anybody trusts its end
        cert.verify_directly_issued_by(above)
        strong(above)
        ca, use = extension(above, x509.BasicConstraints), extension(above, x509.KeyUsage)
        need(ca and ca.value.ca and use and use.value.key_cert_sign, "an issuer of the authority is no CA")
        need(above.not_valid_before_utc <= at <= above.not_valid_after_utc, "an issuer of the authority was not valid")
        cert, above = above, issuers.pop(above.issuer.public_bytes(), None)
    if roots:
        trusted(cms.signer, cms.certs, roots, at)
    return at, cms.signer


def trusted(cert, between, roots, at):
    """A chain from `cert` to one of the roots, each valid at that time."""
    for _ in range(10):
        need(cert.not_valid_before_utc <= at <= cert.not_valid_after_utc, "a certificate of the chain was not valid")
        if cert in roots:
            return
        for issuer in [*roots, *between]:
            if issuer != cert and issuer.subject == cert.issuer:
                cert.verify_directly_issued_by(issuer)
                ca = extension(issuer, x509.BasicConstraints)
                need(ca and ca.value.ca, "an issuer is no CA")
                cert = issuer
                break
    raise Fails("no chain to a certificate you trust")


def unrevoked(raw, chain, at):
    """No certificate of the chain is on the lists, each by an issuer in the chain and fresh at that time."""
    lists = re.findall(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----\n", raw, re.DOTALL)
    need(lists and b"".join(lists) == raw, "not PEM lists only")
    for crl in map(x509.load_pem_x509_crl, lists):
        issuers = [c for c in chain if c.subject == crl.issuer and crl.is_signature_valid(c.public_key())]
        need(issuers, "a list by somebody else")
        fresh = at - timedelta(days=32) <= crl.last_update_utc <= at + timedelta(hours=24)
        need(fresh and (not crl.next_update_utc or at <= crl.next_update_utc), "a list that was not fresh then")
        for cert in chain:
            gone = crl.get_revoked_certificate_by_serial_number(cert.serial_number)
            need(cert.issuer != crl.issuer or not gone or gone.revocation_date_utc > at, "revoked")


def response(raw, data, **options):
    """The token of an RFC 3161 response that is granted, without words."""
    status, token = parts(Der(raw, ordered=False), 48, 2)
    need(status.raw == b"\x30\x03\x02\x01\x00", "the response is not simply granted")
    return stamp(token, data, **options)


def tree(leaves):
    """RFC 9162 2.1.1 in one pass: the stack holds roots of full trees, the biggest first."""
    stack = []
    for n, leaf in enumerate(leaves, 1):
        node = hashlib.sha256(b"\0" + leaf).digest()
        while n & 1 == 0:
            node, n = hashlib.sha256(b"\1" + stack.pop() + node).digest(), n >> 1  # noqa: PLW2901
        stack.append(node)
    root = stack.pop() if stack else hashlib.sha256(b"").digest()
    while stack:
        root = hashlib.sha256(b"\1" + stack.pop() + root).digest()
    return root.hex()


def container(raw):
    """Steps 1 to 6, a generator of steps: it ends with the files by name."""
    entries, out = [], {}
    end = len(raw) - 22 - 71

    def one_archive():
        need(end >= 0 and raw[end:end + 4] == b"PK\5\6", "no end record with a comment of 71 bytes at the end")
        need(len(raw) < 4026531840, "ZIP64 is beyond this verifier")
        disk, disk2, here, total, size, start, length = struct.unpack("<4H2LH", raw[end + 4:end + 22])
        need((disk, disk2, length) == (0, 0, 71) and here == total, "end record")
        need(start + size == end, "the directory does not end at the end record")
        at = start
        for _ in range(total):
            need(raw[at:at + 4] == b"PK\1\2", "directory entry")
            f = struct.unpack("<6H3L5H2L", raw[at + 4:at + 46])
            entries.append((f, raw[at + 46:at + 46 + f[9]]))
            at += 46 + f[9] + f[10] + f[11]
        need(at == end, "bytes in the directory")
        at = 0
        for f, name in entries:
            need(f[15] == at and raw[at:at + 4] == b"PK\3\4", f"entry {name!r} is not where the one before ends")
            at += 30 + sum(struct.unpack("<2H", raw[at + 26:at + 30])) + f[7]
        need(at == start, "bytes between entries and directory")

    def plain():
        for f, name in entries:
            need(f[:6] == (788, 20, 0, 8, 0, 33) and f[10:15] == (0, 0, 0, 0, 0o100644 << 16), f"{name!r}: header")
            local = struct.unpack("<5H3L2H", raw[f[15] + 4:f[15] + 30])
            need(local == (*f[1:9], len(name), 0) and raw[f[15] + 30:f[15] + 30 + len(name)] == name, f"{name!r}: local")

    def names():
        given = [name.decode("ascii") for _, name in entries]
        need(all(re.fullmatch(NAME, n) and len(n) <= 200 for n in given), "a name not allowed")
        need(len({unicodedata.normalize("NFC", n).casefold() for n in given}) == len(given), "names equal but for case")
        first = [n for n in ("README.txt", SUMS, SIG, TSR, "statement.json") if n in given]
        need(given == first + sorted(set(given) - set(first)), "order of entries")

    def limits():
        need(len(entries) <= 20000 and sum(f[8] for f, _ in entries) <= 256 << 30, "too much")
        need(all(f[8] <= 1032 * f[7] for f, _ in entries), "a size that its bytes cannot have")

    def contents():
        for f, name in entries:
            at, d = f[15] + 30 + len(name), zlib.decompressobj(-15)
            data = d.decompress(raw[at:at + f[7]], f[8] + 1)
            need(d.eof and not d.unused_data and len(data) == f[8] and zlib.crc32(data) == f[6], f"{name!r} unpacks badly")
            out[name.decode()] = data

    def checksum():
        need(raw[end + 22:] == b"sha256:" + sha(raw[:end]).encode(), "the comment is not the digest of the container")
    yield from enumerate((one_archive, plain, names, limits, contents, checksum), 1)
    return out


class Pages(html.parser.HTMLParser):
    """Whether a page loads nothing."""

    def handle_starttag(self, tag, attrs):
        """Refuse what could run or load."""
        need(tag not in {"script", "iframe", "frame", "frameset", "object", "embed", "base", "link", "applet"}, f"<{tag}>")
        for name, value in attrs:
            text = "".join((value or "").split()).lower()
            need(not name.startswith("on"), f"handler {name}")
            need(name not in {"src", "srcset", "data", "poster", "background", "action", "formaction", "ping"}
                 or text.startswith("data:image/"), f"{name} of <{tag}>")
            need(name not in {"href", "xlink:href"} or not text.startswith("javascript:"), "a link that runs")
            need(name not in {"href", "xlink:href"} or tag == "a" or text.startswith("#"), f"{name} of <{tag}>")
            need(name != "attributename" or text not in {"href", "xlink:href"}, "a link that changes")
            need(name != "http-equiv" or text != "refresh", "refresh")
            if name == "style" or ("url(" in text and name not in {"title", "alt", "href", "content"}):
                self.style(text)

    def handle_data(self, data):
        """Refuse style sheets that load."""
        if self.cdata_elem == "style":
            self.style(html.unescape(data))

    @staticmethod
    def style(text):
        """One style sheet."""
        need(not re.search(r"@import|image-set\(|url\((?!['\"]?(data:|#))|\\", text, re.IGNORECASE), "a style that loads")


def prefixed(sums, prefix):
    """Digest over the lines of a manifest for the names that begin so."""
    return sha(b"".join(line + b"\n" for line in sums.split(b"\n") if line[66:].startswith(prefix)))


def check_statement(st):
    """Members and their kinds; what they say of the signature, steps 15, 17 and 18 compare."""
    kinds = {"type": str, "package_id": str, "period": dict, "sequence": int, "edition": int, "profile": str,
             "disclosures": str, "tree": dict, "evidence_digest": str, "policy_digest": str, "counts": dict,
             "files": int, "report_unsigned": dict, "signer": dict, "generator": dict}
    need(set(st) == {*kinds, "previous", "replaces", "sources_digest", "next_signer"}, "members of the statement")
    need(all(type(st[k]) is t for k, t in kinds.items()), "kind of a member")
    ident = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
    need(st["type"] == "urn:copilot-evidence:package:1" and re.fullmatch(ident, st["package_id"]), "type or package_id")
    p, b, n = st["period"], st["previous"], st["edition"]
    need(set(p) == {"from", "to", "label", "zone"} and all(type(v) is str for v in p.values()), "period")
    need(stamp_of(p["from"]) < stamp_of(p["to"]), "period ends before it begins")
    need(st["sequence"] > 0 and (b is None) == (st["sequence"] == 1), "sequence and previous")
    need(b is None or (set(b) == {"package_id", "sha256sums_sha256"} and re.fullmatch(ident, b["package_id"])
                       and HEX.fullmatch(b["sha256sums_sha256"])), "previous")
    need(n > 0 and (st["replaces"] is None) == (n == 1) and (n == 1 or re.fullmatch(ident, st["replaces"])), "edition")
    need(st["profile"] in {"timed", "untimed"}, "profile")
    need(st["disclosures"] in {"included", "withheld"} and set(st["tree"]) == {"alg", "file", "size", "root"}, "tree")
    need((st["tree"]["alg"], st["tree"]["file"]) == ("rfc9162-sha256", "evidence/chains.ndjson"), "tree")
    need(type(st["tree"]["size"]) is int and HEX.fullmatch(st["tree"]["root"]), "tree")
    need(set(st["report_unsigned"]) == {"bytes", "sha256"} and type(st["report_unsigned"]["bytes"]) is int, "report")
    need(set(st["generator"]) == {"name", "version"}, "generator")
    need(all(HEX.fullmatch(st[k]) for k in ("evidence_digest", "policy_digest")), "digests")
    need(all(st[k] is None or HEX.fullmatch(st[k]) for k in ("sources_digest", "next_signer")), "digests")
    s = st["signer"]
    need(set(s) == {"fingerprint_sha256", "subject", "test"} and HEX.fullmatch(s["fingerprint_sha256"])
         and (type(s["subject"]), type(s["test"])) == (str, bool), "signer")


def stamp_of(text, fraction=""):
    """RFC 3339 to the second, or the fraction that is demanded, in UTC."""
    need(re.fullmatch(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}" + fraction + "Z", text), "a time out of form")
    return datetime.fromisoformat(text)


def plain_json(raw):
    """JSON in any form, but no member twice: two readers could take two."""
    def twins(pairs):
        need(len(dict(pairs)) == len(pairs), "a member twice")
        return dict(pairs)
    return json.loads(raw.decode(), object_pairs_hook=twins)


def finger(cert):
    """Fingerprint of a certificate."""
    return sha(cert.public_bytes(serialization.Encoding.DER))


def is_test(cert):
    """Whether the organisation is TEST."""
    return "TEST" in [a.value for a in cert.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]


def check_line(raw):
    """One chain, in form."""
    line = canonical(raw)
    sd = line.get("_sd", [])
    need(all(type(v) in {str, int} for k, v in line.items() if k != "_sd"), "a chain holds more than strings, integers")
    need(line["v"] == "urn:copilot-evidence:chain:1" and line.get("_sd_alg", None if "_sd" not in line else "") in
         {"sha-256", None}, "v or _sd_alg")
    need(re.fullmatch("[0-9a-f]{32,}", line["salt"]), "salt")
    need(all(re.fullmatch(r"[\w-]{42}[AEIMQUYcgkosw048]", d, re.ASCII) for d in sd) and sd == sorted(set(sd)), "_sd")
    need(all(type(v) is int for k, v in line.items() if k.endswith("_us")) and line["interaction_id"], "times or id")
    return line


def check_disclosures(given, line, texts=False):
    """Each opens one digest of its line, none twice (RFC 9901 7.1)."""
    opened, seen = set(), {}
    for d in given:
        salt, name, value = json.loads(base64.b64decode(d + "=" * (-len(d) % 4), b"-_", validate=True))
        need(re.fullmatch("[0-9a-f]{32,}", salt) and type(value) is dict and name not in seen, "a disclosure is out of form")
        if name in {"prompt_text", "response_text"} and texts:
            kind = name.removesuffix("_text")
            before = seen.get(kind, (None, {}))
            need(len(value) == 1 and before[0] == salt, "a text without the disclosure of its hash")
            need(before[1].get(f"{kind}_sha256") == sha(next(iter(value.values())).encode()), "the text is another")
            seen[name] = salt, value
            continue
        digest = base64.urlsafe_b64encode(hashlib.sha256(d.encode("ascii")).digest()).rstrip(b"=").decode()
        need(digest in line["_sd"] and digest not in opened, "a disclosure does not belong to the record")
        need(name in {"requester", "approver", "record", "prompt", "response"}, f"disclosure {name!r}")
        opened.add(digest)
        seen[name] = salt, value


def check_index(raw, lines):
    """The hint of section 7; a warning, since nobody need trust it."""
    n = len(lines)
    body = b"evidence-index-1" + n.to_bytes(8)
    body += b"".join(bytes.fromhex(tree([x for x, _ in lines[i:i + 256]])) for i in range(0, n, 256))
    pairs = sorted((zlib.crc32(line["interaction_id"].encode()), i) for i, (_, line) in enumerate(lines))
    if raw != body + b"".join(struct.pack(">2L", *p) for p in pairs):
        raise Warns("evidence/chains.index does not fit the chains")


def attached(pdf):
    """Files attached to a PDF by name: file specifications stand in object streams, the files beside them."""
    objects = {int(m[1]): m.end(1) for m in re.finditer(rb"(?:^|\n)(\d+) 0 obj", pdf)}
    text = pdf
    for m in re.finditer(rb"/ObjStm[^>]*>>\s*stream\r?\n", pdf):
        text += zlib.decompressobj().decompress(pdf[m.end():])
    out = {}
    for m in re.finditer(rb"/EF\s*<<[^>]*?/F (\d+) 0 R", text):
        begin, end = max(text.rfind(b"endobj", 0, m.start()), text.rfind(b">>\n<<", 0, m.start()), 0), text.find(b"\n<<", m.end())
        found = re.search(rb"/UF\s*\(([^)]*)\)", text[begin:min(end, m.end() + 500) if end > 0 else m.end() + 500])
        start = pdf.index(b"stream", objects[int(m[1])])
        packed = b"/FlateDecode" in pdf[objects[int(m[1])]:start]
        body = pdf[start + 6:pdf.index(b"endstream", start)].removeprefix(b"\r").removeprefix(b"\n")
        name = found[1].decode("latin-1") if found else "a file without a name"
        out[name] = zlib.decompressobj().decompress(body) if packed else body.removesuffix(b"\n").removesuffix(b"\r")
    return out


class Judge:
    """One package or proof, step by step."""

    def __init__(self, options):
        """Take the options of the command line."""
        self.o, self.failed, self.now = options, False, options.received or datetime.now(UTC)
        self.roots = x509.load_pem_x509_certificates(options.ca.read_bytes()) if options.ca else []
        self.authorities = x509.load_pem_x509_certificates(options.authority.read_bytes()) if options.authority else []

    def step(self, number, check):
        """Take a step and print it; after one that failed, none is taken."""
        name, clause = STEPS[number].split()
        state, why = "holds", ""
        if self.failed:
            return
        try:
            check()
        except (Fails, Warns, Unchecked) as e:
            state, why = {Fails: "fails", Warns: "warning", Unchecked: "not_checked"}[type(e)], str(e)
        except Exception as e:  # noqa: BLE001 - hostile input is no reason to end without a verdict
            state, why = "fails", f"{type(e).__name__}: {e}"
        self.failed |= state == "fails"
        print(f"{number:3}  {state:12} {name:15} FORMAT.md {clause:3} {ascii(why)[1:-1]}")

    def package(self, path):
        """A package: what it holds, then what lies beside it."""
        raw, self.files = path.read_bytes(), {}
        steps = container(raw)
        try:
            while True:
                self.step(*next(steps))
        except StopIteration as e:
            self.files = e.value
        self.sums = self.files.get(SUMS)
        self.step(7, lambda: self.manifest(self.sums))
        self.step(8, self.file_set)
        self.step(9, lambda: [need(sha(self.files[n]) == d, f"digest of {n}") for n, d in self.listed.items()])
        self.sealed(self.files.get(SIG), self.files.get(TSR), self.files.get("statement.json"))
        lines = []
        self.step(23, lambda: self.chains_tree(lines))
        self.step(24, lambda: self.chains(lines))
        self.step(25, self.counts)
        self.step(33, lambda: self.disclosures(lines))
        self.step(26, self.pdf)
        self.step(27, self.pdf_prefix)
        self.step(28, self.pdf_files)
        self.step(29, lambda: Pages().feed(self.files.get("report.html", b"").decode()))
        self.step(34, lambda: self.approvals(path.with_name(path.name + ".approvals")))
        self.step(36, self.receipts)
        self.step(37, lambda: self.sidecar(raw, path.with_name(path.name + ".p7s")))
        self.step(38, lambda: self.renewals(raw, path, path.with_name(path.name + ".renewals")))
        return not self.failed

    def proof(self, path):
        """The proof of one interaction."""
        self.files = {}

        def form():
            self.p = p = canonical(path.read_bytes())
            text = ("type", "interaction_id", "record", "statement", "sha256sums", "signature", "certificates",
                    "tsa_certificates")
            need(set(p) == {*text, "leaf_index", "tree_size", "audit_path", "disclosures", "timestamp"}, "members")
            need(all(type(p[k]) is str for k in text) and p["type"] == "urn:copilot-evidence:proof:1", "kinds, type")
            need(type(p["leaf_index"]) is int and type(p["tree_size"]) is int, "numbers")
            need(type(p["audit_path"]) is list and all(type(h) is str for h in p["audit_path"]), "audit_path")
            self.files = {CHAIN: p["certificates"].encode(), "statement.json": p["statement"].encode()}
            if p["tsa_certificates"]:
                self.files["certs/tsa-chain.pem"] = p["tsa_certificates"].encode()
            self.sums, self.sig = p["sha256sums"].encode(), base64.b64decode(p["signature"], validate=True)
            self.tsr = None if p["timestamp"] is None else base64.b64decode(p["timestamp"], validate=True)

        def inclusion():
            i, n, path = self.p["leaf_index"], self.p["tree_size"], self.p["audit_path"]
            need(0 <= i < n == self.st["tree"]["size"] and all(map(HEX.fullmatch, path)), "position, size or path")
            fn, sn, r = i, n - 1, hashlib.sha256(b"\0" + self.p["record"].encode()).digest()
            for h in map(bytes.fromhex, path):
                need(sn, "path too long")
                if fn & 1 or fn == sn:
                    r = hashlib.sha256(b"\1" + h + r).digest()
                    while fn and not fn & 1:
                        fn, sn = fn >> 1, sn >> 1
                else:
                    r = hashlib.sha256(b"\1" + r + h).digest()
                fn, sn = fn >> 1, sn >> 1
            need(sn == 0 and r.hex() == self.st["tree"]["root"], "the path does not end at the signed root")

        def record():
            self.line = check_line(self.p["record"].encode())
            need(self.line["interaction_id"] == self.p["interaction_id"], "the record is of another interaction")
        self.step(30, form)
        self.step(7, lambda: self.manifest(self.sums))
        self.step(9, lambda: [need(self.listed.get(n) == sha(d), f"digest of {n}") for n, d in self.files.items()])
        if not self.failed:
            self.sealed(self.sig, self.tsr, self.files["statement.json"])
        self.step(31, inclusion)
        self.step(32, record)
        self.step(33, lambda: check_disclosures(self.p["disclosures"], self.line, texts=True))
        return not self.failed

    def manifest(self, sums):
        """Step 7."""
        lines = [re.fullmatch(r"([0-9a-f]{64})  (" + NAME + ")", line) for line in sums.decode("ascii").split("\n")[:-1]]
        need(sums.endswith(b"\n") and all(lines), "a line out of form")
        names = [m[2] for m in lines]
        need(names == sorted(set(names)) and not {SUMS, SIG, TSR} & set(names), "order, or a name not allowed")
        self.listed = {m[2]: m[1] for m in lines}

    def file_set(self):
        """Step 8."""
        extra = set(self.files) - set(self.listed)
        need(set(self.listed) <= set(self.files), f"missing: {set(self.listed) - set(self.files)}")
        need(extra <= {SUMS, SIG, TSR}, f"not listed: {extra - {SUMS, SIG, TSR}}")
        need({"README.txt", "statement.json", "report.pdf", "custody.json", "evidence/chains.ndjson", CHAIN}
             <= set(self.files), "a file that is always there is missing")

    def sealed(self, sig, tsr, statement):
        """Steps 10 to 22, the same for package and proof."""
        self.chain = []

        def form():
            self.cms = Cms(Der(sig))

        def certificate():
            self.chain = pems(self.files[CHAIN])
            need(self.cms.signer == self.chain[0] and ders(self.cms.certs) == ders(self.chain), "not those of the file")
            fit_chain(self.chain, self.at)
            s = self.st["signer"]
            need((s["fingerprint_sha256"], s["subject"]) == (finger(self.chain[0]), self.chain[0].subject.rfc4514_string()),
                 "the statement names another signer")

        def pinned():
            if not self.o.fingerprint:
                raise Warns("NO FINGERPRINT GIVEN: ANYBODY COULD HAVE MADE THIS")
            need(finger(self.cms.signer) in self.o.fingerprint, "another certificate: " + finger(self.cms.signer))

        def trust():
            if not self.roots:
                raise Unchecked("no CA given")
            trusted(self.chain[0], self.chain, self.roots, self.at)

        def test():
            need(self.st["signer"]["test"] == is_test(self.chain[0]), "TEST, or not, against the statement")
            if is_test(self.chain[0]):
                need(not self.o.production, "a TEST key")
                raise Warns("a TEST key proves nothing")

        def timestamp():
            pem = self.files.get("certs/tsa-chain.pem")
            there = {self.st["profile"] == "timed", tsr is not None, STAMP in self.cms.unsigned, pem is not None}
            need(len(there) == 1, "one stamp without the other, or against the profile stated")
            if tsr is None:
                need(not self.o.require_timestamp, "untimed")
                raise Warns("untimed: only the sealer says when")
            self.at, self.tsa = stamp(self.cms.unsigned[STAMP], self.cms.value, pem, self.authorities)
            second, _ = response(tsr, sig, pem=pem, roots=self.authorities)
            times = [self.at, second, self.cms.time]
            need(max(times) - min(times) <= timedelta(hours=24), "the times are more than 24 hours apart")
            need(second >= self.at - timedelta(minutes=5), "the stamp over the signature is older than the one in it")
            if not self.authorities:
                raise Warns("time-stamped by an authority you did not name")

        def validity():
            need(self.at <= self.now + DAY, f"sealed at {self.at}, which is yet to come")
            for day in [self.at] if tsr else [self.at, self.now]:
                need(self.chain[0].not_valid_before_utc <= day <= self.chain[0].not_valid_after_utc, f"not on {day}")

        def revocation():
            raw = self.files.get("certs/revocation.pem")
            if raw is None:
                raise Unchecked("no lists")
            unrevoked(raw, self.chain + pems(self.files.get("certs/tsa-chain.pem", self.files[CHAIN])), self.at)

        def content():
            self.st, self.at = canonical(statement), self.cms.time
            check_statement(self.st)

        def expected():
            need(self.o.digest in {None, sha(self.sums)}, "SHA256SUMS is another than the one that was sent")
            if not self.o.id or self.o.several:
                raise Unchecked(f"this is {self.st['package_id']}")
            need(self.st["package_id"] == self.o.id, f"this is {self.st['package_id']}")
        self.step(10, form)
        self.step(11, lambda: self.cms.algorithms())  # noqa: PLW0108 - there is no cms when step 10 failed
        self.step(12, lambda: self.cms.attributes(self.sums))
        self.step(13, lambda: self.cms.verify())  # noqa: PLW0108
        self.step(21, content)  # its form only: it is compared with what the steps after it find
        self.step(14, pinned)
        self.step(18, timestamp)
        self.step(15, certificate)
        self.step(16, trust)
        self.step(17, test)
        self.step(19, validity)
        self.step(20, revocation)
        self.step(22, expected)

    def chains_tree(self, lines):
        """Step 23."""
        raw = self.files["evidence/chains.ndjson"]
        lines += [(line, None) for line in raw.removesuffix(b"\n").split(b"\n") if raw]
        need(len(lines) == self.st["tree"]["size"] and tree([x for x, _ in lines]) == self.st["tree"]["root"], "root")

    def chains(self, lines):
        """Step 24."""
        need(self.files["evidence/chains.ndjson"][-1:] in {b"", b"\n"}, "the last line is cut off")
        lines[:] = [(raw, check_line(raw)) for raw, _ in lines]
        keys = [(line["event_time_us"], line["interaction_id"]) for _, line in lines]
        need(keys == sorted(keys), "order of the chains")
        for member in ("interaction_id", "salt"):
            need(len({line[member] for _, line in lines}) == len(lines), f"{member} twice")
        if "evidence/chains.index" in self.files:
            check_index(self.files["evidence/chains.index"], lines)

    def disclosures(self, lines):
        """Step 33 in a package."""
        raw, by_id = self.files.get("evidence/disclosures.ndjson"), {x["interaction_id"]: x for _, x in lines}
        if raw is None:
            raise Unchecked("withheld")
        need(not raw or raw.endswith(b"\n"), "the last line is cut off")
        for line in map(canonical, raw.split(b"\n")[:-1]):
            need(set(line) == {"disclosures", "interaction_id"} and type(line["disclosures"]) is list
                 and line["disclosures"], "members of a line")
            while (ident := next(iter(by_id))) != line["interaction_id"]:  # they come in the order of the chains
                del by_id[ident]
            check_disclosures(line["disclosures"], by_id.pop(ident))

    def counts(self):
        """Step 25."""
        st, counted = self.st, re.compile(r"evidence/.*\.(ndjson|csv|txt)")
        need(st["counts"] == {n: d.count(b"\n") for n, d in self.files.items() if counted.fullmatch(n)}, "counts")
        need(st["files"] == len(self.listed), "files")
        there = "evidence/disclosures.ndjson" in self.files
        need(st["disclosures"] == ("included" if there else "withheld"), "disclosures there, or not, against the statement")
        need(st["evidence_digest"] == prefixed(self.sums, b"evidence/"), "evidence_digest")
        need(st["policy_digest"] == prefixed(self.sums, b"evidence/config/"), "policy_digest")
        need(st["sources_digest"] == self.listed.get("evidence/sources.json"), "sources_digest")

    def pdf(self):
        """Step 26: one signature over every byte but its own digits."""
        pdf = self.files["report.pdf"]
        ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", pdf)
        need(len(ranges) == 1 and pdf.count(b"/ByteRange") == 1, "not exactly one signature")
        a, b, c, d = map(int, ranges[0])
        need(a == 0 and b < c and c + d == len(pdf), "the ByteRange leaves something out")
        ends = [m.end() for m in re.finditer(rb"startxref\s+\d+\s+%%EOF(?:\r\n|\r|\n)?", pdf[:b])]
        need(ends, "no report before the update that holds the signature")
        self.prefix, self.added = pdf[:ends[-1]], (added := pdf[ends[-1]:])
        need(pdf[b - 1:b + 1] != b"<<" and pdf[b:b + 1] == b"<" and pdf[c - 1:c] == b">", "the gap is not the signature")
        need(pdf[:b].rstrip().endswith(b"/Contents"), "the gap is not the signature")
        need(re.fullmatch(rb"(?:[0-9A-F]{2})+", pdf[b + 1:c - 1]), "digits of the signature")
        padded = bytes.fromhex(pdf[b + 1:c - 1].decode())
        need(padded[:2] == b"\x30\x82", "the signature is no DER")
        size = 4 + int.from_bytes(padded[2:4])
        need(not padded[size:].strip(b"\0"), "something behind the signature")
        need(pdf.startswith(b"%PDF-") and added.count(b"%%EOF") == added.count(b"startxref") == 1
             and pdf.rstrip().endswith(b"%%EOF"), "more than one revision, or something after")
        need(re.search(rb"/FT\s*/Sig\s*/T\s*\(Seal\)", added) and b"/SubFilter /ETSI.CAdES.detached" in added, "the field")
        need(re.search(rb"/TransformMethod\s*/DocMDP.{0,80}/P\s+1\b", added, re.DOTALL) and b"/DocMDP" in added, "DocMDP")
        cms = Cms(Der(padded[:size])).whole(pdf[:b] + pdf[c:], time=False)
        need(cms.signer == self.cms.signer and ders(cms.certs) == ders(self.cms.certs), "another certificate signs it")
        need((STAMP in cms.unsigned) == (STAMP in self.cms.unsigned), "the profile of the report")
        if STAMP in cms.unsigned:
            at, _ = stamp(cms.unsigned[STAMP], cms.value, self.files["certs/tsa-chain.pem"], self.authorities)
            need(abs(at - self.at) <= timedelta(hours=24), "the report was sealed at another time")

    def pdf_prefix(self):
        """Step 27: the prefix is a whole PDF, and the one that the update is over."""
        need(self.st["report_unsigned"] == {"bytes": len(self.prefix), "sha256": sha(self.prefix)}, "the report before")
        end = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", self.prefix)
        need(end and self.added[:1].isdigit() and re.findall(rb"/Prev (\d+)", self.added) == [end[1]], "not a revision")

    def pdf_files(self):
        """Step 28."""
        for name, data in attached(self.prefix).items():
            need(f"evidence/{name}" not in self.files or data == self.files[f"evidence/{name}"], f"{name} differs")

    def approvals(self, folder):
        """Step 34."""
        roles = {}
        for path in sorted(folder.glob("*")) if folder.is_dir() else ():
            m = re.fullmatch(r"[0-9]{3}-([a-z][a-z0-9-]{0,39})\.p7s", path.name)
            need(m, f"{path.name} is no approval")
            cms = Cms(Der(path.read_bytes())).whole(self.files[SIG])
            fit_chain([cms.signer], cms.time)
            need(self.at - DAY <= cms.time <= max(self.now, datetime.now(UTC)) + DAY, "approved before it was sealed, or in the future")
            need(cms.signer.public_key() != self.cms.signer.public_key(), "the seal approves itself")
            need(cms.signer.not_valid_before_utc <= cms.time <= cms.signer.not_valid_after_utc, "an expired approver")
            roles[m[1]] = finger(cms.signer)
        for role, _, known in (r.partition("=") for r in self.o.role):
            need(role in roles and known in {"", roles[role]}, f"not approved by {role}, or by somebody else")
        if not roles:
            raise Unchecked("approved by nobody")
        if not self.o.role:
            raise Unchecked(f"these say so of themselves: {roles}")

    def pulls(self):
        """What came from interfaces, as step 36 tells of it (section 11)."""
        sources = plain_json(self.files.get("evidence/sources.json", b"[]"))
        idents = [one["source_id"] for one in sources]
        need(type(sources) is list and idents == sorted(set(idents)) and all(type(i) is str for i in idents), "sources")
        for f in (f for one in sources for f in one["files"]):
            need(type(f["path"]) is str and HEX.fullmatch(f["file_sha256"]) and type(f["bytes"]) is type(f["ledger_seq"])
                 is int and min(f["bytes"], f["ledger_seq"]) >= 0, "a file of evidence/sources.json")
        pulls = plain_json(self.files["custody.json"]).get("pulls", [])
        need(type(pulls) is list, "pulls")
        kinds = {"source_id": str, "pull": str, "journal_sha256": str, "begun": str, "answers": int, "files": list,
                 "missing": int, "gaps": list}
        known = {(one["source_id"], f["file_sha256"]) for one in sources for f in one["files"]}
        for pull in pulls:
            need(type(pull) is dict and set(pull) == {*kinds, "ended"}, "members of a pull")
            need(all(type(pull[k]) is t for k, t in kinds.items()), "kind of a member of a pull")
            need(HEX.fullmatch(pull["journal_sha256"]) and min(pull["answers"], pull["missing"]) >= 0, "a pull")
            begun, ended = (stamp_of(t, r"\.[0-9]{6}") for t in (pull["begun"], pull["ended"] or pull["begun"]))
            need(begun <= ended <= self.at + DAY, "times of a pull")
            need(all(pull[k] == sorted(set(pull[k])) for k in ("files", "gaps")), "lists of a pull")
            need({(pull["source_id"], f) for f in pull["files"]} <= known, "a pull of a file not received")

    def receipts(self):
        """Step 36, within a package."""
        self.pulls()
        self.texts = texts = plain_json(self.files["custody.json"]).get("receipts", [])
        need(type(texts) is list, "receipts")
        if not texts and not self.o.receipt:
            raise Unchecked("no receipts")
        before = {"ledger_lines": 0, "ledger_head": ZERO, "at": ""}
        for seq, (text, prev) in enumerate(zip(texts, [None, *texts], strict=False), 1):
            r = canonical(text.encode())
            need(set(r) == {"at", "ledger_head", "ledger_lines", "prev", "seq", "token"}, "members of a receipt")
            need(r["seq"] == seq and r["prev"] == (sha(prev.encode()) if prev else ZERO), "chain of the receipts")
            need(stamp_of(r["at"]) <= self.at + DAY and r["at"] >= before["at"], "times of receipts")
            need(type(r["ledger_lines"]) is int and HEX.fullmatch(r["ledger_head"]), "members of a receipt")
            grown = r["ledger_lines"] - before["ledger_lines"]
            need(grown >= 0 and (grown > 0) == (r["ledger_head"] != before["ledger_head"]), "the ledger shrank or changed")
            if r["token"]:
                bare = json.dumps({k: r[k] for k in sorted(r) if k != "token"}, separators=(",", ":")).encode()
                token = Der(base64.b64decode(r["token"], validate=True), ordered=False)
                at, _ = stamp(token, bare, roots=self.authorities)
                need(abs(at - stamp_of(r["at"])) <= timedelta(hours=24), "a receipt stamped long after it was written")
            before = r
        self.texts = texts
        need(self.o.receipt in {None, *(sha(t.encode()) for t in texts)}, "the receipt that you have is not there")

    def sidecar(self, raw, path):
        """Step 37."""
        if not path.exists():
            raise Unchecked("none there")
        cms = Cms(Der(path.read_bytes())).whole(raw)
        need(cms.signer == self.cms.signer and ders(cms.certs) == ders(self.cms.certs), "by another certificate")
        need(not cms.unsigned, "a time stamp in it")

    def renewals(self, raw, path, folder):
        """Step 38."""
        if not folder.exists():
            raise Unchecked("none there")
        have, number, known = {p.name: p.read_bytes() for p in folder.iterdir()}, 0, {f"../{path.name}": raw}
        at, last, pem = self.at, getattr(self, "tsa", None), self.files.get("certs/tsa-chain.pem")
        while f"{number + 1:04}.sums" in have:
            number += 1
            name = f"{number:04}"
            files = {k: have.pop(k) for k in (f"{name}.{e}" for e in ("sums", "tsr", "pem", "crl")) if k in have}
            now = known | {k: files[k] for k in files if k.endswith((".pem", ".crl"))}
            text = "".join(f"{sha(now[k], 'sha512')}  {k}\n" for k in sorted(now))
            need(files[f"{name}.sums"] == text.encode(), f"{name}.sums")
            when, authority = response(files[f"{name}.tsr"], text.encode(), pem=files[f"{name}.pem"], name="sha512")
            need(at <= when <= max(self.now, datetime.now(UTC)) + DAY, f"{name}: too early, or yet to come")
            need(not last or when <= last.not_valid_after_utc, f"{name}: too late")
            if f"{name}.crl" in files:
                unrevoked(files[f"{name}.crl"], pems(pem), when)
            at, last, pem, known = when, authority, files[f"{name}.pem"], known | files
        need(number and not have, f"no renewal, or what is none: {set(have)}")
        if last.not_valid_after_utc < self.now + timedelta(days=365):
            raise Warns("less than a year left")


def history(done, last):
    """Step 35 over packages in order of their numbers; `last` is the newest that the auditor knows of, or None."""
    need(done, "no package")
    done = sorted(done, key=lambda j: j.st["sequence"])
    need([j.st["sequence"] for j in done] == list(range(1, len(done) + 1)), "a gap or a fork in the numbers")
    need(last in {None, done[-1].st["package_id"]}, "the newest package is not the one you know of")
    newest, seen = {}, {}
    for prev, j in zip([None, *done], done, strict=False):
        st, period = j.st, (j.st["period"]["from"], j.st["period"]["to"])
        if prev:
            need(st["previous"] == {"package_id": prev.st["package_id"], "sha256sums_sha256": sha(prev.sums)}, "previous")
            need(prev.at <= j.at, "time steps back")
        edition, ident = newest.get(period, (0, None))
        need((st["edition"], st["replaces"]) == (edition + 1, ident), "edition of the same period")
        newest[period] = st["edition"], st["package_id"]
        for line in j.files["evidence/chains.ndjson"].split(b"\n")[:-1]:
            ident = json.loads(line)["interaction_id"]
            need(seen.setdefault(ident, period) == period, f"{ident} is in two periods")
    spans = sorted(newest)
    need(all(a[1] == b[0] for a, b in pairwise(spans)), "periods overlap or leave a gap")


def ledger(done):
    """Step 36 over packages in order of their numbers."""
    for prev, j in pairwise(sorted(done, key=lambda j: j.st["sequence"])):
        need(j.texts[:len(prev.texts)] == prev.texts, "receipts of the package before are not there, or others")


def main(argv=None):
    """Read the command line and judge; return the exit code."""
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--fingerprint", action="append", default=[], type=lambda s: s.replace(":", "").lower())
    a.add_argument("--id")
    a.add_argument("--digest")
    a.add_argument("--receipt")
    a.add_argument("--production", action="store_true")
    a.add_argument("--require-timestamp", action="store_true")
    a.add_argument("--received", type=lambda s: datetime.fromisoformat(s).astimezone(UTC))
    a.add_argument("--ca", type=Path)
    a.add_argument("--authority", type=Path)
    a.add_argument("--role", action="append", default=[])
    a.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    options = a.parse_args(argv)
    done, good, folders = [], True, any(p.is_dir() for p in options.paths)
    options.several = folders or len(options.paths) > 1
    options.paths = [one for p in options.paths for one in (sorted(p.glob("*.zip")) if p.is_dir() else [p])]
    for path in options.paths:
        print(path)
        judge = Judge(options)
        good &= judge.proof(path) if path.suffix == ".json" else judge.package(path)
        done += [judge] if path.suffix != ".json" and not judge.failed else []
    if len(done) > 1 or folders:
        judge = Judge(options)
        judge.step(35, lambda: history(done, options.id))
        judge.step(36, lambda: ledger(done))
        good &= not judge.failed
    print("VERIFIES" if good else "DOES NOT VERIFY")
    return 0 if good else 4


if __name__ == "__main__":
    sys.exit(main())
