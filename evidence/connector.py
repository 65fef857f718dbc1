"""What a connector folder declares: which files it reads, in which shape, and what it can and cannot show.

A folder holds ``connector.yaml`` (this model), one ``<relation>.sql`` for each relation that it fills, and ``cases/``.
Wire shapes of model APIs, which every recording of HTTP traffic needs, lie in ``connectors/_wire``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from pydantic import Field, PrivateAttr, field_validator, model_validator

from evidence import catalog, config
from evidence.decoding import DECODERS, Decode
from evidence.errors import ConfigError, Where
from evidence.fields import Duration, Frozen, Identifier
from evidence.relations import canonical

CAPABILITIES: Final = frozenset({
    "prompt", "response", "identity", "approval", "masking_counts", "policy", "admin_log", "per_request_time",
    "sign_in", "mfa", "membership", "account", "usage_request", "usage_user_day", "directory"})
LEAVES: Final = frozenset({"VARCHAR", "JSON", "MAP(VARCHAR, VARCHAR)"})

Shape = dict[str, Any]


class Reader(Frozen):
    """Shape of the files.

    ``json`` reads any sequence of JSON documents: one object, an array, one object per line, or several one after the
    other. ``records`` names, in order of preference, the top-level keys whose array holds the records of a page;
    ``.`` is the document itself. ``csv`` reads a header line and rows; each record is then a JSON object of texts.
    """

    format: Literal["json", "csv", "kv"] = "json"
    records: tuple[str, ...] = (".",)
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: Literal["utf-8", "utf-16", "latin-1"] = "utf-8"
    columns: tuple[str, ...] = ()


class Detect(Frozen):
    """Top-level keys that tell a record of this kind: all of these, one of these, none of these."""

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


class Skip(Frozen):
    """Records that are left out on purpose: a SQL predicate over the record ``r``, and the reason to count."""

    when: str = Field(min_length=1)
    reason: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")


class Fit(NamedTuple):
    """Whether a record looks like a connector's, and why or why not; true where it does."""

    ok: bool
    why: str

    def __bool__(self) -> bool:
        """Return ``ok``."""
        return self.ok


class Connector(Frozen):
    """connector.yaml, entire."""

    id: Identifier
    title: str
    role: Literal["gateway", "idp", "directory", "copilot", "approvals", "people"]
    vendor_page: str = Field(pattern=r"^(https://\S+|none: .+)$")
    reads: str
    reader: Reader = Reader()
    shape: Shape = Field(min_length=1)
    require: tuple[str, ...] = Field(min_length=1, description="field, or alternatives separated by |")
    times: dict[str, Literal["utc", "naive_utc", "epoch_ms_utc"]] = Field(
        default_factory=dict, description="field and the macro that must be able to read it where it is given")
    detect: Detect
    decode: Decode | None = None
    capabilities: tuple[str, ...] = ()
    settling: Duration = 0
    relations: tuple[str, ...] = Field(min_length=1)
    skips: tuple[Skip, ...] = ()
    macros: Identifier | None = Field(default=None, description="folder _<name> with SQL that connectors share")
    limits: str

    _folder: Path = PrivateAttr()

    @field_validator("shape")
    @classmethod
    def _known_leaves(cls, shape: Shape) -> Shape:
        _check_shape(shape, "shape")
        return shape

    @field_validator("capabilities")
    @classmethod
    def _known_capabilities(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(names) - CAPABILITIES):
            raise ValueError(f"expected capabilities of {sorted(CAPABILITIES)}, found {', '.join(unknown)}")
        return names

    @field_validator("relations")
    @classmethod
    def _known_relations(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(names) - {relation.name for relation in canonical()}):
            raise ValueError(f"expected relations that connectors fill, found {', '.join(unknown)}")
        return names

    @model_validator(mode="after")
    def _fields_are_in_the_shape(self) -> Connector:
        for field in [*(part for item in self.require for part in item.split("|")), *self.times]:
            if not _in_shape(self.shape, field):
                raise ValueError(f"expected a field of the shape, found {field!r} in require or times")
        return self

    @property
    def folder(self) -> Path:
        """The folder with connector.yaml, the statements and the cases."""
        return self._folder

    @property
    def wire(self) -> Path:
        """Folder of the wire shapes that its decoder uses."""
        return catalog.home("connectors") / "_wire"

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the folder, its macros, the wire shapes and the decoder's version: what its rows depend on."""
        own = catalog.digest(self._folder, *([self._folder.parent / f"_{self.macros}"] if self.macros else []))
        return hashlib.sha256(f"{own} {self.decoder_digest}".encode()).hexdigest()

    @cached_property
    def decoder_digest(self) -> str:
        """Twelve hex digits that name the decoder and the wire shapes: the first half of a text part's address."""
        if self.decode is None:
            return "record"
        version = f"{self.decode.decoder} {DECODERS[self.decode.decoder]} {catalog.digest(self.wire)}"
        return hashlib.sha256(version.encode()).hexdigest()[:12]

    def shape_json(self) -> str:
        """Return the shape as the text that ``json_transform`` takes."""
        return json.dumps(self.shape, ensure_ascii=False)

    def sql(self, relation: str) -> tuple[Path, str]:
        """Return path and text of the statement for a relation.

        Raises:
            ConfigError: the file cannot be read.
        """
        path = self._folder / f"{relation}.sql"
        try:
            return path, path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot be read: {error}", where=Where(str(path))) from error

    def fits(self, top_level_keys: Collection[str]) -> Fit:
        """Say whether a record with these top-level keys is one of this connector's."""
        keys = set(top_level_keys)
        if missing := [key for key in self.detect.all if key not in keys]:
            return Fit(ok=False, why=f"lacks {', '.join(missing)}")
        if self.detect.any and not keys.intersection(self.detect.any):
            return Fit(ok=False, why=f"has none of {', '.join(self.detect.any)}")
        if extra := [key for key in self.detect.none if key in keys]:
            return Fit(ok=False, why=f"has {', '.join(extra)}")
        return Fit(ok=True, why="has " + ", ".join(k for k in (*self.detect.all, *self.detect.any) if k in keys))


