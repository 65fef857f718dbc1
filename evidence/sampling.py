"""Samples that anybody can draw again: no random numbers, only SHA-256 over a printed seed and the ids.

The pick: put the seed's text and the id's text one after the other, take SHA-256 of the bytes, sort by the hex digest,
take the first n. ``printf '%s' "$seed$id" | sha256sum`` gives the same order in a shell.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from collections.abc import Callable, Iterable

from evidence.errors import UsageError


def sample_size(confidence: float, tolerable: float) -> int:
    """Return n of an attribute sample that expects no deviation: the least n with (1 - tolerable)^n <= 1 - confidence.

    Args:
        confidence: confidence that the rate of deviation is below ``tolerable``, between 0 and 1.
        tolerable: tolerable rate of deviation, between 0 and 1.

    Raises:
        UsageError: a figure is not between 0 and 1.
    """
    for name, value in (("confidence", confidence), ("tolerable deviation", tolerable)):
        if not 0 < value < 1:
            raise UsageError(f"{name}: expected a share between 0 and 1, found {value}")
    exact = math.log1p(-confidence) / math.log1p(-tolerable)
    return max(1, math.ceil(exact - 1e-9))


def draw(ids: Iterable[str], seed: str, n: int) -> list[str]:
    """Return the ``n`` ids whose SHA-256(seed || id) is smallest, in that order; all ids where there are fewer.

    Ids must be unique; their order does not matter. Memory is bounded by ``n``.
    """
    keyed = ((hashlib.sha256(f"{seed}{one}".encode()).hexdigest(), one) for one in ids)
    return [one for _, one in heapq.nsmallest(n, keyed)]


def clopper_pearson(deviations: int, n: int, confidence: float) -> tuple[float, float]:
    """Return the two-sided exact interval for a rate of which ``deviations`` of ``n`` were seen.

    Raises:
        UsageError: the figures do not belong together.
    """
    if not 0 <= deviations <= n or n < 1 or not 0 < confidence < 1:
        raise UsageError(f"expected 0 <= deviations <= n, n > 0; found {deviations} of {n} at {confidence}")
    tail = (1 - confidence) / 2
    low = 0.0 if deviations == 0 else _solve(_at_most(deviations - 1, n), 1 - tail)
    high = 1.0 if deviations == n else _solve(_at_most(deviations, n), tail)
    return low, high


def _at_most(k: int, n: int) -> Callable[[float], float]:
    """Return P(X <= k) of a binomial distribution as a function of the rate; the shorter tail is summed, by logs."""
    upper = k + 1 > n - k
    terms = range(k + 1, n + 1) if upper else range(k + 1)
    logs = [(i, math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1)) for i in terms]

    def probability(p: float) -> float:
        yes, no = math.log(p), math.log1p(-p)
        tail = math.fsum(math.exp(log + i * yes + (n - i) * no) for i, log in logs)
        return 1 - tail if upper else tail
    return probability


def _solve(falling: Callable[[float], float], value: float) -> float:
    """Return where a falling function over (0, 1) takes a value, by halving."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > value else (low, middle)
    return (low + high) / 2
