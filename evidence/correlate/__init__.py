"""Canonical relations to persons, links, chains, reconciliation and coverage.

Four steps, because the masking verdicts are made between the second and the third:

1. ``intervals``: who everybody is, what held from when to when, what the sources cover (once per run);
2. ``callers``: who was in the groups that masking rules name, when he asked (only where a rule names one);
3. ``chains``: what became of each exchange (one UTC day after the other);
4. ``reconcile``: what became of each usage row of the vendor.

The rules are the SQL files beside this module, in the order of their names; ``explain`` reads one chain back.
"""

from __future__ import annotations

from evidence.correlate._explain import Explanation, explain
from evidence.correlate._run import Progress
from evidence.correlate._stages import callers, chains, intervals, reconcile

__all__ = ["Explanation", "Progress", "callers", "chains", "explain", "intervals", "reconcile"]
