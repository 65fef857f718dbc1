"""Text logs: one record on a line, taken apart by the regular expressions that connector.yaml declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence.ingest.readers.base import BATCH_ROWS, Batch, Options, written
from evidence.ingest.readers.lines import split
from evidence.ingest.readers.pairs import pairs
from evidence.ingest.readers.streams import Readable

REST: Final = "rest"
_LONGEST: Final = 1 << 20


def read(source: Readable, options: Options) -> Iterator[Batch]:
    """Yield the lines of a text as JSON objects of texts, in batches."""
    patterns = [re.compile(pattern) for pattern in options.line]
    limit = min(options.max_record, _LONGEST)
    batch, number = Batch(), 0
    for lines, long, _ in split(source, limit):
        if long:
            number += 1
            batch.lines += 1
            batch.reject(number, "line_too_long", None, long.size)
        for line in lines:
            number += 1
            batch.lines += 1
            _take(batch, number, line, patterns, options.other, limit)
        if batch.size >= options.batch_bytes or batch.lines >= BATCH_ROWS:
            yield batch
            batch = Batch()
    batch.stop, batch.stop_detail = source.stop, source.detail
    yield batch


def fits(line: bytes, options: Options) -> bool:
    """Say whether one of the expressions fits a line."""
    text = line.decode("utf-8", "replace").rstrip("\r")
    return any(re.search(pattern, text) for pattern in options.line)


def _take(batch: Batch, number: int, line: bytes, patterns: list[re.Pattern[str]], other: str | None, limit: int
          ) -> None:
    if not line.strip():
        batch.blanks += 1
        return
    if len(line) > limit:
        batch.reject(number, "line_too_long", None, len(line))
        return
    try:
        text = line.decode("utf-8").rstrip("\r")
    except UnicodeDecodeError as error:
        batch.reject(number, "invalid_utf8", f"byte {error.start + 1}", len(line))
        return
    match = next((found for pattern in patterns if (found := pattern.search(text))), None)
    if match is None:
        if other is None:
            batch.reject(number, "unknown_line", None, len(line))
        else:
            batch.add(number, written({other: text}))
        return
    fields = {name: value for name, value in match.groupdict().items() if value is not None and name != REST}
    rest = match.groupdict().get(REST)
    more = pairs(rest) if rest is not None else {}
    if isinstance(more, int):
        batch.reject(number, "malformed_pairs", f"character {match.start(REST) + more}", len(line))
    elif twice := sorted(set(more) & set(fields)):
        batch.reject(number, "duplicate_key", f"the pairs repeat the field {twice[0]}", len(line))
    else:
        batch.add(number, written(fields | more))
