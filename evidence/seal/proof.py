"""One interaction as one small signed file: its line, its path to the signed root, and the seal.

Needs the package alone. What a proof shows is presence: that this line was sealed. That no line is missing is shown by
the package, its counts and its predecessors.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evidence import constants as c
from evidence.errors import SealError, UsageError, Where
from evidence.seal.leaves import canonical
from evidence.seal.merkle import ProofIndex

_ID = b'"interaction_id":"'


def proof(package: Path, interaction_id: str) -> dict[str, Any]:
    """Return the proof of one interaction; ``proof_bytes`` gives the file.

    Raises:
        SealError: the package cannot be read.
        UsageError: it does not hold the interaction.
    """
    key = _ID + json.dumps(interaction_id)[1:].encode()
    leaves, found = list[bytes](), list[tuple[int, bytes]]()
    with opened(package) as archive, archive.open(c.CHAINS) as file:
        for line in file:
            record = line[:-1]
            if key in record:
                found.append((len(leaves), record))
            leaves.append(hashlib.sha256(b"\x00" + record).digest())
        if len(found) != 1:
            raise UsageError(f"the package holds {len(found)} interactions {interaction_id!r}, expected one",
                             where=Where(str(package)))
        position, record = found[0]
        index = ProofIndex(leaves)
        disclosed = _disclosures(archive).get(interaction_id, [])
        return {**_shared(archive), **_one(index, position, interaction_id, record, disclosed)}


def proofs(package: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (interaction id, proof file) for every interaction of a package, in its order.

    Holds the hashes of the tree in memory (about 130 bytes for each interaction), and the disclosures if there are any.

    Raises:
        SealError: the package cannot be read.
    """
    with opened(package) as archive:
        with archive.open(c.CHAINS) as file:
            index = ProofIndex(hashlib.sha256(b"\x00" + line[:-1]).digest() for line in file)
        shared, disclosed = _shared(archive), _disclosures(archive)
        with archive.open(c.CHAINS) as file:
            for position, line in enumerate(file):
                start = line.index(_ID) + len(_ID)
                ident = line[start:line.index(b'"', start)].decode()
                one = _one(index, position, ident, line[:-1], disclosed.get(ident, []))
                yield ident, canonical({**shared, **one})


def proof_bytes(value: dict[str, Any]) -> bytes:
    """Return the bytes of ``interaction-<id>.proof.json``."""
    return canonical(value)


def _one(index: ProofIndex, position: int, ident: str, record: bytes, disclosed: list[str]) -> dict[str, Any]:
    return {"type": c.PROOF_FORMAT, "interaction_id": ident, "record": record.decode("utf-8"), "leaf_index": position,
            "tree_size": index.tree.size, "audit_path": [node.hex() for node in index.path(position)],
            "disclosures": disclosed}


@contextmanager
def opened(package: Path) -> Iterator[zipfile.ZipFile]:
    """Open a package for reading; what is wrong with it is an error of ours."""
    try:
        with zipfile.ZipFile(package) as archive:
            yield archive
    except (OSError, zipfile.BadZipFile, zlib.error, KeyError, ValueError) as error:
        raise SealError(f"the package cannot be read: {error}", where=Where(str(package)),
                        advice="run evidence verify on it") from error


def _shared(archive: zipfile.ZipFile) -> dict[str, Any]:
    names = set(archive.namelist())
    stamped = base64.b64encode(archive.read(c.TIMESTAMP)).decode() if c.TIMESTAMP in names else None
    return {
        "statement": archive.read(c.STATEMENT).decode("utf-8"),
        "sha256sums": archive.read(c.SUMS).decode("ascii"),
        "signature": base64.b64encode(archive.read(c.SIGNATURE)).decode(),
        "timestamp": stamped,
        "certificates": archive.read(c.SEAL_CHAIN).decode("ascii"),
        "tsa_certificates": archive.read(c.TSA_CHAIN).decode("ascii") if c.TSA_CHAIN in names else "",
    }


def _disclosures(archive: zipfile.ZipFile) -> dict[str, list[str]]:
    if c.DISCLOSURES not in archive.namelist():
        return {}
    with archive.open(c.DISCLOSURES) as file:
        rows = map(json.loads, file)
        return {row["interaction_id"]: row["disclosures"] for row in rows}


def withhold(value: dict[str, Any], *keep: str) -> dict[str, Any]:
    """Return a proof with only the disclosures named (``requester``, ``prompt``...); the signature stays valid."""
    def name(disclosure: str) -> str:
        padded = disclosure + "=" * (-len(disclosure) % 4)
        return str(json.loads(base64.urlsafe_b64decode(padded))[1])
    return {**value, "disclosures": [d for d in value["disclosures"] if name(d) in keep]}
