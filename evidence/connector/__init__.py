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
from typing import Any, Final, Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

from evidence import catalog, config
from evidence.connector import parts
from evidence.connector.parts import Detects, Fit, Option, Reader, Secrets, Skip
from evidence.decoding import DECODERS, Decode
from evidence.endpoint import Pull
from evidence.errors import ConfigError, Where
from evidence.fields import Duration, Frozen, Identifier
from evidence.relations import canonical

__all__ = ["CAPABILITIES", "Connector", "Fit", "Reader", "all_connectors", "detect", "json_schema", "load", "read"]

CAPABILITIES: Final = frozenset({
    "prompt", "response", "identity", "approval", "masking_counts", "policy", "admin_log", "per_request_time",
    "sign_in", "mfa", "membership", "account", "usage_request", "usage_user_day", "directory",
    "idp_admin_log"})
LEAVES: Final = frozenset({"VARCHAR", "JSON", "MAP(VARCHAR, VARCHAR)"})

TIMES: Final = frozenset({"utc", "naive_utc", "us_utc", "eu_utc", "rfc2822_utc", "epoch_utc", "epoch_ms_utc",
                          "ticks_utc"})
"""Macros that read an instant from its text alone; evidence/sql/macros/times.sql says what each accepts."""

TAKEN: Final = frozenset({"record_no", "locator", "record_hash", "raw", "s", "byte_len", "mapped", "source_id",
                          "issuer", "observed_at", "options", "valid", "refused", "skip", "reason"})
"""What the SQL of a connector and of the engine calls by these names already."""

Shape = dict[str, Any]


class Connector(Frozen):
    """connector.yaml, entire."""

    id: Identifier
    title: str
    role: Literal["gateway", "idp", "directory", "copilot", "approvals", "people"]
    vendor_page: str = Field(pattern=r"^(https://\S+|none: .+)$")
    reads: str
    reader: Reader = Reader()
    shape: Shape = Field(default_factory=dict)
    require: tuple[str, ...] = Field(min_length=1, description="field, or alternatives separated by |")
    times: dict[str, str] = Field(default_factory=dict, description=(
        "field and the macro that must be able to read it where it is given, or several separated by |"))
    precision: dict[str, Literal["d", "m", "s", "ms", "us", "ns"]] = Field(default_factory=dict, description=(
        "field and the unit to which the source states it; printed on the connector's page"))
    derive: dict[Identifier, str] = Field(default_factory=dict, description=(
        "name and SQL of a value computed once for each record, in this order; skips and statements see it as r.name"))
    detect: Detects = Field(description="one kind of record or several; an empty list is never recognised, only named")
    secrets: Secrets = Secrets()
    options: dict[str, Option] = Field(default_factory=dict)
    decode: Decode | None = None
    capabilities: tuple[str, ...] = ()
    settling: Duration = 0
    relations: tuple[str, ...] = Field(min_length=1)
    skips: tuple[Skip, ...] = ()
    macros: Identifier | None = Field(default=None, description="folder _<name> with SQL that connectors share")
    pull: Pull | None = None
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

    @field_validator("times")
    @classmethod
    def _known_macros(cls, times: dict[str, str]) -> dict[str, str]:
        if unknown := sorted({macro for given in times.values() for macro in given.split("|")} - TIMES):
            raise ValueError(f"expected macros of {sorted(TIMES)}, found {', '.join(unknown)}")
        return times

    @field_validator("derive")
    @classmethod
    def _free_names(cls, derive: dict[str, str]) -> dict[str, str]:
        if taken := sorted(set(derive) & TAKEN):
            raise ValueError(f"expected names that a record does not have already, found {', '.join(taken)}")
        return derive

    @model_validator(mode="after")
    def _fields_are_in_the_shape(self) -> Connector:
        for field in [*(part for item in self.require for part in item.split("|")), *self.times]:
            if field not in self.mapped and not in_shape(self.shape, field):
                raise ValueError(f"expected a field of the shape, found {field!r} in require or times")
        return self

    @property
    def mapped(self) -> Mapping[str, str]:
        """Names that evidence.yaml gives a column each, as ``columns.<name>``, with their meaning; mostly none."""
        columns = self.options.get("columns")
        return {f"columns.{name}": about for name, about in columns.names.items()} if columns else {}

    def shown(self, options: Mapping[str, str | Mapping[str, str]]) -> tuple[str, ...]:
        """Return what a source with these options can show: a column that nobody declared is not evidenced."""
        columns, given = self.options.get("columns"), options.get("columns") or {}
        wanted = columns.shows if columns else {}
        return tuple(one for one in self.capabilities if one not in wanted or set(wanted[one]) & set(given))

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
        return json.dumps(self.shape or {"_": "VARCHAR"}, ensure_ascii=False)

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

    def fits(self, record: Mapping[str, Any] | Collection[str], *, beside: bool = False, columns: bool = False) -> Fit:
        """Say whether a record (or one with these keys at the top) is one of this connector's, or beside them.

        With ``columns`` it is the header of a table without rows, of which no values are known.
        """
        value = record if isinstance(record, Mapping) else dict.fromkeys(record)
        return parts.fit(self.detect, value, beside=beside, columns=columns)

    def takes(self, record: Mapping[str, Any]) -> bool:
        """Say whether a record is one of this connector's, and not why."""
        return any(kind.meets(record) for kind in self.detect if not kind.beside)

    def nearness(self, record: Mapping[str, Any]) -> int:
        """Return how many of a record's keys this connector knows."""
        return len(set(record) & {*self.shape, *(key for kind in self.detect for key in kind.keys)})


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


def in_shape(shape: object, dotted: str) -> bool:
    """Return whether a shape has a field, whose name may itself have dots."""
    if isinstance(shape, Mapping) and dotted in shape:
        return True
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


def detect(record: Mapping[str, Any] | Collection[str], extra: Sequence[Path] = ()) -> list[tuple[str, str]]:
    """Return the connectors that a record (or one with these keys) fits, and why; best knowledge of it first."""
    value = record if isinstance(record, Mapping) else dict.fromkeys(record)
    known = [one for one in all_connectors(extra) if one.detect]
    hits = [(one.nearness(value), one.id, fit.why) for one in known if (fit := one.fits(value))]
    return [(name, why) for _, name, why in sorted(hits, key=lambda hit: (-hit[0], hit[1]))]


def _places(extra: Sequence[Path]) -> list[Path]:
    further = [path / "connectors" if (path / "connectors").is_dir() else path for path in extra]
    return [place for root in (catalog.home("connectors"), *further) for place in sorted(root.iterdir())
            if (place / "connector.yaml").is_file()]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of connector.yaml, for editors."""
    schema: dict[str, Any] = Connector.model_json_schema()
    schema["properties"]["settling"] = {"type": ["string", "integer"], "pattern": r"^\d{1,9}(us|ms|s|m|h|d)$"}
    return schema
