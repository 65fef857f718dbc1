"""The proof of one interaction: its line, the path to the signed root, the disclosures, the seal."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evidence import constants as c
from evidence.verify.chains import chain_problem
from evidence.verify.disclosures import NAMES, Opened, digest_of, read_disclosure
from evidence.verify.jcs import MalformedError, parse
from evidence.verify.package import check_manifest, check_statement
from evidence.verify.report import Checklist, Report, show
from evidence.verify.seal import Expected, check_seal, check_signature, check_time, check_validity, pem_certificates

PROOF_STEPS = ("proof", "record", "manifest", "digests", "signature_form", "algorithms", "attributes", "signature",
               "pinned", "certificate", "trust", "test_key", "timestamp", "validity", "revocation", "statement",
               "inclusion", "disclosed")
_TEXT = ("interaction_id", "record", "statement", "sha256sums", "signature", "certificates", "tsa_certificates")
_MEMBERS = frozenset({*_TEXT, "type", "leaf_index", "tree_size", "audit_path", "disclosures", "timestamp"})


def verify_proof(path: Path, expected: Expected) -> Report:
    """Verify a proof file. ``expected.package_id`` is the interaction id asked for. Never raises for what is in it."""
    try:
        with path.open("rb") as file:
            data = file.read(c.MAX_PROOF + 1)
    except OSError as error:
        check = Checklist(*PROOF_STEPS)
        check.fail("proof", f"the file cannot be read: {error.strerror}")
        return Report(str(path), None, None, check.steps())
    return check_proof(data, str(path), expected)


def check_proof(data: bytes, name: str, expected: Expected) -> Report:
    """Verify the bytes of a proof, which is called ``name`` in the report. Never raises for what is in them."""
    check = Checklist(*PROOF_STEPS)
    try:
        value = _read(data)
    except MalformedError as error:
        check.fail("proof", error.message)
        return Report(name, None, None, check.steps())
    check.hold("proof", f"{len(value['audit_path'])} hashes, {len(value['disclosures'])} disclosures")
    record = _record(value, expected, check)
    statement = _sealed(value, expected, check)
    if statement is not None:
        _inclusion(value, statement["tree"], check)
    if record is not None:
        _disclosed(value["disclosures"], record, check)
    sums = hashlib.sha256(value["sha256sums"].encode()).hexdigest()
    ident = statement["package_id"] if statement is not None and check.held("signature", "digests") else None
    return Report(name, ident, sums, check.steps())


def _read(data: bytes) -> dict[str, Any]:
    """Return the members of a proof.

    Raises:
        MalformedError: too large, not canonical, or members missing, unknown or of the wrong kind.
    """
    if len(data) > c.MAX_PROOF:
        raise MalformedError(f"more than {c.MAX_PROOF} bytes")
    value = parse(data)
    if not isinstance(value, dict) or value.get("type") != c.PROOF_FORMAT:
        raise MalformedError(f"not a proof of type {c.PROOF_FORMAT}")
    if wrong := sorted(_MEMBERS ^ set(value)):
        raise MalformedError(f"members missing or unknown: {', '.join(show(name) for name in wrong)}")
    lists = [value["audit_path"], value["disclosures"]]
    whole = [value["leaf_index"], value["tree_size"]]
    good = (all(isinstance(value[name], str) for name in _TEXT)
            and all(isinstance(found, list) and all(isinstance(x, str) for x in found) for found in lists)
            and all(isinstance(n, int) and not isinstance(n, bool) for n in whole)
            and (value["timestamp"] is None or isinstance(value["timestamp"], str)))
    if not good:
        raise MalformedError("members of the wrong kind")
    for name in ("signature", "timestamp"):
        value[name] = _base64(name, value[name])
    return value


def _base64(name: str, text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError(f"{name} is not base64") from error
    if base64.b64encode(data).decode() != text:
        raise MalformedError(f"{name} is not canonical base64")
    return data


def _record(value: Mapping[str, Any], expected: Expected, check: Checklist) -> dict[str, Any] | None:
    asked = expected.package_id or value["interaction_id"]
    try:
        record = parse(value["record"].encode("utf-8"))
    except (MalformedError, UnicodeError) as error:
        check.fail("record", str(error))
        return None
    if problem := chain_problem(record):
        check.fail("record", problem)
        return None
    if record.get("interaction_id") != asked or value["interaction_id"] != asked:
        check.fail("record", f"interaction {show(record.get('interaction_id'))}, asked for was {show(asked)}")
    check.hold("record", show(asked))
    return dict(record)


def _sealed(value: Mapping[str, Any], expected: Expected, check: Checklist) -> dict[str, Any] | None:
    """Check signature, time and statement of a proof and return the statement."""
    sums, text = value["sha256sums"].encode(), value["statement"].encode("utf-8", "surrogatepass")
    listed = check_manifest(sums, check)
    statement = check_statement(text, Expected(), check)
    certs = {c.SEAL_CHAIN: value["certificates"].encode(), c.TSA_CHAIN: value["tsa_certificates"].encode(),
             c.STATEMENT: text}
    for name, data in list(certs.items()):
        if listed is not None and (data or name in listed):
            digest = hashlib.sha256(data).hexdigest()
            if listed.get(name) != digest:
                certs[name] = b""  # not what was signed: not interpreted
                check.fail("digests", f"{name} in the proof has {digest}, listed is {listed.get(name)}")
    if listed is not None:
        check.hold("digests", "statement and certificates are those that were signed")
    signed = check_signature(value["signature"], sums, check)
    if signed is None or statement is None:
        return statement
    chain = pem_certificates(certs[c.SEAL_CHAIN])
    kept = {name: data for name, data in ((c.TSA_CHAIN, certs[c.TSA_CHAIN]), (c.TIMESTAMP, value["timestamp"])) if data}
    check_seal(signed, chain, statement, expected, check)
    at = check_time(signed, value["signature"], kept, statement, expected, check)
    check_validity(signed, chain, None, at, expected, check)
    return statement


def _inclusion(value: Mapping[str, Any], tree: Mapping[str, Any], check: Checklist) -> None:
    if value["tree_size"] != tree["size"]:
        check.fail("inclusion", f"a path for a tree of {value['tree_size']}, signed is one of {tree['size']}")
        return
    record = value["record"].encode("utf-8", "surrogatepass")
    try:
        path = [bytes.fromhex(text) if re.fullmatch("[0-9a-f]{64}", text) else b"" for text in value["audit_path"]]
        root = root_of(record, value["leaf_index"], value["tree_size"], path)
    except MalformedError as error:
        check.fail("inclusion", error.message)
        return
    if root.hex() != tree["root"]:
        check.fail("inclusion", f"the path leads to {root.hex()}, the signed root is {tree['root']}")
    check.hold("inclusion", f"chain {value['leaf_index'] + 1} of {tree['size']}, root {tree['root']}")


def root_of(record: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root to which an audit path leads (RFC 9162 2.1.3.2).

    Raises:
        MalformedError: the position is impossible, or the path too long or too short.
    """
    if not 0 <= index < size:
        raise MalformedError(f"position {index} in a tree of {size}")
    left, last, node = index, size - 1, hashlib.sha256(b"\x00" + record).digest()
    for sibling in path:
        if last == 0 or len(sibling) != 32:
            raise MalformedError("the path is too long, or one of its hashes is none")
        if left & 1 or left == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while left and not left & 1:
                left, last = left >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        left, last = left >> 1, last >> 1
    if last:
        raise MalformedError("the path is too short")
    return node


