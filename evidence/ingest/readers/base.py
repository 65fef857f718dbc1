"""What all readers give: batches in which every line, element or row is a record, a reject or a blank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple, overload

import orjson

from evidence.connector import Connector
from evidence.connector.parts import Gather

if TYPE_CHECKING:
    import pyarrow as pa

WHOLE_FILE: Final = -1
"""Record number of a reject that is about the file and not about one line of it."""
CUT: Final = "cut_short"
EMPTY: Final = "empty_file"
MAX_RECORD: Final = 24 << 20
"""The longest record that is read unless evidence.yaml says more; what a worker needs grows with it."""
BATCH_BYTES: Final = 8 << 20
LARGE: Final = 8 << 20
"""A record longer than this goes its way alone, and what it needed is given back at once."""
BATCH_ROWS: Final = 1 << 15
"""A batch ends with so many records, however short they are: what is made of one takes a kilobyte at least."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the files of one source are to be read: what connector.yaml says of them, and limits.

    ``max_record`` is the longest record accepted, in bytes. ``key`` is that of the company, with which values of secret
    fields are hashed. ``apart`` names columns of tables whose texts are wanted by themselves as well.
    """

    format: str | tuple[str, ...] = "json"
    records: tuple[str, ...] = (".",)
    carry: Mapping[str, str] = field(default_factory=dict)
    parse: Mapping[str, str] = field(default_factory=dict)
    delimiter: str | tuple[str, ...] = ","
    encoding: str = "utf-8"
    columns: tuple[str, ...] = ()
    repeats: bool = False
    line: tuple[str, ...] = ()
    other: str | None = None
    gather: Gather | None = None
    hide: tuple[tuple[str, str], ...] = ()
    key: bytes = b""
    max_record: int = MAX_RECORD
    batch_bytes: int = BATCH_BYTES
    apart: tuple[str, ...] = ()
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, connector: Connector, *, encoding: str | None = None, key: bytes = b"", max_record: int = MAX_RECORD,
           batch_bytes: int = BATCH_BYTES, apart: tuple[str, ...] = ()) -> Options:
        """Return how the files of a connector are read; an encoding declared for the source comes first."""
        reader, secrets = connector.reader, connector.secrets
        hide = (*((path, "hash") for path in secrets.hash), *((path, "drop") for path in secrets.drop))
        return cls(reader.format, reader.records, reader.carry, reader.parse, reader.delimiter,
                   encoding or reader.encoding, reader.columns, reader.repeats, reader.line, reader.other,
                   reader.gather, hide, key, max_record, batch_bytes, apart, reader.places)

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats a file may have, in order."""
        return (self.format,) if isinstance(self.format, str) else self.format


class Reject(NamedTuple):
    """A line that is no record: its number (from 1), a lower_snake reason, where in it, and its length in bytes."""

    number: int
    reason: str
    detail: str | None = None
    byte_len: int | None = None


