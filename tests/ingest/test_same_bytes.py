"""The same bytes give the same segments: whatever the order, the number of processes, and what was killed before."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.pipeline import intake
from evidence.store import Store

from .kit import chat, company, connect, digests, ingest, lines

ROOT = Path(__file__).resolve().parents[2]


def month(root: Path, names=range(8)) -> Store:
    """A company with some files."""
    store = company(root)
    for n in names:
        data = lines(*(chat(k, ask=f"{'text ' * 50}{k}") for k in range(n * 30, n * 30 + 40)), "oops", "")
        (root / "logs" / f"chat-{n}.json{'.gz' if n % 3 == 0 else ''}").write_bytes(gzip.compress(data, mtime=0) if n % 3 == 0 else data)
    (root / "logs" / "door.csv").write_text("event,at,who\n" + "".join(f"e{n},2026-10-02T09:00:00Z,mia\n" for n in range(50)))
    return store


def chains(store: Store) -> list[tuple]:
    """All that the engine shows of the exchanges."""
    con = connect(store)
    return [con.sql(f"FROM {name} ORDER BY ALL").fetchall() for name in ("exchange", "sign_in", "reject", "skip", "duplicate")]


def test_twice_changes_nothing(tmp_path):
    """A second ingest writes no line and no segment."""
    store = month(tmp_path)
    ingest(store)
    before, ledger = digests(store), store.ledger.path.read_bytes()
    summary = ingest(store)
    assert {f.event for f in summary.files} == {"known"}
    assert (digests(store), store.ledger.path.read_bytes()) == (before, ledger)


def test_one_process_or_two(tmp_path, monkeypatch):
    """Segments do not depend on how many processes made them; progress tells of every file."""
    one, two = month(tmp_path / "one"), month(tmp_path / "two")
    ingest(one)
    monkeypatch.setattr(intake, "_IN_PROCESS", 0)
    ticks: list[tuple[int, int]] = []
    ingest(two, jobs=2, progress=lambda done, total: ticks.append((done, total)))
    assert digests(one) == digests(two)
    assert one.ledger.path.read_bytes() == two.ledger.path.read_bytes()
    assert ticks == sorted(ticks)
    assert ticks[-1] == (9, 9)


@pytest.mark.parametrize("room", [0, 3000, 1 << 30])
def test_alone_or_with_others(tmp_path, monkeypatch, room):
    """Small files share an engine; what comes of one does not depend on which others were beside it, good or bad."""
    alone, together = month(tmp_path / "alone"), month(tmp_path / "together")
    for store in (alone, together):
        for name, data in (("empty", b""), ("junk", b"junk"), ("other", b'{"event": 1, "at": 2, "who": 3}'),
                           ("copy", (store.root / "logs" / "chat-1.json").read_bytes())):
            (store.root / "logs" / f"chat-{name}").write_bytes(data)
    monkeypatch.setattr(intake, "_TOGETHER", -1)
    one = ingest(alone)
    monkeypatch.setattr(intake, "_TOGETHER", room)
    assert ingest(together) == one
    assert digests(alone) == digests(together)


def test_a_month_in_two_parts(tmp_path):
    """Files that come in two ingests, the later ones first, give what one ingest gives."""
    whole, parts = month(tmp_path / "whole"), month(tmp_path / "parts", range(4, 8))
    ingest(whole)
    ingest(parts)
    month(tmp_path / "parts")
    ingest(parts)
    assert digests(whole) == digests(parts)
    assert chains(whole) == chains(parts)


def test_another_name_is_another_receipt_and_the_same_file(tmp_path):
    """The same bytes under a second name are received again and counted once."""
    store = month(tmp_path, [1])
    ingest(store)
    before, shown = digests(store), chains(store)
    shutil.copy(tmp_path / "logs" / "chat-1.json", tmp_path / "logs" / "chat-copy.json")
    assert [f.event for f in ingest(store).files] == ["known", "received", "known"]
    assert (digests(store), chains(store)) == (before, shown)
    assert connect(store).sql("SELECT path FROM file ORDER BY path").fetchall() == [("logs/chat-1.json",), ("logs/door.csv",)]


def test_what_was_received_stays(tmp_path):
    """A file that is taken away, or replaced by a shorter one, was evidence and remains it."""
    store = month(tmp_path, [1])
    ingest(store)
    shown = chains(store)
    (tmp_path / "logs" / "chat-1.json").write_bytes(lines(chat(31, ask=f"{'text ' * 50}31")))
    (tmp_path / "logs" / "door.csv").unlink()
    ingest(store)
    assert chains(store)[:2] == shown[:2]


def test_a_connector_that_changed_reads_again(tmp_path):
    """A new connector reads known bytes anew, from the vault where they are gone; the ledger says it was read again."""
    store = month(tmp_path, [1])
    ingest(store)
    (tmp_path / "logs" / "chat-1.json").unlink()
    sql = tmp_path / "own" / "plain_chat" / "exchange.sql"
    sql.write_text(sql.read_text().replace("'exact'", "'unpaired'"))
    assert [(f.path, f.event) for f in ingest(store).files] == [("logs/chat-1.json", "reread"), ("logs/door.csv", "known")]
    assert connect(store).sql("SELECT DISTINCT pairing FROM exchange").fetchall() == [("unpaired",)]
    assert {f.event for f in ingest(store).files} == {"known"}


KILLED = """
    import os, signal, sys
    from datetime import UTC, datetime
    from functools import partial
    from pathlib import Path
    from evidence import pipeline
    from evidence.model import Company
    from evidence.store import disk, ledger

    root, where, after = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    count = 0

    def fatal(original):
        def wrapped(*args, **more):
            global count
            count += 1
            if count > after:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*args, **more)
        return wrapped

    if where == "segment":
        from evidence.ingest.segment import Writer
        Writer._write = fatal(Writer._write)
    elif where == "fsync":
        os.fsync = fatal(os.fsync)
    elif where == "ledger":
        import rfc8785
        original = ledger.Ledger._write
        def torn(self, lines):
            with self.path.open("ab") as file:
                file.write(b'{"bytes":12,"connec')
            os.kill(os.getpid(), signal.SIGKILL)
        ledger.Ledger._write = torn
    company = Company.model_validate_json((root / "company.json").read_text())
    store = pipeline.open_store(root, company)
    pipeline.ingest(store, company, received_at=datetime(2026, 11, 3, 8, tzinfo=UTC), jobs=1, scanner=partial({}.get, 0))