def _disclosed(disclosures: Sequence[str], record: Mapping[str, Any], check: Checklist) -> None:
    digests, opened, texts = record.get("_sd", []), list[Opened](), list[Opened]()
    for disclosure in disclosures:
        digest, found = digest_of(disclosure), read_disclosure(disclosure)
        if digest in digests and record.get("_sd_alg") == "sha-256":
            opened.append(found)
        elif found.name.endswith(c.TEXT):
            texts.append(found)
        else:
            check.fail("disclosed", "a disclosure belongs to another record")
    names = [one.name for one in (*opened, *texts)]
    if len(set(names)) != len(names) or not {one.name for one in opened} <= NAMES:
        check.fail("disclosed", "a disclosure is damaged, of an unknown name, or there twice")
    for one in texts:
        if not any(_is_text_of(one, other) for other in opened):
            check.fail("disclosed", f"{show(one.name)} is not the text whose hash the record commits to")
    check.hold("disclosed", f"opened: {', '.join(map(show, names)) or 'none'}; withheld: {len(digests) - len(opened)}")


def _is_text_of(text: Opened, other: Opened) -> bool:
    """Say whether a text is the one whose hash another disclosure, which the record commits to, holds."""
    name = other.name
    if name not in c.TEXTS or text[:2] != (other.salt, name + c.TEXT) or not isinstance(other.value, dict):
        return False
    if not isinstance(text.value, dict) or set(text.value) != {text.name}:
        return False
    try:
        data = text.value[text.name].encode("utf-8")
    except (AttributeError, UnicodeError):
        return False
    return bool(other.value.get(f"{name}_sha256") == hashlib.sha256(data).hexdigest())
