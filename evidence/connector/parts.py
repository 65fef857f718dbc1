"""The parts of connector.yaml: how files are read, how records are told, what is hidden, what can be set."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from evidence.connector import paths
from evidence.fields import Frozen, OneOrMore

Format = Literal["json", "csv", "lines", "parquet"]
Words = Annotated[tuple[str, ...], OneOrMore()]
Marks = Annotated[tuple[Annotated[str, StringConstraints(strip_whitespace=False)], ...], OneOrMore()]
Value = Annotated[str, BeforeValidator(paths.plain), WithJsonSchema({"type": ["string", "integer", "boolean", "null"]})]


_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class Gather(Frozen):
    """Messages that the source cut into several records: those with the same ``by`` belong together.

    The record with something under ``head`` gets, under ``gathered``, what all have: ``into`` maps the key it gets to
    the field it stands in. ``order`` is the field with a record's number among them; records without something under
    ``having`` are no part of a message. Fields are paths.
    """

    by: str
    head: str
    order: str
    having: str | None = None
    into: dict[str, str] = Field(min_length=1)


class Reader(Frozen):
    """Shape of the files. Several formats are told apart by what is in a file, never by its name.

    ``json`` reads any sequence of JSON documents: one object, an array, one object per line, or several one after the
    other. ``csv`` reads a header line and rows; each record is then a JSON object of texts. ``lines`` reads text by the
    regular expressions of ``line``. ``parquet`` makes a JSON object of each row, leaving out what is NULL.
    """

    model_config = ConfigDict(str_strip_whitespace=False)  # a tab is a delimiter

    format: Annotated[tuple[Format, ...], OneOrMore()] = Field(default=("json",), min_length=1)
    records: Words = Field(default=(".",), min_length=1, description=(
        "json: where the records of a document are, in order of preference: the path of an array (data, "
        "response.items, resourceSpans[].scopeSpans[].spans); '.' is the document itself"))
    carry: dict[str, str] = Field(default_factory=dict, description=(
        "json: key to put into each record, and the path of the field around it that it gets, such as "
        "resourceSpans[].resource; @member is the path inside the ZIP"))
    parse: dict[str, Literal["json", "pairs"]] = Field(default_factory=dict, description=(
        "field whose text is JSON, or key=value pairs, to be read as such where it stands"))
    gather: Gather | None = None
    delimiter: Marks = Field(default=(",", ";", "\t"), description=(
        "csv: one character, or several of which the header shows one"))
    encoding: Literal["utf-8", "utf-16", "latin-1", "cp1252"] = "utf-8"
    columns: tuple[str, ...] = Field(default=(), description="csv: columns without which a file is none of these")
    places: dict[str, Words] = Field(default_factory=dict, description=(
        "csv: place in a record (actor.alternateId, target[].id) and the columns that hold what stands there in the "
        "source's other exports; # in a column is the number of the list's element. Cells without a text are left out"))
    repeats: bool = Field(default=False, description=(
        "csv: whether columns may repeat; the second of a name is then 'name 2', else the file is refused"))
    line: Words = Field(default=(), description=(
        "lines: regular expressions, the first that fits a line wins; each named group is a field, and the group rest "
        "is read as key=value pairs"))
    other: str | None = Field(default=None, description=(
        "lines: field that gets a line which no expression fits; without it such a line is a reject"))

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, marks: tuple[str, ...]) -> tuple[str, ...]:
        if not marks or any(len(mark) != 1 for mark in marks):
            raise ValueError(f"expected single characters, found {marks!r}")
        return marks

    @field_validator("line")
    @classmethod
    def _compiles(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                named = re.compile(pattern).groupindex
            except re.error as error:
                raise ValueError(f"expected a regular expression, found {pattern!r}: {error}") from error
            if not named:
                raise ValueError(f"expected a named group such as (?P<time>...), found none in {pattern!r}")
        return patterns

    @field_validator("places")
    @classmethod
    def _lists_are_numbered(cls, places: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for place, columns in places.items():
            steps = paths.steps(place)
            lists = steps.count("[]")
            if "*" in steps or "[]" in steps[2:] or any(column.count("#") != lists for column in columns):
                raise ValueError(f"expected a # in each column for a list at the top of {place!r}, and for no other")
        return places

    @model_validator(mode="after")
    def _lines_have_a_pattern(self) -> Reader:
        if ("lines" in self.format) != bool(self.line):
            raise ValueError("expected line with the format lines, and only with it")
        return self


class Fit(NamedTuple):
    """Whether a record looks like a connector's, and why or why not; true where it does."""

    ok: bool
    why: str

    def __bool__(self) -> bool:
        """Return ``ok``."""
        return self.ok


