"""What every test of pulling needs: a disk that is not waited for, and no network."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch):
    """Flushing outlives a power cut, which no test makes; a killed process loses nothing without it."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)