class Packed(Sequence[bytes]):
    """Texts that lie in one piece of memory, as a column. Each is made when it is asked for."""

    def __init__(self, column: pa.Array) -> None:
        """Take the column, of texts or of bytes, none of which is missing."""
        import numpy as np

        _, offsets, data = column.buffers()
        self._ends = np.frombuffer(offsets, np.int32, len(column) + 1, 4 * column.offset).tolist()
        self._content = memoryview(data if data is not None else b"")

    def views(self, first: int, last: int) -> Iterator[memoryview]:
        """Yield some of the texts without a copy of any."""
        for start, end in pairwise(self._ends[first:last + 1]):
            yield self._content[start:end]

    def sizes(self) -> list[int]:
        """Return how many bytes each has."""
        return [end - start for start, end in pairwise(self._ends)]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[bytes]:
        """Yield them in turn."""
        return map(bytes, self.views(0, len(self)))

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> list[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | list[bytes]:
        """Return one text, or several."""
        if isinstance(place, slice):
            return [self[number] for number in range(len(self))[place]]
        number = range(len(self))[place]
        return bytes(self._content[self._ends[number]:self._ends[number + 1]])


@dataclass(slots=True)
class Batch:
    """Some consecutive lines of one file or ZIP member.

    ``numbers`` and ``texts`` run side by side: number of the record (line, element or row, from 1) and its text in
    UTF-8. ``lines`` is what was counted on the way in: records, rejects and blanks together. ``table`` says that they
    are rows of one, and ``header`` names its columns, with its last batch. Where the texts lie in one piece already,
    ``columns`` has them too, as ``raw``, and then what of a table is wanted apart, as ``field<n>``; whoever changes
    texts leaves it out.
    """

    member: str = ""
    lines: int = 0
    blanks: int = 0
    numbers: list[int] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    stop: str | None = None
    stop_detail: str | None = None
    size: int = 0
    table: bool = False
    header: tuple[str, ...] = ()
    columns: pa.Table | None = None

    def add(self, number: int, text: bytes) -> None:
        """Take one record, which lies apart from those before it."""
        self.numbers.append(number)
        self.texts.append(text)
        self.size += len(text)
        self.columns = None

    def reject(self, number: int, reason: str, detail: str | None = None, byte_len: int | None = None) -> None:
        """Take one line that is no record."""
        self.rejects.append(Reject(number, reason, detail, byte_len))

    def pieces(self) -> Iterator[tuple[int, int]]:
        """Yield from where to where its records go on together: a large one goes by itself."""
        sizes: Iterable[int] = ()
        if self.size > LARGE:
            sizes = self.texts.sizes() if isinstance(self.texts, Packed) else map(len, self.texts)
        large = [number for number, size in enumerate(sizes) if size > LARGE]
        return pairwise(sorted({0, len(self.texts), *large, *(number + 1 for number in large)}))

    @property
    def conserved(self) -> bool:
        """Whether every line is accounted for."""
        counted = [reject for reject in self.rejects if reject.number != WHOLE_FILE]
        return self.lines == len(self.numbers) + len(counted) + self.blanks


class Judge:
    """Decides whether a text is one JSON object that every parser would read alike."""

    @staticmethod
    def look(text: bytes) -> dict[str, Any] | tuple[str, str | None]:
        """Return the object, or the reason for which it is none and where.

        What parsers disagree about is refused: a key twice at the top level (the first one holds for some, the last one
        for others), NaN and Infinity, lone surrogates, nesting deeper than parsers can write.
        """
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            return Judge.why(text, error)
        if not isinstance(value, dict):
            return "not_an_object", None
        # Written back, a document has no key twice; where that gives the same bytes, the text has none either.
        try:
            same = orjson.dumps(value) == text
        except orjson.JSONEncodeError:
            return "too_deep", None
        twice = None if same else Judge._twice(text)
        return (twice, None) if twice else value

    @staticmethod
    def why(text: bytes, error: ValueError) -> tuple[str, str | None]:
        """Return the reason for which a parser refused a text, and where."""
        try:
            text.decode("utf-8")
        except UnicodeDecodeError as wrong:
            return "invalid_utf8", f"byte {wrong.start + 1}"
        message = str(error)
        place = f"character {getattr(error, 'pos', 0) + 1}"
        for sign, reason in (("end of data", CUT), ("depth limit", "too_deep"), ("surrogate", "lone_surrogate"),
                             ("infinity", "number_out_of_range")):
            if sign in message:
                return reason, place
        return "malformed_json", place

    @staticmethod
    def _twice(text: bytes) -> str | None:
        import json

        try:
            pairs = json.loads(text, object_pairs_hook=list)
        except RecursionError:
            return "too_deep"
        except ValueError:
            return "malformed_json"
        keys = [pair[0] for pair in pairs]
        return "duplicate_key" if len(set(keys)) != len(keys) else None


def written(value: Mapping[str, Any]) -> bytes:
    """Return an object as JSON, put together anew: what is written comes in a block of memory many times its size.

    Raises:
        JSONEncodeError: a text in it is no text, or it is too deep.
    """
    return orjson.dumps(value)[:-1] + b"}"


def values_of(texts: Sequence[bytes]) -> list[dict[str, Any]]:
    """Return records that a reader has judged to be objects, as values."""
    return [orjson.loads(text) for text in texts]
