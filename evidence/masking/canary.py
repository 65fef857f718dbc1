"""Makes canaries: values that look real, belong to nobody, and are known again by their keyed hash alone."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from evidence.errors import UsageError
from evidence.masking.planting import lines, plantable
from evidence.masking.planting_values import make

if TYPE_CHECKING:
    from evidence.masking.scanner import PatternScanner

_TRIES = 20


def new(scanner: PatternScanner, entity: str, rng: Random) -> tuple[str, str]:
    """Return a sentence to send that holds a new value of the entity, and the value's keyed hash.

    The scanner itself must find the value in that sentence and take it for real, not for a documentation value.

    Raises:
        UsageError: values of this entity cannot be made, or are not found as they are written.
    """
    import pyarrow as pa

    made = plantable(scanner.rules)
    if entity not in made:
        raise UsageError(f"values of {entity} cannot be made", advice="entities: " + ", ".join(sorted(made)))
    for _ in range(_TRIES):
        rule = rng.choice(made[entity])
        value = make(rule.spec.plant, rng)
        sentence = rng.choice([line for _, line in lines(rule)]).replace("{value}", value)
        start, size = sentence.encode().find(value.encode()), len(value.encode())
        for found in scanner.scan(pa.array([sentence])).to_pylist():
            if (found["entity_type"], found["flag"], found["off_bytes"], found["len_bytes"]) == (
                    entity, None, start, size):
                return sentence, found["value_hmac"]
    raise UsageError(f"no value of {entity} was found as it was written", advice="look at: evidence masking qualify")
