"""Rules on trial: every example that stands beside a rule must be found, no hard negative may be.

The values in the examples are made; which ones follows from the rule's name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from evidence.errors import UsageError
from evidence.masking import planting
from evidence.masking.planting_values import make

if TYPE_CHECKING:
    from evidence.masking.placeholders import Style
    from evidence.masking.rules import Rule
    from evidence.masking.scanner import PatternScanner


@dataclass(frozen=True, slots=True)
class Trial:
    """One example or hard negative of a rule or style, as it is written, and whether it came out as it says."""

    rule_id: str
    kind: str
    line: str
    ok: bool


def run(scanner: PatternScanner, ids: Collection[str] = ()) -> Iterator[Trial]:
    """Yield the trials of the scanner's rules and styles, of those named or of all.

    Raises:
        ConfigError: a rule wants values that cannot be made.
    """
    for rule in scanner.rules:
        if not ids or rule.id in ids:
            yield from _of_rule(scanner, rule)
    for style in scanner.grammar.spec.styles:
        if not ids or style.id in ids:
            yield from _of_style(scanner, style)


def _of_rule(scanner: PatternScanner, rule: Rule) -> Iterator[Trial]:
    import pyarrow as pa

    rng = Random(rule.id)  # noqa: S311 - made-up values, the same each time
    lines = [("example", line) for line in rule.spec.examples] + [("negative", line) for line in rule.spec.negatives]
    values = [make(rule.spec.plant, rng) if "{value}" in line else "" for _, line in lines]
    texts = [line.replace("{value}", value).encode() for (_, line), value in zip(lines, values, strict=True)]
    spans: dict[int, set[tuple[int, int]]] = {}
    for found in scanner.scan(pa.array(texts, pa.binary())).to_pylist():
        if found["entity_type"] == rule.entity and found["flag"] is None:
            spans.setdefault(found["row"], set()).add((found["off_bytes"], found["off_bytes"] + found["len_bytes"]))
    for number, ((kind, line), value, text) in enumerate(zip(lines, values, texts, strict=True)):
        own = spans.get(number, set())
        start = text.find(value.encode())
        met = (start, start + len(value.encode())) in own if value else bool(own)
        yield Trial(rule.id, kind, line, met if kind == "example" else not own)


def _of_style(scanner: PatternScanner, style: Style) -> Iterator[Trial]:
    import pyarrow as pa

    lines = [("example", line) for line in style.examples] + [("negative", line) for line in style.negatives]
    found = scanner.placeholders(pa.array([line for _, line in lines], pa.string())).to_pylist()
    met = {mark["row"] for mark in found if mark["style"] == style.id}
    for number, (kind, line) in enumerate(lines):
        yield Trial(style.id, kind, line, (number in met) == (kind == "example"))


def explain(scanner: PatternScanner, rule_id: str) -> Iterator[tuple[str, object]]:
    """Yield what there is to know of a rule, by name.

    Raises:
        UsageError: there is no such rule.
    """
    for rule in scanner.rules:
        if rule.id == rule_id:
            yield from _facts(rule)
            return
    for foreign in scanner.imported:
        if rule_id == f"imported.{foreign.id}":
            yield from (("rule", rule_id), ("pattern", foreign.pattern), ("entropy above", foreign.least_entropy),
                        ("keywords", ", ".join(word.decode() for word in foreign.keywords)),
                        ("allow lists", len(foreign.allow)))
            return
    raise UsageError(f"there is no rule {rule_id!r}", advice="evidence masking rules list names them all")


def _facts(rule: Rule) -> Iterator[tuple[str, object]]:
    spec = rule.spec
    yield from (("rule", spec.id), ("title", spec.title), ("finds", f"{rule.entity} ({rule.entity_class})"),
                ("confidence", spec.confidence))
    yield from ((f"anchor {number}", anchor) for number, anchor in enumerate(spec.anchors, 1))
    yield "reach", f"{spec.reach[0]} bytes before an anchor, {spec.reach[1]} after"
    yield "value", spec.pattern
    if rule.check is not None:
        yield "check", f"{spec.check}: {(rule.check.__doc__ or '').strip().splitlines()[0]}"
    if spec.context is not None:
        need = "must" if spec.context.required else f"may (+{spec.context.boost})"
        yield "context", f"{need} stand near: {', '.join(spec.context.words)}"
    yield from ((f"example {number}", line) for number, line in enumerate(spec.examples, 1))
    yield from ((f"negative {number}", line) for number, line in enumerate(spec.negatives, 1))


def answers(seed: int) -> list[bytes]:
    """Return made-up answers to plant values in, where there are no recorded ones."""
    return list(planting.answers(Random(seed), 200))  # noqa: S311 - made up, the same each time
