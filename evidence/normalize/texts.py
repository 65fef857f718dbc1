"""What stands for a text once it is gone: its hashes and its length."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from unicodedata import is_normalized, normalize

from evidence import digests

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

_SPACE: Final = b" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"
"""White space in ASCII, as text knows it."""
_COMPOSED: Final = 0xCC
_EARLY: Final = bytes(range(_COMPOSED))
"""Bytes of characters before U+0300. Among these there is nothing to compose, and two more that are white space."""
_WINDOW: Final = 1 << 18
"""Bytes that are looked at in one go: what is made of them stays in the processor's memory."""
_EDGES: Final = (b"\xc2\x85", b"\xc2\xa0")


def normal(data: bytes) -> bytes:
    """Return the normal form of a text in UTF-8: line ends as LF, no white space around it, composed characters."""
    if data.isascii() or not data.translate(None, _EARLY):
        plain = data.replace(b"\r\n", b"\n").strip(_SPACE)
        if not plain.startswith(_EDGES) and not plain.endswith(_EDGES):
            return plain
    text = data.decode().replace("\r\n", "\n").strip()
    return text.encode() if is_normalized("NFC", text) else normalize("NFC", text).encode()


def hashes(field: str, values: pa.ChunkedArray) -> dict[str, pa.ChunkedArray]:
    """Return the columns that stand for a text: hash of the exact bytes, hash of the normal form, length."""
    import pyarrow as pa
    import pyarrow.compute as pc

    exact: list[pa.Array] = []
    forms: list[pa.Array] = []
    for chunk in values.cast(pa.binary()).chunks:
        one, other = _of_chunk(chunk)
        exact.append(one)
        forms.append(other)
    sizes = pc.binary_length(values).cast(pa.int64())
    return {f"{field}_sha256": pa.chunked_array(exact, pa.string()),
            f"{field}_norm_sha256": pa.chunked_array(forms, pa.string()), f"{field}_bytes": sizes}


def _of_chunk(chunk: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return both hashes of each text. Most texts are in their normal form, which is seen for all of them at once."""
    import numpy as np

    _, offsets, data = chunk.buffers()
    content = memoryview(data) if data is not None else memoryview(b"")
    ends = np.frombuffer(offsets, np.int32, len(chunk) + 1, 4 * chunk.offset)
    valid = np.asarray(chunk.is_valid().to_numpy(zero_copy_only=False), dtype=bool)
    places = ends.tolist()
    exact = digests.sha256(content[start:end] for start, end in pairwise(places))
    forms: list[bytes] | None = None
    for number in np.flatnonzero(_doubtful(content, ends) & valid).tolist():
        text = bytes(content[places[number]:places[number + 1]])
        if (plain := normal(text)) != text:
            forms = forms or list(exact)
            forms[number] = hashlib.sha256(plain).digest()
    hashed = digests.column(exact, valid)
    return hashed, digests.column(forms, valid) if forms else hashed


def _doubtful(content: memoryview, ends: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Return which texts may differ from their normal form: all of them, unless no character of the chunk can."""
    import numpy as np

    shown = np.frombuffer(content, np.uint8)
    for start in range(ends[0], ends[-1], _WINDOW):
        part = shown[start:min(start + _WINDOW, ends[-1])]
        if part.max() >= _COMPOSED or (part == ord("\r")).any():
            return np.ones(len(ends) - 1, dtype=bool)
    edge = np.zeros(256, dtype=bool)
    edge[[*_SPACE, 0x85, 0xA0, 0xC2]] = True  # of the two white spaces beyond ASCII either byte will do
    filled = ends[1:] > ends[:-1]
    doubt = np.zeros(len(filled), dtype=bool)
    doubt[filled] = edge[shown[ends[:-1][filled]]] | edge[shown[ends[1:][filled] - 1]]
    return doubt
