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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from evidence import constants as c
from evidence.errors import SealError, UsageError, Where
from evidence.seal import kept as stayed
from evidence.seal.index import Index
from evidence.seal.kept import name_of
from evidence.seal.leaves import DISCLOSURES, canonical
from evidence.seal.merkle import ProofIndex, root_of
from evidence.seal.restart import Restartable, id_of

_ID = b'"interaction_id":"'


def proof(package: Path, interaction_id: str, *, kept: Path | None = None) -> dict[str, Any]:
    """Return the proof of one interaction; ``proof_bytes`` gives the file.

    With the index of the package it reads some hundred kilobytes; where that leads nowhere, everything.

    Args:
        package: the ZIP.
        interaction_id: which interaction.
        kept: the file of disclosures that stayed with the organisation; without it, those in the package go along.

    Raises:
        SealError: the package cannot be read.
        UsageError: it does not hold the interaction.
    """
    with opened(package) as archive:
        shared = _shared(archive)
        found = _by_index(archive, package, interaction_id, json.loads(shared["statement"])["tree"])
        value = {**shared, **(found or _by_reading(archive, package, interaction_id))}
    if kept:
        value["disclosures"] = stayed.of(kept, interaction_id, value["record"].encode())
    return value


def _by_index(archive: zipfile.ZipFile, package: Path, ident: str, tree: dict[str, Any]) -> dict[str, Any] | None:
    """Return the part of a proof that is its own, or None where the index does not lead to the signed root."""
    try:
        index = Index(archive.read(c.INDEX))
        places = list(index.places(ident))
        with package.open("rb") as file:
            chains = Restartable(file, archive.getinfo(c.CHAINS))
            for position in places:
                record, path = _in_block(chains, index, position)
                if id_of(record) == ident and root_of(record, position, index.size, path) == tree["root"]:
                    opened_ = _opened(archive, file, index, ident, position)
                    return _one(index.size, position, ident, record, path, opened_)
    except (KeyError, ValueError, IndexError, zlib.error):
        return None
    return None


def _in_block(chains: Restartable, index: Index, position: int) -> tuple[bytes, list[bytes]]:
    """Return the line at a position and its path, from the lines of its block and the nodes of the others."""
    first = position - position % c.INDEX_BLOCK
    count = min(c.INDEX_BLOCK, index.size - first)
    lines = chains.lines(chains.before(first, index.place))
    at = index.place(id_of(before := next(lines)) or "")
    for _ in range(first - (at if at is not None else first)):
        before = next(lines)
    block = [before, *islice(lines, count - 1)]
    inner = ProofIndex(hashlib.sha256(b"\x00" + line).digest() for line in block)
    return block[position - first], inner.path(position - first) + ProofIndex(index.blocks).path(first // c.INDEX_BLOCK)


def _opened(archive: zipfile.ZipFile, file: BinaryIO, index: Index, ident: str, position: int) -> list[str]:
    """Return the disclosures of an interaction; most have some, and they stand in the order of the chains."""
    if c.DISCLOSURES not in archive.namelist():
        return []
    lines = Restartable(file, archive.getinfo(c.DISCLOSURES))
    for line in lines.lines(lines.before(position, index.place)):
        found = id_of(line)
        if found == ident:
            return list(json.loads(line)["disclosures"])
        at = index.place(found or "")
        if at is None or at > position:
            break
    return _disclosures(archive).get(ident, [])


def _by_reading(archive: zipfile.ZipFile, package: Path, ident: str) -> dict[str, Any]:
    """Return the part of a proof that is its own, from all the lines.

    Raises:
        UsageError: there is no such interaction.
    """
    key, leaves, found = _ID + json.dumps(ident)[1:].encode(), list[bytes](), list[tuple[int, bytes]]()
    with archive.open(c.CHAINS) as file:
        for line in file:
            if key in line:
                found.append((len(leaves), line[:-1]))
            leaves.append(hashlib.sha256(b"\x00" + line[:-1]).digest())
    if len(found) != 1:
        raise UsageError(f"the package holds {len(found)} interactions {ident!r}, expected one",
                         where=Where(str(package)))
    position, record = found[0]
    index = ProofIndex(leaves)
    return _one(len(leaves), position, ident, record, index.path(position), _disclosures(archive).get(ident, []))


def proofs(package: Path, *, keep: Iterable[str] = DISCLOSURES, kept: Path | None = None
           ) -> Iterator[tuple[str, bytes]]:
    """Yield (interaction id, proof file) for every interaction of a package, in its order.

    Holds the hashes of the tree in memory: 64 bytes for each interaction.

    Args:
        package: the ZIP.
        keep: the disclosures that go along.
        kept: the file of disclosures that stayed with the organisation; without it, those in the package go along.

    Raises:
        SealError: the package cannot be read.
    """
    wanted = frozenset(keep)
    with opened(package) as archive:
        with archive.open(c.CHAINS) as file:
            index = ProofIndex(hashlib.sha256(b"\x00" + line[:-1]).digest() for line in file)
        shared, size = _shared(archive), index.tree.size
        with archive.open(c.CHAINS) as file, _in_order(archive, kept) as disclosed:
            for position, line in enumerate(file):
                start = line.index(_ID) + len(_ID)
                ident = line[start:line.index(b'"', start)].decode()
                found = [d for d in disclosed(ident, line[:-1]) if name_of(d) in wanted]
                own = _one(size, position, ident, line[:-1], index.path(position), found)
                yield ident, canonical({**shared, **own})


def proof_bytes(value: dict[str, Any]) -> bytes:
    """Return the bytes of ``interaction-<id>.proof.json``."""
    return canonical(value)


def _one(size: int, position: int, ident: str, record: bytes, path: Sequence[bytes],
         disclosed: list[str]) -> dict[str, Any]:
    return {"type": c.PROOF_FORMAT, "interaction_id": ident, "record": record.decode("utf-8"), "leaf_index": position,
            "tree_size": size, "audit_path": [node.hex() for node in path], "disclosures": disclosed}


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


@contextmanager
def _in_order(archive: zipfile.ZipFile, kept: Path | None) -> Iterator[stayed.Ask]:
    """Give the disclosures of interactions that are asked for in the order of the package, without holding all."""
    if kept:
        with stayed.in_order(kept) as ask:
            yield ask
    elif c.DISCLOSURES not in archive.namelist():
        yield lambda _ident, _record: []
    else:
        with archive.open(c.DISCLOSURES) as file:
            ahead = list[dict[str, Any]]()

            def of(ident: str, _record: bytes) -> list[str]:
                if not ahead and (line := file.readline()):
                    ahead.append(json.loads(line))
                return list(ahead.pop()["disclosures"]) if ahead and ahead[0]["interaction_id"] == ident else []

            yield of


def withhold(value: dict[str, Any], *keep: str) -> dict[str, Any]:
    """Return a proof with only the disclosures named (``requester``, ``prompt``...); the signature stays valid."""
    return {**value, "disclosures": [d for d in value["disclosures"] if name_of(d) in keep]}
