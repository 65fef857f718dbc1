"""One made-up month, rendered once for all tests that look at it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("render_build", Path(__file__).with_name("build.py"))
assert _spec
assert _spec.loader
_build = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_build)


@pytest.fixture(scope="session")
def build():
    """The builder of the month."""
    return _build


@pytest.fixture(scope="session")
def month(build):
    """An engine with the month in it; read only by convention."""
    connection = build.connection()
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def staged(month, build, tmp_path_factory):
    """The month rendered: folder and what render() returned."""
    from evidence.render import render

    out = tmp_path_factory.mktemp("staging")
    (out / "evidence").mkdir()
    (out / "evidence/chains.ndjson").write_bytes(b'{"chain":1}\n')
    done = render(month, build.company(), soa=build.soa(), exceptions=build.exceptions(), facts=build.facts(), out=out)
    return out, done
