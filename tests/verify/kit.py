"""What the tests of seal and verify need: keys good and bad, an authority, packages, a ZIP writer that can break."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from isal import isal_zlib

from evidence import constants as c
from evidence import relations
from evidence import seal as sealing
from evidence.seal import cms, leaves, pdf
from evidence.seal.statement import FileDigest, SealFacts, statement, sums

if TYPE_CHECKING:
    import pyarrow as pa

START = datetime(2026, 10, 1, tzinfo=UTC)
END = datetime(2026, 11, 1, tzinfo=UTC)
SEALED = datetime(2026, 11, 5, 9, 30, tzinfo=UTC)
CHECKED = datetime(2026, 11, 20, tzinfo=UTC)
SALT, PSEUDONYM = b"salt-of-the-tests" * 2, b"pseudonyms-of-the-tests" * 2


# ---------------------------------------------------------------- certificates

def name(common: str, organisation: str = "Acme") -> x509.Name:
    """A distinguished name."""
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
                      x509.NameAttribute(NameOID.COMMON_NAME, common)])


@dataclass(frozen=True)
class Pair:
    """A private key and its certificate."""

    key: Any
    cert: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The certificate."""
        return self.cert.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The private key."""
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                      serialization.NoEncryption())

    def seal(self, *chain: Pair) -> sealing.SealKey:
        """The pair as a seal key, without asking whether it is fit."""
        def sign(data: bytes) -> bytes:
            if isinstance(self.key, rsa.RSAPrivateKey):
                return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
            return self.key.sign(data, ec.ECDSA(hashes.SHA256()))
        return sealing.SealKey(self.cert, tuple(pair.cert for pair in chain), sign)


def pair(common: str, *, issuer: Pair | None = None, ca: bool = False, key: Any = None, organisation: str = "Acme",
         start: datetime = datetime(2026, 1, 1, tzinfo=UTC), end: datetime = datetime(2028, 1, 1, tzinfo=UTC),
         stamping: bool = False) -> Pair:
    """A certificate of any kind."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(digital_signature=not ca, content_commitment=not ca, key_encipherment=False,
                          data_encipherment=False, key_agreement=False, key_cert_sign=ca, crl_sign=ca,
                          encipher_only=False, decipher_only=False)
    builder = (x509.CertificateBuilder().subject_name(name(common, organisation))
               .issuer_name(issuer.cert.subject if issuer else name(common, organisation))
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(start).not_valid_after(end)
               .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
               .add_extension(usage, critical=True))
    if stamping:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return Pair(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


def crl(issuer: Pair, *revoked: tuple[Pair, datetime], at: datetime = SEALED, signer: Pair | None = None) -> bytes:
    """A revocation list in PEM."""
    builder = (x509.CertificateRevocationListBuilder().issuer_name(issuer.cert.subject)
               .last_update(at - timedelta(hours=1)).next_update(at + timedelta(days=30)))
    for one, when in revoked:
        builder = builder.add_revoked_certificate(x509.RevokedCertificateBuilder().serial_number(one.cert.serial_number)
                                                  .revocation_date(when).build())
    return builder.sign((signer or issuer).key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


_TSA = """[tsa]
default_tsa = one
[one]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
signer_digest = sha256
ess_cert_id_alg = sha256
tsa_name = no
accuracy = secs:1
ordering = no
"""


@dataclass(frozen=True)
class LocalAuthority:
    """A time-stamping authority made of openssl, which nobody here wrote. It stamps with today's clock."""

    folder: Path
    pair: Pair
    root: Pair

    @classmethod
    def make(cls, folder: Path, *, stamping: bool = True) -> LocalAuthority:
        """Set it up in a folder."""
        folder.mkdir(parents=True)
        far = {"start": datetime(2020, 1, 1, tzinfo=UTC), "end": datetime(2060, 1, 1, tzinfo=UTC)}
        root = pair("Time root", ca=True, **far)
        own = pair("Time stamps", issuer=root, stamping=stamping, **far)
        (folder / "tsa.cnf").write_text(_TSA.format(folder=folder))
        (folder / "serial").write_text("01\n")
        (folder / "tsa.pem").write_bytes(own.pem)
        (folder / "root.pem").write_bytes(root.pem)
        (folder / "tsa.key").write_bytes(own.key_pem)
        return cls(folder, own, root)

    def authority(self) -> cms.Authority:
        """The authority as the sealer sees it."""
        def send(request: bytes) -> bytes:
            (self.folder / "query").write_bytes(request)
            subprocess.run(["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-signer", "tsa.pem",
                            "-inkey", "tsa.key", "-chain", "root.pem", "-out", "reply"], cwd=self.folder, check=True,
                           capture_output=True)
            return (self.folder / "reply").read_bytes()
        return cms.Authority(send)

    @contextmanager
    def served(self) -> Iterator[str]:
        """The authority on a port of this machine, speaking RFC 3161 over HTTP; yields its address."""
        send = self.authority().send

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Answer one request."""
                reply = send(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}/"
            finally:
                server.shutdown()
                thread.join()


def forged_authority(signer: Pair, chain: Sequence[Pair], at: datetime) -> cms.Authority:
    """An authority that stamps whatever is wanted, with any certificate and any time."""
    from asn1crypto import algos, core, tsp
    from asn1crypto import cms as asn1
    from asn1crypto import x509 as asn1_x509

    def certificate(one: Pair) -> Any:
        return asn1_x509.Certificate.load(one.cert.public_bytes(serialization.Encoding.DER))

    def send(request: bytes) -> bytes:
        query, own = tsp.TimeStampReq.load(request), certificate(signer)
        info = tsp.TSTInfo({"version": "v1", "policy": "1.2.3.4.1", "message_imprint": query["message_imprint"],
                            "serial_number": 7, "gen_time": at.replace(microsecond=0), "nonce": query["nonce"]}).dump()
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        bound = tsp.SigningCertificateV2({"certs": [{"cert_hash": own.sha256}]})
        attributes = asn1.CMSAttributes([
            {"type": "content_type", "values": ["tst_info"]},
            {"type": "message_digest", "values": [hashlib.sha256(info).digest()]},
            {"type": "signing_certificate_v2", "values": [bound]}])
        signature = signer.seal().sign(attributes.dump())
        mechanism = "sha256_rsa" if isinstance(signer.key, rsa.RSAPrivateKey) else "sha256_ecdsa"
        sid = asn1.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})
        signed = asn1.SignedData({
            "version": "v3", "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(info)},
            "certificates": [certificate(one) for one in (signer, *chain)],
            "signer_infos": [{"version": "v1", "sid": asn1.SignerIdentifier({"issuer_and_serial_number": sid}),
                              "digest_algorithm": sha256, "signed_attrs": attributes,
                              "signature_algorithm": {"algorithm": mechanism}, "signature": signature}]})
        token = asn1.ContentInfo({"content_type": "signed_data", "content": signed})
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump()

    return cms.Authority(send)


# ---------------------------------------------------------------- packages

RECEIPT = leaves.canonical({"seq": 1, "prev": "0" * 64, "at": "2026-11-01T00:00:00Z", "ledger_lines": 3,
                            "ledger_head": "9" * 64, "token": ""}).decode()
SOURCES = json.dumps([{"source_id": "gateway", "files": [{"path": "logs/a.jsonl", "file_sha256": "ab" * 32, "bytes": 12,
                                                           "ledger_seq": 0}]}]).encode()
CUSTODY = json.dumps({"host": "test", "receipts": [RECEIPT]}).encode()


def rows(count: int, *, prefix: str = "a", start: datetime = START) -> Iterator[dict[str, Any]]:
    """Chains in order, the fields of which are those of the relation."""
    for n in range(count):
        yield {
            "interaction_id": f"ix-{prefix}{n:023x}", "interaction_kind": "exchange", "source_id": "gateway",
            "native_id": f"session-{n}/0", "locator": f"{'ab' * 32}#{n}", "event_time": start + timedelta(minutes=n),
            "time_uncertainty_us": 0, "response_time": None, "in_period": "inside", "connection": "copilot",
            "caller_class": "human_token", "subject": f"sub-{n % 7}", "subject_email": f"p{n % 7}@acme.example",
            "gateway_validated": True, "identity_state": "resolved", "identity_method": "oid", "identity_candidates": 1,
            "person_id": f"person-{n % 7}", "account_state": "enabled", "sign_in_tier": "T4", "sign_in_reason": "ok",
            "sign_in_candidates": 1, "mfa_state": "yes", "after_revocation": False, "risk_level": "low",
            "risk_basis": "default", "approval_required": False, "approval_verdict": "not_required",
            "approval_flags": "", "approval_candidates": 0, "approver_membership": "not_applicable",
            "outcome": "forwarded", "pairing": "exact", "truncated": False, "status_code": 200,
            "prompt_sha256": hashlib.sha256(f"prompt {n}".encode()).hexdigest(), "prompt_bytes": 12 + n,
            "masking_verdict": "masked_ok", "prompt_findings": 0, "response_findings": 0,
            "record_refs": f"{'ab' * 32}#{n}",
        }


def batches(rows: Iterable[Mapping[str, Any]], size: int = 2_000) -> Iterator[pa.RecordBatch]:
    """Rows as the store gives them to the sealer."""
    import pyarrow as pa

    types = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_(), "TIMESTAMP": pa.timestamp("us")}
    schema = pa.schema([(column.name, types[column.type]) for column in relations.relation("chain").columns])
    rest = iter(rows)
    while batch := list(islice(rest, size)):
        yield pa.RecordBatch.from_pylist(batch, schema)


def twin(signature: bytes) -> bytes:
    """The same ECDSA signature in the other of its two forms, (r, n - s): anybody can make it, without any key."""
    from asn1crypto import cms as asn1
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # P-256, SEC 2 section 2.4.2
    info = asn1.ContentInfo.load(signature)
    r, s = decode_dss_signature(info["content"]["signer_infos"][0]["signature"].native)
    info["content"]["signer_infos"][0]["signature"] = encode_dss_signature(r, order - s)
    return info.dump()


def words(value: Mapping[str, Any], text: str, *, salt: str | None = None, **more: str) -> str:
    """A disclosure that opens the prompt itself, of the salt of the one that holds its hash."""
    opened = [json.loads(base64.urlsafe_b64decode(d + "=" * (-len(d) % 4))) for d in value["disclosures"]]
    own = next(one[0] for one in opened if one[1] == "prompt")
    data = json.dumps([salt or own, "prompt_text", {"prompt_text": text, **more}]).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def report(attachments: Mapping[str, bytes]) -> bytes:
    """A small unsigned PDF that carries files."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(200, 200))
    for title in sorted(attachments):
        document.attachments[title] = pikepdf.AttachedFileSpec(document, attachments[title], filename=title,
                                                               creation_date="D:20261101000000Z",
                                                               mod_date="D:20261101000000Z")
    out = io.BytesIO()
    document.save(out, deterministic_id=True)
    return out.getvalue()


def stage(folder: Path, *, count: int = 23, prefix: str = "a", start: datetime = START, disclosures: bool = True,
          edit: Callable[[Path], None] = lambda _: None) -> sealing.Tree:
    """Fill a staging folder as the stages before the seal do."""
    for name_ in ("evidence/config", "evidence/populations", "evidence/sql"):
        (folder / name_).mkdir(parents=True)
    tree = sealing.write_leaves(batches(rows(count, prefix=prefix, start=start)), folder / c.CHAINS, salt_key=SALT,
                          pseudonym_key=PSEUDONYM, disclosures=folder / c.DISCLOSURES if disclosures else None)
    files = {
        c.CUSTODY: CUSTODY, c.SUMMARY: b'{"interactions":%d}' % count, c.CONTROLS: b'{"controls":[]}',
        c.SOURCES: SOURCES, "evidence/coverage.json": b"{}", "evidence/exceptions.csv": b"id,check\n",
        "evidence/results.ndjson": b'{"verdict":"pass"}\n' * 3, "evidence/populations/ID-01.txt": b"ix-1\nix-2\n",
        "evidence/sql/ID-01.sql": b"SELECT 1", "evidence/config/evidence.yaml": b"organisation: Acme\n",
        c.HTML: b"<!doctype html><html><head><style>p{color:red}</style></head><body><p>Report</p></body></html>",
    }
    for name_, data in files.items():
        (folder / name_).write_bytes(data)
    edit(folder)
    attached = {title: (folder / path).read_bytes() for title, path in c.PDF_ATTACHED.items()}
    (folder / c.REPORT).write_bytes(report(attached))
    return tree


def facts(tree: sealing.Tree, **changes: Any) -> SealFacts:
    """The facts of the first package, or of another."""
    base = SealFacts(package_id="evidence-2026-10", period="2026-10", zone="Europe/Berlin", start=START, end=END,
                     sequence=1, previous=None, tree=tree, sealed_at=SEALED)
    return replace(base, **changes)


# ---------------------------------------------------------------- archives

@dataclass
class Item:
    """One entry of an archive, each field of which can be wrong."""

    name: str | bytes
    data: bytes
    method: int = 8
    flags: int = 0
    attributes: int = 0o100644 << 16
    date: int = (1 << 5) | 1
    extra: bytes = b""
    comment: bytes = b""
    local_name: bytes | None = None
    size: int | None = None
    level: int = c.DEFLATE_LEVEL
    offset_shift: int = 0

    @property
    def raw(self) -> bytes:
        """The name as bytes."""
        return self.name.encode() if isinstance(self.name, str) else self.name


def _deflated(item: Item) -> bytes:
    """Deflate an entry; the streams that can be entered are flushed after the last line of each 256 KiB (FORMAT.md 2)."""
    coder = isal_zlib if item.level == c.DEFLATE_LEVEL else zlib
    deflate = coder.compressobj(item.level, zlib.DEFLATED, -15)
    step = 1 << 18 if item.name in {"evidence/chains.ndjson", "evidence/disclosures.ndjson"} else len(item.data) or 1
    out = b""
    for start in range(0, len(item.data), step):
        lines, end, rest = item.data[start:start + step].rpartition(b"\n")
        if step == 1 << 18 and end:
            out += deflate.compress(lines + end) + deflate.flush(zlib.Z_FULL_FLUSH) + deflate.compress(rest)
        else:
            out += deflate.compress(lines + end + rest)
    return out + deflate.flush()


@dataclass
class Archive:
    """An archive and what can be wrong around its entries."""

    items: list[Item]
    prefix: bytes = b""
    suffix: bytes = b""
    gap: bytes = b""
    comment: bytes | None = None
    count: int | None = None
    hidden: list[str] = field(default_factory=list)

    def item(self, name_: str) -> Item:
        """An entry by name."""
        return next(item for item in self.items if item.name == name_)

    def bytes(self) -> bytes:
        """Write it down, with the checksum that fits unless told otherwise."""
        out, central = bytearray(self.prefix), bytearray()
        for item in self.items:
            packed = item.data if item.method == 0 else _deflated(item)
            size, offset, crc = len(item.data) if item.size is None else item.size, len(out), zlib.crc32(item.data)
            local = item.raw if item.local_name is None else item.local_name
            out += struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, item.flags, item.method, 0, item.date, crc,
                               len(packed), size, len(local), len(item.extra)) + local + item.extra + packed
            if item.name not in self.hidden:
                central += struct.pack("<4sBBHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 3, 20, item.flags, item.method, 0,
                                       item.date, crc, len(packed), size, len(item.raw), len(item.extra),
                                       len(item.comment), 0, 0, item.attributes, offset + item.offset_shift
                                       ) + item.raw + item.extra + item.comment
        count = len(self.items) - len(self.hidden) if self.count is None else self.count
        start = len(out)
        out += central + self.gap
        comment = b"sha256:" + hashlib.sha256(out).hexdigest().encode() if self.comment is None else self.comment
        out += struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(central), start, len(comment)) + comment
        return bytes(out + self.suffix)


