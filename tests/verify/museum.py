"""The museum: good packages broken in exactly one way each, named for it, with the step that must catch it.

``CASES`` are packages; ``HISTORIES`` folders of packages; ``PROOFS`` proofs of one interaction. What stands in the list
is also the table of the documentation.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import struct
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
from asn1crypto import cms as asn1
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from evidence import constants as c
from evidence.seal import approve, cms, leaves, pdf
from evidence.seal import renew as renewal
from evidence.seal.proof import proof, proof_bytes


@dataclass(frozen=True)
class Case:
    """One exhibit: what was done, how it is made, which step must fail, and what the auditor knows."""

    name: str
    step: str
    make: Callable[[Any], Any]
    base: str = "plain"
    options: Mapping[str, Any] = field(default_factory=dict)


CASES: list[Case] = []
HISTORIES: list[Case] = []
PROOFS: list[Case] = []


def case(step: str, *, base: str = "plain", into: list[Case] = CASES, **options: Any) -> Callable[[Any], Any]:
    """Put a maker into the museum under its own name."""
    def add(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
        into.append(Case(make.__name__, step, make, base, options))
        return make
    return add


def files(kit: Any, base: str = "plain") -> dict[str, bytes]:
    """The files of a good package."""
    return dict(kit.module.unpack(getattr(kit, base)))


def flip(data: bytes, at: int = -1, bit: int = 1) -> bytes:
    """Change one bit; in the middle unless told where."""
    at = len(data) // 2 if at < 0 else at
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1:]


# ------------------------------------------------ 1 to 15: one bit in each file

def _flipped(name: str, base: str, step: str) -> None:
    def make(kit: Any) -> Any:
        broken = files(kit, base)
        broken[name] = flip(broken[name])
        return broken
    make.__name__ = "bit_flipped_in_" + name.replace("/", "_").replace(".", "_").replace("-", "_").lower()
    case(step, base=base)(make)


for _name in (c.REPORT, c.HTML, c.CHAINS, c.DISCLOSURES, c.CONTROLS, c.SOURCES, c.SEAL_CHAIN, c.README, c.STATEMENT,
              c.CUSTODY, c.SUMMARY, "verify_proof.py", "FORMAT.md", "evidence/config/evidence.yaml"):
    _flipped(_name, "plain", "digests")
for _name in (c.TSA_CHAIN, c.REVOCATION):
    _flipped(_name, "timed", "digests")


@case("digests")
def bit_flipped_in_sha256sums(kit):
    broken = files(kit)
    broken[c.SUMS] = broken[c.SUMS].replace(broken[c.SUMS][:1], b"0" if broken[c.SUMS][:1] != b"0" else b"1", 1)
    return broken


@case("signature")
def bit_flipped_in_signature_value(kit):
    broken = files(kit)
    broken[c.SIGNATURE] = flip(broken[c.SIGNATURE], len(broken[c.SIGNATURE]) - 3)
    return broken


@case("timestamp", base="timed")
def bit_flipped_in_unsigned_part_of_signature(kit):
    broken = files(kit, "timed")
    broken[c.SIGNATURE] = flip(broken[c.SIGNATURE], len(broken[c.SIGNATURE]) - 3)
    return broken


@case("timestamp", base="timed")
def bit_flipped_in_timestamp(kit):
    broken = files(kit, "timed")
    broken[c.TIMESTAMP] = flip(broken[c.TIMESTAMP], len(broken[c.TIMESTAMP]) - 5)
    return broken


# ------------------------------------------------ 16 to 22: files against the list

@case("file_set")
def file_removed(kit):
    broken = files(kit)
    del broken["evidence/coverage.json"]
    return broken


@case("file_set")
def file_added(kit):
    return files(kit) | {"evidence/more.json": b"{}"}


@case("attributes")
def file_removed_and_its_line(kit):
    broken = files(kit)
    del broken["evidence/coverage.json"]
    broken[c.SUMS] = b"".join(line for line in broken[c.SUMS].splitlines(True) if b"coverage" not in line)
    return broken


@case("attributes")
def file_changed_and_list_recomputed(kit):
    broken = files(kit)
    old = hashlib.sha256(broken[c.CONTROLS]).hexdigest().encode()
    broken[c.CONTROLS] = b'{"controls":["all effective"]}'
    broken[c.SUMS] = broken[c.SUMS].replace(old, hashlib.sha256(broken[c.CONTROLS]).hexdigest().encode())
    return broken


@case("digests")
def manifest_and_signature_of_another_month(kit):
    other = kit.module.unpack(kit.november)
    return files(kit) | {name: other[name] for name in (c.SUMS, c.SIGNATURE)}


@case("expected_id", expect_id="evidence-2026-11")
def rollback_to_an_older_package(kit):
    return files(kit)


@case("digests")
def files_of_two_packages_mixed(kit):
    return files(kit) | {c.CHAINS: kit.module.unpack(kit.november)[c.CHAINS]}


# ------------------------------------------------ 23 to 35: who signed, and how

@case("pinned", base="timed")
def signed_again_by_another_certificate_of_the_same_ca(kit):
    other = kit.module.pair("Somebody else of Acme", issuer=kit.root)
    return kit.reseal(files(kit), key=other.seal(kit.root))


@case("pinned")
def signed_again_by_an_impostor_of_the_same_name(kit):
    twin = kit.module.pair("TEST Evidence seal", organisation="TEST")
    return kit.reseal(files(kit), key=twin.seal())


@case("validity", own_pin=True)
def certificate_expired_when_signed(kit):
    old = kit.module.pair("Old", end=datetime(2026, 11, 1, tzinfo=UTC))
    return kit.reseal(files(kit), key=old.seal()), old


@case("validity", own_pin=True)
def certificate_expired_when_checked_and_time_unproven(kit):
    old = kit.module.pair("Old", end=datetime(2026, 11, 10, tzinfo=UTC))
    return kit.reseal(files(kit), key=old.seal()), old


@case("validity", own_pin=True)
def certificate_not_yet_valid(kit):
    new = kit.module.pair("New", start=datetime(2026, 11, 10, tzinfo=UTC))
    return kit.reseal(files(kit), key=new.seal()), new


@case("validity")
def signed_in_the_future(kit):
    return kit.reseal(files(kit), at=kit.module.CHECKED + timedelta(days=3))


def _revoked(kit: Any, lists: bytes) -> tuple[dict[str, bytes], Any]:
    return kit.reseal(files(kit) | {c.REVOCATION: lists}, key=kit.key), kit.seal_pair


@case("revocation", own_pin=True)
def certificate_revoked(kit):
    return _revoked(kit, kit.module.crl(kit.root, (kit.seal_pair, kit.module.SEALED - timedelta(days=2))))


@case("revocation", own_pin=True)
def revocation_list_stale(kit):
    return _revoked(kit, kit.module.crl(kit.root, at=kit.module.SEALED - timedelta(days=60)))


@case("revocation", own_pin=True)
def revocation_list_signed_by_somebody_else(kit):
    return _revoked(kit, kit.module.crl(kit.root, signer=kit.seal_pair))


def _authority_listed(kit: Any, lists: bytes) -> tuple[dict[str, bytes], Any]:
    both = kit.revocation + lists
    return kit.reseal(files(kit, "timed") | {c.REVOCATION: both}, key=kit.key, at=kit.now,
                      tsa=kit.tsa.authority()), kit.seal_pair


@case("revocation", base="timed", own_pin=True)
def authority_for_time_stamps_revoked(kit):
    revoked = (kit.tsa.pair, kit.now - timedelta(days=1))
    return _authority_listed(kit, kit.module.crl(kit.tsa.root, revoked, at=kit.now))


@case("revocation", base="timed", own_pin=True)
def revocation_list_about_the_authority_stale(kit):
    return _authority_listed(kit, kit.module.crl(kit.tsa.root, at=kit.now - timedelta(days=60)))


@case("revocation", base="timed", own_pin=True)
def revocation_list_about_the_authority_signed_by_somebody_else(kit):
    return _authority_listed(kit, kit.module.crl(kit.tsa.root, at=kit.now, signer=kit.root))


@case("revocation", base="timed", own_pin=True)
def revocation_list_by_nobody_in_the_package(kit):
    return _authority_listed(kit, kit.module.crl(kit.module.pair("Nobody", ca=True), at=kit.now))


@case("signature_form")
def signature_removed(kit):
    broken = files(kit)
    del broken[c.SIGNATURE]
    return broken


@case("signature_form")
def signature_emptied(kit):
    return files(kit) | {c.SIGNATURE: b""}


@case("timestamp", base="timed")
def timestamp_removed(kit):
    broken = files(kit, "timed")
    del broken[c.TIMESTAMP]
    return broken


@case("timestamp", base="timed")
def timestamp_of_another_package(kit):
    return files(kit, "timed") | {c.TIMESTAMP: cms.stamp(b"another package", kit.tsa.authority())}


@case("timestamp", base="timed")
def timestamp_emptied(kit):
    return files(kit, "timed") | {c.TIMESTAMP: b""}


@case("timestamp", base="timed")
def timestamp_inside_the_signature_stripped(kit):
    broken = files(kit, "timed")
    info = asn1.ContentInfo.load(broken[c.SIGNATURE])
    del info["content"]["signer_infos"][0]["unsigned_attrs"]
    broken[c.SIGNATURE] = info.dump(force=True)
    return broken


@case("timestamp", base="timed")
def signature_exchanged_for_its_twin_after_it_was_stamped(kit):
    broken = files(kit, "timed")
    return broken | {c.SIGNATURE: kit.module.twin(broken[c.SIGNATURE])}


@case("timestamp", timed=True)
def untimed_although_time_was_demanded(kit):
    return files(kit)


def _openssl(kit: Any, *options: str, **more: Any) -> Any:
    broken = kit.reseal(files(kit), key=kit.key)
    broken[c.SIGNATURE] = kit.module.sign_with_openssl(kit, broken[c.SUMS], *options, **more)
    return broken, kit.seal_pair


@case("algorithms", own_pin=True)
def signature_with_sha1(kit):
    return _openssl(kit, "-md", "sha1", "-cades")


@case("signature_form", own_pin=True)
def signature_without_signed_attributes(kit):
    return _openssl(kit, "-noattr")


@case("signature_form", own_pin=True)
def signature_with_its_own_content(kit):
    return _openssl(kit, "-nodetach", "-cades")


@case("signature_form", own_pin=True)
def signature_of_two_signers(kit):
    return _openssl(kit, "-cades", signers=[kit.seal_pair, kit.module.pair("Second", issuer=kit.root)])


@case("attributes", own_pin=True)
def signature_without_signing_certificate(kit):
    return _openssl(kit)


@case("certificate", own_pin=True)
def signature_without_the_chain(kit):
    return _openssl(kit, "-cades", "-nosmimecap")


@case("signature_form", own_pin=True)
def signature_without_certificates(kit):
    return _openssl(kit, "-cades", "-nocerts", "-nosmimecap")


@case("certificate", own_pin=True)
def signature_with_a_foreign_certificate_in_it(kit):
    broken = kit.reseal(files(kit), key=kit.key)
    info = asn1.ContentInfo.load(broken[c.SIGNATURE])
    from cryptography.hazmat.primitives.serialization import Encoding
    info["content"]["certificates"].append(asn1.CertificateChoices.load(
        kit.module.pair("Foreign").cert.public_bytes(Encoding.DER)))
    broken[c.SIGNATURE] = info.dump(force=True)
    return broken, kit.seal_pair


@case("attributes", own_pin=True)
def certificate_exchanged_for_one_with_the_same_key(kit):
    """Same key, issuer and serial number, other contents: only signingCertificateV2 tells them apart."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding
    old = kit.seal_pair.cert
    builder = (x509.CertificateBuilder().subject_name(old.subject).issuer_name(old.issuer)
               .public_key(old.public_key()).serial_number(old.serial_number)
               .not_valid_before(old.not_valid_before_utc).not_valid_after(datetime(2040, 1, 1, tzinfo=UTC)))
    twin = kit.module.Pair(kit.seal_pair.key, builder.sign(kit.root.key, hashes.SHA256()))
    broken = kit.reseal(files(kit), key=kit.key)
    broken[c.SIGNATURE] = broken[c.SIGNATURE]
    info = asn1.ContentInfo.load(broken[c.SIGNATURE])
    certs = [cert for cert in info["content"]["certificates"] if cert.chosen.serial_number != old.serial_number]
    info["content"]["certificates"] = asn1.CertificateSet(
        [*certs, asn1.CertificateChoices.load(twin.cert.public_bytes(Encoding.DER))])
    broken[c.SIGNATURE] = info.dump(force=True)
    return broken, twin


