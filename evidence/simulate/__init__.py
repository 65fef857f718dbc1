"""A company whose month can be run, and which misbehaves on request.

The one place that knows log vendors. It imports nothing of the engine: what it says is true comes from what it decided
to do, never from reading the logs back.
"""

from evidence.simulate.month import simulate
from evidence.simulate.register import catalogue, demo, describe
from evidence.simulate.truth import ExchangeFact, FileFact, Finding, PersonFact, Truth, UsageFact

__all__ = [
    "ExchangeFact", "FileFact", "Finding", "PersonFact", "Truth", "UsageFact",
    "catalogue", "demo", "describe", "simulate",
]
