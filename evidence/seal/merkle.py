"""The tree over the chains: RFC 9162 (Certificate Transparency 2.0) section 2.1, with SHA-256.

The leaf is the exact line that is shipped, so nobody has to agree about a serialisation to verify it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evidence.constants import INDEX_BLOCK
from evidence.errors import SealError

_SIZE = 32  # bytes of a hash


@dataclass(frozen=True, slots=True)
class Tree:
    """Size (leaves) and root (64 hex digits) of a tree. The empty tree has the hash of nothing as its root."""

    size: int
    root: str


def leaf_hash(record: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256 of 0x00 and the record (RFC 9162 2.1.1)."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256 of 0x01 and both children (RFC 9162 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class TreeBuilder:
    """Adds leaves one after the other and keeps only the roots of complete subtrees: O(log n) memory."""

    def __init__(self) -> None:
        """Start with the empty tree."""
        self.size = 0
        self._blocks = bytearray()  # nodes over 2^8 leaves each, for the index
        self._roots: list[bytes] = []  # roots of complete subtrees, largest first; sizes are the bits of self.size

    def add(self, record: bytes | memoryview) -> None:
        """Add one record as the next leaf."""
        node, position, roots = hashlib.sha256(b"\x00" + record).digest(), self.size, self._roots
        level = INDEX_BLOCK
        while position & 1:
            node = hashlib.sha256(b"\x01" + roots.pop() + node).digest()
            position >>= 1
            level >>= 1
            if level == 1:
                self._blocks += node
        roots.append(node)
        self.size += 1

    def blocks(self) -> bytes:
        """Return the hashes of the nodes over ``INDEX_BLOCK`` leaves each, and the one over the leaves left."""
        left = self._roots[-(self.size % INDEX_BLOCK).bit_count():] if self.size % INDEX_BLOCK else []
        return bytes(self._blocks) + (_fold(left) if left else b"")

    def tree(self) -> Tree:
        """Return size and root so far."""
        if not self._roots:
            return Tree(0, hashlib.sha256(b"").hexdigest())
        return Tree(self.size, _fold(self._roots).hex())


def _fold(roots: Sequence[bytes]) -> bytes:
    """Return the node over subtrees, the largest of which comes first."""
    node = roots[-1]
    for left in reversed(roots[:-1]):
        node = node_hash(left, node)
    return node


def root_of(record: bytes, index: int, size: int, path: Sequence[bytes]) -> str:
    """Return the root (hex) to which the audit path of a record leads (RFC 9162 2.1.3.2)."""
    node, last = leaf_hash(record), size - 1
    for sibling in path:
        if index & 1 or index == last:
            node = node_hash(sibling, node)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    return node.hex()


class ProofIndex:
    """All levels of a tree over leaf hashes: any audit path in O(log n). 64 bytes of memory for each leaf."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        """Build every level; a level's last odd node is carried up unhashed, which is RFC 9162's split."""
        level = b"".join(leaves)
        self._levels = [level]
        while len(level) > _SIZE:
            whole = len(level) // (2 * _SIZE) * 2 * _SIZE
            above = b"".join([hashlib.sha256(b"\x01" + level[at:at + 2 * _SIZE]).digest()
                              for at in range(0, whole, 2 * _SIZE)]) + level[whole:]
            self._levels.append(above)
            level = above

    @property
    def tree(self) -> Tree:
        """Size and root."""
        if not self._levels[0]:
            return TreeBuilder().tree()
        return Tree(len(self._levels[0]) // _SIZE, self._levels[-1].hex())

    def path(self, index: int) -> list[bytes]:
        """Return the audit path of a leaf, from the leaf upwards (RFC 9162 2.1.3.1).

        Raises:
            SealError: there is no such leaf.
        """
        if not 0 <= index < len(self._levels[0]) // _SIZE:
            raise SealError(f"expected a leaf index from 0 to {len(self._levels[0]) // _SIZE - 1}, found {index}")
        path = []
        for level in self._levels[:-1]:
            at = (index ^ 1) * _SIZE
            if at < len(level):
                path.append(level[at:at + _SIZE])
            index >>= 1
        return path
