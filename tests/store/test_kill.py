"""A run that is killed anywhere, and the one after it: the package is that of a month in which nobody was killed."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence import pipeline
from evidence.pipeline import intake
from evidence.simulate import simulate
from evidence.store import packs

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "build/soak/kill.json"
AT = datetime(2026, 11, 20, 6, tzinfo=UTC)
TOUCHING = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate", "shutil.rmtree"})
OF_THE_RUN = {"report.pdf", "custody.json", "SHA256SUMS", "SHA256SUMS.p7s", "statement.json"}
KILLS = 24
sys.path.append(str(ROOT))  # where a process of its own looks for this module


def run(root: Path, jobs: int = 1) -> None:
    """Make the package of the month, with packs of four files each."""
    packs.MANY, intake._IN_PROCESS, intake._TOGETHER = 4, (32 << 20) * (jobs == 1), 1 << 14
    pipeline.run(root, "2026-10", reference_time=AT, sealed_at=AT, jobs=jobs, test_key=True)


def counted(root: Path, at: int | None, answer: Path | None = None) -> None:
    """Run the month, and die when a file below ``.evidence`` is touched for this time; else write down how often it was."""
    touched = [0]
    home = str(root / ".evidence")

    def hear(event: str, given: tuple[object, ...]) -> None:
        if event in TOUCHING and given and str(given[0]).startswith(home):
            if touched[0] == at:
                os.kill(os.getpid(), signal.SIGKILL)
            touched[0] += 1

    sys.addaudithook(hear)
    run(root)
    if answer:
        answer.write_text(str(touched[0]))


def spawn(work, *given: object, seconds: float | None = None) -> int | None:
    """Run a function in a process of its own, for so long at most, and return how it ended."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=given)
    process.start()
    process.join(seconds)
    process.kill()
    process.join()
    return process.exitcode


def package(root: Path) -> dict[str, bytes]:
    """The files of the package, but those that carry the run."""
    with zipfile.ZipFile(root / "packages" / "evidence-2026-10.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist() if name not in OF_THE_RUN}


def left(root: Path) -> list[str]:
    """What is half made, and nobody's."""
    return sorted(path.relative_to(root).as_posix() for path in (root / ".evidence").rglob(".tmp-*"))


def segments(root: Path) -> dict[str, bytes]:
    """Every file of every segment and pack."""
    home = root / ".evidence" / "segments"
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Iterator[tuple[Path, Path, int]]:
    """A company folder that nobody has run, the same after its month, and how often files were touched for that."""
    folder = tmp_path_factory.mktemp("kill")
    simulate(folder / "new", people=30, interactions=12, per_day=True)
    shutil.copytree(folder / "new", folder / "first")
    assert spawn(counted, folder / "first", None) == 0
    shutil.copytree(folder / "first/.evidence/secrets", folder / "new/.evidence/secrets")  # else every id is another
    shutil.copytree(folder / "new", folder / "done")
    assert spawn(counted, folder / "done", None, folder / "touched") == 0
    assert len(list((folder / "done/.evidence/segments").iterdir())) > 20
    yield folder / "new", folder / "done", int((folder / "touched").read_text())
    shutil.rmtree(folder)


def carried_on(new: Path, done: Path, root: Path) -> int:
    """Run the month again after a kill, and say how many files of the package were compared."""
    if not (root / "packages" / "evidence-2026-10.zip").exists():
        assert spawn(run, root) == 0
    expected = package(done)
    assert package(root) == expected
    assert segments(root) == segments(done)
    assert left(root) == []
    return len(expected)


@pytest.mark.soak
def test_a_run_that_is_killed_anywhere_is_carried_on(undisturbed, tmp_path):
    """Killed where it touches a file of its own, by chance, or while several processes read: the package is the same."""
    new, done, touched = undisturbed
    chance = random.Random(17)
    report: dict[str, object] = {"touched": touched, "kills": [], "compared": 0}
    for number in range(KILLS):
        root = tmp_path / str(number)
        shutil.copytree(new, root)
        if number % 4 == 3:
            where: object = round(chance.uniform(0.5, 8), 2)
            code = spawn(run, root, 2, seconds=float(str(where)))
        else:
            where = chance.randrange(touched)
            code = spawn(counted, root, where)
            assert code == -signal.SIGKILL
        report["kills"] = [*report["kills"], [where, code]]
        report["compared"] = carried_on(new, done, root)
        shutil.rmtree(root)
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


PACKS = ("begun", "half", "written", "named")


@pytest.mark.soak
@pytest.mark.parametrize("when", PACKS)
def test_a_pack_that_is_cut_short_is_made_again(undisturbed, tmp_path, when):
    """Killed with a pack begun, half written, without its manifest, or made but not used: the package is the same."""
    new, done, _ = undisturbed
    shutil.copytree(new, tmp_path / "acme")
    assert spawn(at_a_pack, tmp_path / "acme", when) == -signal.SIGKILL
    assert left(tmp_path / "acme") or when == "named"
    carried_on(new, done, tmp_path / "acme")


def at_a_pack(root: Path, when: str) -> None:
    """Run the month, and die at the third pack."""
    plain, seen = packs._write, [0]

    def write(con, segments, manifests, place):
        seen[0] += 1
        if seen[0] == 3 and when == "begun":
            os.kill(os.getpid(), signal.SIGKILL)
        facts = plain(con, segments, manifests, place)
        if seen[0] == 3 and when == "half":
            [path, *_] = sorted(place.iterdir())
            path.write_bytes(path.read_bytes()[:100])
        if (seen[0] == 3 and when in {"half", "written"}) or (seen[0] == 4 and when == "named"):
            os.kill(os.getpid(), signal.SIGKILL)
        return facts

    packs._write = write
    run(root)