def in_order(files: Mapping[str, bytes]) -> list[Item]:
    """Files as entries in package order."""
    names = [n for n in c.FIRST if n in files] + sorted(set(files) - set(c.FIRST))
    return [Item(n, files[n]) for n in names]


def archive(files: Mapping[str, bytes]) -> Archive:
    """Files as an archive in the allowed form."""
    return Archive(in_order(files))


def unpack(path: Path) -> dict[str, bytes]:
    """The files of a good package."""
    import zipfile

    with zipfile.ZipFile(path) as package:
        return {n: package.read(n) for n in package.namelist()}


class Kit:
    """Keys, an authority and good packages, made once for all tests."""

    def __init__(self, folder: Path) -> None:
        """Make everything in a folder."""
        self.folder = folder
        self.module = sys.modules[__name__]
        self.root = pair("Acme root", ca=True)
        self.seal_pair = pair("Acme evidence seal", issuer=self.root)
        self.key = self.seal_pair.seal(self.root)
        self.tsa = LocalAuthority.make(folder / "tsa")
        self.test_key = sealing.new_test_key(folder / "keys", at=datetime(2026, 10, 1, tzinfo=UTC))
        self.plain = self.package("plain", key=self.test_key)
        first = sealing.Previous("evidence-2026-10", self.result.sha256sums_sha256)
        self.november = self.package("november", key=self.test_key, prefix="b", start=END, package_id="evidence-2026-11",
                                     period="2026-11", sequence=2, previous=first, end=datetime(2026, 12, 1, tzinfo=UTC))
        self.ident, self.other_ident = f"ix-a{5:023x}", f"ix-a{6:023x}"
        now = datetime.now(UTC)  # the authority stamps with today's clock, and the claim must fit
        self.now = now
        self.revocation = crl(self.root, at=now)
        self.timed = self.package("timed", key=self.key, tsa=self.tsa.authority(), sealed_at=now,
                                  revocation=self.revocation)

    def package(self, label: str, *, key: sealing.SealKey, tsa: cms.Authority | None = None, count: int = 23,
                prefix: str = "a", start: datetime = START, disclosures: bool = True,
                edit: Callable[[Path], None] = lambda _: None, **changes: Any) -> Path:
        """Seal one package."""
        staging = self.folder / f"staging-{label}"
        tree = stage(staging, count=count, prefix=prefix, start=start, disclosures=disclosures, edit=edit)
        out = self.folder / label / f"{changes.get('package_id', 'evidence-2026-10')}.zip"
        out.parent.mkdir(exist_ok=True)
        self.result = sealing.seal(staging, facts=facts(tree, start=start, **changes), key=key, out=out, tsa=tsa)
        return out

    def reseal(self, files: Mapping[str, bytes], *, key: sealing.SealKey | None = None, at: datetime = SEALED,
               tsa: cms.Authority | None = None, change: Callable[[dict[str, Any]], Any] | None = None,
               raw_statement: bytes | None = None, fresh: bool = True) -> dict[str, bytes]:
        """Do what an insider with the key can: change files and sign it all again, consistently.

        ``change`` edits the statement; ``fresh`` recomputes what the statement says of the files first.
        """
        key = key or self.test_key
        kept = {n: d for n, d in files.items() if n not in c.UNLISTED}
        old = json.loads(kept[c.STATEMENT]) if raw_statement is None else {}
        if fresh:
            kept[c.SEAL_CHAIN] = key.pem
            digests = {n: FileDigest(hashlib.sha256(d).hexdigest(), d.count(b"\n")) for n, d in kept.items()
                       if n != c.STATEMENT}
            builder = leaves.TreeBuilder()
            for line in kept[c.CHAINS].removesuffix(b"\n").split(b"\n"):
                builder.add(line)
            previous = sealing.Previous(**old["previous"]) if old["previous"] else None
            value = facts(builder.tree(), package_id=old["package_id"], period=old["period"]["label"],
                          sequence=old["sequence"], previous=previous, edition=old["edition"],
                          replaces=old["replaces"], start=datetime.fromisoformat(old["period"]["from"]),
                          end=datetime.fromisoformat(old["period"]["to"]))
            new = json.loads(statement(value, key, pdf.Unsigned(**old["report_unsigned"]), digests,
                                       timed=tsa is not None))
        else:
            new = old
        if change:
            change(new)
        kept[c.STATEMENT] = leaves.canonical(new) if raw_statement is None else raw_statement
        manifest = sums({n: hashlib.sha256(d).hexdigest() for n, d in kept.items()})
        signature = cms.sign_detached(manifest, key, at=at, authority=tsa)
        kept |= {c.SUMS: manifest, c.SIGNATURE: signature}
        if tsa:
            kept[c.TIMESTAMP] = cms.stamp(signature, tsa)
        return kept

    def write(self, label: str, data: bytes | Mapping[str, bytes] | Archive) -> Path:
        """Write a package under a name of its own."""
        path = self.folder / "broken" / f"{label}.zip"
        path.parent.mkdir(exist_ok=True)
        if isinstance(data, Archive):
            data = data.bytes()
        path.write_bytes(data if isinstance(data, bytes) else archive(data).bytes())
        return path


def openssl(*args: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run openssl, which nobody here wrote."""
    return subprocess.run(["openssl", *map(str, args)], capture_output=True, check=False, cwd=cwd)


def sign_with_openssl(kit: Kit, content: bytes, *options: str, signers: Sequence[Pair] | None = None) -> bytes:
    """A CMS signature made by openssl with options of any kind."""
    folder = kit.folder / "openssl"
    folder.mkdir(exist_ok=True)
    (folder / "content").write_bytes(content)
    arguments = ["cms", "-sign", "-binary", "-in", "content", "-outform", "DER", "-out", "p7s", *options]
    for n, one in enumerate(signers or [kit.seal_pair]):
        (folder / f"{n}.pem").write_bytes(one.pem)
        (folder / f"{n}.key").write_bytes(one.key_pem)
        arguments += ["-signer", f"{n}.pem", "-inkey", f"{n}.key"]
    done = openssl(*arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    return (folder / "p7s").read_bytes()
