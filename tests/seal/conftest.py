"""The kit of the verify tests, shared: what is sealed here is verified there."""

from __future__ import annotations

import importlib.util
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml

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


@dataclass
class Month:
    """A company whose month was sealed with an authority's time: its folder, the package, the exit code, what was said.

    Its disclosures are in the package, and the certificate of its seal ends soon.
    """

    root: Path
    seal: Any
    code: int = -1
    out: str = ""
    err: str = ""

    @property
    def package(self) -> Path:
        """The sealed package."""
        return self.root / "packages" / "evidence-2026-10.zip"

    def sign_with(self, **values: str) -> None:
        """Write ``signing:`` into evidence.yaml, with the company's key."""
        path = self.root / "evidence.yaml"
        values |= {"key": "keys/seal.key", "certificate": "keys/seal.pem", "revocation": "keys/revocation.pem"}
        more = {"signing": values, "disclosures": "included"}
        path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")) | more), "utf-8")

    def run(self) -> int:
        """Run the month by the command line and return the exit code."""
        from evidence import cli

        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
            code = cli.call(["run", "-C", str(self.root), "--period", "2026-10", "--as-of", "2026-11-20T06:00:00+00:00",
                             "--format", "json"])
        self.out, self.err = out.getvalue(), err.getvalue()
        return code


@pytest.fixture(scope="session")
def month(kit: Any, tmp_path_factory: pytest.TempPathFactory) -> Month:
    """The month of a small company, sealed by the command line with a key of its CA, lists and an authority."""
    from evidence.simulate import simulate

    ends = kit.now + timedelta(days=30, hours=1)
    made = Month(tmp_path_factory.mktemp("month") / "acme", kit.module.pair("Evidence seal", issuer=kit.root, end=ends))
    simulate(made.root, people=30, interactions=30, per_day=True)
    folder = made.root / "keys"
    folder.mkdir()
    (folder / "seal.pem").write_bytes(made.seal.pem + kit.root.pem)
    (folder / "revocation.pem").write_bytes(kit.revocation)
    (folder / "seal.key").touch(0o600)
    (folder / "seal.key").write_bytes(made.seal.key_pem)
    with kit.tsa.served() as url:
        made.sign_with(profile="timed", tsa_url=url)
        made.code = made.run()
    return made
