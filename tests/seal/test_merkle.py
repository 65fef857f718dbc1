"""The tree is the one of RFC 9162, whatever way it is built."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import SealError
from evidence.seal.merkle import ProofIndex, TreeBuilder, leaf_hash, node_hash
from evidence.verify.chains import ChainReader
from evidence.verify.jcs import MalformedError
from evidence.verify.proof import root_of

records = st.lists(st.binary(max_size=8).map(lambda b: b.replace(b"\n", b"")), max_size=40)


def naive(hashes: list[bytes]) -> bytes:
    """The definition of RFC 9162 2.1.1, word by word: split at the largest power of two below n."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(naive(hashes[:k]), naive(hashes[k:]))


@given(records)
def test_the_streaming_tree_is_the_defined_one(leaves: list[bytes]) -> None:
    """Streaming with O(log n) memory, all levels at once, and the definition give one root."""
    builder = TreeBuilder()
    for record in leaves:
        builder.add(record)
    expected = naive([leaf_hash(record) for record in leaves]).hex()
    assert builder.tree().root == expected
    assert ProofIndex(map(leaf_hash, leaves)).tree == builder.tree()


@given(records, st.integers(1, 50))
def test_the_verifier_builds_the_same_tree_from_bytes_in_pieces(leaves: list[bytes], size: int) -> None:
    """However the bytes arrive, the verifier, who shares no code, finds the sealer's root."""
    builder, reader = TreeBuilder(), ChainReader()
    for record in leaves:
        builder.add(record)
    data = b"".join(record + b"\n" for record in leaves)
    for start in range(0, len(data), size):
        reader.feed(data[start:start + size])
    assert reader.close() == len(leaves)
    assert (reader.size, reader.root()) == (builder.tree().size, builder.tree().root)


@given(records.filter(bool), st.data())
def test_every_leaf_has_a_path_to_the_root_and_no_other_leaf_does(leaves: list[bytes], data: st.DataObject) -> None:
    """The path of a leaf leads to the root; with another record, position, size or path it does not."""
    index = ProofIndex(map(leaf_hash, leaves))
    at = data.draw(st.integers(0, len(leaves) - 1))
    path, root = index.path(at), bytes.fromhex(index.tree.root)
    assert root_of(leaves[at], at, len(leaves), path) == root
    assert root_of(leaves[at] + b"x", at, len(leaves), path) != root
    for wrong in (path[:-1] if path else [root], [*path, root]):
        with pytest.raises(MalformedError):
            root_of(leaves[at], at, len(leaves), wrong)
    if path:
        bent = [path[0][:-1] + bytes([path[0][-1] ^ 1]), *path[1:]]
        assert root_of(leaves[at], at, len(leaves), bent) != root


def test_known_answers() -> None:
    """Roots published with Certificate Transparency's own tests hold."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    roots = ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
             "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
             "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
             "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
             "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
             "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
             "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"]
    builder = TreeBuilder()
    for text, root in zip(inputs, roots, strict=True):
        builder.add(bytes.fromhex(text))
        assert builder.tree().root == root


def test_a_leaf_that_is_not_there_has_no_path() -> None:
    """Asking for a leaf outside the tree is an error, not a path."""
    with pytest.raises(SealError, match="leaf index"):
        ProofIndex([leaf_hash(b"a")]).path(1)
