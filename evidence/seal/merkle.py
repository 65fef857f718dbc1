"""The tree over the chains: RFC 9162 (Certificate Transparency 2.0) section 2.1, with SHA-256.

The leaf is the exact line that is shipped, so nobody has to agree about a serialisation to verify it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evidence.errors import SealError


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
        self._roots: list[bytes] = []  # roots of complete subtrees, largest first; sizes are the bits of self.size

    def add(self, record: bytes) -> None:
        """Add one record as the next leaf."""
        node, position = hashlib.sha256(b"\x00" + record).digest(), self.size
        roots = self._roots
        while position & 1:
            node = hashlib.sha256(b"\x01" + roots.pop() + node).digest()
            position >>= 1
        roots.append(node)
        self.size += 1

    def tree(self) -> Tree:
        """Return size and root so far."""
        if not self._roots:
            return Tree(0, hashlib.sha256(b"").hexdigest())
        node = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            node = node_hash(left, node)
        return Tree(self.size, node.hex())


class ProofIndex:
    """All levels of a tree over leaf hashes: any audit path in O(log n). 64 bytes of memory for each leaf."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        """Build every level; a level's last odd node is carried up unhashed, which is RFC 9162's split."""
        level = list(leaves)
        self._levels: list[Sequence[bytes]] = [level]
        while len(level) > 1:
            above = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
            if len(level) % 2:
                above.append(level[-1])
            self._levels.append(above)
            level = above

    @property
    def tree(self) -> Tree:
        """Size and root."""
        if not self._levels[0]:
            return TreeBuilder().tree()
        return Tree(len(self._levels[0]), self._levels[-1][0].hex())

    def path(self, index: int) -> list[bytes]:
        """Return the audit path of a leaf, from the leaf upwards (RFC 9162 2.1.3.1).

        Raises:
            SealError: there is no such leaf.
        """
        if not 0 <= index < len(self._levels[0]):
            raise SealError(f"expected a leaf index from 0 to {len(self._levels[0]) - 1}, found {index}")
        path = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                path.append(level[sibling])
            index >>= 1
        return path
