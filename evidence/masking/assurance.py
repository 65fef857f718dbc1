"""How good the scanner's own eyes are, measured in every run: seeded values planted in copies of real responses.

Zero findings mean "none of the classes listed, each with recall of at least its bound", never "no leaks". The bound is
the largest recall at which as many hits, or more, have a chance of at most five in a hundred. Values and copies live in
memory for the length of the measurement; what leaves are counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import TYPE_CHECKING

from evidence.masking.planting import MUTATIONS, Planted, plant, plantable
from evidence.sampling import clopper_pearson

if TYPE_CHECKING:
    from evidence.masking.rules import Rule
    from evidence.masking.scanner import PatternScanner

_BOTH = 0.9
"""Two-sided 90 % has 5 % on each side: each of its bounds is the one-sided one of 95 %."""
FLOOR_MILLI = 950
"""A class whose bound is below this is "detector not qualified"."""
_TRIES = 8
"""So many values are made, at most, for one that an encoding changes."""
ENCODED = ("EMAIL_ADDRESS", "CREDIT_CARD", "US_SSN", "PHONE_NUMBER", "IBAN_CODE")


@dataclass(frozen=True, slots=True)
class ClassAssurance:
    """The measured recall of one entity. ``form`` is ``plain`` or the encoding in which the values were planted."""

    entity: str
    form: str
    planted: int
    found: int
    lower_bound_milli: int
    rules_digest: str
    engine: str
    seed: int

    @property
    def qualified(self) -> bool:
        """Whether the bound reaches the floor."""
        return self.lower_bound_milli >= FLOOR_MILLI


def lower_bound_milli(found: int, planted: int) -> int:
    """Return the lower bound (95 %, one-sided Clopper-Pearson) of a proportion in thousandths, rounded down."""
    return math.floor(clopper_pearson(found, planted, _BOTH)[0] * 1000 + 1e-9) if planted else 0


def prevalence_bound_ppm(responses: int, bound_milli: int, leaking: int = 0) -> int | None:
    """Return the upper bound of leaking responses in a million, where ``leaking`` of those read were found to be.

    The bound of the share that was found (95 %), widened by the recall that is proven (95 %); None if nothing can be
    said. With no leak among n it is the rule of three: 3 / (n * recall).
    """
    if not responses or not bound_milli:
        return None
    return min(1_000_000, math.ceil(clopper_pearson(leaking, responses, _BOTH)[1] * 1_000_000_000 / bound_milli))


def qualify(scanner: PatternScanner, *, seed: int, per_class: int, texts: Sequence[bytes]) -> list[ClassAssurance]:
    """Plant ``per_class`` values of every entity of which values can be made in copies of ``texts`` and count the hits.

    Args:
        scanner: the scanner that the run uses.
        seed: of the values, contexts and places; printed, so that anybody can repeat the measurement.
        per_class: values for each entity (300 without a miss prove 0.990, 1,000 prove 0.997).
        texts: real responses of the period, or made-up answers; never stored.
    """
    hosts = list(texts) or [b""]
    made = plantable(scanner.rules)
    found = [_measure(scanner, entity, made[entity], "", hosts, seed, per_class) for entity in sorted(made)]
    for entity in (name for name in ENCODED if name in made):
        found += [_measure(scanner, entity, made[entity][:1], mutation, hosts, seed, max(1, per_class // 4))
                  for mutation in MUTATIONS]
    return found


def _measure(scanner: PatternScanner, entity: str, rules: Sequence[Rule], mutation: str, hosts: Sequence[bytes],
             seed: int, count: int) -> ClassAssurance:
    import pyarrow as pa

    rng = Random(f"{seed}/{entity}/{mutation}")  # noqa: S311 - reproducible on purpose: the seed is printed
    tries = (plant(rules[n % len(rules)], hosts[n % len(hosts)], rng, n // len(rules), mutation)
             for n in range(count * (_TRIES if mutation else 1)))
    # A value in which nothing could be written otherwise proves nothing of reading it.
    planted = list(islice((one for one in tries if one.changed or not mutation), count))
    table = scanner.scan(pa.array([one.text for one in planted], pa.large_binary()))
    hits = len(caught(planted, table.to_pylist()))
    return ClassAssurance(entity, mutation or "plain", len(planted), hits, lower_bound_milli(hits, len(planted)),
                          scanner.rules_digest, scanner.engine, seed)


def caught(planted: Sequence[Planted], findings: Iterable[dict[str, object]]) -> set[int]:
    """Return the numbers of the planted values that a finding of their entity covers, not set aside by a flag."""
    hits = set()
    for finding in findings:
        row = finding["row"]
        assert isinstance(row, int)
        one, start, size = planted[row], finding["off_bytes"], finding["len_bytes"]
        assert isinstance(start, int)
        assert isinstance(size, int)
        overlap = min(start + size, one.offset + one.length) - max(start, one.offset)
        if finding["entity_type"] == one.entity and finding["flag"] is None and overlap * 2 > one.length:
            hits.add(row)
    return hits
