"""Lines of chains out of columns, for a batch of rows at a time.

A line is what Arrow joins: for each member its name, which is the same for the whole batch, and the text of its value.
Only what differs from row to row is done row by row: salts, digests, the hash of the leaf. A text that JSON must escape
is rare, so that a column which has one is written value by value and every other as it is.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from evidence.constants import LEAF_FORMAT
from evidence.digests import hex_column
from evidence.errors import SealError
from evidence.seal.leaves import COLUMNS, DISCLOSURES, FLAG, PERSON, TIME

_PERSONS: Final = {"person_id": "person", "approver_person_id": "approver"}
_SAFE: Final = (1 << 53) - 1  # I-JSON (RFC 7493 2.2)
_SALT: Final = 32  # hex digits
_SALTS: Final = 8  # salts of one interaction


class Lines(NamedTuple):
    """What is written of a batch of rows: the lines, each with its LF, and what is withheld."""

    ids: list[str]
    times: list[int]  # of the events, in microseconds
    text: memoryview  # all lines
    ends: list[int]  # where the first line begins, and where each one ends
    disclosures: list[tuple[bytes, ...]]  # of each row


class _Values(NamedTuple):
    """A column as JSON: text, and the quote around it ("" for numbers). What is NULL has no member."""

    text: pa.Array
    quote: str


class Salts:
    """Salts of 128 bits for each interaction: the line's own, then one for each disclosure.

    They are slices of keyed BLAKE2b (RFC 7693): independent of each other, and the same in every rebuild.
    """

    def __init__(self, key: bytes) -> None:
        """Prepare both halves once: copies of them cost a part of what new ones do."""
        short = key if len(key) <= hashlib.blake2b.MAX_KEY_SIZE else hashlib.blake2b(key).digest()
        self._halves = tuple(hashlib.blake2b(key=short, person=name) for name in (b"salts 0-3", b"salts 4-7"))

    def of(self, ids: Sequence[str]) -> list[pa.Array]:
        """Return the first salt of each interaction, then the second of each, and so on: 32 hex digits each."""
        hashes = list[bytes]()
        for ident in map(str.encode, ids):
            for half in self._halves:
                own = half.copy()
                own.update(ident)
                hashes.append(own.digest())
        salts = hex_column(b"".join(hashes), _SALT)
        return [salts.take(pa.array(np.arange(at, len(salts), _SALTS))) for at in range(1 + len(DISCLOSURES))]


def lines(batch: pa.RecordBatch, *, salts: Salts, person: Callable[[str], str]) -> Lines:
    """Return the lines of rows of the relation ``chain``.

    Args:
        batch: the columns of ``COLUMNS`` and any others; NULL values are left out of the line.
        salts: of the period.
        person: gives the pseudonym of a person id.

    Raises:
        SealError: a column is missing, or holds a value that JSON cannot carry exactly.
    """
    try:
        batch.validate(full=True)  # text is UTF-8
        return _lines({name: batch.column(name) for name in COLUMNS}, len(batch), salts, person)
    except (KeyError, pa.ArrowException) as error:
        raise SealError(f"chains cannot be written as JSON: {error}") from error


def _lines(columns: Mapping[str, pa.Array], count: int, salts: Salts, person: Callable[[str], str]) -> Lines:
    for name in ("interaction_id", "event_time"):
        if columns[name].null_count:
            raise SealError(f"chains cannot be written as JSON: expected a value in {name}, found none")
    values = {name: _values(name, column, person) for name, column in columns.items() if column.null_count < count}
    ids = columns["interaction_id"].to_pylist()
    own, *others = salts.of(ids)
    disclosures, digests = _disclosed(values, others, count)
    members = {_member(name): value for name, value in values.items() if COLUMNS[name] not in DISCLOSURES}
    members |= {"salt": _Values(own, '"'), "v": _Values(pa.repeat(LEAF_FORMAT, count), '"'),
                "_sd": _Values(digests, ""), "_sd_alg": _Values(pc.if_else(digests.is_valid(), "sha-256", None), '"')}
    text, ends = _content(_join([*_object(members), "\n"]))
    return Lines(ids, _instants(columns["event_time"]).to_pylist(), text, ends.tolist(), disclosures)


def _values(name: str, column: pa.Array, person: Callable[[str], str]) -> _Values:
    """Return a column as the line carries it, or refuse it."""
    kind, role = column.type, COLUMNS[name]
    if role == FLAG and pa.types.is_boolean(kind):
        return _Values(pc.if_else(column, "yes", "no"), '"')
    if role == TIME and pa.types.is_timestamp(kind):
        return _Values(_instants(column).cast(pa.string()), "")
    if role not in (FLAG, TIME) and pa.types.is_string(kind):
        return _Values(_escaped(_pseudonyms(column, person) if role == PERSON else column), '"')
    if role not in (FLAG, TIME, PERSON) and pa.types.is_integer(kind) and name != "interaction_id":
        least, most = pc.min_max(column).as_py().values()
        if not -_SAFE <= least <= most <= _SAFE:
            raise SealError(f"chains cannot be written as JSON: {name} has a number that exceeds the 53-bit range")
        return _Values(column.cast(pa.string()), "")
    expected = {FLAG: "true or false", TIME: "times", PERSON: "text"}.get(role, "text or a whole number")
    raise SealError(f"chains cannot be written as JSON: expected {expected} in {name}, found {kind}")


def _instants(column: pa.Array) -> pa.Array:
    """Return times as microseconds since 1970 in UTC; a time without zone is UTC, as in the store."""
    return column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())


def _pseudonyms(column: pa.Array, person: Callable[[str], str]) -> pa.Array:
    persons = column.dictionary_encode()
    return pa.array(map(person, persons.dictionary.to_pylist()), pa.string()).take(persons.indices)


def _escaped(column: pa.Array) -> pa.Array:
    """Return texts as they stand between the quotes of RFC 8785: mostly as they are."""
    data = np.frombuffer(_content(column)[0], np.uint8)
    if not ((data < 0x20) | (data == ord('"')) | (data == ord("\\"))).any():
        return column
    return pa.array([None if text is None else orjson.dumps(text)[1:-1] for text in column.to_pylist()], pa.string())


def _content(column: pa.Array) -> tuple[memoryview, np.ndarray[tuple[int], np.dtype[np.int32]]]:
    """Return all texts of a column one behind the other, and where the first one begins and each one ends in them."""
    _, ends, data = column.buffers()
    own = np.frombuffer(ends, np.int32)[column.offset:column.offset + len(column) + 1]
    return memoryview(data or b"")[own[0]:own[-1]], own - own[0]


def _member(column: str) -> str:
    """Return the name in the line of a column."""
    return _PERSONS.get(column, column + "_us" * (COLUMNS[column] == TIME))


def _object(members: Mapping[str, _Values]) -> list[str | pa.Array]:
    """Return the parts of JSON objects with sorted members, NULL where a row has none of them.

    Commas stand on the side of the first member that every row has, so that nothing has to be taken away again.
    """
    always = min((name for name, value in members.items() if not value.text.null_count), default="")
    parts = list[str | pa.Array]()
    for name, (text, quote) in sorted(members.items()):
        before, after = "," * (name > always), "," * (name < always)
        piece = [f'{before}"{name}":{quote}', text, quote + after]
        parts += [_join(piece).fill_null("")] if text.null_count else piece
    if always:
        return ["{", *parts, "}"]
    objects = _join(parts)  # each begins with the comma of its first member, or is empty
    return [pc.binary_replace_slice(pc.if_else(pc.equal(objects, ""), None, objects), 0, 1, "{"), "}"]


def _join(parts: Sequence[str | pa.Array]) -> pa.Array:
    """Return the texts of each row, one behind the other; a ``str`` is the same in every row, NULL makes all NULL."""
    merged = [""]
    for part in parts:
        if isinstance(part, str) and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return pc.binary_join_element_wise(*merged, "")


def _disclosed(values: Mapping[str, _Values], salts: Iterable[pa.Array],
               count: int) -> tuple[list[tuple[bytes, ...]], pa.Array]:
    """Return what is withheld: the disclosures of each row, and the list of their digests as JSON.

    A disclosure is the base64url of [salt, name, object] (RFC 9901 4.2.1), its digest is over these characters (4.2.3).
    The list is sorted, because its order must not tell which is which.
    """
    disclosures, digests = list[list[bytes]](), list[list[bytes]]()
    for salt, group in zip(salts, DISCLOSURES, strict=True):
        if members := {name: value for name, value in values.items() if COLUMNS[name] == group}:
            opened = _join(['["', salt, f'","{group}",', *_object(members), "]"])
            found = _base64url(opened.drop_null().cast(pa.binary()).to_pylist())
            disclosures.append(_placed(found, opened))
            digests.append(_placed(_base64url([hashlib.sha256(one).digest() for one in found]), opened))
    lists = [b'["' + b'","'.join(sorted(row)) + b'"]' if row else None for row in _rows(digests, count)]
    return _rows(disclosures, count), pa.array(lists, pa.string())


def _placed(found: list[bytes], column: pa.Array) -> list[bytes]:
    """Return a text for each row: what was found for those that have a value in the column, else nothing."""
    if not column.null_count:
        return found
    rest = iter(found)
    return [next(rest) if valid else b"" for valid in column.is_valid().to_pylist()]


def _rows(columns: Sequence[list[bytes]], count: int) -> list[tuple[bytes, ...]]:
    """Return what each row has of these columns."""
    rows = list(zip(*columns, strict=True)) or [()] * count
    return rows if all(map(all, columns)) else [tuple(filter(None, row)) for row in rows]


def _base64url(texts: Iterable[bytes]) -> list[bytes]:
    """Return the base64url of each text, without padding (RFC 4648 5)."""
    return b"".join(map(b2a_base64, texts)).replace(b"=", b"").replace(b"+", b"-").replace(b"/", b"_").split()
