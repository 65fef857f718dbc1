"""Rule packs: what is looked for, as data in ``controls/masking/*.yaml``.

A rule has *anchors* (where to look, read by the engine over all text at once), a *pattern* (what the value is, applied
to the few bytes around an anchor), a *check* (a validator that knows check digits and formats) and *context* (words
that must or may stand near). Examples and hard negatives beside each rule are its tests; ``plant`` says how a value of
it is made, so that the recall of every rule can be measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evidence import catalog
from evidence.errors import ConfigError, Where
from evidence.masking import extent
from evidence.masking.anchors import Anchor, AnchorError, parse
from evidence.masking.validators import CHECKS

EntityClass = Literal["contact", "government_id", "payment", "secret", "network", "name", "other"]
Check = Callable[[bytes, bytes, bytes], str | None]
MARGIN = 96
"""Bytes beside a window that context and checks may look at."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ContextSpec(_Strict):
    """Words near the value; alternatives of a regular expression, matched at word or camelCase boundaries."""

    words: tuple[str, ...] = Field(min_length=1)
    before: int = Field(default=48, ge=0, le=MARGIN)
    after: int = Field(default=0, ge=0, le=MARGIN)
    required: bool = False
    boost: int = Field(default=150, ge=0, le=500)


class RuleSpec(_Strict):
    """One rule as written in a pack."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{2,80}$")
    title: str = ""
    entity: str = Field(pattern=r"^[A-Z][A-Z0-9_]{1,40}$")
    anchors: tuple[str, ...] = Field(min_length=1)
    reach: tuple[int, int] = Field(description="bytes before an anchor's start and after its end that a value may use")
    pattern: str
    check: str = ""
    context: ContextSpec | None = None
    confidence: int = Field(ge=1, le=1000)
    plant: str = Field(default="", description="how a value is made: a maker's name or a template of parts")
    label: str = Field(default="", description="a name under which code writes such a value down")
    examples: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()


class Pack(_Strict):
    """One pack: which entities it speaks of, and its rules."""

    pack: str
    title: str
    includes: tuple[str, ...] = ()
    entities: dict[str, EntityClass] = Field(default_factory=dict)
    rules: tuple[RuleSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """A compiled context: the words, where they are looked for, whether without them nothing is found."""

    words: re.Pattern[bytes]
    before: int
    after: int
    required: bool
    boost: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule ready for use; ``values`` are the pattern's groups (named ``v...``) that may hold the value.

    ``sight`` is how far from its start a match can look; None: there is no end to it.
    """

    id: str
    entity: str
    entity_class: str
    anchors: tuple[Anchor, ...]
    before: int
    after: int
    pattern: re.Pattern[bytes]
    sight: int | None
    values: tuple[int, ...]
    check: Check | None
    context: Context | None
    confidence: int
    spec: RuleSpec


def pack_path(name: str) -> Path:
    """Return the file of a pack that the toolkit brings.

    Raises:
        ConfigError: there is no such pack.
    """
    folder = catalog.home("controls") / "masking"
    path = folder / f"{name}.yaml"
    if not re.fullmatch(r"[a-z0-9_-]+", name) or not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.yaml") if p.stem != "placeholders"))
        raise ConfigError(f"there is no rule pack {name!r}", advice=f"packs: {known}")
    return path


def read_pack(path: Path) -> Pack:
    """Read one pack file.

    Raises:
        ConfigError: it cannot be read, is not YAML or has a wrong key; names file and key.
    """
    data = read_yaml(path)
    try:
        return Pack.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(first["msg"], where=Where(str(path), key=_key(data, first["loc"]))) from error


def _key(data: Any, loc: tuple[int | str, ...]) -> str:
    """Return the dotted key of an error, with a rule's id in the place of its number."""
    parts = [str(part) for part in loc]
    if len(parts) > 1 and parts[0] == "rules" and isinstance(data, dict):
        found = data["rules"][int(parts[1])]
        parts[1] = str(found.get("id", parts[1])) if isinstance(found, dict) else parts[1]
    return ".".join(parts)


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file.

    Raises:
        ConfigError: it cannot be read or is not YAML.
    """
    import yaml

    try:
        node = yaml.compose(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return None if node is None else yaml.SafeLoader("").construct_document(node)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the rule pack cannot be read: {error}", where=Where(str(path))) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigError("the rule pack is not YAML",
                          where=Where(str(path), mark.line + 1 if mark is not None else None)) from error


def collect(packs: Sequence[str], extra: Sequence[Path]) -> list[tuple[Path, Pack]]:
    """Return the packs named and those they include, each once, then the extra files, in that order.

    Raises:
        ConfigError: a pack is missing or wrong, or two rules have one id.
    """
    found: dict[Path, Pack] = {}

    def add(path: Path) -> None:
        if path not in found:
            found[path] = read_pack(path)
            for name in found[path].includes:
                add(pack_path(name))

    for name in packs:
        add(pack_path(name))
    for path in extra:
        add(path)
    seen: dict[str, Path] = {}
    for path, pack in found.items():
        for rule in pack.rules:
            if rule.id in seen:
                raise ConfigError(f"the rule id {rule.id} is used twice (also in {seen[rule.id]})",
                                  where=Where(str(path), key=f"rules.{rule.id}"))
            seen[rule.id] = path
    return list(found.items())


def build(packs: Sequence[tuple[Path, Pack]]) -> list[Rule]:
    """Compile the rules of the packs, in order.

    Raises:
        ConfigError: an anchor, a pattern, a check or an entity is wrong; names the rule.
    """
    entities = {name: kind for _, pack in packs for name, kind in pack.entities.items()}
    return [_rule(spec, entities, path) for path, pack in packs for spec in pack.rules]


def _rule(spec: RuleSpec, entities: dict[str, EntityClass], path: Path) -> Rule:
    where = Where(str(path), key=f"rules.{spec.id}")
    if spec.entity not in entities:
        raise ConfigError(f"rule {spec.id}: entity {spec.entity} has no class in `entities`", where=where)
    if spec.check and spec.check not in CHECKS:
        raise ConfigError(f"rule {spec.id}: there is no check {spec.check!r}", where=where,
                          advice="checks: " + ", ".join(sorted(CHECKS)))
    try:
        anchors = tuple(parse(text) for text in spec.anchors)
        pattern = re.compile(spec.pattern.encode("utf-8"))
    except (AnchorError, re.error) as error:
        raise ConfigError(f"rule {spec.id} does not compile: {error}", where=where) from error
    values = tuple(number for name, number in pattern.groupindex.items() if name.startswith("v"))
    sight = extent.sight(extent.parsed(spec.pattern))
    return Rule(spec.id, spec.entity, entities[spec.entity], anchors, *spec.reach, pattern, sight,
                values, CHECKS.get(spec.check), _context(spec.context), spec.confidence, spec)


def _context(spec: ContextSpec | None) -> Context | None:
    if spec is None:
        return None
    words = "|".join(spec.words)
    edge = r"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))"
    text = rf"{edge}(?i:{words})(?:(?![A-Za-z])|(?<=[a-z])(?=[A-Z]))"
    return Context(re.compile(text.encode()), spec.before, spec.after, spec.required, spec.boost)
