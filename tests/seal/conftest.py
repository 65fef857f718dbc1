"""The kit of the verify tests, shared: what is sealed here is verified there."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

if "evidence_tests_kit" not in sys.modules:
    spec = importlib.util.spec_from_file_location("evidence_tests_kit", Path(__file__).parents[1] / "verify" / "kit.py")
    assert spec
    assert spec.loader
    sys.modules["evidence_tests_kit"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["evidence_tests_kit"])


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Keys, an authority and good packages."""
    return sys.modules["evidence_tests_kit"].Kit(tmp_path_factory.mktemp("kit"))


for _label in ("museum",):
    if f"evidence_tests_{_label}" not in sys.modules:
        _spec = importlib.util.spec_from_file_location(
            f"evidence_tests_{_label}", Path(__file__).parents[1] / "verify" / f"{_label}.py")
        assert _spec
        assert _spec.loader
        sys.modules[f"evidence_tests_{_label}"] = importlib.util.module_from_spec(_spec)
        _spec.loader.exec_module(sys.modules[f"evidence_tests_{_label}"])
