"""The line splitter: blocks of bytes into whole lines, whatever their length, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.ingest.readers.base import BATCH_ROWS, LARGE
from evidence.ingest.readers.long_texts import Long
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
            held = [b"".join((*held, memoryview(block)[:cut]))]
            yield held.pop(), 0, False
        held, size = [block[cut:]], len(block) - cut
    if size > limit:
        yield b"", size, True
    elif size:
        yield b"".join((*held, b"\n")), 0, True


def split(source: Readable, limit: int, *, page: bool = False) -> Iterator[tuple[list[bytes], Long | None, bool]]:
    """Yield the same lines as ``blocks``, without their ends, in groups. Only the lines are copied, never a block.

    Nothing is held here of a line that was handed on: a long one is in memory once. One that is very long comes apart
    from the others, before those of its group; with ``page`` it is there whatever its length, else up to the limit. A
    group has no more lines than a batch, since of nothing but line ends a block has millions.
    """
    held, size = list[bytes](), 0
    long: Long | None = None
    while block := source.read():
        lines = block.split(b"\n")
        size += len(lines[0])
        if held and size > min(limit, LARGE):
            long = long or Long(limit, page=page)
            long.take(held)
        if len(lines) == 1:
            held.append(block)
            continue
        if long:
            long.take([lines.pop(0)])
        else:
            lines[0] = b"".join((*held, lines[0]))
        held = [lines.pop()]
        size = len(held[0])
        yield lines[:BATCH_ROWS] if len(lines) > BATCH_ROWS else lines, long, False
        for start in range(BATCH_ROWS, len(lines), BATCH_ROWS):
            yield lines[start:start + BATCH_ROWS], None, False
        long = None
    if long:
        long.take(held)
        yield [], long, True
    elif size:
        yield [b"".join(held)], None, True
