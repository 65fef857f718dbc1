"""Claims against marks against residuals: one case for each verdict, and for what makes a session difficult."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence import masking, relations
from evidence.errors import SourceError

OPEN, END = "0001-01-01 00:00:00", "9999-12-31 00:00:00"
RANKS = ["claimed_not_masked", "leak", "analyzed_unmasked", "partial_too_wide", "failed_open", "off", "indeterminate", "surrogate_unverifiable", "under_evidenced", "unclaimed_placeholder", "over_masked", "masked_ok", "no_sensitive"]


class World:
    """Relations written by hand, and the verdicts that follow."""

    def __init__(self, con):
        """Begin with empty relations."""
        self.con = con
        self.rank = 0

    def exchange(self, ident="x1", **other):
        """Add an exchange that was forwarded and answered."""
        row = {"source_id": "gw", "native_id": ident, "session_id": "s1", "event_time": "2026-10-05 09:00:00", "connection": "chat", "pairing": "exact",
               "outcome": "forwarded", "response_bytes": 900, "truncated": False}
        relations.insert(self.con, "exchange", [row | other])
        return self

    def finding(self, ident="x1", entity="EMAIL_ADDRESS", kind="contact", off=10, **other):
        """Add a finding in the response."""
        row = {"source_id": "gw", "exchange_ref": ident, "field": "response", "entity_type": entity, "entity_class": kind, "off_bytes": off,
               "confidence_milli": 900, "value_hmac": f"h{off}"}
        relations.insert(self.con, "finding", [row | other])
        return self

    def mark(self, ident="x1", entity="EMAIL_ADDRESS", off=50, **other):
        """Add a mark in the response that proves itself."""
        row = {"source_id": "gw", "exchange_ref": ident, "field": "response", "style": "angle_entity", "entity_type": entity, "self_evident": True,
               "off_bytes": off, "len_bytes": 10, "visible_bytes": 0}
        relations.insert(self.con, "placeholder", [row | other])
        return self

    def claim(self, entity="EMAIL_ADDRESS", masked=None, analyzed=None, **other):
        """Add a claim of the session."""
        row = {"source_id": "gw", "native_id": f"c{entity}", "session_id": "s1", "scope": "session", "entity_type": entity, "n_masked": masked,
               "n_analyzed": analyzed}
        relations.insert(self.con, "masking_claim", [row | other])
        return self

    def policy(self, action="must_mask", **other):
        """Add a policy rule behind those that are there."""
        self.rank += 1
        row = {"rank": self.rank, "entity_class": "*", "entity_type": "*", "connection": "%", "action": action, "valid_from": OPEN, "valid_to": END}
        relations.insert(self.con, "cfg_masking", [row | other])
        return self

    def setting(self, on, at="2026-10-01 00:00:00", **other):
        """Add an answer of the gateway about the connection."""
        row = {"source_id": "conn", "native_id": f"c{at}", "event_time": at, "connection": "chat", "masking_enabled": on}
        relations.insert(self.con, "connection_snapshot", [row | other])
        return self

    def verdicts(self):
        """Return {(native id, entity): (verdict, severity, reason)} and check what holds of every row."""
        masking.verdicts(self.con)
        rows = self.con.execute(
            "SELECT e.native_id, v.entity_type, v.verdict, v.severity, v.reason, v.verdict_rank FROM masking_verdict AS v "
            "JOIN (SELECT DISTINCT source_id, native_id FROM exchange) AS e ON interaction_id(e.source_id, e.native_id) = v.interaction_id").fetchall()
        assert all(row[5] == RANKS.index(row[2]) + 1 for row in rows)
        keys = [row[:2] for row in rows]
        assert len(keys) == len(set(keys))
        whole = {row[0]: row[5] for row in rows if row[1] == "*"}
        for ident, rank in whole.items():
            assert rank == min(row[5] for row in rows if row[0] == ident)
        return {row[:2]: row[2:5] for row in rows}


@pytest.fixture
def world(con):
    """Empty relations."""
    return World(con)


def one(world, entity="EMAIL_ADDRESS"):
    """Return the verdict on an entity of the only exchange, and the whole."""
    found = world.verdicts()
    return found.get(("x1", entity)), found["x1", "*"]


@pytest.mark.parametrize(("direction", "verdict"), [
    ("output", "claimed_not_masked"), (None, "claimed_not_masked"), ("input", "leak"), ("unclear", "leak")])
def test_what_was_masked_in_the_prompt_says_nothing_of_the_response(world, direction, verdict):
    """A claim speaks for the side that it names; one that may be either speaks for none."""
    world.exchange().finding().claim(masked=1, scope="exchange", exchange_ref="x1", direction=direction)
    assert one(world)[0][0] == verdict


@pytest.mark.parametrize(("entity", "kind", "severity"), [
    ("EMAIL_ADDRESS", "contact", "high"), ("AWS_ACCESS_KEY", "secret", "critical"), ("CREDIT_CARD", "payment", "critical"),
    ("US_SSN", "government_id", "critical"), ("IP_ADDRESS", "network", "medium"), ("OUR_OWN", "other", "high")])
def test_leak(world, entity, kind, severity):
    """A value in clear that nobody claimed is a leak, as severe as its class."""
    world.exchange().finding(entity=entity, kind=kind)
    assert one(world, entity) == (("leak", severity, "residual"),) * 2


def test_claimed_not_masked(world):
    """A value in clear whose masking was claimed and left no mark is the worst there is."""
    world.exchange().finding().claim(masked=1)
    assert one(world) == (("claimed_not_masked", "critical", "residual_despite_claim"),) * 2


def test_a_further_value_beside_masked_ones(world):
    """Where marks account for the whole claim of the session, the value in clear is a further one: a leak."""
    world.exchange().finding().mark().claim(masked=1)
    assert one(world)[0] == ("leak", "high", "residual_beside_masked")


def test_exchange_claims_are_strict(world):
    """A gateway that counts exchanges claims of this very response: a residual contradicts it whatever else is marked."""
    world.exchange().finding().mark().claim(masked=1, scope="exchange", exchange_ref="x1", session_id=None)
    assert one(world)[0] == ("claimed_not_masked", "critical", "residual_despite_claim")


def test_analyzed_unmasked(world):
    """A gateway that found more than it masked says itself that something passed."""
    world.exchange().claim("PERSON", masked=0, analyzed=2)
    assert one(world, "PERSON")[0] == ("analyzed_unmasked", "high", "counters_disagree_not_located")


@pytest.mark.parametrize(("policy", "verdict"), [
    ({}, "partial_too_wide"), ({"action": "partial_ok", "keep_last": 4}, "masked_ok"), ({"action": "partial_ok", "keep_last": 3}, "partial_too_wide"),
    ({"action": "partial_ok"}, "masked_ok")])
def test_partial_masks(world, policy, verdict):
    """A partial mask may leave as many characters as policy says, and none where it says nothing."""
    world.exchange().mark(entity="CREDIT_CARD", visible_bytes=4, self_evident=False, style="partial_card").claim("CREDIT_CARD", masked=1)
    world.policy(**policy)
    assert one(world, "CREDIT_CARD")[0][0] == verdict


def test_failed_open(world):
    """Errors of the masking are never well, whatever was found."""
    world.exchange().claim("*", masked=0, err_count=2)
    assert one(world)[1] == ("failed_open", "critical", "masking_errors")


def test_off(world):
    """Masking that was off at that time is said so; later or earlier answers do not change it."""
    world.exchange().setting(True, "2026-09-01 00:00:00").setting(False, "2026-10-05 08:59:59").setting(True, "2026-10-05 09:00:01")
    assert one(world)[1] == ("off", "high", "masking_off")


@pytest.mark.parametrize(("settings", "verdict", "reason"), [
    ([(None, "2026-10-01 00:00:00")], "no_sensitive", "nothing_found"), ([(True, "2026-10-01 00:00:00")], "no_sensitive", "nothing_found"),
    ([(False, "2026-10-09 00:00:00")], "indeterminate", "masking_off_seen_later"), ([(True, "2026-10-09 00:00:00")], "no_sensitive", "nothing_found"),
    ([(False, "2026-09-01 00:00:00"), (None, "2026-10-01 00:00:00")], "off", "masking_off"),
    ([(True, "2026-10-05 09:00:00"), (False, "2026-10-05 09:00:00")], "off", "masking_off")])
def test_settings(world, settings, verdict, reason):
    """Unknown is not off; off seen only afterwards is no proof for the time before; of two answers at once the worse holds."""
    world.exchange()
    for number, (on, at) in enumerate(settings):
        world.setting(on, at, native_id=f"c{number}")
    assert (one(world)[1][0], one(world)[1][2]) == (verdict, reason)


@pytest.mark.parametrize(("other", "verdict", "reason"), [
    ({"truncated": True}, "indeterminate", "truncated"), ({"response_bytes": None}, "indeterminate", "text_absent"),
    ({"pairing": "ambiguous"}, "indeterminate", "pairing_ambiguous"), ({"outcome": "blocked", "response_bytes": None}, "no_sensitive", "not_delivered"),
    ({"outcome": "denied", "response_bytes": None, "pairing": "unpaired"}, "no_sensitive", "not_delivered"),
    ({"response_bytes": 0}, "no_sensitive", "empty_response"), ({"outcome": "unknown", "response_bytes": None}, "indeterminate", "text_absent")])
def test_what_cannot_be_judged(world, other, verdict, reason):
    """Text that is cut, absent or of an uncertain answer is never well; what was not delivered cannot leak."""
    world.exchange(**other)
    assert (one(world)[1][0], one(world)[1][2]) == (verdict, reason)


def test_truncated_counters(world):
    """Counters over a truncated recording leave the response undecided."""
    world.exchange().claim("*", masked=0, truncated=True)
    assert one(world)[1] == ("indeterminate", "medium", "claim_truncated")


def test_unread_candidates(world):
    """Where the scanner gave up, nothing is said to be well."""
    world.exchange().finding(confidence_milli=1, flag="capped")
    assert one(world)[0] == ("indeterminate", "medium", "capped")


def test_surrogate(world):
    """Where policy replaces values by others that look real, no mark can prove it."""
    world.exchange().claim("PERSON", masked=2).policy(strategy="surrogate")
    assert one(world, "PERSON")[0] == ("surrogate_unverifiable", "medium", "surrogate_by_policy")


@pytest.mark.parametrize(("claims", "verdict"), [({"EMAIL_ADDRESS": 3}, "under_evidenced"), ({"EMAIL_ADDRESS": 1}, "masked_ok"), ({"*": 2}, "masked_ok")])
def test_under_evidenced(world, claims, verdict):
    """More claimed than marked is under-evidenced; a total without items covers every entity."""
    world.exchange().mark()
    for entity, count in claims.items():
        world.claim(entity, masked=count)
    found = world.verdicts()
    assert found["x1", "EMAIL_ADDRESS"][0] == verdict
    assert found["x1", "*"][0] == ("masked_ok" if claims == {"EMAIL_ADDRESS": 1} else "under_evidenced")


def test_marks_without_an_entity_fill_up(world):
    """Marks that name no entity count for what is missing, over all entities together."""
    world.exchange().mark(entity=None, off=1, self_evident=False).mark(entity=None, off=9, self_evident=False)
    world.claim("PERSON", masked=1).claim("EMAIL_ADDRESS", masked=1)
    assert world.verdicts()["x1", "*"] == ("masked_ok", "info", "marks_and_no_residual")
    world.claim("US_SSN", masked=1)
    assert world.verdicts()["x1", "US_SSN"] == ("under_evidenced", "medium", "no_mark_of_claimed")


def test_unclaimed_placeholder(world):
    """A mark that no counter speaks of: the model wrote it, or the counter is lost."""
    world.exchange().mark()
    assert one(world)[0] == ("unclaimed_placeholder", "low", "mark_without_claim")


def test_runs_of_characters_prove_nothing_alone(world):
    """A run of characters counts only beside a claim."""
    world.exchange().mark(entity=None, self_evident=False, style="star_run")
    assert one(world)[1] == ("no_sensitive", "info", "nothing_found")


def test_over_masked(world):
    """What policy lets the caller see was masked all the same."""
    world.exchange().mark().claim(masked=1).policy("allow", entity_class="contact").policy()
    assert one(world)[0] == ("over_masked", "low", "allowed_by_policy")


def test_masked_ok(world):
    """As many marks as claimed and nothing left."""
    world.exchange().mark().claim(masked=1)
    assert one(world) == (("masked_ok", "info", "marks_and_no_residual"),) * 2


@pytest.mark.parametrize(("other", "reason"), [
    ({"flag": "fixture"}, "fixture"), ({"flag": "non_public"}, "non_public"), ({"flag": "allowed"}, "allowed_by_rule"), ({"flag": "canary"}, "canary"), ({"confidence_milli": 400}, "weak")])
def test_set_aside(world, other, reason):
    """What is flagged or weak is no residual, and it is still counted under its reason."""
    world.exchange().finding(**other)
    assert one(world)[0] == ("no_sensitive", "info", reason)


def test_echo(world):
    """A value that the caller wrote in the prompt comes back: information, not a leak; a value of another caller is one."""
    world.exchange().finding(value_hmac="same").finding(field="prompt", value_hmac="same", off=3)
    assert one(world)[0] == ("no_sensitive", "info", "echo")
    world.exchange("x2").finding("x2", value_hmac="same")
    assert world.verdicts()["x2", "EMAIL_ADDRESS"][0] == "leak"


def test_first_policy_that_fits(world):
    """Class, entity, connection and validity choose the rule; the first that fits holds."""
    world.exchange().finding()
    world.policy("allow", connection="other%").policy("allow", valid_to="2026-10-05 09:00:00").policy("allow", entity_class="secret")
    world.policy("allow", entity_type="EMAIL_ADDRESS").policy()
    assert one(world)[0] == ("no_sensitive", "info", "allowed_by_policy")


def test_policy_for_a_group(world):
    """A rule for a group holds for its members only, and for nobody where groups are not known."""
    world.exchange().exchange("x2").finding().finding("x2").policy("allow", directory_group="g1").policy()
    assert world.verdicts()["x1", "EMAIL_ADDRESS"][0] == "leak"
    world.con.execute("CREATE TEMP TABLE w_caller_group AS SELECT interaction_id('gw', 'x1') AS interaction_id, 'g1' AS group_id, 'certain' AS standing")
    found = world.verdicts()
    assert [found[ident, "EMAIL_ADDRESS"][0] for ident in ("x1", "x2")] == ["no_sensitive", "leak"]


@pytest.mark.parametrize(("rules", "verdict"), [
    ([("allow", "g1"), ("must_mask", None)], "indeterminate"), ([("must_mask", None), ("allow", "g1")], "leak"),
    ([("must_mask", "g1"), ("must_mask", None)], "leak"), ([("must_mask", "g1"), ("allow", None)], "indeterminate")])
def test_policy_for_a_group_whose_membership_is_not_proven(world, rules, verdict):
    """Where it is not proven that the caller was in the group, and the rule would decide otherwise, nothing is decided."""
    world.exchange().finding()
    for action, group in rules:
        world.policy(action, directory_group=group)
    world.con.execute("CREATE TEMP TABLE w_caller_group AS SELECT interaction_id('gw', 'x1') AS interaction_id, 'g1' AS group_id, 'doubtful' AS standing")
    assert one(world)[0][0] == verdict


def test_hashes_count_where_policy_hashes(world):
    """A hash is a mark only where policy says that values are replaced by hashes."""
    world.exchange().mark(entity=None, style="hash_reference", self_evident=False).claim(masked=1)
    assert world.verdicts()["x1", "EMAIL_ADDRESS"][0] == "under_evidenced"
    world.policy(strategy="hash")
    assert world.verdicts()["x1", "*"][0] == "masked_ok"


def test_session_claims_are_shared_out(world):
    """A session's claim that does not add up is carried by the exchanges that show a trace, by all where none does."""
    world.exchange("x1").exchange("x2").exchange("x3", outcome="denied", response_bytes=None)
    world.mark("x1").claim(masked=2).claim("PERSON", masked=1)
    found = world.verdicts()
    assert {key: row[0] for key, row in found.items() if key[1] != "*"} == {
        ("x1", "EMAIL_ADDRESS"): "under_evidenced", ("x1", "PERSON"): "under_evidenced", ("x2", "PERSON"): "under_evidenced"}
    assert found["x3", "*"] == ("no_sensitive", "info", "not_delivered")


