"""The kit of seal and verify, made once."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def _load(label: str) -> object:
    """Load a module that lies beside the tests; they are no package."""
    qualified = f"evidence_tests_{label}"
    if qualified not in sys.modules:
        spec = importlib.util.spec_from_file_location(qualified, HERE / f"{label}.py")
        assert spec
        assert spec.loader
        sys.modules[qualified] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[qualified])
    return sys.modules[qualified]


kit_module = _load("kit")


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Keys, an authority and good packages."""
    return kit_module.Kit(tmp_path_factory.mktemp("kit"))


museum_module, independent_module = _load("museum"), _load("independent")
chromium_module, firefox_module = _load("chromium"), _load("firefox")
