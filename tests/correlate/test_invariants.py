"""What must hold of any month: order, threads and strangers change nothing, and nothing is lost."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence import correlate
from evidence.errors import SourceError, UsageError

TABLES = ("person", "person_alias", "membership_interval", "account_interval", "coverage", "skew", "chain", "link",
          "reconciliation")
PEOPLE = ("ada", "bob", "cy")
MINUTES = st.integers(0, 6 * 24 * 60)
EVENTS = st.lists(st.tuples(st.sampled_from(("sign_in", "ask", "approval", "disable", "usage", "join")),
                            st.sampled_from(PEOPLE), MINUTES, st.integers(0, 3)), min_size=3, max_size=14)


def _when(minute):
    return f"2026-10-{5 + minute // 1440:02d} {minute // 60 % 24:02d}:{minute % 60:02d}:00"


def _month(company, events):
    company.high_risk()
    for name in (*PEOPLE, "boss"):
        company.person(name)
        company.declare("github_login", name, "upn", f"{name}@x.test")
    company.put("cfg_scope", rank=1, source_id="*", surface="%", rule="must_be_gated")
    company.put("cfg_group_map", gateway_group="g0", issuer="t", group_id="G", valid_from="0001-01-01")
    for number, (kind, name, minute, choice) in enumerate(events):
        when = _when(minute)
        if kind == "sign_in":
            company.sign_in(name, when, session_id=f"{name}-{choice}", mfa_state=("yes", "no", "unknown", "yes")[choice],
                            native_id=f"i{number}", interactive=choice > 1)
        elif kind == "ask":
            company.ask(f"x{number}", name, when, parent=f"A{choice}")
        elif kind == "approval":
            company.approval(f"r{number}", f"A{choice}", when, [{"by": ("boss", name)[choice % 2], "event_time": when}],
                             requester_email=f"{name}@x.test", connection="prod")
        elif kind == "disable":
            company.account(name, ("disabled", "enabled", "sessions_revoked", "seen_enabled")[choice], when)
        elif kind == "join":
            company.put("membership_event", source_id="idp", issuer="t", group_id="G", member_id="o-boss",
                        member_kind="person", operation=("add", "remove")[choice % 2], event_time=when)
        else:
            company.usage(f"u{number}", when[:10], name)
    return company


def _everything(company):
    return {name: company.table(name) for name in TABLES}


@pytest.fixture(scope="module")
def machines(new_engine):
    """Two engines: one thread and two."""
    pair = new_engine(), new_engine()
    pair[1].execute("SET threads = 2")
    yield pair
    for con in pair:
        con.close()


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(events=EVENTS, seed=st.integers(0, 99))
def test_neither_order_nor_threads_nor_strangers_matter(machines, new_company, events, seed):
    """The same rows in another order on two threads give the same tables; strangers change nobody's chain.

    Each exchange has one chain and each usage row one verdict.
    """
    one, two = machines
    first = _month(new_company(one), events)
    chains = first.run()
    expected = _everything(first)
    assert set(chains) == {row["native_id"] for name, row in first.rows if name == "exchange"}
    usage = {row["native_id"] for name, row in first.rows if name == "usage"}
    told = [row["native_id"] for row in expected["reconciliation"] if not row["native_id"].startswith("gap:")]
    assert sorted(told) == sorted(usage)

    again = _month(new_company(two), events)
    random.Random(seed).shuffle(again.rows)
    again.run()
    assert _everything(again) == expected

    again.person("stranger")
    again.sign_in("stranger", "2026-10-05 08:00:00", native_id="stranger-in", locator="stranger-l")
    again.ask("stranger-x", "stranger", "2026-10-05 08:01:00", parent="A-stranger")
    crowded = again.run()
    assert {name: row for name, row in crowded.items() if name != "stranger-x"} == chains


def test_running_twice_changes_nothing(company):
    """Each step empties what it fills."""
    company.person("ada")
    company.sign_in("ada", "2026-10-10 08:00:00")
    company.ask("x", "ada", "2026-10-10 09:00:00")
    company.run()
    before = _everything(company)
    correlate.intervals(company.con)
    correlate.chains(company.con)
    correlate.reconcile(company.con)
    assert _everything(company) == before


def test_the_day_is_set_back_to_the_period(company):
    """What runs after the daily models sees the period again."""
    company.person("ada")
    company.ask("x", "ada", "2026-10-10 09:00:00")
    company.run()
    assert company.con.execute("SELECT day_from = period_from AND day_to = period_to FROM param").fetchone() == (True,)


def test_the_edge_of_the_period(company):
    """What may lie on either side is kept and marked; what cannot be inside is left out."""
    company.person("ada")
    for name, time, unsure in (("in", "2026-10-01 00:00:00", 0), ("edge", "2026-09-30 23:59:59", 2_000_000),
                               ("before", "2026-09-30 23:59:59", 0), ("end", "2026-10-31 23:59:59", 2_000_000),
                               ("after", "2026-11-01 00:00:00", 0)):
        company.ask(name, "ada", time, time_uncertainty_us=unsure)
    chains = company.run()
    assert {name: chain["in_period"] for name, chain in chains.items()} == {
        "in": "inside", "edge": "boundary", "end": "boundary"}


def test_denied_and_blocked_requests_have_chains_too(company):
    """The population is everything that was asked, whatever became of it."""
    company.person("ada")
    for outcome in ("forwarded", "blocked", "denied", "no_response", "unknown"):
        company.ask(outcome, "ada", "2026-10-10 09:00:00", outcome=outcome)
    chains = company.run()
    assert {name: chain["interaction_kind"] for name, chain in chains.items()} == {
        "forwarded": "exchange", "blocked": "blocked", "denied": "denied", "no_response": "exchange",
        "unknown": "exchange"}


def test_masking_verdicts_and_findings_are_taken_over(company):
    """The worst verdict of the response stands in the chain; without one it is indeterminate; allowed values do not count."""
    company.person("ada")
    company.ask("judged", "ada", "2026-10-10 09:00:00")
    company.ask("unjudged", "ada", "2026-10-10 09:01:00")
    for entity, verdict, rank in (("*", "leak", 2), ("EMAIL", "masked_ok", 12)):
        company.put("masking_verdict", interaction_id="ix-", entity_type=entity, verdict=verdict, verdict_rank=rank,
                    claim_scope="session")
    for flag in (None, "partial", "allowed", "fixture"):
        company.put("finding", source_id="gw", exchange_ref="judged", field="response", entity_type="EMAIL",
                    entity_class="contact", flag=flag)
    company.load()
    company.con.execute("UPDATE masking_verdict SET interaction_id = interaction_id('gw', 'judged')")
    correlate.intervals(company.con)
    correlate.chains(company.con)
    chains = {row["native_id"]: row for row in company.table("chain")}
    assert (chains["judged"]["masking_verdict"], chains["judged"]["response_findings"]) == ("leak", 2)
    assert chains["unjudged"]["masking_verdict"] == "indeterminate"
    links = company.table("link", "link_kind = 'masking'")
    assert [(row["method"], row["confidence"], row["reason"]) for row in links] == [("session", "low", "leak")]


def test_one_native_id_for_two_exchanges_is_an_error(company):
    """An exchange must not vanish behind another one's id."""
    company.person("ada")
    company.ask("x", "ada", "2026-10-10 09:00:00")
    company.put("exchange", source_id="gw", native_id="x", ordinal=1, event_time="2026-10-10 09:01:00",
                pairing="exact", outcome="forwarded")
    with pytest.raises(SourceError, match="two exchanges have the interaction id"):
        company.run()


