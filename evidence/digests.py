"""Hashes of many pieces of bytes at once, and bytes as columns of hex digits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

_HEX: Final = 64


def hex_column(data: bytes, digits: int, valid: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Return bytes as a column of texts of so many lower-case hex digits; those that are not ``valid`` are missing."""
    import numpy as np
    import pyarrow as pa

    count = 2 * len(data) // digits
    ends = pa.py_buffer(np.arange(count + 1, dtype=np.int32) * digits)
    missing = None if valid is None or valid.all() else pa.array(valid).buffers()[1]
    return pa.Array.from_buffers(pa.string(), count, [missing, ends, pa.py_buffer(data.hex().encode())])


def sha256(pieces: Iterable[bytes | memoryview]) -> list[bytes]:
    """Return the SHA-256 of each piece."""
    start = hashlib.sha256
    return [start(piece).digest() for piece in pieces]


def column(digests: Sequence[bytes], valid: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Return SHA-256 digests as texts in lower-case hex, of which those that are not ``valid`` are missing."""
    return hex_column(b"".join(digests), _HEX, valid)
