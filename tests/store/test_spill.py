"""What engines cannot hold in memory they write to the disk, each for itself, and nothing of it stays."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from evidence import pipeline
from evidence.model import Company, Period
from evidence.store import Store

AT = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
ROWS = 250_000
sys.path.append(str(Path(__file__).parents[2]))  # where a process of its own looks for this module


def store(root: Path) -> Store:
    """A company that has nothing yet."""
    source = {"id": "door", "connector": "generic_idp", "paths": ["logs/*"], "options": {"columns": {"at": "at", "who": "who"}}}
    return pipeline.open_store(root, Company.model_validate({"organisation": "Acme", "sources": [source]}))


def opened(root: Path, memory: str = "24MB"):
    """The engine over it, with little memory."""
    return store(root).open(period=Period.month("2026-10", "UTC"), reference_time=AT, memory=memory)


def fill(con, seed: int) -> None:
    """Make a table that is larger than the memory."""
    con.execute(f"CREATE TEMP TABLE big AS SELECT i, md5((i + {seed})::VARCHAR) || sha256((i + {seed})::VARCHAR) AS s"
                f" FROM range({ROWS}) AS r(i)")


def whole(con, seed: int) -> bool:
    """Say whether each row is what it was."""
    same = f"s = md5((i + {seed})::VARCHAR) || sha256((i + {seed})::VARCHAR)"
    return con.execute(f"SELECT count(*) FILTER ({same}) FROM big").fetchall() == [(ROWS,)]


def spilled(root: Path) -> list[Path]:
    """What lies where engines write."""
    return sorted(store(root).runs.glob("spill/*/*"))


def side_by_side(root: Path, answer: str) -> None:
    """Use two engines at once, both of which write to the disk; leave what came of it in a file."""
    with closing(opened(root)) as one, closing(opened(root)) as other:
        for seed, con in ((1, one), (9_999_999, other)):
            fill(con, seed)
        assert len({path.parent for path in spilled(root)}) == 2
        good = [whole(one, 1), whole(other, 9_999_999), whole(one, 1)]
    (root / answer).write_text(repr((good, spilled(root))))


def dies(root: Path) -> None:
    """Be killed with much on the disk."""
    con = opened(root)
    fill(con, 1)
    os.kill(os.getpid(), signal.SIGKILL)


def spawn(work, *given: object) -> int | None:
    """Run a function in a process of its own and return how that ended: these engines may take it with them."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=given)
    process.start()
    process.join()
    return process.exitcode


def test_two_engines_do_not_write_over_each_other(tmp_path):
    """Whoever opens a company twice, at the same time, gets right answers from both, and nothing stays on the disk."""
    assert spawn(side_by_side, tmp_path, "answer") == 0
    assert (tmp_path / "answer").read_text() == repr(([True, True, True], []))


def test_what_a_killed_process_left_goes_with_the_next_one(tmp_path):
    """Gigabytes may lie there; what a living process writes stays."""
    with closing(opened(tmp_path)) as con:
        fill(con, 5)
        mine = spilled(tmp_path)
        assert mine
        assert spawn(dies, tmp_path) == -signal.SIGKILL
        assert set(spilled(tmp_path)) > set(mine)
        opened(tmp_path).close()
        assert spilled(tmp_path) == mine
        assert whole(con, 5)
    del con
    opened(tmp_path).close()
    assert [path.name for path in (tmp_path / ".evidence/runs/spill").iterdir()] == ["lock"]


def test_a_store_that_cannot_be_written_can_be_read(tmp_path, monkeypatch):
    """Whoever reads a copy that nobody may change needs no room on its disk, unless it is large."""
    opened(tmp_path).close()
    plain = os.open

    def read_only(path, flags, *more, **named):
        if flags & os.O_CREAT and "spill" in str(path):
            raise OSError(errno.EROFS, "read-only file system", str(path))
        return plain(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", read_only)
    with closing(opened(tmp_path, "640MB")) as con:
        assert con.execute("SELECT count(*) FROM file").fetchall() == [(0,)]
        assert spilled(tmp_path) == []
