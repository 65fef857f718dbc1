"""From the ends of anchors to findings: windows clipped to rows, the pattern inside them, the check, the context.

The value is in memory here and nowhere else: what leaves is an offset, a length and a keyed hash.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from evidence.masking.anchors import Anchor
from evidence.masking.rules import MARGIN, Rule

if TYPE_CHECKING:
    import numpy as np

    from evidence.masking.blocks import Block
    from evidence.masking.engines import Hits

CAP = 256
"""Findings of one entity reported in one row; one more is reported with the flag ``capped``, the rest is not read."""
TRIES = 8192
"""Candidates of one rule examined in one row before it is given up with the flag ``capped``."""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of one row. ``value`` never leaves the scanner."""

    row: int
    offset: int
    length: int
    entity: str
    entity_class: str
    rule_id: str
    confidence: int
    flag: str | None
    value: bytes


@dataclass(frozen=True, slots=True)
class Exact:
    """A value that is known: where its bytes stand alone, it is found.

    The anchor is a literal, the value's beginning or all of it; ``tail`` is what must follow, in either case.
    ``value`` names it where it can be written in several ways.
    """

    anchor: Anchor
    tail: bytes
    entity: str
    entity_class: str
    rule_id: str
    confidence: int
    value: bytes | None


_JOINTS = frozenset("-@+.")
Region = tuple[int, int, int]


class Spans:
    """Spans of one row that do not overlap."""

    def __init__(self) -> None:
        """Begin with none."""
        self._taken: list[tuple[int, int]] = []

    def add(self, start: int, end: int) -> bool:
        """Take a span if it is free; tell whether it was."""
        at = bisect_left(self._taken, (start, 0))
        if (at and self._taken[at - 1][1] > start) or (at < len(self._taken) and self._taken[at][0] < end):
            return False
        self._taken.insert(at, (start, end))
        return True


def by_rule(rules: Sequence[Rule], anchor_ids: Sequence[tuple[int, ...]], widths: np.ndarray[Any, Any], hits: Hits,
            block: Block) -> Iterator[tuple[Rule, list[Region]]]:
    """Yield each rule that has hits with its regions: the windows (row, start, end) around its anchors.

    They are clipped to rows, and those that overlap are joined. It is done for all rules at once, since a block of text
    has few hits of many rules: a rule's windows are laid out behind those of the rules before it, as if in a text of
    its own.
    """
    import numpy as np

    if not len(hits.anchor):
        return
    bounds = np.searchsorted(hits.anchor, np.arange(len(widths) + 1)).tolist()
    parts = [(number, bounds[anchor], bounds[anchor + 1]) for number, ids in enumerate(anchor_ids) for anchor in ids
             if bounds[anchor] < bounds[anchor + 1]]
    if not parts:
        return
    chosen = np.concatenate([np.arange(first, last) for _, first, last in parts])
    reaches = [(number, rules[number].before, rules[number].after) for number, _, _ in parts]
    number, before, after = np.repeat(np.array(reaches), [last - first for _, first, last in parts], axis=0).T
    ends, rows = hits.end[chosen], hits.row[chosen]
    floor, ceiling = block.starts[rows], block.ends[rows]
    start = np.maximum(ends - widths[hits.anchor[chosen]] - before, floor)
    stop = np.minimum(np.maximum(ends + after, floor), ceiling)
    order = np.lexsort((start, number))
    number, rows, start, stop = number[order], rows[order], start[order], stop[order]
    apart = number * (len(block.view) + 1)
    reach = np.maximum.accumulate(stop + apart) - apart
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (start[1:] > reach[:-1]) | (rows[1:] != rows[:-1]) | (number[1:] != number[:-1])
    begins = np.flatnonzero(first)
    closes = np.append(begins[1:], len(rows)) - 1
    found = list(zip(rows[begins].tolist(), start[begins].tolist(), reach[closes].tolist(), strict=True))
    owner = number[begins]
    changes = [0, *(np.flatnonzero(np.diff(owner)) + 1).tolist(), len(owner)]
    for low, high in pairwise(changes):
        yield rules[owner[low]], found[low:high]


