"""What must not matter does not: order, processes, threads, batches. What must matter does."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from evidence.simulate.scenarios import REVIEW, A, B
from evidence.simulate.tiny import ADA, BELA, CHIARA, HIGH, LOW, REFERENCE_TIME, Tiny, question

from .kit import correlated, instant, take

pytestmark = pytest.mark.xdist_group("month-metamorphic")

CHAINS = "SELECT * FROM chain ORDER BY interaction_id"
# Where a record lies is not what it says.
FACTS = ("SELECT * EXCLUDE (locator, sign_in_locator, approval_locator, record_refs) FROM chain "
         "ORDER BY interaction_id")
OTHER = "d0000000-0000-4000-8000-00000000000f"


def _company(root: Path, *more: Callable[[Tiny], None]) -> Path:
    """Write two people's day: approved, late, unapproved, leaking, with two devices."""
    tiny = Tiny(root)
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.signed_in(BELA, "08:41:00", "sign-in-2", mfa="no")
    tiny.signed_in(ADA, "7T08:30:00", "sign-in-3", session="sid-laptop")
    tiny.signed_in(ADA, "7T08:40:00", "sign-in-4", session="sid-tablet")
    tiny.credentials(A, ADA, HIGH, "08:50:00", tiny.review(REVIEW, "08:50:00", "09:30:00", BELA))
    tiny.tunnel(B, ADA, HIGH, [("09:00:00", question()), ("09:40:00", question())], parent=A)
    tiny.tunnel("d0000000-0000-4000-8000-00000000000c", BELA, LOW,
                [("09:05:00", question(answer="Write to orla.cranmere4471@ravenholt-optics.com."))])
    tiny.tunnel("d0000000-0000-4000-8000-00000000000d", BELA, HIGH, [("10:05:00", question(stream=True))])
    tiny.tunnel("d0000000-0000-4000-8000-00000000000e", ADA, LOW, [("7T09:00:00", question())])
    for one in more:
        one(tiny)
    tiny.close()
    return root


def _ask(root: Path, query: str = CHAINS, *, threads: int = 1, jobs: int = 1) -> list[tuple[Any, ...]]:
    con = correlated(take(root, instant(REFERENCE_TIME), jobs=jobs), threads=threads)
    try:
        return con.execute(query).fetchall()
    finally:
        con.close()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The company, its chains, and its chains without the places of their records."""
    root = _company(tmp_path_factory.mktemp("plain"))
    con = correlated(take(root, instant(REFERENCE_TIME)))
    chains, facts = con.execute(CHAINS).fetchall(), con.execute(FACTS).fetchall()
    con.close()
    assert len(chains) == 5
    return root, chains, facts


def test_order_of_files_and_lines_does_not_matter(plain: Any, tmp_path: Path) -> None:
    """Files by other names, lines and list entries in another order: the same facts."""
    root = _company(tmp_path)
    rng = Random(3)
    for number, path in enumerate(sorted((root / "logs").rglob("*.*"), reverse=True)):
        if path.suffix == ".ndjson":
            lines = path.read_text("utf-8").splitlines(keepends=True)
            rng.shuffle(lines)
            path.write_text("".join(lines), encoding="utf-8")
        elif path.name == "all.json":
            path.write_text(json.dumps(json.loads(path.read_text("utf-8"))[::-1]), encoding="utf-8")
        path.rename(path.with_name(f"{number:03d}-{path.name}"))
    assert _ask(root, FACTS) == plain[2]


def test_processes_and_batches_do_not_matter(plain: Any, tmp_path: Path) -> None:
    """Two processes, and a month that comes in two parts, of which the later comes first: the same rows."""
    root = _company(tmp_path)
    held = tmp_path / "held"
    shutil.move(root / "logs/hoop", held)
    take(root, instant(REFERENCE_TIME))
    shutil.move(held, root / "logs/hoop")
    assert _ask(root, jobs=2) == plain[1]


def test_threads_and_repetition_do_not_matter(plain: Any) -> None:
    """Two threads instead of one, and everything taken in again: the same rows."""
    root, chains, _ = plain
    assert _ask(root, threads=2) == chains


def test_without_the_sign_in_log_nothing_is_proven_and_nothing_is_held_against_anybody(tmp_path: Path) -> None:
    """Passes of the checks on sign-ins become undetermined; none becomes a failure, and no failure a pass."""
    from evidence.pipeline.month import judge

    query = ("SELECT subject, verdict FROM check_result WHERE check_id IN ('mfa_satisfied', 'sign_in_corroborated') "
             "ORDER BY check_id, subject")
    root = _company(tmp_path)
    with_log = judge(take(root, instant(REFERENCE_TIME)))
    before = with_log.execute(query).fetchall()
    with_log.close()
    bare = tmp_path / "bare"
    for name in ("logs", "people.csv", "evidence.yaml", "soa.yaml", "exceptions.yaml"):
        (shutil.copytree if (root / name).is_dir() else shutil.copyfile)(root / name, _parent(bare / name))
    (bare / "logs/entra/signins/all.ndjson").unlink()
    without = judge(take(bare, instant(REFERENCE_TIME)))
    after = without.execute(query).fetchall()
    gap = without.execute("SELECT verdict FROM check_result WHERE check_id = 'no_gap_in_sources' "
                          "AND starts_with(subject, 'entra-sign-ins')").fetchall()
    without.close()
    assert {verdict for _, verdict in before} == {"pass", "fail", "undetermined"}
    assert {verdict for _, verdict in after} == {"undetermined"}
    assert [subject for subject, _ in after] == [subject for subject, _ in before]
    assert set(gap) == {("fail",)}


def _parent(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_another_person_changes_nobody_else_s_chain(plain: Any, tmp_path: Path) -> None:
    """Somebody else signs in, is approved and asks: one chain more, all others as they were."""
    def chiara(tiny: Tiny) -> None:
        tiny.signed_in(CHIARA, "08:45:00", "sign-in-9")
        tiny.tunnel(OTHER, CHIARA, LOW, [("09:01:00", question())])

    found = _ask(_company(tmp_path, chiara), FACTS)
    assert set(plain[2]) < set(found)
    assert len(found) == len(plain[2]) + 1


def _later(text: str, seconds: int) -> str:
    """Put every instant of a log so many seconds later."""
    def moved(found: re.Match[str]) -> str:
        return f"{datetime.fromisoformat(found[1]) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}"

    return re.sub(r"(2026-\d\d-\d\dT\d\d:\d\d:\d\d)", moved, text)


@pytest.mark.parametrize("seconds", [90, -90])
def test_a_clock_off_by_less_than_the_tolerance_changes_no_verdict(plain: Any, tmp_path: Path, seconds: int) -> None:
    """All clocks of the identity provider 90 seconds ahead, or behind: the same verdicts, since nothing lay at an edge."""
    verdicts = ("SELECT interaction_id, identity_state, account_state, sign_in_tier, sign_in_reason, mfa_state, "
                "mfa_basis, after_revocation, risk_level, approval_verdict, approval_flags, approver_membership, "
                "approver_account_state, approver_sign_in_tier, outcome, masking_verdict FROM chain ORDER BY ALL")
    root = _company(tmp_path)
    for path in sorted((root / "logs/entra").glob("*/*.ndjson")):
        path.write_text(_later(path.read_text("utf-8"), seconds), encoding="utf-8")
    assert _ask(root, verdicts) == _ask(plain[0], verdicts)
