"""The line splitter: blocks of bytes into whole lines, whatever their length, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.ingest.readers.base import BATCH_ROWS
from evidence.ingest.readers.streams import Readable


def blocks(source: Readable, limit: int) -> Iterator[tuple[bytes, int, bool]]:
    """Yield whole lines in blocks, a line end after the last one too.

    Each block comes with the length of a line beyond the limit that stands before it (0: none), and with whether its
    last line is the last of the stream and had no end.
    """
    held: list[bytes] = []
    size = 0
    while block := source.read():
        cut = block.rfind(b"\n") + 1
        if not cut:
            size += len(block)
            if size <= limit:
                held.append(block)
            else:
                held.clear()
            continue
        first = block.find(b"\n")
        size += first
        if size > limit:
            yield block[first + 1:cut], size, False
        else:
            yield b"".join((*held, memoryview(block)[:cut])), 0, False
        held, size = [block[cut:]], len(block) - cut
    if size > limit:
        yield b"", size, True
    elif size:
        yield b"".join((*held, b"\n")), 0, True


def split(source: Readable, limit: int) -> Iterator[tuple[list[bytes], int, bool]]:
    """Yield the same lines as ``blocks``, without their ends, in groups. Only the lines are copied, never a block.

    Nothing is held here of a line that was handed on: a long one is in memory once. A group has no more lines than a
    batch, since of nothing but line ends a block has millions.
    """
    held: list[bytes] = []
    size = 0
    while block := source.read():
        lines = block.split(b"\n")
        size += len(lines[0])
        if len(lines) == 1:
            if size <= limit:
                held.append(block)
            else:
                held.clear()
            continue
        rest, too_long = lines.pop(), size if size > limit else 0
        if too_long:
            del lines[0]
        else:
            lines[0] = b"".join((*held, lines[0]))
        held, size = [rest], len(rest)
        if len(lines) <= BATCH_ROWS:
            yield lines, too_long, False
            continue
        for start in range(0, len(lines), BATCH_ROWS):
            yield lines[start:start + BATCH_ROWS], 0 if start else too_long, False
    if size > limit:
        yield [], size, True
    elif size:
        yield [b"".join(held)], 0, True