def examine(rule: Rule, places: Iterable[Region], block: Block) -> Iterator[Found]:
    """Yield what the rule's pattern, check and context accept in its regions, at most ``CAP`` + 1 a row."""
    view, starts, ends = block.view, block.starts, block.ends
    current, count, tries = -1, 0, 0
    for row, start, stop in places:
        if row != current:
            current, count, tries = row, 0, 0
            low, high = int(starts[row]), int(ends[row])
        if count > CAP or tries > TRIES:
            continue
        base = max(low, start - MARGIN)
        text = bytes(view[base:min(high, stop + MARGIN)])
        # A match begins in the region; what it cannot see beyond is not searched.
        limit = len(text) if rule.sight is None else min(len(text), stop - base + rule.sight + 1)
        for match in rule.pattern.finditer(text, start - base, limit):
            if match.start() + base > stop:
                break
            tries += 1
            found = _accept(rule, text, *_value_span(rule, match), row, base - low, tries > TRIES)
            if found is not None:
                count += 1
                yield found
            if count > CAP or tries > TRIES:
                break


def exact(known: Mapping[int, Sequence[Exact]], hits: Hits, block: Block) -> Iterator[Found]:
    """Yield the known values of a block that stand alone; they are given by the numbers of their anchors."""
    import numpy as np

    chosen = np.flatnonzero(np.isin(hits.anchor, list(known)))
    for anchor, row, end in zip(hits.anchor[chosen].tolist(), hits.row[chosen].tolist(), hits.end[chosen].tolist(),
                                strict=True):
        low, high = int(block.starts[row]), int(block.ends[row])
        for one in known[anchor]:
            start, stop = end - one.anchor.low, end + len(one.tail)
            if stop > high or bytes(block.view[end:stop]).lower() != one.tail:
                continue
            before, after = bytes(block.view[max(low, start - 5):start]), bytes(block.view[stop:min(high, stop + 5)])
            if not _goes_on(before, after):
                yield Found(row, start - low, stop - start, one.entity, one.entity_class, one.rule_id, one.confidence,
                            None, one.value or bytes(block.view[start:stop]))


def _goes_on(before: bytes, after: bytes) -> bool:
    """Tell whether a word goes on before or after a value: ``Ann Lee`` does not stand alone in ``Ann Lee-Ho``."""
    return any(side[:1].isalnum() or side[:1] == "_" or (side[:1] in _JOINTS and side[1:2].isalnum())
               for side in (before.decode("utf-8", "ignore")[::-1], after.decode("utf-8", "ignore")))


def _value_span(rule: Rule, match: Any) -> tuple[int, int]:
    """Return the span of the value: the group named ``v...`` that took part, else the whole match."""
    for group in rule.values:
        if match.start(group) >= 0:
            return match.span(group)  # type: ignore[no-any-return]
    return match.span()  # type: ignore[no-any-return]


def _accept(rule: Rule, text: bytes, start: int, end: int, row: int, shift: int, give_up: bool) -> Found | None:
    value = text[start:end]
    flag, confidence = "", rule.confidence
    if give_up:
        return Found(row, start + shift, end - start, rule.entity, rule.entity_class, rule.id, 1, "capped", value)
    context = rule.context
    if context is not None:
        near = (context.words.search(text, max(0, start - context.before), start)
                or (context.after and context.words.search(text, end, min(len(text), end + context.after))))
        if near:
            confidence = min(1000, confidence + context.boost)
        elif context.required:
            return None
    if rule.check is not None:
        verdict = rule.check(value, text[max(0, start - MARGIN):start], text[end:end + MARGIN])
        if verdict is None:
            return None
        flag = verdict
    return Found(row, start + shift, end - start, rule.entity, rule.entity_class, rule.id, confidence, flag or None,
                 value)


def settle(found: Iterable[Found]) -> list[Found]:
    """Return the findings of rows in order, with overlaps decided and the cap applied.

    Of two that overlap the surer holds, then the longer, the earlier, the rule's name; so that a password inside a URL
    is not also an address, whatever rule came first.
    """
    rows: dict[int, list[Found]] = {}
    for one in found:
        rows.setdefault(one.row, []).append(one)
    kept: list[Found] = []
    for row in sorted(rows):
        kept += _capped(_apart(rows[row]))
    return kept


def _apart(row: list[Found]) -> list[Found]:
    if len(row) == 1:
        return row
    taken = Spans()
    order = sorted(row, key=lambda f: (f.flag == "capped", -f.confidence, -f.length, f.offset, f.rule_id))
    kept = [one for one in order if taken.add(one.offset, one.offset + one.length)]
    return sorted(kept, key=lambda f: f.offset)


def _capped(row: list[Found]) -> Iterator[Found]:
    counts: dict[str, int] = {}
    for one in row:
        counts[one.entity] = counts.get(one.entity, 0) + 1
        if counts[one.entity] <= CAP:
            yield one
        elif counts[one.entity] == CAP + 1:
            yield replace(one, flag="capped")
