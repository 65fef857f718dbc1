"""Marks that masking leaves, by a grammar that is data: ``controls/masking/placeholders.yaml``.

Which mark a gateway leaves is nowhere standardised, so a style says what it proves: ``self_evident`` styles prove
masking alone, the others (runs of characters) only where a claim stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evidence.errors import ConfigError, Where
from evidence.masking import extent
from evidence.masking.anchors import AnchorError, parse
from evidence.masking.candidates import Found, Region, Spans, examine
from evidence.masking.rules import EntityClass, Rule, RuleSpec, read_yaml

if TYPE_CHECKING:
    from evidence.masking.blocks import Block


class Style(BaseModel):
    """One style: how it looks, which entity it names (group ``entity`` or ``entity``), what it leaves to see."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_]{2,60}$")
    title: str
    anchors: tuple[str, ...] = Field(min_length=1)
    reach: tuple[int, int]
    pattern: str
    entity: str | None = None
    self_evident: bool
    base_rate_ppm: int = Field(ge=0, description="answers in a million, never masked, that hold the form by nature")
    origin: str = ""
    examples: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()


class GrammarSpec(BaseModel):
    """The grammar file: styles in order of precedence, and the names that masking engines give to entities."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    entities: dict[str, tuple[str, ...]]
    classes: dict[str, EntityClass] = Field(default_factory=dict)
    styles: tuple[Style, ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    """The compiled grammar. ``rules`` lets the styles run on the machinery of rules."""

    spec: GrammarSpec
    rules: tuple[Rule, ...]
    names: dict[bytes, str]

    def read(self, hits: Iterable[tuple[Rule, list[Region]]], block: Block) -> list[tuple[Any, ...]]:
        """Return (row, style, entity, self_evident, offset, length, visible bytes), ordered; the first style wins."""
        styles = {style.id: (number, style) for number, style in enumerate(self.spec.styles)}
        found: list[tuple[int, int, int, Found]] = []
        for rule, places in hits:
            number, _ = styles[rule.id]
            found += ((one.row, number, one.offset, one) for one in examine(rule, places, block)
                      if one.flag != "capped")
        found.sort(key=lambda f: f[:3])
        rows: list[tuple[Any, ...]] = []
        taken: dict[int, Spans] = {}
        for row, number, offset, one in found:
            mark = self._mark(self.spec.styles[number], one)
            if mark is not None and taken.setdefault(row, Spans()).add(offset, offset + one.length):
                rows.append(mark)
        return sorted(rows, key=lambda r: (r[0], r[4]))

    def _mark(self, style: Style, one: Found) -> tuple[Any, ...] | None:
        match = re.fullmatch(style.pattern.encode(), one.value, re.DOTALL)
        groups = match.groupdict() if match else {}
        entity = style.entity
        if groups.get("entity"):
            entity = self.names.get(groups["entity"].upper())
            if entity is None:
                return None
        visible = sum(len(re.findall(rb"[A-Za-z0-9]", text or b"")) for name, text in groups.items()
                      if name.startswith("visible"))
        return one.row, style.id, entity, style.self_evident, one.offset, one.length, visible


def load(path: Path) -> Grammar:
    """Read and compile the grammar.

    Raises:
        ConfigError: the file is wrong; names the style.
    """
    try:
        spec = GrammarSpec.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(first["msg"], where=Where(str(path), key=".".join(map(str, first["loc"])))) from error
    names = {alias.encode(): entity for entity, aliases in spec.entities.items() for alias in (entity, *aliases)}
    return Grammar(spec, tuple(_rule(style, path) for style in spec.styles), names)


def _rule(style: Style, path: Path) -> Rule:
    try:
        anchors = tuple(parse(text) for text in style.anchors)
        pattern = re.compile(style.pattern.encode())
    except (AnchorError, re.error) as error:
        where = Where(str(path), key=style.id)
        raise ConfigError(f"style {style.id} does not compile: {error}", where=where) from error
    spec = RuleSpec(id=style.id, entity="PLACEHOLDER", anchors=style.anchors, reach=style.reach, pattern=style.pattern,
                    confidence=1000)
    return Rule(style.id, "PLACEHOLDER", "other", anchors, *style.reach, pattern,
                extent.sight(extent.parsed(style.pattern)), (), None, None, 1000, spec)


