"""One proof is made from the index and some blocks; a wrong index can lead nowhere but to the long way."""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from evidence import constants as c
from evidence.errors import UsageError
from evidence.seal import proof as proofs_module
from evidence.seal.index import Index
from evidence.seal.merkle import ProofIndex, root_of
from evidence.seal.proof import proof, proof_bytes, proofs
from evidence.seal.restart import Restartable, id_of
from evidence.verify import verify

COUNT = 1500  # five blocks and a rest; some entries into the stream


@pytest.fixture(scope="module")
def package(kit: Any) -> Path:
    """A package with several blocks of chains, and disclosures."""
    return Path(kit.package("indexed", key=kit.test_key, count=COUNT))


def no_reading(*_: object) -> None:
    """Stand in for the way that reads everything."""
    raise AssertionError("read everything")


def test_every_proof_by_the_index_is_the_one_by_reading_all(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At both ends of blocks, in the middle and in the rest, the index gives the same bytes as the whole package does."""
    everything = dict(proofs(package))
    assert len(everything) == COUNT
    monkeypatch.setattr(proofs_module, "_by_reading", no_reading)
    for number in (0, 1, 255, 256, 257, 700, 1023, 1024, 1279, 1280, COUNT - 1):
        ident = f"ix-a{number:023x}"
        made = proof(package, ident)
        assert len(made["disclosures"]) == 3
        assert proof_bytes(made) == everything[ident]


@pytest.mark.parametrize("change", [
    lambda data: b"", lambda data: data[:-1], lambda data: b"x" + data[1:], lambda data: data[:24] + bytes(len(data) - 24),
    lambda data: data[:-8 * COUNT] + data[-8 * COUNT:][::-1], lambda data: data[:40] + b"\xff" + data[41:]])
def test_an_index_that_leads_astray_is_not_believed(kit: Any, package: Path, change: Any) -> None:
    """With a damaged index, sealed consistently, the proof is the same, made the long way; the package still verifies."""
    files = kit.module.unpack(package)
    broken = kit.write("astray", kit.reseal(files | {c.INDEX: change(files[c.INDEX])}))
    ident = f"ix-a{300:023x}"
    assert proof(broken, ident)["audit_path"] == proof(package, ident)["audit_path"]
    assert verify(broken, fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED).ok


def test_a_package_without_index_gives_proofs_too(kit: Any, package: Path) -> None:
    """The index is a convenience: without it, everything is read."""
    files = kit.module.unpack(package)
    del files[c.INDEX]
    bare = kit.write("without-index", kit.reseal(files))
    ident = f"ix-a{77:023x}"
    assert proof(bare, ident)["record"] == proof(package, ident)["record"]


def test_an_unknown_interaction_is_looked_for_everywhere(package: Path) -> None:
    """What the index does not know is searched before it is said to be missing."""
    with pytest.raises(UsageError, match="holds 0"):
        proof(package, "ix-nowhere")


def test_the_index_says_what_the_format_says(kit: Any, package: Path) -> None:
    """Magic, count, a node for 256 chains, and sorted pairs of CRC-32 and position."""
    files = kit.module.unpack(package)
    data, lines = files[c.INDEX], files[c.CHAINS].splitlines()
    assert data[:16] == b"evidence-index-1"
    assert int.from_bytes(data[16:24], "big") == COUNT
    tree = json.loads(files[c.STATEMENT])["tree"]
    assert ProofIndex(Index(data).blocks).tree.root == tree["root"]
    pairs = [data[at:at + 8] for at in range(len(data) - 8 * COUNT, len(data), 8)]
    assert pairs == sorted(zlib.crc32((id_of(line) or "").encode()).to_bytes(4, "big") + n.to_bytes(4, "big")
                           for n, line in enumerate(lines))
    assert root_of(lines[3], 3, COUNT, ProofIndex(kit.module.sealing.merkle.leaf_hash(x) for x in lines).path(3)) == tree["root"]


def test_the_stream_of_chains_can_be_entered(package: Path) -> None:
    """There are entries at lines, each found from any place before it, and what follows is the rest of the file."""
    with zipfile.ZipFile(package) as archive, package.open("rb") as file:
        lines = archive.read(c.CHAINS).splitlines()
        where = {id_of(line): n for n, line in enumerate(lines)}
        chains = Restartable(file, archive.getinfo(c.CHAINS))
        entry = chains._entry(1, archive.getinfo(c.CHAINS).compress_size, where.get)
        assert entry is not None
        assert 0 < entry[1] < COUNT
        assert list(chains.lines(entry[0])) == lines[entry[1]:]