def test_claims_of_another_source(world):
    """A list of counters from a source of its own belongs to the session it names; the larger count of two holds."""
    world.exchange().mark().claim(masked=1).claim(masked=1, source_id="metrics")
    assert one(world)[0][0] == "masked_ok"
    world.claim(masked=4, source_id="metrics", native_id="other")
    assert one(world)[0][0] == "under_evidenced"


def test_findings_told_twice_count_once(world):
    """The same finding from two copies of a file is one."""
    world.exchange().finding().finding(locator="f#9").finding(off=30)
    masking.verdicts(world.con)
    assert world.con.execute("SELECT n_residual FROM masking_verdict ORDER BY entity_type").fetchall() == [(2,), (2,)]


def test_every_exchange_has_one_verdict(world):
    """Every exchange has exactly one row for the response as a whole, also with no session and two parts."""
    world.exchange().exchange("x2", session_id=None).exchange("x1", ordinal=1).exchange("x3", connection=None)
    assert {key[0] for key in world.verdicts() if key[1] == "*"} == {"x1", "x2", "x3"}


def test_a_missing_relation_is_an_error_in_words(con):
    """Without a relation that is needed, the step that failed is named."""
    con.execute("DROP TABLE masking_claim")
    with pytest.raises(SourceError, match="40_claim"):
        masking.verdicts(con)


def test_sql_files_are_small():
    """A query of the verdicts fits on a page."""
    for path in Path(masking.__file__).parent.glob("sql/*.sql"):
        assert len(path.read_text("utf-8").splitlines()) <= 60