"""


@pytest.mark.parametrize(("where", "after"), [("segment", 0), ("segment", 4), ("fsync", 1), ("fsync", 5), ("fsync", 8), ("ledger", 0)])
def test_killed_in_the_middle_and_run_again(tmp_path, where, after):
    """A process killed at any point leaves nothing half: the next run ends with the very same segments."""
    untouched, victim = month(tmp_path / "untouched", range(3)), month(tmp_path / "victim", range(3))
    ingest(untouched)
    (victim.root / "company.json").write_text(victim.company.model_dump_json(by_alias=True))
    script = tmp_path / "killed.py"
    script.write_text(textwrap.dedent(KILLED))
    done = subprocess.run([sys.executable, script, victim.root, where, str(after)], check=False, cwd=ROOT, capture_output=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    summary = ingest(victim)
    assert (summary.repaired is not None) == (where == "ledger")
    assert digests(victim) == digests(untouched)
    assert chains(victim) == chains(untouched)
    assert list(victim.home.rglob(".tmp-*")) == []


@given(st.permutations(range(4)), st.lists(st.sampled_from(range(4)), max_size=3))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_order_of_arrival_is_chance(tmp_path_factory, order, early):
    """Whatever came first, and however often an ingest ran between, the segments and what they show are the same."""
    root = tmp_path_factory.mktemp("order")
    expected = month(root / "expected", range(4))
    ingest(expected)
    store = month(root / "store", [])
    for n in order:
        month(root / "store", [n])
        if n in early:
            ingest(store)
    ingest(store)
    assert digests(store) == digests(expected)
    assert chains(store) == chains(expected)


def test_a_process_that_dies_costs_its_file_alone(tmp_path):
    """The others are answered, those that were under way beside it too."""
    code = textwrap.dedent("""
        import os, signal, sys
        from evidence.ingest.pool import Pool

        def work(job):
            if job.startswith("deadly"):
                os.kill(os.getpid(), signal.SIGKILL)
            return job.upper()

        def mourn(job):
            return job + " died"

        if __name__ == "__main__":
            queue = ["a", "deadly1", "b", "c", "deadly2", "d"]
            print(sorted(Pool(work, mourn, 2).run(queue)))
    """)
    script = tmp_path / "pool.py"
    script.write_text(code)
    done = subprocess.run([sys.executable, script], check=True, cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.stdout.strip() == str([(0, "A"), (1, "deadly1 died"), (2, "B"), (3, "C"), (4, "deadly2 died"), (5, "D")])


def test_no_process_outlives_the_one_that_started_it(tmp_path):
    """A run that is killed leaves nothing behind that waits for work; its output ends, since nobody holds it any more."""
    script = tmp_path / "pool.py"
    script.write_text(textwrap.dedent("""
        import os, signal
        from evidence.ingest.pool import Pool

        def work(job):
            os.write(1, b"at work\\n")
            signal.pause()

        if __name__ == "__main__":
            list(Pool(work, str, 1).run(["a"]))
    """))
    with subprocess.Popen([sys.executable, script], cwd=ROOT, stdout=subprocess.PIPE,
                          env={**os.environ, "PYTHONPATH": str(ROOT)}) as run:
        assert run.stdout.readline() == b"at work\n"
        run.kill()
        assert run.communicate(timeout=120) == (b"", None)


DEADLY = """
    import os, signal, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from evidence import pipeline
    from evidence.model import Company
    from evidence.pipeline import intake

    class Deadly:
        rules_digest, engine, people = "deadly", "deadly", None
        def read(self, texts):
            if any("DEADLY" in text.as_py() for text in texts):
                os.kill(os.getpid(), signal.SIGKILL)
            import pyarrow as pa
            return pa.table({"row": []}), pa.table({"row": []})

    if __name__ == "__main__":
        root = Path(sys.argv[1])
        intake._IN_PROCESS = 0
        company = Company.model_validate_json((root / "company.json").read_text())
        store = pipeline.open_store(root, company)
        found = pipeline.ingest(store, company, received_at=datetime(2026, 11, 3, tzinfo=UTC), jobs=2, scanner=Deadly)
        print([(f.path, f.state, f.reason, f.records) for f in found.files])
"""


def test_a_file_that_kills_its_process_is_told_and_the_others_are_read(tmp_path):
    """Of files read together, the one that ends the process is unreadable; it is tried again the next time."""
    store = company(tmp_path)
    for name, ask in (("a", "x"), ("b", "DEADLY"), ("c", "y")):
        (tmp_path / "logs" / f"chat-{name}").write_bytes(lines(chat(ord(name), ask=ask)))
    (tmp_path / "logs" / "door").write_text("event,at,who\ne1,2026-10-02T09:00:00Z,mia\n")
    (tmp_path / "company.json").write_text(store.company.model_dump_json(by_alias=True))
    script = tmp_path / "deadly.py"
    script.write_text(textwrap.dedent(DEADLY))
    done = subprocess.run([sys.executable, script, tmp_path], check=True, cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.stdout.strip() == str([("logs/chat-a", "read", None, 1), ("logs/chat-b", "unreadable", "process_died", 0),
                                       ("logs/chat-c", "read", None, 1), ("logs/door", "read", None, 1)])
    assert not ingest(store).incomplete
    assert connect(store).sql("SELECT count(*) FROM exchange").fetchall() == [(3,)]
    assert connect(store).sql("SELECT DISTINCT state FROM file").fetchall() == [("read",)]
