"""Canonical relations to persons, links, chains, reconciliation and coverage."""
