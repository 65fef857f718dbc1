"""Files are scanned at any size, with the place of each finding in the file."""

from __future__ import annotations

import io

import pytest

from evidence.errors import SourceError
from evidence.masking.scan_files import ROW_BYTES, inside, scan_file, scan_stream

ADDRESS = "mira.tolvas@kadorlin.io"


def test_lines_and_offsets(tmp_path, scanner):
    """A finding says file, line and offset; folders are read in the order of their paths."""
    (tmp_path / "b.txt").write_text(f"one\ntwo é {ADDRESS}\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "c.env").write_text(f"\n\nMAIL={ADDRESS}")
    found = [f for path in inside(tmp_path) for f in scan_file(scanner, path)]
    assert [(f.path.rsplit("/", 1)[-1], f.line, f.offset, f.entity) for f in found] == [("c.env", 3, 7, "EMAIL_ADDRESS"), ("b.txt", 2, 11, "EMAIL_ADDRESS")]
    assert not any(ADDRESS in str(f) for f in found)


@pytest.mark.parametrize("filler", [b"a line of text\n", b"no break at all ", b"\n"])
def test_every_place_of_a_large_file(filler, scanner):
    """A value is found once wherever it lies, also over the edge of what is read at a time, and in one endless line."""
    body = filler * (3 * ROW_BYTES // len(filler))
    for at in (0, ROW_BYTES - 10, ROW_BYTES, ROW_BYTES + 5, 2 * ROW_BYTES - 23, len(body)):
        text = body[:at] + b" " + ADDRESS.encode() + b" " + body[at:]
        found = list(scan_stream(scanner, io.BytesIO(text), "-"))
        assert [(f.offset, f.line) for f in found] == [(at + 1, 1 + text.count(b"\n", 0, at))]


def test_empty_and_binary(scanner):
    """Empty and binary streams give nothing and no error."""
    assert list(scan_stream(scanner, io.BytesIO(b""), "-")) == []
    assert list(scan_stream(scanner, io.BytesIO(bytes(range(256)) * 4000), "-")) == []


def test_parquet(tmp_path, scanner):
    """Text columns of Parquet are read cell by cell."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"n": [1, 2], "answer": ["x", f"to {ADDRESS}"], "prompt": [None, "y"]}), tmp_path / "x.parquet")
    assert [(f.cell, f.offset) for f in scan_file(scanner, tmp_path / "x.parquet")] == [("answer[1]", 3)]


def test_what_cannot_be_read(tmp_path, scanner):
    """A missing path and a file that only says it is Parquet are errors that name it."""
    with pytest.raises(SourceError, match="no such file"):
        inside(tmp_path / "missing")
    (tmp_path / "x.parquet").write_text("nonsense")
    with pytest.raises(SourceError, match="not Parquet"):
        list(scan_file(scanner, tmp_path / "x.parquet"))
