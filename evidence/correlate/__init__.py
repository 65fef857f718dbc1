"""Canonical relations to persons, links, chains, reconciliation and coverage.

Three steps, because the masking verdicts are made between the first and the second:

1. ``intervals``: who everybody is, what held from when to when, what the sources cover (once per run);
2. ``chains``: what became of each exchange (one UTC day after the other);
3. ``reconcile``: what became of each usage row of the vendor.

The rules are the SQL files beside this module, in the order of their names; ``explain`` reads one chain back.
"""

from __future__ import annotations

from evidence.correlate._explain import Explanation, explain
from evidence.correlate._run import Progress
from evidence.correlate._stages import chains, intervals, reconcile

__all__ = ["Explanation", "Progress", "chains", "explain", "intervals", "reconcile"]