class Detect(Frozen):
    """Keys that tell a record of this kind: all of these, one of these, none of these; and values some must have.

    Keys may be dotted; in a list of ``{key, value}``, as OTLP writes attributes, the key is the next step. A value may
    end in ``*``. ``unless`` names values that a record of this kind never has. Records of a kind that is ``beside``
    stand in the same files: a file of them alone is not recognised, but it is no wrong file either.
    """

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    where: dict[str, Annotated[tuple[Value, ...], OneOrMore()]] = Field(default_factory=dict)
    unless: dict[str, Annotated[tuple[Value, ...], OneOrMore()]] = Field(default_factory=dict)
    beside: bool = False

    def look(self, record: Mapping[str, Any], *, columns: bool = False) -> tuple[int, Fit]:
        """Return how far a record is from this kind (0: it is one), and why. Of ``columns`` no values are known."""
        has = {key: paths.at(record, key) is not paths.ABSENT for key in (*self.keys, *self.none)}
        missing = [key for key in self.all if not has[key]]
        if missing:
            return 1 + len(missing), Fit(ok=False, why=f"lacks {', '.join(missing)}")
        if self.any and not any(has[key] for key in self.any):
            return 2, Fit(ok=False, why=f"has none of {', '.join(self.any)}")
        if extra := [key for key in self.none if has[key]]:
            return 1, Fit(ok=False, why=f"has {', '.join(extra)}")
        for key, wanted in self.where.items():
            value = paths.at(record, key)
            if columns and value is not paths.ABSENT:
                continue
            if value is paths.ABSENT or not any(fnmatchcase(paths.plain(value), one) for one in wanted):
                return 1, Fit(ok=False, why=f"{key} is none of {', '.join(wanted)}")
        for key, odd in self.unless.items():
            value = paths.at(record, key)
            if value is not paths.ABSENT and any(fnmatchcase(paths.plain(value), one) for one in odd):
                return 1, Fit(ok=False, why=f"{key} is {paths.plain(value)}")
        told = [key for key in (*self.all, *self.any) if has[key]]
        said = [*(["has " + ", ".join(told)] if told else []),
                *(f"{key} is {paths.plain(paths.at(record, key))}" for key in self.where if not columns)]
        return 0, Fit(ok=True, why="; ".join(said))

    def meets(self, record: Mapping[str, Any]) -> bool:
        """Say whether a record is of this kind, and not why: for many records, most of which are not."""
        for key, wanted in self.where.items():
            value = record[key] if key in record else paths.at(record, key)
            if value is paths.ABSENT or not any(fnmatchcase(paths.plain(value), one) for one in wanted):
                return False
        return bool(self.look(record)[1])

    @property
    def keys(self) -> frozenset[str]:
        """All keys that it names."""
        return frozenset((*self.all, *self.any, *self.where))


Detects = Annotated[tuple[Detect, ...], OneOrMore()]


def fit(kinds: Collection[Detect], record: Mapping[str, Any], *, beside: bool, columns: bool) -> Fit:
    """Say whether a record is of one of these kinds, and if not, what the nearest of them misses.

    With ``beside`` the kinds that stand beside the connector's own count, too. With ``columns`` the record is the
    header of a table, of which values are not known.
    """
    if not kinds:
        return Fit(ok=True, why="is used by name only")
    looked = (kind.look(record, columns=columns) for kind in kinds if beside or not kind.beside)
    return min(looked, key=lambda one: one[0])[1]


class Secrets(Frozen):
    """Fields that leave nothing outside the vault but a keyed hash, or nothing at all.

    Paths may have ``[]`` and ``*``; the case of names does not matter, as in headers. The hash is made with a key of
    the company: equal values stay equal, and nobody without the key can try values out.
    """

    hash: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class Option(Frozen):
    """A setting of a source that this connector knows (``sources[].options`` in evidence.yaml).

    With ``names`` it is a map of columns: from each of these names, which the connector's SQL uses, to the field of the
    export that holds it; SQL then sees the record's values as the map ``r.mapped``.
    """

    about: str
    choices: tuple[str, ...] = ()
    default: str | None = None
    zone: bool = Field(default=False, description="whether its value is the name of a time zone")
    names: dict[str, str] = Field(default_factory=dict, description="name and what it means")
    required: tuple[str, ...] = Field(default=(), description="names that must be given a column")
    likely: dict[str, tuple[str, ...]] = Field(default_factory=dict, description=(
        "name and words in the names of columns that may be it, the likeliest first: a file that no connector knows, "
        "but which has a column for each of these, may be read by this one"))
    shows: dict[str, tuple[str, ...]] = Field(default_factory=dict, description=(
        "capability that the source has only where one of these names is given a column"))

    @model_validator(mode="after")
    def _required_are_names(self) -> Option:
        if odd := sorted({*self.required, *self.likely} - set(self.names)):
            raise ValueError(f"expected names of the map, found {', '.join(odd)}")
        return self

    def guess(self, columns: Collection[str]) -> dict[str, str]:
        """Return a column for each of the names that have likely ones; nothing where one finds none."""
        words = {column: _WORD.findall(column.lower() if column.isupper() else column) for column in columns}
        found = {name: next((column for word in likely for column, said in words.items()
                             if word in map(str.lower, said)), "") for name, likely in self.likely.items()}
        return found if all(found.values()) else {}


class Skip(Frozen):
    """Records that are left out on purpose: a SQL predicate over the record ``r``, and the reason to count."""

    when: str = Field(min_length=1)
    reason: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
