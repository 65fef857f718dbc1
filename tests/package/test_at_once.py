"""Two commands at once over one company: each answers for itself, or is told to wait."""

from __future__ import annotations

import json
import shutil
import zipfile

import pytest

from evidence import cli
from evidence.pipeline import package

from .conftest import seal

pytestmark = pytest.mark.xdist_group("package")


def beside(monkeypatch, name, work) -> None:
    """Do something else, once, just before a step of a run."""
    plain, left = getattr(package, name), [work]

    def step(*given, **named):
        if left:
            left.pop()()
        return plain(*given, **named)

    monkeypatch.setattr(package, name, step)


def test_two_runs_do_not_seal_at_once(sealed, tmp_path, monkeypatch, capfd):
    """The second is refused while the first one stages and seals: they would share a folder, and a number in the series."""
    root = tmp_path / "acme"
    shutil.copytree(sealed.root, root, ignore=shutil.ignore_patterns("packages", "register", "runs", "segments", "ledger.jsonl"))
    codes = []

    def other() -> None:
        codes.append(cli.call(["run", "-C", str(root), "--period", "2026-10", "--as-of", "2026-11-20T06:00:00+00:00", "--test-key"]))

    beside(monkeypatch, "seal_staged", other)
    code, _, said = seal(root, capfd)
    assert (codes, code) == ([3], 4), said
    assert "another process" in said
    assert [path.name for path in (root / "packages").glob("*.zip")] == ["evidence-2026-10.zip"]
    assert cli.call(["verify", str(root / "packages")]) == 0
    assert not (root / ".evidence" / "runs" / "2026-10" / "package").exists(), "what is in the package lies nowhere else"


def test_what_comes_while_a_month_is_judged_came_after(sealed, tmp_path, monkeypatch, capfd):
    """A package speaks of what was received when its run began; what another ingest took in meanwhile is told as late."""
    root = tmp_path / "acme"
    shutil.copytree(sealed.root, root, ignore=shutil.ignore_patterns("packages", "register", "runs", "segments", "ledger.jsonl"))
    late = min((root / "logs" / "entra" / "signins").glob("*.ndjson"))
    line = late.read_bytes().splitlines(keepends=True)[0]

    def ingest() -> None:
        late.with_name("late.ndjson").write_bytes(line.replace(b'"id":"', b'"id":"f', 1).replace(b'"id": "', b'"id": "f', 1))
        assert cli.call(["ingest", "-C", str(root)]) == 0

    beside(monkeypatch, "identity", ingest)
    assert seal(root, capfd)[0] == 4
    with zipfile.ZipFile(root / "packages" / "evidence-2026-10.zip") as archive:
        custody = json.loads(archive.read("custody.json"))
    assert custody["ledger_lines"] == len((root / ".evidence" / "ledger.jsonl").read_bytes().splitlines()) - 1
    assert "records of 2026-10 that came after evidence-2026-10 was sealed: 1 sign in of " in seal(root, capfd)[2]
    assert cli.call(["verify", str(root / "packages")]) == 0