def _check_shape(node: object, place: str) -> None:
    if isinstance(node, Mapping):
        lowered: dict[str, str] = {}
        for key, value in node.items():
            if (twin := lowered.setdefault(str(key).lower(), str(key))) != key:
                raise ValueError(f"expected names that differ by more than case in {place}, found {twin} and {key}")
            _check_shape(value, f"{place}.{key}")
    elif isinstance(node, list):
        if len(node) != 1:
            raise ValueError(f"expected one element that describes the others in {place}, found {len(node)}")
        _check_shape(node[0], f"{place}[]")
    elif node not in LEAVES:
        raise ValueError(f"expected {', '.join(sorted(LEAVES))}, a mapping or a list in {place}, found {node!r}")


def _in_shape(shape: object, dotted: str) -> bool:
    for step in dotted.split("."):
        shape = shape.get(step) if isinstance(shape, Mapping) else None
    return shape is not None


def load(id: str, extra: Sequence[Path] = ()) -> Connector:  # noqa: A002 - the word of connector.yaml
    """Return the connector of a name, from the catalogue or from further catalogue folders.

    Raises:
        ConfigError: there is none or more than one of that name, or its files are wrong.
    """
    found = [place for place in _places(extra) if place.name == id]
    if not found:
        names = ", ".join(sorted({place.name for place in _places(extra)}))
        raise ConfigError(f"unknown connector {id!r}", advice=f"known: {names}")
    if len(found) > 1:
        raise ConfigError(f"two connectors are named {id!r}: {found[0]} and {found[1]}", advice="rename one of them")
    return read(found[0])


def read(folder: Path) -> Connector:
    """Return the connector of a folder.

    Raises:
        ConfigError: connector.yaml is wrong, or does not agree with the folder's name or its SQL files.
    """
    path = folder / "connector.yaml"
    connector = config.load(path, Connector, advice="a connector is a folder with connector.yaml in it")
    if connector.id != folder.name:
        raise ConfigError(f"expected the folder's name {folder.name!r}, found {connector.id!r}",
                          where=Where(str(path), key="id"))
    present = {file.stem for file in folder.glob("*.sql")}
    if present != set(connector.relations):
        odd = ", ".join(sorted(present ^ set(connector.relations)))
        raise ConfigError(f"relations and <relation>.sql files differ: {odd}", where=Where(str(path), key="relations"))
    connector._folder = folder  # noqa: SLF001 - set once, here
    return connector


def all_connectors(extra: Sequence[Path] = ()) -> list[Connector]:
    """Return every connector of the catalogue and of further catalogue folders, by name."""
    return [load(name, extra) for name in sorted({place.name for place in _places(extra)})]


def detect(record_keys: Collection[str], extra: Sequence[Path] = ()) -> list[tuple[str, str]]:
    """Return the connectors that a record with these top-level keys fits, and why; best knowledge of it first."""
    keys = set(record_keys)
    hits = [(len(keys & set(c.shape)), c.id, fit.why) for c in all_connectors(extra) if (fit := c.fits(keys))]
    return [(name, why) for _, name, why in sorted(hits, key=lambda hit: (-hit[0], hit[1]))]


def _places(extra: Sequence[Path]) -> list[Path]:
    return [place for root in (catalog.home("connectors"), *extra) for place in sorted(root.iterdir())
            if (place / "connector.yaml").is_file()]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of connector.yaml, for editors."""
    schema: dict[str, Any] = Connector.model_json_schema()
    schema["properties"]["settling"] = {"type": ["string", "integer"], "pattern": r"^\d{1,9}(us|ms|s|m|h|d)$"}
    return schema
