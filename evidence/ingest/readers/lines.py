"""The line splitter: blocks of bytes into lines, whatever their length, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.ingest.readers.streams import Readable


def split(source: Readable, limit: int) -> Iterator[tuple[list[bytes], int, bool]]:
    """Yield lines without their ends, in groups.

    Each group comes with the length of a line beyond the limit that stands before its lines (0: none), and with
    whether its last line is the last of the stream and had no end.
    """
    held: list[bytes] = []
    size = 0
    while block := source.read():
        pieces = block.split(b"\n")
        if len(pieces) == 1:
            size += len(block)
            if size <= limit:
                held.append(block)
            else:
                held.clear()
            continue
        size += len(pieces[0])
        too_long = size if size > limit else 0
        if not too_long:
            pieces[0] = b"".join((*held, pieces[0]))
        last = pieces.pop()
        yield pieces[1:] if too_long else pieces, too_long, False
        held, size = [last], len(last)
    if size > limit:
        yield [], size, True
    elif size:
        yield [b"".join(held)], 0, True