def test_explain_reads_one_chain_back(company):
    """The chain, each link with the candidates not chosen, and every record behind them."""
    company.person("ada")
    company.person("boss")
    company.high_risk()
    company.sign_in("ada", "2026-10-10 08:00:00", session_id="one")
    company.sign_in("ada", "2026-10-10 08:10:00", session_id="two")
    company.ask("x", "ada", "2026-10-10 09:00:00", parent="A")
    company.approval("R", "A", "2026-10-10 08:00:00", [{"by": "boss", "event_time": "2026-10-10 08:30:00"}])
    chain = company.run()["x"]
    told = correlate.explain(company.con, chain["interaction_id"])
    assert told.chain == chain
    assert [(link["link_kind"], link["candidate_rank"], link["chosen"]) for link in told.links] == [
        ("approval", 0, True), ("approver", 0, True), ("identity", 0, True), ("sign_in", 0, False),
        ("sign_in", 1, False)]
    assert [record["relation"] for record in told.records] == ["approval", "approval_decision", "exchange", "session",
                                                               "sign_in", "sign_in"]


def test_explain_refuses_an_unknown_id(company):
    """A mistyped id is the reader's error and says where ids are found."""
    company.run()
    with pytest.raises(UsageError, match="no interaction 'ix-nothing'"):
        correlate.explain(company.con, "ix-nothing")


def test_progress_is_told(company):
    """Each step says what it did and how far it is."""
    company.person("ada")
    company.ask("x", "ada", "2026-10-10 09:00:00")
    company.load()
    heard = []
    correlate.intervals(company.con, progress=lambda *step: heard.append(step))
    assert heard[-1][1] == heard[-1][2] == len(heard)
    heard.clear()
    correlate.chains(company.con, progress=lambda *step: heard.append(step))
    assert heard == [("2026-10-10", 1, 1)]


def test_an_error_names_the_step(company):
    """A relation that does not fit names the SQL file that could not run."""
    company.load()
    company.con.execute("DROP TABLE sign_in")
    with pytest.raises(SourceError, match=r"correlation step people/10_sign_in_name\.sql failed"):
        correlate.intervals(company.con)


def test_every_version_of_a_decision_counts_where_the_store_keeps_them(company):
    """The schema raw has the snapshot that a later one overwrote."""
    company.person("ada")
    company.person("boss")
    company.high_risk()
    company.ask("x", "ada", "2026-10-10 09:00:00", parent="A")
    company.approval("R", "A", "2026-10-10 08:00:00",
                     [{"by": "boss", "event_time": "2026-10-10 10:00:00", "status": "revoked"}], status="revoked")
    assert company.run()["x"]["approval_verdict"] == "evidence_lost"
    company.con.execute("CREATE SCHEMA raw")
    company.con.execute("CREATE TABLE raw.approval AS SELECT * FROM approval")
    company.con.execute("""CREATE TABLE raw.approval_decision AS SELECT * FROM approval_decision UNION ALL
        SELECT * REPLACE ('approved' AS status, TIMESTAMP '2026-10-10 08:30:00' AS event_time,
                          TIMESTAMP '2026-10-10 08:40:00' AS observed_at) FROM approval_decision""")
    correlate.intervals(company.con)
    correlate.chains(company.con)
    assert company.table("chain")[0]["approval_verdict"] == "valid"
