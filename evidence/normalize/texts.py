"""What stands for a text once it is gone: its hashes and its length."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_SPACE = b" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"
"""White space in ASCII, as text knows it."""


def normal(data: bytes) -> bytes:
    """Return the normal form of a text in UTF-8: line ends as LF, no white space around it, composed characters."""
    if data.isascii():
        return data.replace(b"\r\n", b"\n").strip(_SPACE)
    return unicodedata.normalize("NFC", data.decode().replace("\r\n", "\n").strip()).encode()


def hashes(field: str, values: pa.ChunkedArray) -> dict[str, pa.Array]:
    """Return the columns that stand for a text: hash of the exact bytes, hash of the normal form, length."""
    import pyarrow as pa

    exact: list[str | None] = []
    forms: list[str | None] = []
    sizes: list[int | None] = []
    for data in values.cast(pa.binary()).to_pylist():
        if data is None:
            for column in (exact, forms, sizes):
                column.append(None)
            continue
        digest = hashlib.sha256(data).hexdigest()
        plain = normal(data)
        exact.append(digest)
        # Most texts are in their normal form already.
        forms.append(digest if plain == data else hashlib.sha256(plain).hexdigest())
        sizes.append(len(data))
    return {f"{field}_sha256": pa.array(exact, pa.string()), f"{field}_norm_sha256": pa.array(forms, pa.string()),
            f"{field}_bytes": pa.array(sizes, pa.int64())}
