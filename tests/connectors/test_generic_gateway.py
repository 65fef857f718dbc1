"""A gateway of which only its columns are known is read by a map of them, and promises no more than they hold."""

from __future__ import annotations

from evidence import connector

CHOSEN = connector.load("generic_gateway")


def test_a_capability_without_a_column_is_not_promised():
    """What nobody declared is reported as not evidenced, never as passed."""
    assert CHOSEN.shown({"columns": {"time": "when"}}) == ("per_request_time",)
    assert set(CHOSEN.shown({"columns": {"time": "when", "prompt": "q", "key": "k"}})) == {"per_request_time", "prompt", "identity"}


def test_a_connector_without_a_map_shows_what_it_says():
    """Capabilities of other connectors do not depend on options."""
    one = connector.load("litellm")
    assert one.shown({"timezone": "UTC"}) == one.capabilities


def test_it_is_used_by_name_alone():
    """No file is taken for one of a gateway that nobody declared."""
    assert "generic_gateway" not in [name for name, _ in connector.detect({"time": "2026-09-14T09:00:00Z", "prompt": "x"})]