@case("signature_form")
def signature_in_ber(kit):
    broken = files(kit)
    der = broken[c.SIGNATURE]
    assert der[1] == 0x82
    broken[c.SIGNATURE] = der[:1] + b"\x80" + der[4:] + b"\x00\x00"
    return broken


@case("signature_form")
def object_identifier_with_a_digit_too_many(kit):
    broken = files(kit)
    old, new = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("060a2a80864886f70d010702")
    der = broken[c.SIGNATURE]
    assert der[4:].startswith(old)
    broken[c.SIGNATURE] = b"\x30\x82" + struct.pack(">H", len(der) - 3) + new + der[4 + len(old):]
    return broken


@case("signature_form")
def bytes_after_the_signature(kit):
    broken = files(kit)
    broken[c.SIGNATURE] += b"\x00"
    return broken


@case("signature_form")
def signature_in_pem(kit):
    from asn1crypto import pem
    broken = files(kit)
    broken[c.SIGNATURE] = pem.armor("CMS", broken[c.SIGNATURE])
    return broken


@case("certificate", own_pin=True)
def seal_is_a_ca(kit):
    ca = kit.module.pair("A CA", ca=True)
    return kit.reseal(files(kit), key=ca.seal()), ca


@case("certificate", own_pin=True)
def seal_with_a_weak_rsa_key(kit):
    weak = kit.module.pair("Weak", key=rsa.generate_private_key(65537, 2048))
    return kit.reseal(files(kit), key=weak.seal()), weak


@case("certificate", own_pin=True)
def seal_on_a_curve_not_allowed(kit):
    odd = kit.module.pair("Odd", key=ec.generate_private_key(ec.SECP256K1()))
    return kit.reseal(files(kit), key=odd.seal()), odd


@case("certificate", own_pin=True)
def chain_in_the_wrong_order(kit):
    broken = kit.reseal(files(kit), key=kit.key)
    return kit.reseal(broken | {c.SEAL_CHAIN: kit.root.pem + kit.seal_pair.pem}, key=kit.key, fresh=False), kit.seal_pair


@case("certificate", own_pin=True)
def issued_by_a_certificate_that_is_no_ca(kit):
    middle = kit.module.pair("No CA", issuer=kit.root)
    leaf = kit.module.pair("Below", issuer=middle)
    return kit.reseal(files(kit), key=leaf.seal(middle, kit.root)), leaf


@case("trust", base="timed")
def chain_ends_at_another_ca(kit):
    return files(kit, "timed"), None, {"anchors": [kit.module.pair("Another root", ca=True).cert]}


@case("test_key", production=True)
def test_package_where_production_was_demanded(kit):
    return files(kit)


@case("test_key")
def test_key_presented_as_production(kit):
    return kit.reseal(files(kit), change=lambda s: s["signer"].update(test=False))


@case("certificate", own_pin=True)
def issuer_with_a_weak_rsa_key(kit):
    weak = kit.module.pair("Weak root", ca=True, key=rsa.generate_private_key(65537, 2048))
    leaf = kit.module.pair("Below", issuer=weak)
    return kit.reseal(files(kit), key=leaf.seal(weak)), leaf


@case("certificate", own_pin=True)
def issuer_expired_when_it_was_sealed(kit):
    old = kit.module.pair("Old root", ca=True, end=datetime(2026, 11, 1, tzinfo=UTC))
    leaf = kit.module.pair("Below", issuer=old)
    return kit.reseal(files(kit), key=leaf.seal(old)), leaf


@case("certificate")
def statement_calls_the_signer_by_another_name(kit):
    return kit.reseal(files(kit), change=lambda s: s["signer"].update(subject="CN=The auditor"))


@case("certificate")
def statement_names_another_signer(kit):
    return kit.reseal(files(kit), change=lambda s: s["signer"].update(fingerprint_sha256="0" * 64))


# ------------------------------------------------ time

def _stamped(kit: Any, stamper: Any, at: datetime) -> tuple[dict[str, bytes], Any]:
    """Seal with an authority that stamps what it likes."""
    base = files(kit, "timed") | {c.TSA_CHAIN: stamper.pem + kit.tsa.root.pem}
    authority = kit.module.forged_authority(stamper, [kit.tsa.root], at)
    return kit.reseal(base, key=kit.key, at=kit.now, tsa=authority), kit.seal_pair


@case("timestamp", own_pin=True)
def authority_without_the_purpose_of_stamping(kit):
    return _stamped(kit, kit.module.pair("No stamps", issuer=kit.tsa.root), kit.now)


@case("timestamp", own_pin=True)
def authority_with_a_weak_rsa_key(kit):
    weak = rsa.generate_private_key(65537, 2048)
    return _stamped(kit, kit.module.pair("Weak stamps", issuer=kit.tsa.root, stamping=True, key=weak), kit.now)


@case("timestamp")
def certificates_of_an_authority_without_a_time_stamp(kit):
    return kit.reseal(files(kit) | {c.TSA_CHAIN: kit.tsa.pair.pem + kit.tsa.root.pem})


@case("timestamp", own_pin=True)
def signature_stamped_before_the_stamp_that_it_holds(kit):
    good = kit.module.pair("Good stamps", issuer=kit.tsa.root, stamping=True)
    broken, pair = _stamped(kit, good, kit.now)
    earlier = kit.module.forged_authority(good, [kit.tsa.root], kit.now - timedelta(hours=1))
    return broken | {c.TIMESTAMP: cms.stamp(broken[c.SIGNATURE], earlier)}, pair


@case("timestamp", own_pin=True)
def authority_expired_when_it_stamped(kit):
    old = kit.module.pair("Old stamps", issuer=kit.tsa.root, stamping=True, end=datetime(2026, 10, 1, tzinfo=UTC))
    return _stamped(kit, old, kit.now)


@case("timestamp", own_pin=True)
def timestamp_years_before_the_signing_time(kit):
    good = kit.module.pair("Good stamps", issuer=kit.tsa.root, stamping=True)
    return _stamped(kit, good, kit.now - timedelta(days=200))


@case("timestamp", own_pin=True)
def certificate_in_the_timestamp_that_the_package_does_not_have(kit):
    base = files(kit, "timed")
    return kit.reseal(base | {c.TSA_CHAIN: kit.tsa.root.pem}, key=kit.key, at=kit.now,
                      tsa=kit.tsa.authority()), kit.seal_pair


@case("timestamp", base="timed")
def authority_that_you_do_not_trust(kit):
    return files(kit, "timed"), None, {"authorities": [kit.module.pair("Another", ca=True).cert]}


