"""Companies unlike most: what the evidence of each can prove, and what it cannot, is said as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from evidence.pipeline.month import judge
from evidence.render import query, words
from evidence.simulate.special import native, no_provider, three_gateways
from evidence.simulate.tiny import REFERENCE_TIME

from .kit import instant, take

pytestmark = pytest.mark.xdist_group("month-special")


@contextmanager
def _judged(write: Callable[[Path], None], root: Path) -> Iterator[Any]:
    write(root)
    with closing(judge(take(root, instant(REFERENCE_TIME)))) as con:
        yield con


def _verdicts(con: Any, check: str) -> set[tuple[str, str]]:
    return set(con.execute("SELECT verdict, reason FROM check_result WHERE check_id = ?", [check]).fetchall())


def _said(con: Any) -> dict[str, int]:
    """Return the codes of the summary's sentences; each has words."""
    rows = query.rows(con, "ability")
    assert all(row["code"] in words.vocabulary()["ability"] for row in rows)
    return {row["code"]: row["number"] for row in rows}


def test_an_assistant_that_never_passes_the_gateway(tmp_path: Path) -> None:
    """Use is reconciled as allowed; no request is judged, nothing about prompts, approvals or masking is claimed."""
    with _judged(native, tmp_path) as con:
        assert con.execute("SELECT count(*) FROM chain").fetchone() == (0,)
        rows = con.execute("SELECT DISTINCT scope_rule, verdict, reason FROM reconciliation").fetchall()
        assert rows == [("native_allowed", "OUT_OF_SCOPE", "native_allowed")]
        told = con.execute("SELECT control_id, operating FROM control_result WHERE control_id IN ('A.8.11', 'A.8.5')"
                           " ORDER BY control_id").fetchall()
        assert told == [("A.8.11", "not_tested"), ("A.8.5", "no_occurrence")]
        assert set(_said(con)) == {"no_gateway", "native"}


def test_a_company_without_a_log_of_its_identity_provider(tmp_path: Path) -> None:
    """Approval and masking are judged; everything about sign-in is undetermined, and nothing fails for it."""
    with _judged(no_provider, tmp_path) as con:
        chains = con.execute("SELECT sign_in_tier, sign_in_reason, mfa_state, identity_state, approval_verdict FROM chain "
                             "ORDER BY native_id").fetchall()
        assert chains == [("T0", "no_idp_coverage", "unknown", "resolved", "valid"),
                          ("T0", "no_idp_coverage", "unknown", "resolved", "not_required")]
        for check in ("sign_in_corroborated", "mfa_satisfied"):
            assert {verdict for verdict, _ in _verdicts(con, check)} == {"undetermined"}
        assert con.execute("SELECT count(*) FROM check_result WHERE verdict = 'fail'").fetchone() == (0,)
        told = con.execute("SELECT operating FROM control_result WHERE control_id = 'A.8.5'").fetchone()
        assert told == ("source_gap",)
        assert _said(con) == {"one_gateway": 2, "no_provider": 2}


def test_a_company_with_three_gateways(tmp_path: Path) -> None:
    """Each request is as sure as its own gateway's records allow: by time, by the token itself, by the owner of a key."""
    with _judged(three_gateways, tmp_path) as con:
        chains = con.execute("SELECT source_id, caller_class, sign_in_tier, gateway_validated, person_id FROM chain "
                             "ORDER BY source_id").fetchall()
        assert [chain[:4] for chain in chains] == [
            ("edge", "human_token", "T1", True), ("gateway", "human_token", "T4", True),
            ("proxy", "personal_key", "T0", False)]
        assert len({chain[4] for chain in chains}) == 1
        carried = {row["source_id"]: (row["token"], row["prompt"], row["approval"]) for row in query.rows(con, "gateways")}
        assert carried == {"edge": (1, 1, 0), "gateway": (0, 1, 0), "proxy": (0, 1, 0)}
        present = con.execute("SELECT DISTINCT verdict, gateway_exchanges FROM reconciliation "
                              "WHERE scope_rule = 'must_be_gated'").fetchall()
        assert present == [("PRESENT_BOTH", 3)]
        assert _said(con) == {"several_gateways": 3, "identified": 1, "plausible": 1}
