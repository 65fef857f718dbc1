"""One chain as a person reads it: what is printed, and what only on request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evidence.cli.explain import command
from evidence.simulate.scenarios import REVIEW, A, B
from evidence.simulate.tiny import ADA, BELA, HIGH, REFERENCE_TIME, Tiny, question

from .kit import correlated, instant, take

pytestmark = pytest.mark.xdist_group("month-explain")
QUESTION = "Which of the two suppliers answered first?"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], str]:
    """A request with an approval and two sessions to choose from; the words of the command, and what it prints."""
    root = tmp_path_factory.mktemp("explain")
    tiny = Tiny(root)
    tiny.signed_in(ADA, "08:30:00", "sign-in-1", session="sid-laptop")
    tiny.signed_in(ADA, "08:40:00", "sign-in-2", session="sid-tablet")
    tiny.credentials(A, ADA, HIGH, "08:50:00", tiny.review(REVIEW, "08:50:00", "08:55:00", BELA))
    tiny.tunnel(B, ADA, HIGH, [("09:00:00", question(prompt=QUESTION))], parent=A)
    tiny.close()
    con = correlated(take(root, instant(REFERENCE_TIME)))
    ident = con.execute("SELECT interaction_id FROM chain").fetchone()[0]
    con.close()
    return [ident, "-C", str(root), "--period", "2026-10", "--as-of", REFERENCE_TIME], _run(ident, root)


def _run(ident: str, root: Path, *more: str) -> str:
    done = CliRunner().invoke(command, [ident, "-C", str(root), "--period", "2026-10", "--as-of", REFERENCE_TIME, *more],
                              standalone_mode=False)
    assert done.exception is None
    return done.output


def test_each_link_says_how_it_was_made_and_what_it_could_have_been(told: tuple[list[str], str]) -> None:
    """Method, confidence, distance and place among the candidates; those not chosen say so."""
    text = told[1]
    assert "who he is (identity)" in text
    assert "T4 (low):  same person in token life  [sign-in-2]" in text
    assert "candidate 1 of 2" in text
    assert "T4 (low):  same person in token life  [sign-in-1]" in text
    assert "candidate 2 of 2  - not chosen" in text
    assert "approval_verdict        valid" in text


def test_raw_records_are_printed_only_on_request(told: tuple[list[str], str]) -> None:
    """Without --raw nothing of what was asked; with it every record behind the chain, as it was received."""
    words, text = told
    assert QUESTION not in text
    full = json.loads(_run(words[0], Path(words[2]), "--raw", "--format", "json"))
    raw = {record["relation"]: record["raw"] for record in full["records"]}
    assert json.loads(raw["sign_in"])["properties"]["id"].startswith("sign-in-")
    assert json.loads(raw["exchange"])["id"] == B
    assert all("not available" not in text for text in raw.values())