@case("timestamp", own_pin=True)
def signing_time_far_from_the_timestamp(kit):
    base = files(kit, "timed")
    return kit.reseal(base, key=kit.key, at=kit.now - timedelta(days=9), tsa=kit.tsa.authority()), kit.seal_pair


@case("validity", own_pin=True)
def timestamp_after_the_certificate_expired(kit):
    old = kit.module.pair("Old", end=kit.now - timedelta(hours=2))
    base = files(kit, "timed")
    del base[c.REVOCATION]
    return kit.reseal(base, key=old.seal(), at=kit.now - timedelta(hours=3), tsa=kit.tsa.authority()), old


@case("validity", own_pin=True)
def timestamp_before_the_certificate_was_valid(kit):
    new = kit.module.pair("New", start=kit.now + timedelta(hours=2))
    base = files(kit, "timed")
    del base[c.REVOCATION]
    return kit.reseal(base, key=new.seal(), at=kit.now + timedelta(hours=3), tsa=kit.tsa.authority()), new


@case("timestamp", own_pin=True)
def stated_as_untimed_although_stamped(kit):
    base = files(kit, "timed")
    return kit.reseal(base, key=kit.key, at=kit.now, tsa=kit.tsa.authority(),
                      change=lambda s: s.update(profile="untimed")), kit.seal_pair


# ------------------------------------------------ 36 to 53: the container

def _archive(kit: Any) -> Any:
    return kit.module.archive(files(kit))


def _entry(step: str, title: str, change: Callable[[Any, Any], None]) -> None:
    def make(kit: Any) -> Any:
        broken = _archive(kit)
        change(broken, kit.module.Item)
        return broken
    make.__name__ = title
    case(step)(make)


_entry("names", "entry_twice_last", lambda a, item: a.items.append(item(c.SUMMARY, b"{}")))
_entry("names", "entry_twice_first", lambda a, item: a.items.insert(0, item(c.SUMMARY, b"{}")))
_entry("names", "path_out_of_the_folder", lambda a, item: a.items.append(item("../evil.sh", b"x")))
_entry("names", "path_out_of_the_folder_inside", lambda a, item: a.items.append(item("evidence/../../x", b"x")))
_entry("names", "absolute_path", lambda a, item: a.items.append(item("/etc/passwd", b"x")))
_entry("names", "windows_drive", lambda a, item: a.items.append(item("C:\\evil.exe", b"x")))
_entry("names", "backslash", lambda a, item: a.items.append(item("evidence\\evil.json", b"x")))
_entry("names", "names_that_differ_in_case", lambda a, item: a.items.append(item("REPORT.pdf", b"x")))
_entry("names", "names_that_differ_in_unicode_form",
       lambda a, item: a.items.extend([item("evidence/\u00e4.txt", b"x"), item("evidence/a\u0308.txt", b"x")]))
_entry("names", "right_to_left_override", lambda a, item: a.items.append(item("evidence/report\u202efdp.exe", b"x")))
_entry("names", "name_with_a_control_character", lambda a, item: a.items.append(item("evidence/a\x1b[2J.txt", b"x")))
_entry("names", "name_with_a_zero_byte", lambda a, item: a.items.append(item(b"evidence/a\x00.txt", b"x")))
_entry("names", "name_too_long", lambda a, item: a.items.append(item("evidence/" + "a" * 200, b"x")))
_entry("names", "name_hidden_by_a_dot", lambda a, item: a.items.append(item(".hidden", b"x")))
_entry("names", "entries_out_of_order", lambda a, item: a.items.reverse())
_entry("entries", "symbolic_link", lambda a, item: a.items.append(item("link", b"/etc", attributes=0o120777 << 16)))
_entry("entries", "directory_entry", lambda a, item: a.items.append(item("evidence/", b"", attributes=0o040755 << 16)))
_entry("entries", "listed_file_as_symbolic_link", lambda a, item: setattr(a.item(c.HTML), "attributes", 0o120777 << 16))
_entry("entries", "executable_bit", lambda a, item: setattr(a.item("verify_proof.py"), "attributes", 0o100755 << 16))
_entry("entries", "entry_encrypted", lambda a, item: setattr(a.item(c.HTML), "flags", 1))
_entry("entries", "entry_with_data_descriptor", lambda a, item: setattr(a.item(c.HTML), "flags", 8))
_entry("entries", "entry_stored_not_deflated", lambda a, item: setattr(a.item(c.HTML), "method", 0))
_entry("entries", "entry_with_unknown_method", lambda a, item: setattr(a.item(c.HTML), "method", 99))
_entry("entries", "entry_with_extra_data", lambda a, item: setattr(a.item(c.HTML), "extra", b"\xfe\xca\x04\x00abcd"))
_entry("entries", "entry_with_zip64_sizes_that_contradict",
       lambda a, item: setattr(a.item(c.HTML), "extra", struct.pack("<HHQQ", 1, 16, 5, 5)))
_entry("entries", "entry_with_a_comment", lambda a, item: setattr(a.item(c.HTML), "comment", b"hello"))
_entry("entries", "entry_of_another_day", lambda a, item: setattr(a.item(c.HTML), "date", 0x5A21))
_entry("entries", "local_name_differs", lambda a, item: setattr(a.item(c.HTML), "local_name", b"report.htmm"))
_entry("limits", "bomb", lambda a, item: a.items.append(item("zeros.bin", b"x" * 10, size=1 << 31)))
_entry("contents", "entry_larger_than_declared", lambda a, item: setattr(a.item(c.HTML), "size", 50))
_entry("contents", "entry_smaller_than_declared", lambda a, item: setattr(a.item(c.HTML), "size", 500))
_entry("container", "prepended_bytes", lambda a, item: setattr(a, "prefix", b"#!/bin/sh\n"))
_entry("container", "appended_bytes", lambda a, item: setattr(a, "suffix", b"x"))
_entry("container", "bytes_before_the_end_record", lambda a, item: setattr(a, "gap", b"gap"))
_entry("container", "archive_without_checksum", lambda a, item: setattr(a, "comment", b""))
_entry("checksum", "archive_with_another_checksum", lambda a, item: setattr(a, "comment", b"sha256:" + b"0" * 64))
_entry("container", "count_of_entries_wrong", lambda a, item: setattr(a, "count", len(a.items) - 1))
_entry("container", "entry_hidden_from_the_directory", lambda a, item: a.hidden.append(c.HTML))
_entry("container", "two_entries_in_one_place", lambda a, item: setattr(a.item(c.HTML), "offset_shift", -40))


@case("container")
def truncated(kit):
    return kit.plain.read_bytes()[:-10]


