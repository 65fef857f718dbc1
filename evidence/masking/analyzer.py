"""Optional recognisers of named entities, for companies that have a model: installed as plug-ins, enabled by name.

A plug-in is an object behind an entry point of the group ``evidence.analyzers`` with one method, ``analyze(text)``,
that yields spans. It reads a stated sample and nothing it says decides a verdict: it tells how often there are names
that no list holds. Its texts stay in memory; what leaves are counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from evidence.errors import ConfigError
from evidence.sampling import clopper_pearson

GROUP: Final = "evidence.analyzers"
_ENTITY: Final = re.compile(r"[A-Z][A-Z0-9_]{1,40}")
_BOTH: Final = 0.9


class Span(Protocol):
    """Where an entity stands in a text: characters from ``start`` up to ``end``, and its type such as PERSON."""

    start: int
    end: int
    entity: str


class Analyzer(Protocol):
    """What a plug-in has to be."""

    def analyze(self, text: str) -> Iterable[Span]:
        """Return the entities of a text, in any order."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """How often an entity was seen: spans, texts with one, and of a million texts how many at least and at most."""

    entity: str
    spans: int
    texts: int
    at_least_ppm: int
    at_most_ppm: int


def load(name: str) -> tuple[Analyzer, str]:
    """Return the plug-in of that name and the version of the package that brings it.

    Raises:
        ConfigError: no installed package, or more than one, brings it, or it cannot be imported.
    """
    from importlib.metadata import entry_points

    found = list(entry_points(group=GROUP, name=name))
    if len(found) != 1:
        raise ConfigError(f"expected one installed analyzer {name!r}, found {len(found)}",
                          advice=f"install the package that brings it (entry point of the group {GROUP})")
    try:
        made = found[0].load()
    except Exception as error:
        raise ConfigError(f"the analyzer {name!r} cannot be imported: {type(error).__name__}: {error}") from error
    plugin = made() if isinstance(made, type) else made
    return plugin, found[0].dist.version if found[0].dist else "unknown"


def inspect(plugin: Analyzer, texts: Sequence[str]) -> list[Seen]:
    """Return what a plug-in sees in texts, by entity.

    Raises:
        ConfigError: it failed on a text, or returned what is no span. Its own message may hold text and is not told.
    """
    spans: dict[str, int] = {}
    holding: dict[str, int] = {}
    for number, text in enumerate(texts, 1):
        try:
            found = [(span.start, span.end, span.entity) for span in plugin.analyze(text)]
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a stranger's and may quote the text
            raise ConfigError(f"the analyzer failed on text {number} of the sample: {type(error).__name__}",
                              advice="mend the plug-in, or take policies.masking.analyzer out of evidence.yaml"
                              ) from None
        if any(not 0 <= start < end <= len(text) or not _ENTITY.fullmatch(entity) for start, end, entity in found):
            raise ConfigError(f"the analyzer returned a span outside of text {number}, or an entity that is no name",
                              advice="expected 0 <= start < end <= len(text) and an entity such as PERSON")
        for _, _, entity in found:
            spans[entity] = spans.get(entity, 0) + 1
        for entity in {entity for _, _, entity in found}:
            holding[entity] = holding.get(entity, 0) + 1
    return [Seen(entity, spans[entity], holding[entity], *_bounds(holding[entity], len(texts)))
            for entity in sorted(spans)]


def _bounds(holding: int, texts: int) -> tuple[int, int]:
    """Return the bounds of the share (each at 95 %) in a million, rounded outwards."""
    low, high = clopper_pearson(holding, texts, _BOTH)
    return int(low * 1_000_000), min(1_000_000, int(high * 1_000_000) + 1)
