"""Hashes of many pieces of bytes at once, as a column."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

_HEX: Final = 64


def sha256(pieces: Iterable[bytes | memoryview]) -> list[bytes]:
    """Return the SHA-256 of each piece."""
    start = hashlib.sha256
    return [start(piece).digest() for piece in pieces]


def column(digests: Sequence[bytes], valid: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Return SHA-256 digests as texts in lower-case hex, of which those that are not ``valid`` are missing."""
    import numpy as np
    import pyarrow as pa

    data = pa.py_buffer(b"".join(digests).hex().encode())
    ends = pa.py_buffer(np.arange(0, _HEX * len(digests) + 1, _HEX, dtype=np.int32))
    missing = None if valid is None or valid.all() else pa.array(valid).buffers()[1]
    return pa.Array.from_buffers(pa.string(), len(digests), [missing, ends, data])