@case("container")
def cut_in_half(kit):
    data = kit.plain.read_bytes()
    return data[:len(data) // 2]


@case("container")
def empty_file(kit):
    return b""


@case("container")
def two_archives_in_one_file(kit):
    return kit.november.read_bytes() + kit.plain.read_bytes()


@case("limits")
def too_many_entries(kit):
    broken = _archive(kit)
    broken.items += [kit.module.Item(f"zz/{n:05}", b"") for n in range(c.MAX_ENTRIES)]
    return broken


@case("checksum")
def same_content_compressed_in_another_way(kit):
    data = kit.plain.read_bytes()
    broken = _archive(kit)
    broken.item(c.CHAINS).level = 9
    broken.comment = data[-71:]
    return broken


# ------------------------------------------------ 54, 55: the list

def _list(title: str, change: Callable[[bytes], bytes]) -> None:
    def make(kit: Any) -> Any:
        broken = files(kit)
        broken[c.SUMS] = change(broken[c.SUMS])
        return broken
    make.__name__ = title
    case("manifest")(make)


_list("list_with_crlf", lambda data: data.replace(b"\n", b"\r\n"))
_list("list_with_blank_line", lambda data: data.replace(b"\n", b"\n\n", 1))
_list("list_without_last_line_feed", lambda data: data[:-1])
_list("list_out_of_order", lambda data: b"".join(reversed(data.splitlines(True))))
_list("list_with_a_name_twice", lambda data: data.splitlines(True)[0] + data)
_list("list_with_a_star", lambda data: data.replace(b"  ", b" *", 1))
_list("list_in_capital_digits", lambda data: data[:64].upper() + data[64:])
_list("list_that_lists_itself", lambda data: data + b"0" * 64 + b"  SHA256SUMS\n")
_list("list_with_a_byte_order_mark", lambda data: b"\xef\xbb\xbf" + data)


# ------------------------------------------------ 56 to 59 and more: an insider with the key

def _insider(step: str, title: str, name: str, change: Callable[[bytes], bytes], **how: Any) -> None:
    def make(kit: Any) -> Any:
        broken = files(kit)
        broken[name] = change(broken[name])
        return kit.reseal(broken, **how)
    make.__name__ = title
    case(step)(make)


def _statement(step: str, title: str, change: Callable[[dict[str, Any]], Any]) -> None:
    def make(kit: Any) -> Any:
        return kit.reseal(files(kit), change=change)
    make.__name__ = title
    case(step)(make)


_statement("tree", "insider_states_another_tree_size", lambda s: s["tree"].update(size=s["tree"]["size"] + 1))
_statement("tree", "insider_states_another_root", lambda s: s["tree"].update(root="0" * 64))
_statement("counts", "insider_states_another_count", lambda s: s["counts"].update({"evidence/results.ndjson": 4}))
_statement("counts", "insider_states_a_count_less", lambda s: s["counts"].pop("evidence/results.ndjson"))
_statement("counts", "insider_states_other_sources", lambda s: s.update(sources_digest="0" * 64))
_statement("counts", "insider_states_another_policy", lambda s: s.update(policy_digest="0" * 64))
_statement("counts", "insider_states_other_evidence", lambda s: s.update(evidence_digest="0" * 64))
_statement("counts", "insider_states_another_number_of_files", lambda s: s.update(files=3))
_statement("counts", "insider_hides_that_disclosures_are_in", lambda s: s.update(disclosures="withheld"))
_statement("statement", "statement_of_an_unknown_format", lambda s: s.update(type="urn:copilot-evidence:package:2"))
_statement("statement", "statement_with_an_unknown_member", lambda s: s.update(note="all good"))
_statement("statement", "statement_without_a_member", lambda s: s.pop("policy_digest"))
_statement("statement", "statement_with_a_number_as_text", lambda s: s.update(sequence="1"))
_statement("statement", "statement_with_true_as_number", lambda s: s.update(sequence=True))
_statement("statement", "statement_without_predecessor_but_number_two", lambda s: s.update(sequence=2))
_statement("statement", "statement_of_an_edition_that_replaces_nothing", lambda s: s.update(edition=2))
_statement("statement", "statement_of_a_period_backwards", lambda s: s["period"].update({"from": "2027-01-01T00:00:00Z"}))
_statement("pdf_original", "insider_states_another_unsigned_report",
           lambda s: s["report_unsigned"].update(sha256="0" * 64))
_statement("pdf_original", "insider_states_a_longer_unsigned_report",
           lambda s: s["report_unsigned"].update(bytes=10_000_000))


def _shorter(title: str, size: Callable[[bytes], int]) -> None:
    """State a prefix that is not all of the report before it was signed, and its digest."""
    def make(kit: Any) -> Any:
        broken = files(kit)
        count = size(broken[c.REPORT][:json.loads(broken[c.STATEMENT])["report_unsigned"]["bytes"]])
        stated = {"bytes": count, "sha256": hashlib.sha256(broken[c.REPORT][:count]).hexdigest()}
        return kit.reseal(broken, change=lambda s: s.update(report_unsigned=stated))
    make.__name__ = title
    case("pdf_original")(make)


_shorter("insider_states_five_bytes_as_the_unsigned_report", lambda unsigned: 5)
_shorter("insider_states_an_unsigned_report_without_its_end", lambda unsigned: len(unsigned) - 1)


def _raw_statement(title: str, change: Callable[[bytes], bytes]) -> None:
    def make(kit: Any) -> Any:
        broken = files(kit)
        return kit.reseal(broken, fresh=False, raw_statement=change(broken[c.STATEMENT]))
    make.__name__ = title
    case("statement")(make)


_raw_statement("statement_with_a_member_twice", lambda d: d.replace(b'"sequence":1', b'"sequence":1,"sequence":1'))
_raw_statement("statement_with_a_byte_order_mark", lambda d: b"\xef\xbb\xbf" + d)
_raw_statement("statement_indented", lambda d: json.dumps(json.loads(d), indent=1).encode())
_raw_statement("statement_with_a_fraction", lambda d: d.replace(b'"sequence":1', b'"sequence":1.0'))
_raw_statement("statement_with_a_huge_number", lambda d: d.replace(b'"sequence":1', b'"sequence":9007199254740993'))
_raw_statement("statement_with_escapes_not_needed", lambda d: d.replace(b'"package_id"', b'"\\u0070ackage_id"'))
_raw_statement("statement_nested_without_end", lambda d: b"[" * 100_000)
_raw_statement("statement_not_utf_8", lambda d: d.replace(b"TEST", b"T\xffST"))
_raw_statement("statement_empty", lambda d: b"")

def _short_salt(data: bytes) -> bytes:
    at = data.index(b'"salt":"') + 8
    return data[:at] + data[at + 2:]


_insider("chains", "chains_without_last_line_feed", c.CHAINS, lambda d: d[:-1])
_insider("chains", "chains_with_a_blank_line", c.CHAINS, lambda d: d.replace(b"\n", b"\n\n", 1))
_insider("chains", "chains_with_crlf", c.CHAINS, lambda d: d.replace(b"\n", b"\r\n"))
_insider("chains", "chain_twice", c.CHAINS, lambda d: d + d.splitlines(True)[-1])
_insider("chains", "chains_out_of_order", c.CHAINS, lambda d: b"".join(reversed(d.splitlines(True))))
_insider("chains", "chain_without_salt", c.CHAINS, lambda d: d.replace(b'"salt"', b'"sxlt"', 1))
_insider("chains", "chain_with_a_short_salt", c.CHAINS, _short_salt)
_insider("chains", "chain_not_canonical", c.CHAINS, lambda d: d.replace(b'":', b'": ', 1))
_insider("html", "html_with_a_style_attribute_that_loads", c.HTML,
         lambda d: d.replace(b"<p>", b'<p style="background:url(//t.example/a)">'))
_insider("html", "html_with_a_style_attribute_that_hides_it_by_an_escape", c.HTML,
         lambda d: d.replace(b"<p>", b'<p style="background:u\\72l(//t.example/a)">'))
_insider("html", "html_with_an_image_set", c.HTML,
         lambda d: d.replace(b"p{", b"p{background:image-set('//t.example/a' 1x);"))
_insider("html", "html_with_a_style_inside_of_a_drawing", c.HTML,
         lambda d: d.replace(b"<p>", b"<svg><style>@im&#112;ort '//t.example/a'</style></svg><p>"))
_insider("html", "html_with_a_drawing_that_loads_its_fill", c.HTML,
         lambda d: d.replace(b"<p>", b'<svg><rect fill="url(//t.example/a)"/></svg><p>'))


def _in_a_chain(title: str, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change one chain, as an insider with the key can."""
    def make(kit: Any) -> Any:
        return edited(kit, change)
    make.__name__ = title
    case("chains")(make)


def edited(kit: Any, change: Callable[[dict[str, Any]], Any]) -> dict[str, bytes]:
    """Change the chain of one interaction and seal it all again."""
    broken = files(kit)
    lines = broken[c.CHAINS].splitlines()
    at = next(n for n, line in enumerate(lines) if kit.ident.encode() in line)
    value = json.loads(lines[at])
    change(value)
    lines[at] = leaves.canonical(value)
    return dict(kit.reseal(broken | {c.CHAINS: b"".join(line + b"\n" for line in lines)}))


_in_a_chain("chain_that_holds_null", lambda line: line.update(outcome=None))
_in_a_chain("chain_that_holds_true", lambda line: line.update(truncated=True))
_in_a_chain("chain_that_holds_an_object", lambda line: line.update(outcome={"all": "good"}))
_in_a_chain("chain_that_holds_another_list", lambda line: line.update(outcome=["good"]))
_in_a_chain("chain_of_a_time_that_is_text", lambda line: line.update(response_time_us="1790812966000000"))
_in_a_chain("chain_with_a_null_salt", lambda line: line.update(salt=None))
_in_a_chain("chain_with_its_digests_unsorted", lambda line: line["_sd"].reverse())
_in_a_chain("chain_with_a_digest_twice", lambda line: line.update(_sd=[line["_sd"][0], *line["_sd"]]))
_in_a_chain("chain_with_a_digest_that_is_none", lambda line: line.update(_sd=["A" * 42]))
_in_a_chain("chain_with_digests_that_are_no_list", lambda line: line.update(_sd=line["_sd"][0]))
_in_a_chain("chain_with_another_algorithm_of_digests", lambda line: line.update(_sd_alg="md5"))
_in_a_chain("chain_without_the_algorithm_of_its_digests", lambda line: line.pop("_sd_alg"))


def _opened(title: str, change: Callable[[list[dict[str, Any]]], Any], after: Callable[[bytes], bytes] = bytes) -> None:
    """Change the disclosures that a package carries."""
    def make(kit: Any) -> Any:
        broken = files(kit)
        lines = [json.loads(line) for line in broken[c.DISCLOSURES].splitlines()]
        change(lines)
        broken[c.DISCLOSURES] = after(b"".join(leaves.canonical(line) + b"\n" for line in lines))
        return kit.reseal(broken)
    make.__name__ = title
    case("disclosed")(make)


def _disclosure(*parts: Any) -> tuple[str, str]:
    """A disclosure in any form, and its digest."""
    text = base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()
    return text, base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def _swap(lines: list[dict[str, Any]]) -> None:
    lines[3]["disclosures"], lines[4]["disclosures"] = lines[4]["disclosures"], lines[3]["disclosures"]


_opened("disclosures_of_two_chains_exchanged", _swap)
_opened("disclosures_out_of_order", lambda lines: lines.reverse())
_opened("disclosures_of_a_chain_twice", lambda lines: lines.insert(4, lines[3]))
_opened("disclosures_of_no_chain", lambda lines: lines[3].update(interaction_id="ix-nobody"))
_opened("disclosure_twice", lambda lines: lines[3]["disclosures"].append(lines[3]["disclosures"][0]))
_opened("disclosure_changed", lambda lines: lines[3]["disclosures"].append(_disclosure("0" * 32, "prompt", {})[0]))
_opened("disclosures_that_are_no_list", lambda lines: lines[3].update(disclosures="all"))
_opened("disclosures_with_another_member", lambda lines: lines[3].update(note="all good"))
_opened("disclosures_without_last_line_feed", lambda lines: None, lambda d: d[:-1])
_opened("disclosures_not_canonical", lambda lines: None, lambda d: d.replace(b'":', b'": ', 1))


def _commits(title: str, *parts: Any) -> None:
    """Let a chain commit to a disclosure that must not be, and open it in the package."""
    def make(kit: Any) -> Any:
        text, digest = _disclosure(*parts)
        broken = edited(kit, lambda line: line.update(_sd=[digest]))
        lines = [json.loads(line) for line in broken[c.DISCLOSURES].splitlines()]
        for line in lines:
            line["disclosures"] = [text] if line["interaction_id"] == kit.ident else line["disclosures"]
        return kit.reseal(broken | {c.DISCLOSURES: b"".join(leaves.canonical(line) + b"\n" for line in lines)})
    make.__name__ = title
    case("disclosed")(make)


_commits("disclosure_of_a_short_salt", "00" * 15, "requester", {"subject": "sub-1"})
_commits("disclosure_without_salt", None, "requester", {"subject": "sub-1"})
_commits("disclosure_of_an_unknown_name", "00" * 16, "verdict", {"verdict": "good"})
_commits("disclosure_of_something_else_than_an_object", "00" * 16, "requester", "sub-1")
_commits("disclosure_of_a_part_more", "00" * 16, "requester", {"subject": "sub-1"}, "more")


@case("chains")
def interaction_twice_at_different_times(kit):
    return edited(kit, lambda line: line.update(interaction_id=kit.other_ident))


@case("chains")
def salt_of_another_chain(kit):
    other = json.loads(next(line for line in files(kit)[c.CHAINS].splitlines() if kit.other_ident.encode() in line))
    return edited(kit, lambda line: line.update(salt=other["salt"]))


@case("chains")
def chain_that_holds_null_far_behind(kit):
    """One of twelve thousand, neither among the first nor at a round number: nothing is left to chance."""
    lines = [leaves.canonical({"event_time_us": n, "interaction_id": f"ix-{n}", "outcome": None if n == 10_401 else "sent",
                               "salt": f"{n:032x}", "v": c.LEAF_FORMAT}) for n in range(12_000)]
    broken = {name: data for name, data in files(kit).items() if name not in {c.DISCLOSURES, c.INDEX}}
    return kit.reseal(broken | {c.CHAINS: b"".join(line + b"\n" for line in lines)})


_insider("tree", "insider_dropped_a_chain", c.CHAINS, lambda d: b"".join(d.splitlines(True)[1:]), fresh=False)
_insider("tree", "insider_changed_a_verdict", c.CHAINS, lambda d: d.replace(b"masked_ok", b"leak", 1), fresh=False)
_insider("counts", "insider_exchanged_the_policy", "evidence/config/evidence.yaml", lambda d: d + b"x: 1\n", fresh=False)
_insider("counts", "insider_exchanged_the_control_mapping", c.CONTROLS, lambda d: b'{"controls":["A.5.15"]}', fresh=False)
_insider("counts", "insider_exchanged_a_check", "evidence/sql/ID-01.sql", lambda d: d + b" -- always pass", fresh=False)
_insider("counts", "insider_dropped_a_result", "evidence/results.ndjson", lambda d: b"".join(d.splitlines(True)[1:]), fresh=False)
_insider("html", "html_with_script", c.HTML, lambda d: d.replace(b"</p>", b"</p><script>alert(1)</script>"))
_insider("html", "html_with_remote_image", c.HTML, lambda d: d.replace(b"</p>", b"</p><img src=//t.example/a.png>"))
_insider("html", "html_with_event_handler", c.HTML, lambda d: d.replace(b"<p>", b"<p onclick=x()>"))
_insider("html", "html_with_remote_style", c.HTML, lambda d: d.replace(b"p{", b"@import 'https://t.example';p{"))
_insider("html", "html_that_moves_on", c.HTML, lambda d: d.replace(b"<head>", b"<head><meta http-equiv=refresh>"))
_insider("pdf_attached", "insider_exchanged_the_figures_but_not_in_the_report", c.SUMMARY, lambda d: b'{"x":1}')


def _report(title: str, step: str, change: Callable[[Any, bytes], bytes]) -> None:
    def make(kit: Any) -> Any:
        broken = files(kit)
        broken[c.REPORT] = change(kit, broken[c.REPORT])
        return kit.reseal(broken, fresh=False)
    make.__name__ = title
    case(step)(make)


def _updated(kit: Any, data: bytes) -> bytes:
    """Add a note to a page by an incremental update, as the shadow and annotation attacks do."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"1 0 0 rg 0 0 200 200 re f"))
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _noted(kit: Any, data: bytes) -> bytes:
    """Lay a note over a page by an incremental update (evil annotation attack)."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    page, name = writer.root["/Pages"]["/Kids"][0], generic.NameObject
    note = generic.DictionaryObject({name("/Type"): name("/Annot"), name("/Subtype"): name("/FreeText"),
                                     name("/Rect"): generic.ArrayObject(generic.NumberObject(n) for n in (0, 0, 90, 20)),
                                     name("/Contents"): generic.TextStringObject("all effective")})
    annotations = page.setdefault(name("/Annots"), generic.ArrayObject())
    annotations.append(writer.add_object(note))
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _small_digits(kit: Any, data: bytes) -> bytes:
    """Write the signature in lower-case digits: the same signature, other bytes."""
    start = data.index(b"/Contents <") + 11
    end = data.index(b">", start)
    return data[:start] + data[start:end].lower() + data[end:]


def _signed_report(kit: Any, key: Any, unsigned: bytes | None = None, authority: Any = None) -> bytes:
    path = kit.folder / "resigned.pdf"
    path.write_bytes(kit.module.report({"summary.json": b"{}"}) if unsigned is None else unsigned)
    at = kit.now if authority else kit.module.SEALED
    pdf.sign_pdf(path, key, at=at, authority=authority)
    return path.read_bytes()


def _encrypted(kit: Any, data: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(kit.module.report({}))) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="owner", user=""))
    return out.getvalue()


def _gap_abused(kit: Any, data: bytes) -> bytes:
    """Hide bytes in the place of the signature, where no digest looks."""
    end = data.index(b">", data.index(b"/Contents <") + 20)
    return data[:end - 8] + b"deadbeef" + data[end:]


def _signed_again(kit: Any, data: bytes) -> bytes:
    """Add a second signature, which is good by itself, behind the one that allows no change."""
    import asyncio

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

    class Willing(PdfSigner):
        """A signer that does not mind what the one before forbade."""

        def _enforce_certification_constraints(self, reader: Any) -> None:
            del reader

    meta = PdfSignatureMetadata(field_name="Approval", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    return asyncio.run(Willing(meta, cms.signer(kit.key)).async_sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(data)))).getvalue()


def _uncertified(kit: Any, data: bytes) -> bytes:
    """Sign without certification: later changes would be allowed."""
    import asyncio

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

    meta = PdfSignatureMetadata(field_name=c.FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    unsigned = io.BytesIO(kit.module.report({}))
    return asyncio.run(PdfSigner(meta, cms.signer(kit.test_key)).async_sign_pdf(
        IncrementalPdfFileWriter(unsigned))).getvalue()


_report("pdf_updated_after_sealing", "pdf_signature", _updated)
_report("pdf_with_trailing_bytes", "pdf_signature", lambda kit, d: d + b"\n%%EOF\n")
_report("pdf_signed_a_second_time", "pdf_signature", _signed_again)
_report("pdf_without_signature", "pdf_signature", lambda kit, d: kit.module.report({}))
_report("pdf_signed_by_another_key", "pdf_signature", lambda kit, d: _signed_report(kit, kit.key))
_report("pdf_exchanged_for_another_signed_by_the_seal", "pdf_original",
        lambda kit, d: _signed_report(kit, kit.test_key))
_report("pdf_encrypted", "pdf_signature", _encrypted)
_report("pdf_with_bytes_hidden_beside_the_signature", "pdf_signature", _gap_abused)
_report("pdf_not_certified", "pdf_signature", _uncertified)
_report("pdf_that_is_none", "pdf_signature", lambda kit, d: b"not a PDF")
_report("pdf_with_a_note_added", "pdf_signature", _noted)
_report("pdf_with_the_signature_in_small_digits", "pdf_signature", _small_digits)
_report("pdf_content_changed", "pdf_signature", lambda kit, d: d.replace(b"200", b"201", 1))


def _stamped_report(title: str, change: Callable[[Any, bytes], bytes]) -> None:
    def make(kit: Any) -> Any:
        broken = files(kit, "timed")
        size = json.loads(broken[c.STATEMENT])["report_unsigned"]["bytes"]
        broken[c.REPORT] = change(kit, broken[c.REPORT][:size])
        return kit.reseal(broken, key=kit.key, at=kit.now, tsa=kit.tsa.authority())
    make.__name__ = title
    case("pdf_signature", base="timed")(make)


_stamped_report("pdf_without_its_time_stamp", lambda kit, d: _signed_report(kit, kit.key, d))
_stamped_report("pdf_with_fewer_certificates_than_the_package", lambda kit, d: _signed_report(
    kit, kit.seal_pair.seal(), d, authority=kit.tsa.authority()))
_stamped_report("pdf_stamped_by_another_authority_than_the_package", lambda kit, d: _signed_report(
    kit, kit.key, d, authority=kit.module.forged_authority(
        kit.module.pair("Other stamps", stamping=True), [], kit.now)))


# ------------------------------------------------ what no signature covers: found by the fuzzer

def _longer(der: bytes, more: bytes) -> bytes:
    """Put one more part at the end of the outermost sequence."""
    assert der[:2] == b"\x30\x82"
    return b"\x30\x82" + struct.pack(">H", len(der) - 4 + len(more)) + der[4:] + more


@case("signature_form")
def part_too_many_in_the_signature(kit):
    broken = files(kit)
    return broken | {c.SIGNATURE: _longer(broken[c.SIGNATURE], b"\x05\x00")}


@case("signature_form")
def certificate_twice_in_the_signature(kit):
    broken = files(kit)
    info = asn1.ContentInfo.load(broken[c.SIGNATURE])
    info["content"]["certificates"].append(info["content"]["certificates"][0])
    return broken | {c.SIGNATURE: info.dump(force=True)}


def _response(kit: Any, change: Callable[[Any], Any]) -> dict[str, bytes]:
    from asn1crypto import tsp
    broken = files(kit, "timed")
    reply = tsp.TimeStampResp.load(broken[c.TIMESTAMP])
    change(reply)
    return broken | {c.TIMESTAMP: reply.dump(force=True)}


@case("timestamp", base="timed")
def part_too_many_in_the_timestamp(kit):
    broken = files(kit, "timed")
    return broken | {c.TIMESTAMP: _longer(broken[c.TIMESTAMP], b"\x05\x00")}


@case("timestamp", base="timed")
def timestamp_with_words_that_nobody_signed(kit):
    return _response(kit, lambda reply: reply["status"].__setitem__("status_string", ["qualified, says nobody"]))


@case("timestamp", base="timed")
def timestamp_with_a_certificate_less(kit):
    return _response(kit, lambda reply: reply["time_stamp_token"]["content"].__setitem__(
        "certificates", list(reply["time_stamp_token"]["content"]["certificates"])[:1]))


@case("timestamp", own_pin=True)
def authority_not_yet_valid_when_it_stamped(kit):
    new = kit.module.pair("New stamps", issuer=kit.tsa.root, stamping=True, start=kit.now + timedelta(hours=2))
    return _stamped(kit, new, kit.now)


# ------------------------------------------------ renewals

def _renewed(title: str, change: Callable[[Any, Path, Path], Any], **options: Any) -> None:
    """Renew a good package twice, then break something."""
    def make(kit: Any) -> Any:
        path = kit.write(title, kit.timed.read_bytes())
        folder = path.with_name(path.name + c.RENEWALS)
        for old in folder.glob("*"):
            old.unlink()
        for _ in range(2):
            renewal.renew(path, authority=kit.tsa.authority())
        more = change(kit, path, folder)
        return path, None, more if isinstance(more, dict) else {}
    make.__name__ = title
    case("renewals", base="timed", **options)(make)


def _edit(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    (folder / name).write_bytes(change((folder / name).read_bytes()))


def _of_another_package(kit: Any, path: Path, folder: Path) -> None:
    other = kit.write(path.stem, kit.november.read_bytes())
    for old in folder.iterdir():
        old.unlink()
    renewal.renew(other, authority=kit.tsa.authority())
    path.write_bytes(kit.timed.read_bytes())


def _stamped_at(kit: Any, path: Path, days: int, **changes: Any) -> None:
    stamps = kit.module.pair("Later stamps", issuer=kit.tsa.root, stamping=True, **changes)
    renewal.renew(path, authority=kit.module.forged_authority(stamps, [kit.tsa.root], kit.now + timedelta(days=days)))


def _too_late(kit: Any, path: Path, folder: Path) -> None:
    _stamped_at(kit, path, 1, end=kit.now + timedelta(days=2))
    _stamped_at(kit, path, 3)


def _revoked_before(kit: Any, path: Path, folder: Path) -> None:
    lists = kit.module.crl(kit.tsa.root, (kit.tsa.pair, kit.now - timedelta(days=1)), at=kit.now)
    renewal.renew(path, authority=kit.tsa.authority(), revocation=lists)


_renewed("renewals_of_which_none_is_left", lambda kit, path, folder: [old.unlink() for old in folder.iterdir()])
_renewed("renewal_in_the_future", lambda kit, path, folder: _stamped_at(kit, path, 30))
_renewed("renewal_before_the_package_was_sealed",
         lambda kit, path, folder: ([old.unlink() for old in folder.iterdir()], _stamped_at(kit, path, -30)))
_renewed("renewal_of_another_package", _of_another_package)
_renewed("renewal_with_a_bit_flipped_in_its_stamp", lambda kit, path, folder: _edit(
    folder, "0002.tsr", lambda d: flip(d, len(d) - 5)))
_renewed("renewal_with_another_list", lambda kit, path, folder: _edit(
    folder, "0002.sums", lambda d: b"0" * 128 + d[128:]))
_renewed("renewal_without_its_list", lambda kit, path, folder: (folder / "0002.sums").unlink())
_renewed("renewal_before_it_removed", lambda kit, path, folder: [
    (folder / f"0001.{end}").unlink() for end in ("sums", "tsr", "pem")])
_renewed("renewal_before_it_changed", lambda kit, path, folder: _edit(folder, "0001.pem", lambda d: d + b"\n"))
_renewed("renewal_with_a_foreign_file", lambda kit, path, folder: (folder / "0001.exe").write_bytes(b"x"))
_renewed("renewal_that_goes_back_in_time", lambda kit, path, folder: _stamped_at(kit, path, -90))
_renewed("renewal_after_the_certificate_before_it_ended", _too_late)
_renewed("renewal_of_a_stamp_by_a_revoked_authority", _revoked_before)
_renewed("renewal_by_an_authority_that_may_not_stamp", lambda kit, path, folder: renewal.renew(
    path, authority=kit.module.forged_authority(
        kit.module.pair("No stamps", issuer=kit.tsa.root), [kit.tsa.root], kit.now)))


# ------------------------------------------------ approvals

def _approved(step_options: Mapping[str, Any], title: str, put: Callable[[Any, Path], Any]) -> None:
    def make(kit: Any) -> Any:
        path = kit.write(title, kit.plain.read_bytes())
        options = put(kit, path) or {}
        return path, None, options
    make.__name__ = title
    case("approval", **step_options)(make)


def _put(path: Path, data: bytes, name: str = "001-officer.p7s") -> None:
    folder = path.with_name(path.name + c.APPROVALS)
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)


def _sign(kit: Any, content: bytes, pair: Any) -> bytes:
    return cms.sign_detached(content, pair.seal(), at=kit.module.SEALED)


_approved({"approvals": ["officer"]}, "approval_missing", lambda kit, path: None)
_approved({}, "approval_of_another_package",
          lambda kit, path: _put(path, _sign(kit, b"another", kit.module.pair("Officer"))))
_approved({}, "approval_by_the_seal_itself", lambda kit, path: _put(path, cms.sign_detached(
    files(kit)[c.SIGNATURE], kit.test_key, at=kit.module.SEALED)))
_approved({}, "approval_that_is_none", lambda kit, path: _put(path, b"approved!"))
_approved({}, "approval_without_a_role",
          lambda kit, path: _put(path, _sign(kit, files(kit)[c.SIGNATURE], kit.module.pair("Officer")), "yes.p7s"))
_approved({"approvers": {"officer": "0" * 64}}, "approval_by_somebody_else",
          lambda kit, path: _put(path, _sign(kit, files(kit)[c.SIGNATURE], kit.module.pair("Officer"))))
_approved({}, "approval_with_an_expired_certificate", lambda kit, path: _put(path, _sign(
    kit, files(kit)[c.SIGNATURE], kit.module.pair("Officer", end=datetime(2026, 10, 1, tzinfo=UTC)))))


_approved({}, "approval_with_a_weak_rsa_key", lambda kit, path: _put(path, _sign(
    kit, files(kit)[c.SIGNATURE], kit.module.pair("Officer", key=rsa.generate_private_key(65537, 2048)))))
_approved({}, "approval_before_the_package_was_sealed", lambda kit, path: _put(path, cms.sign_detached(
    files(kit)[c.SIGNATURE], kit.module.pair("Officer").seal(), at=kit.module.SEALED - timedelta(days=2))))
_approved({}, "approval_in_the_future", lambda kit, path: _put(path, cms.sign_detached(
    files(kit)[c.SIGNATURE], kit.module.pair("Officer").seal(), at=kit.now + timedelta(days=2))))


# ------------------------------------------------ the signature beside the package

def _beside(title: str, make: Callable[[Any, bytes], bytes]) -> None:
    def broken(kit: Any) -> Any:
        path = kit.write(title, kit.plain.read_bytes())
        path.with_name(path.name + c.SIDECAR).write_bytes(make(kit, kit.plain.read_bytes()))
        return path
    broken.__name__ = title
    case("sidecar")(broken)


_beside("sidecar_of_another_package", lambda kit, data: cms.sign_detached(
    kit.november.read_bytes(), kit.test_key, at=kit.module.SEALED))
_beside("sidecar_by_another_certificate", lambda kit, data: cms.sign_detached(data, kit.key, at=kit.module.SEALED))
_beside("sidecar_that_is_none", lambda kit, data: b"signed")
_beside("sidecar_that_is_too_large", lambda kit, data: bytes(c.MAX_CMS + 1))


# ------------------------------------------------ 60 to 62: the history

@case("expected_id", with_digest=True)
def insider_dropped_a_chain_and_signed_all_again(kit):
    broken = files(kit)
    broken[c.CHAINS] = b"".join(broken[c.CHAINS].splitlines(True)[1:])
    broken[c.DISCLOSURES] = b"".join(broken[c.DISCLOSURES].splitlines(True)[1:])
    return kit.reseal(broken)


def history(title: str, make: Callable[[Any, Path], dict[str, Any] | None], step: str = "history") -> None:
    """Put a folder of packages into the museum."""
    HISTORIES.append(Case(title, step, make))


def _copy(kit: Any, folder: Path, *names: str) -> None:
    for name in names:
        path = getattr(kit, name)
        (folder / path.name).write_bytes(path.read_bytes())


def _dropped_then_next(kit: Any, folder: Path) -> None:
    _copy(kit, folder, "november")
    (folder / "evidence-2026-10.zip").write_bytes(
        kit.module.archive(insider_dropped_a_chain_and_signed_all_again(kit)).bytes())


def _fork(kit: Any, folder: Path) -> None:
    _copy(kit, folder, "plain", "november")
    twin = kit.reseal(files(kit, "november"), change=lambda s: s.update(package_id="evidence-2026-11b"))
    (folder / "evidence-2026-11b.zip").write_bytes(kit.module.archive(twin).bytes())


def _gap(kit: Any, folder: Path) -> None:
    _copy(kit, folder, "plain")
    far = kit.reseal(files(kit, "november"), change=lambda s: s.update(sequence=3))
    (folder / "evidence-2026-12.zip").write_bytes(kit.module.archive(far).bytes())


def _month(kit: Any, folder: Path) -> None:
    _copy(kit, folder, "plain")
    later = kit.reseal(files(kit, "november"), change=lambda s: s["period"].update(
        {"from": "2026-12-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}))
    (folder / "evidence-2026-12.zip").write_bytes(kit.module.archive(later).bytes())


def _wrong_previous(kit: Any, folder: Path) -> None:
    _copy(kit, folder, "plain")
    other = kit.reseal(files(kit, "november"), change=lambda s: s["previous"].update(sha256sums_sha256="0" * 64))
    (folder / "evidence-2026-11.zip").write_bytes(kit.module.archive(other).bytes())


def _same_interactions(kit: Any, folder: Path) -> None:
    _copy(kit, folder, "plain")
    broken = files(kit, "november")
    broken |= {name: files(kit)[name] for name in (c.CHAINS, c.DISCLOSURES)}
    (folder / "evidence-2026-11.zip").write_bytes(kit.module.archive(kit.reseal(broken)).bytes())


def _second_first_edition(kit: Any, folder: Path) -> None:
    _copy(kit, folder, "plain")
    again = kit.reseal(files(kit, "november"), change=lambda s: s["period"].update(
        {"from": "2026-10-01T00:00:00Z", "to": "2026-11-01T00:00:00Z"}))
    (folder / "evidence-2026-10b.zip").write_bytes(kit.module.archive(again).bytes())


def _one_broken(kit: Any, folder: Path) -> None:
    _copy(kit, folder, "plain")
    (folder / "evidence-2026-11.zip").write_bytes(flip(kit.november.read_bytes()))


def _rolled_back(kit: Any, folder: Path) -> dict[str, Any]:
    _copy(kit, folder, "plain")
    return {"expect_id": "evidence-2026-11"}


def _receipt_lines(*ledgers: tuple[int, str]) -> list[str]:
    """Receipts over ledgers of so many lines with such heads, consistently chained."""
    lines, before = list[str](), "0" * 64
    for number, (count, head) in enumerate(ledgers, 1):
        line = leaves.canonical({"seq": number, "prev": before, "at": f"2026-11-0{number}T00:00:00Z", "token": "",
                                 "ledger_lines": count, "ledger_head": head})
        before = hashlib.sha256(line).hexdigest()
        lines.append(line.decode())
    return lines


def _with_receipts(kit: Any, base: str, lines: Any, change: Any = None) -> dict[str, bytes]:
    return kit.reseal(files(kit, base) | {c.CUSTODY: json.dumps({"receipts": lines}).encode()}, change=change)


OCTOBER = _receipt_lines((7, "a" * 64))
NOVEMBER = _receipt_lines((7, "a" * 64), (9, "b" * 64))


def two_months(kit: Any, folder: Path, october: list[str], november: list[str]) -> None:
    """Two packages that follow each other, with receipts of the ledger."""
    first = _with_receipts(kit, "plain", october)
    digest = hashlib.sha256(first[c.SUMS]).hexdigest()
    second = _with_receipts(kit, "november", november, lambda s: s["previous"].update(sha256sums_sha256=digest))
    (folder / "evidence-2026-10.zip").write_bytes(kit.module.archive(first).bytes())
    (folder / "evidence-2026-11.zip").write_bytes(kit.module.archive(second).bytes())


def _receipts_broken(title: str, lines: Any) -> None:
    def make(kit: Any) -> Any:
        return _with_receipts(kit, "plain", lines)
    make.__name__ = title
    case("receipts")(make)


def _forged_token(value: str) -> list[str]:
    return [OCTOBER[0].replace('"token":""', f'"token":"{value}"')]


_receipts_broken("receipts_out_of_order", NOVEMBER[::-1])
_receipts_broken("receipt_removed_from_the_chain", NOVEMBER[1:])
_receipts_broken("receipts_of_a_ledger_that_shrank", _receipt_lines((9, "a" * 64), (7, "b" * 64)))
_receipts_broken("receipts_of_a_ledger_rewritten", _receipt_lines((9, "a" * 64), (9, "b" * 64)))
_receipts_broken("receipt_with_a_forged_time_stamp", _forged_token(base64.b64encode(b"stamped").decode()))
_receipts_broken("receipt_with_a_token_that_is_no_base64", _forged_token("!"))
_receipts_broken("receipt_that_is_none", ['{"seq":1}'])
_receipts_broken("receipt_with_a_member_of_another_kind", [OCTOBER[0].replace('"seq":1', '"seq":"1"')])
_receipts_broken("receipts_that_are_no_list", "all received")
_receipts_broken("receipt_after_the_package_was_sealed", [OCTOBER[0].replace("2026-11-01", "2026-11-07")])
_receipts_broken("receipt_of_a_day_that_is_none", [OCTOBER[0].replace("2026-11-01", "2026-11-31")])
_receipts_broken("receipt_with_a_time_written_short", [OCTOBER[0].replace("2026-11-01", "2026-11-1")])


PULL = {"source_id": "idp", "pull": "20261101", "journal_sha256": "a" * 64, "begun": "2026-11-01T00:00:00.000000Z",
        "ended": None, "answers": 1, "files": ["b" * 64], "missing": 0, "gaps": []}
RECEIVED = {"path": "pulled/1.json", "file_sha256": "b" * 64, "bytes": 2, "ledger_seq": 0}
PULLED = json.dumps([{"source_id": "idp", "files": [RECEIVED]}]).encode()


def with_pulls(kit: Any, pulls: Any) -> dict[str, bytes]:
    """A package whose custody tells of pulls."""
    custody = json.dumps({"receipts": OCTOBER, "pulls": pulls}).encode()
    return dict(kit.reseal(files(kit) | {c.CUSTODY: custody, c.SOURCES: PULLED}))


def _pulls_broken(title: str, pulls: Any) -> None:
    def make(kit: Any) -> Any:
        return with_pulls(kit, pulls)
    make.__name__ = title
    case("receipts")(make)


_pulls_broken("pull_of_a_file_that_was_never_received", [PULL | {"files": ["c" * 64]}])
_pulls_broken("pull_of_a_file_of_another_source", [PULL | {"source_id": "gateway"}])
_pulls_broken("pull_with_a_member_of_another_kind", [PULL | {"missing": "none"}])
_pulls_broken("pull_that_is_none", ["all of it"])
_pulls_broken("pull_that_ended_before_it_began", [PULL | {"ended": "2026-10-31T23:59:59.999999Z"}])
_pulls_broken("pull_of_a_day_that_is_none", [PULL | {"begun": "2026-10-32T00:00:00.000000Z"}])
_pulls_broken("pull_after_the_package_was_sealed", [PULL | {"ended": "2026-11-07T00:00:00.000000Z"}])
_pulls_broken("pull_with_its_gaps_unsorted", [PULL | {"gaps": ["b", "a"]}])


def _sources_broken(title: str, sources: Any) -> None:
    def make(kit: Any) -> Any:
        return kit.reseal(files(kit) | {c.SOURCES: sources if isinstance(sources, bytes) else json.dumps(sources).encode()})
    make.__name__ = title
    case("receipts")(make)


_sources_broken("sources_that_are_no_list", {"idp": [RECEIVED]})
_sources_broken("sources_out_of_order", [{"source_id": "idp", "files": []}, {"source_id": "gateway", "files": []}])
_sources_broken("source_there_twice", [{"source_id": "idp", "files": []}, {"source_id": "idp", "files": [RECEIVED]}])
_sources_broken("source_without_its_files", [{"source_id": "idp"}])
_sources_broken("source_with_a_file_without_a_digest", [{"source_id": "idp", "files": [{**RECEIVED, "file_sha256": "b"}]}])
_sources_broken("source_with_a_file_that_no_line_of_the_ledger_received",
                [{"source_id": "idp", "files": [{**RECEIVED, "ledger_seq": -1}]}])
_sources_broken("sources_that_name_their_files_twice_over", PULLED.replace(b'"source_id"', b'"files": [], "source_id"'))


@case("receipts")
def custody_that_holds_two_lists_of_receipts(kit):
    return kit.reseal(files(kit) | {c.CUSTODY: b'{"receipts": [], ' + kit.module.CUSTODY[1:]})


@case("receipts")
def custody_that_is_no_json(kit):
    return kit.reseal(files(kit) | {c.CUSTODY: b"{"})


@case("receipts", expect_receipt=hashlib.sha256(OCTOBER[0].encode()).hexdigest())
def record_dropped_and_everything_signed_again_but_a_receipt_is_known(kit):
    broken = insider_dropped_a_chain_and_signed_all_again(kit)
    return kit.reseal(broken | {c.CUSTODY: json.dumps({"receipts": _receipt_lines((6, "c" * 64))}).encode()})


@case("receipts", base="timed", own_pin=True)
def receipt_stamped_days_after_it_claims(kit):
    line = json.loads(OCTOBER[0])
    del line["token"]
    line["at"] = "2026-01-01T00:00:00Z"
    line["token"] = base64.b64encode(cms.token(leaves.canonical(line), kit.tsa.authority())).decode()
    base = files(kit, "timed") | {c.CUSTODY: json.dumps({"receipts": [leaves.canonical(line).decode()]}).encode()}
    return kit.reseal(base, key=kit.key, at=kit.now, tsa=kit.tsa.authority()), kit.seal_pair


history("ledger_rewritten_after_the_package_before_was_sealed", lambda kit, folder: two_months(
    kit, folder, OCTOBER, _receipt_lines((6, "c" * 64), (8, "d" * 64))), "receipts")
history("receipts_left_out_of_the_next_package", lambda kit, folder: two_months(kit, folder, OCTOBER, []), "receipts")
history("record_dropped_consistently_but_the_next_package_knows", _dropped_then_next)
history("fork_two_packages_of_one_number", _fork)
history("gap_in_the_numbers", _gap)
history("month_missing", _month)
history("previous_digest_differs", _wrong_previous)
history("same_interaction_in_two_packages", _same_interactions)
history("month_sealed_again_without_an_edition", _second_first_edition)
history("one_package_of_the_folder_is_broken", _one_broken)
history("rolled_back_to_the_month_before", _rolled_back)
history("folder_without_packages", lambda kit, folder: None)
history("approval_in_the_folder_that_is_none", lambda kit, folder: (
    _copy(kit, folder, "plain"), _put(folder / kit.plain.name, b"approved!"))[2:], "approval")


# ------------------------------------------------ proofs

def broken_proof(step: str, title: str, change: Callable[[dict[str, Any], Any], Any], raw: bool = False) -> None:
    """Put a proof into the museum; ``change`` edits it, or returns its bytes when ``raw``."""
    def make(kit: Any) -> bytes:
        value = proof(kit.plain, kit.ident)
        result = change(value, kit)
        return result if raw else proof_bytes(value)
    PROOFS.append(Case(title, step, make))


def _foreign(value: dict[str, Any], kit: Any) -> None:
    value["disclosures"] = proof(kit.plain, kit.other_ident)["disclosures"]


def _replayed(value: dict[str, Any], kit: Any) -> None:
    """Take the disclosure of another record, and let this record name its digest."""
    taken = proof(kit.plain, kit.other_ident)["disclosures"][0]
    digest = base64.urlsafe_b64encode(hashlib.sha256(taken.encode()).digest()).rstrip(b"=").decode()
    record = json.loads(value["record"])
    record["_sd"] = sorted([*record["_sd"], digest])
    value.update(record=leaves.canonical(record).decode(), disclosures=[*value["disclosures"], taken])


def _impostor(value: dict[str, Any], kit: Any) -> None:
    """Make a whole new seal around a changed record, as anybody can."""
    twin = kit.module.pair("TEST Evidence seal", organisation="TEST").seal()
    forged = kit.reseal(files(kit) | {c.CHAINS: files(kit)[c.CHAINS].replace(b"masked_ok", b"leak")}, key=twin)
    path = kit.write("impostor", forged)
    value.clear()
    value.update(proof(path, kit.ident))


def _sealed_so(title: str, step: str, change: Callable[[dict[str, Any]], Any], opened: str | None = None) -> None:
    """A proof of a chain that was sealed as it must not be."""
    def make(kit: Any) -> bytes:
        value = proof(kit.write(title, edited(kit, change)), kit.ident)
        return proof_bytes(value | ({"disclosures": [opened]} if opened else {}))
    PROOFS.append(Case(title, step, make))


for _kind, _salt in (("no", None), ("a_short", "00" * 15)):
    _text, _digest = _disclosure(_salt, "requester", {"subject": "sub-1"})
    _sealed_so(f"proof_of_a_chain_with_{_kind}_salt", "record", lambda line, salt=_salt: line.update(salt=salt))
    _sealed_so(f"proof_with_a_disclosure_of_{_kind}_salt", "disclosed",
               lambda line, digest=_digest: line.update(_sd=[digest]), _text)
broken_proof("inclusion", "proof_for_another_root", lambda p, kit: p.update(
    audit_path=proof(kit.november, "ix-b" + "0" * 23)["audit_path"]))
broken_proof("inclusion", "proof_with_index_off_by_one", lambda p, kit: p.update(leaf_index=p["leaf_index"] + 1))
broken_proof("inclusion", "proof_with_negative_index", lambda p, kit: p.update(leaf_index=-1))
broken_proof("inclusion", "proof_with_another_size", lambda p, kit: p.update(tree_size=p["tree_size"] + 1))
broken_proof("inclusion", "proof_path_too_long", lambda p, kit: p["audit_path"].append("0" * 64))
broken_proof("inclusion", "proof_path_too_short", lambda p, kit: p["audit_path"].pop())
broken_proof("inclusion", "proof_path_with_a_short_hash", lambda p, kit: p["audit_path"].__setitem__(0, "00"))
broken_proof("inclusion", "proof_with_a_disclosure_replayed_into_its_record", _replayed)
broken_proof("timestamp", "proof_with_a_time_stamp_that_is_not_stated", lambda p, kit: p.update(
    timestamp=base64.b64encode(files(kit, "timed")[c.TIMESTAMP]).decode()))
broken_proof("inclusion", "proof_record_changed",
             lambda p, kit: p.update(record=p["record"].replace("masked_ok", "leak")))
broken_proof("record", "proof_record_of_another_interaction", lambda p, kit: p.update(
    record=proof(kit.plain, kit.other_ident)["record"]))
broken_proof("record", "proof_record_not_canonical", lambda p, kit: p.update(record=p["record"].replace('":', '": ', 1)))
broken_proof("disclosed", "proof_with_a_foreign_disclosure", _foreign)
broken_proof("disclosed", "proof_with_a_changed_disclosure",
             lambda p, kit: p["disclosures"].__setitem__(0, "W" + p["disclosures"][0][1:-4] + "AAAA"))
broken_proof("disclosed", "proof_with_a_disclosure_twice", lambda p, kit: p["disclosures"].append(p["disclosures"][0]))
broken_proof("disclosed", "proof_with_other_words_for_its_text", lambda p, kit: p["disclosures"].append(
    kit.module.words(p, "prompt 55")))
broken_proof("disclosed", "proof_with_words_whose_hash_is_withheld", lambda p, kit: p.update(
    disclosures=[kit.module.words(p, "prompt 5")]))
broken_proof("disclosed", "proof_with_words_under_another_salt", lambda p, kit: p["disclosures"].append(
    kit.module.words(p, "prompt 5", salt="00" * 16)))
broken_proof("disclosed", "proof_with_words_and_something_beside_them", lambda p, kit: p["disclosures"].append(
    kit.module.words(p, "prompt 5", approved="yes")))
broken_proof("digests", "proof_with_another_statement", lambda p, kit: p.update(
    statement=p["statement"].replace('"sequence":1', '"sequence":7')))
broken_proof("digests", "proof_with_other_certificates", lambda p, kit: p.update(
    certificates=kit.root.pem.decode()))
broken_proof("attributes", "proof_with_another_list", lambda p, kit: p.update(
    sha256sums=kit.module.unpack(kit.november)[c.SUMS].decode()))
broken_proof("signature", "proof_with_a_damaged_signature", lambda p, kit: p.update(
    signature=base64.b64encode(flip(files(kit)[c.SIGNATURE], len(files(kit)[c.SIGNATURE]) - 3)).decode()))
broken_proof("pinned", "proof_signed_by_an_impostor", _impostor)
broken_proof("proof", "proof_with_an_unknown_member", lambda p, kit: p.update(note="trust me"))
broken_proof("proof", "proof_without_a_member", lambda p, kit: p.pop("certificates"))
broken_proof("proof", "proof_with_a_number_as_text", lambda p, kit: p.update(leaf_index="1"))
broken_proof("proof", "proof_with_signature_not_base64", lambda p, kit: p.update(signature="!!"))
broken_proof("proof", "proof_with_a_member_twice", lambda p, kit: proof_bytes(p)[:-1] + b',"type":"x"}', raw=True)
broken_proof("proof", "proof_that_is_no_json", lambda p, kit: b"\x00", raw=True)
broken_proof("proof", "proof_cut_off", lambda p, kit: proof_bytes(p)[:-30], raw=True)


HEAD = """# What the verifier catches

Good packages, histories and proofs are broken in exactly one way each, and named for it. A test verifies every one of
them: it must fail, at the step named here (see section 12 of [FORMAT.md](FORMAT.md)), and the good ones must pass. This
page is generated: `python tests/verify/museum.py > templates/package/TAMPER.md`; a test compares it.
"""


def table() -> str:
    """Return the museum as a page in Markdown."""
    text = HEAD
    for title, cases in (("Packages", CASES), ("Folders of packages", HISTORIES), ("Proofs of one interaction", PROOFS)):
        text += f"\n## {title}: {len(cases)}\n\n| broken in this way | caught by |\n|---|---|\n"
        text += "".join(f"| {one.name.replace('_', ' ')} | `{one.step}` |\n" for one in cases)
    return text


__all__ = ["CASES", "HISTORIES", "PROOFS", "Case", "approve", "files", "leaves", "subprocess", "table"]

if __name__ == "__main__":
    print(table(), end="")  # noqa: T201 - what it is run for
