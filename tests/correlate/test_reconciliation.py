"""What became of each usage row of the vendor, and what the sources cover."""

from __future__ import annotations

import pytest

CASES = {
    "present": (("PRESENT_BOTH", None, "gateway_saw_use"), "both sides saw use that day"),
    "around": (("UNGATED_USER_DAY", "B", "no_exchange"), "billed use of a day on which the gateway saw nothing"),
    "telemetry": (("UNGATED_USER_DAY", "C", "no_exchange"), "telemetry alone is no bypass"),
    "edge": (("PRESENT_BOTH", None, "day_edge"), "requests ten minutes beside the day"),
    "native": (("OUT_OF_SCOPE", None, "native_allowed"), "a surface that need not pass the gateway"),
    "excluded": (("OUT_OF_SCOPE", None, "excluded"), "a surface that is excluded"),
    "hidden": (("NOT_OBSERVABLE", None, "not_observable"), "a surface that no gateway can see"),
    "undeclared": (("NOT_ASSESSABLE", None, "scope_undeclared"), "nobody said what must hold for that surface"),
    "bot": (("OUT_OF_SCOPE", None, "actor_automation"), "no human"),
    "idle": (("OUT_OF_SCOPE", None, "no_use"), "no use on either side"),
    "silent": (("USAGE_SOURCE_GAP", None, "gateway_saw_use"), "the vendor says no use, the gateway saw some"),
    "fresh": (("PENDING", None, "not_final"), "the vendor may still change it"),
    "nameless": (("UNRESOLVED_IDENTITY", None, "not_attributed"), "the vendor names nobody"),
    "unknown": (("UNRESOLVED_IDENTITY", None, "alias_unknown"), "nobody knows the login"),
    "twins": (("AMBIGUOUS_IDENTITY", None, "several_persons"), "two persons bear the login"),
    "blind": (("NOT_ASSESSABLE", None, "gateway_gap"), "the gateway's log has a gap that day"),
    "border": (("NOT_ASSESSABLE", None, "period_boundary"), "the day reaches over the edge of the period"),
    "month": (("NOT_ASSESSABLE", "D", "period_grain"), "a row about a whole month proves no day"),
    "maybe": (("NOT_ASSESSABLE", None, "gateway_caller_ambiguous"), "an ambiguous caller could have been that person"),
    "by_id": (("MATCHED_ID", None, "request_id_equal"), "the provider's request id is the same"),
    "by_text": (("MATCHED_CONTENT", None, "prompt_equal"), "the same prompt within two minutes"),
    "by_time": (("MATCHED_TIME", None, "same_person_near_in_time"), "the same person within five seconds"),
    "by_session": (("COVERED_BY_SESSION", None, "session_without_recording"), "a session that kept no exchanges"),
    "loose": (("UNGATED_REQUEST", "B", "no_exchange"), "a request that never passed"),
    "agreed": (("UNGATED_REQUEST", "A", "no_exchange"), "and another source saw use by that person that day"),
}
DAY = "2026-10-07"


@pytest.fixture(scope="module")
def verdicts(crowd):
    """Every case with a person and a login of its own, in one run."""
    for name in CASES:
        crowd.person(name)
        crowd.declare("github_login", name, "upn", f"{name}@x.test")
    crowd.declare("github_login", "twins", "upn", "present@x.test")
    crowd.rows.pop(next(i for i, (r, row) in enumerate(crowd.rows) if row.get("alias") == "unknown"))
    for surface, rule in (("native%", "native_allowed"), ("excluded", "excluded"), ("hidden", "not_observable"),
                          ("chat%", "must_be_gated")):
        crowd.put("cfg_scope", rank=len(crowd.rows), source_id="*", surface=surface, rule=rule)
    crowd.source("stream", "copilot", "usage_request")
    crowd.covered("gw", "2026-10-20", "2026-10-21", complete=False, reason="outage")
    for name in ("present", "silent"):
        crowd.ask(f"x-{name}", name, f"{DAY} 12:00:00")
    crowd.ask("x-edge", "edge", "2026-10-08 00:04:00")
    for name in ("present", "around", "edge", "nameless", "unknown", "twins", "maybe"):
        crowd.usage(name, DAY, None if name == "nameless" else name)
    crowd.usage("telemetry", DAY, "telemetry", unit="interaction")
    for name, surface in (("native", "native-code"), ("excluded", "excluded"), ("hidden", "hidden"),
                          ("undeclared", "new-thing")):
        crowd.usage(name, DAY, name, surface=surface)
    crowd.usage("bot", DAY, "bot", actor_kind="automation")
    for name in ("idle", "silent"):
        crowd.usage(name, DAY, name, active=False)
    crowd.usage("fresh", DAY, "fresh", final_at="2026-11-06")
    crowd.usage("blind", "2026-10-20", "blind")
    crowd.usage("border", "2026-10-31", "border", end_time="2026-11-01 06:00:00")
    crowd.usage("month", "2026-10-01", "month", end_time="2026-11-01", grain="user_period")
    for name in ("maybe", "by_id"):
        crowd.put("identity_alias", source_id="dir", issuer="t", alias_type="email", alias="desk@x.test",
                  anchor_type="oid", anchor=f"o-{name}", person_kind="member", basis="snapshot",
                  event_time="2026-10-31")
    crowd.ask("x-desk", "desk", f"{DAY} 15:00:00")
    _requests(crowd)
    crowd.run()
    return crowd.reconciled()


def _requests(crowd):
    fine = {"source_id": "stream", "grain": "request", "unit": "request", "end_time": None, "final_at": "2026-10-08"}
    crowd.ask("x-id", "by_id", f"{DAY} 09:00:00", provider_request_id="req-1")
    crowd.usage("by_id", f"{DAY} 09:10:00", "by_id", provider_request_id="req-1", **fine)
    crowd.ask("x-text", "by_text", f"{DAY} 09:00:00", prompt_norm_sha256="p1", prompt_bytes=40)
    crowd.usage("by_text", f"{DAY} 09:01:50", "by_text", prompt_norm_sha256="p1", **fine)
    crowd.ask("x-time", "by_time", f"{DAY} 09:00:00")
    crowd.usage("by_time", f"{DAY} 09:00:04", "by_time", **fine)
    crowd.put("session", source_id="gw", native_id="s-quiet", event_time=f"{DAY} 08:00:00",
              end_time=f"{DAY} 10:00:00", session_kind="proxied_traffic", subject_email="by_session@x.test")
    crowd.usage("by_session", f"{DAY} 09:00:00", "by_session", **fine)
    crowd.usage("loose", f"{DAY} 09:00:00", "loose", **fine)
    crowd.usage("agreed", f"{DAY} 09:00:00", "agreed", **fine)
    crowd.usage("agreed_bill", DAY, "agreed")


@pytest.mark.parametrize("name", sorted(CASES))
def test_verdict(verdicts, name):
    """Each verdict and grade of the reconciliation."""
    assert verdicts[name] == CASES[name][0], CASES[name][1]


def _counts(company):
    found = {}
    for row in company.table("sensitivity"):
        found.setdefault(row["tolerance_us"] // 1_000_000, {})[row["verdict"]] = row["rows"]
    return found


def test_sensitivity_is_the_reconciliation_at_other_tolerances(verdicts, crowd):
    """At each tolerance every usage row has one verdict; what rests on nearness alone comes and goes, nothing else."""
    counts = _counts(crowd)
    rows = crowd.con.execute("SELECT count(*) FROM usage").fetchone()[0]
    assert {tolerance: sum(of.values()) for tolerance, of in counts.items()} == dict.fromkeys((5, 30, 120, 600), rows)
    told = {}
    for name, (verdict, _grade, _reason) in verdicts.items():
        if not name.startswith("gap:"):
            told[verdict] = told.get(verdict, 0) + 1
    assert counts[600] == told
    strict = told | {"PRESENT_BOTH": told["PRESENT_BOTH"] - 1, "UNGATED_USER_DAY": told["UNGATED_USER_DAY"] + 1}
    assert counts[5] == counts[30] == counts[120] == strict


def test_sensitivity_tells_which_findings_a_wider_tolerance_would_take_back(company):
    """Requests of the vendor 4, 20, 100 and 500 seconds beside one at the gateway, each exchange used once."""
    company.person("ada")
    company.declare("github_login", "ada", "upn", "ada@x.test")
    company.put("cfg_scope", rank=1, source_id="*", surface="%", rule="must_be_gated")
    company.source("stream", "copilot", "usage_request")
    for hour, second in ((8, "00:04"), (9, "00:20"), (10, "01:40"), (11, "08:20")):
        company.ask(f"x{hour}", "ada", f"{DAY} {hour:02d}:00:00")
        company.usage(f"u{hour}", f"{DAY} {hour:02d}:{second}", "ada", source_id="stream", grain="request",
                      unit="request", end_time=None, final_at="2026-10-08")
    company.usage("again", f"{DAY} 08:00:30", "ada", source_id="stream", grain="request", unit="request", end_time=None,
                  final_at="2026-10-08")
    company.run()
    assert {tolerance: of["UNGATED_REQUEST"] for tolerance, of in _counts(company).items()} == {
        5: 4, 30: 3, 120: 2, 600: 1}


def test_every_usage_row_has_exactly_one_verdict(verdicts, crowd):
    """Conservation: rows in, verdicts out, one each; the other direction is marked by its own ids."""
    keys = crowd.con.execute("SELECT source_id, native_id, ordinal FROM usage ORDER BY ALL").fetchall()
    told = crowd.con.execute("SELECT source_id, native_id, ordinal FROM reconciliation"
                             " WHERE native_id NOT LIKE 'gap:%' ORDER BY ALL").fetchall()
    assert told == keys


def test_a_request_that_only_the_vendor_saw_is_an_interaction(verdicts, crowd):
    """The unmatched request has a chain that says what is not known; the matched one has none of its own."""
    found = {row["native_id"]: row for row in crowd.table("chain", "interaction_kind = 'usage_request'")}
    assert set(found) == {"by_session", "loose", "agreed"}
    assert (found["loose"]["identity_state"], found["loose"]["gateway_validated"]) == ("resolved", False)
    assert (found["loose"]["approval_verdict"], found["loose"]["sign_in_reason"]) == ("undetermined", "not_at_gateway")


def test_use_that_the_vendor_does_not_tell_is_a_gap_of_the_source(company):
    """A person reported on other days, seen at the gateway on a day without a row: the source is not whole."""
    company.person("ada")
    company.declare("github_login", "ada-gh", "upn", "ada@x.test")
    company.put("cfg_scope", rank=1, source_id="*", surface="%", rule="must_be_gated")
    company.ask("x", "ada", "2026-10-06 12:00:00")
    company.ask("y", "ada", "2026-10-07 12:00:00")
    company.usage("u", "2026-10-07", "ada-gh")
    company.run()
    assert company.reconciled() == {
        "u": ("PRESENT_BOTH", None, "gateway_saw_use"),
        "gap:p:t/o-ada:2026-10-06": ("USAGE_SOURCE_GAP", None, "no_usage_row")}


def _coverage(company, stream):
    return [(str(row["from_time"])[:10], str(row["to_time"])[:10], row["state"], row["reason"])
            for row in company.table("coverage", f"stream = '{stream}'")]


def test_declared_windows_gaps_and_what_has_not_settled(company):
    """The period is cut at the edges of windows; each piece has one state and a reason."""
    company.rows = [r for r in company.rows if r[0] != "source_window"]
    company.covered("gw", "2026-09-01", "2026-10-20")
    company.covered("gw", "2026-10-10", "2026-10-11", complete=False, reason="outage")
    company.rows[0][1]["reference_time"] = "2026-10-31"
    company.run()
    assert _coverage(company, "exchange") == [
        ("2026-10-01", "2026-10-10", "covered", "complete_without_records"),
        ("2026-10-10", "2026-10-11", "gap", "outage"),
        ("2026-10-11", "2026-10-20", "covered", "complete_without_records"),
        ("2026-10-20", "2026-10-31", "gap", "left_out_of_declaration"),
        ("2026-10-31", "2026-11-01", "pending", "settling")]


def test_a_silent_day_of_a_busy_stream_is_a_gap_even_if_declared(company):
    """Sixty sign-ins a day and one weekday without any: not chance, whatever the window says; a receipt is believed."""
    company.run()
    company.con.execute("""
        INSERT INTO sign_in BY NAME SELECT 'idp' AS source_id, 'i' || i AS native_id, 0 AS ordinal, 'l' || i AS locator,
        '-' AS record_hash, TIMESTAMP '2026-10-01' + to_minutes(i * 24) AS event_time, 't' AS issuer, 'o-ada' AS subject,
        'person' AS subject_kind, 'success' AS outcome, 'authn' AS event_kind, 'yes' AS mfa_state
        FROM range(31 * 60) AS t (i) WHERE i // 60 <> 13""")
    from evidence import correlate
    correlate.intervals(company.con)
    assert ("2026-10-14", "2026-10-15", "gap", "silent_against_baseline") in _coverage(company, "sign_in")
    company.con.execute("UPDATE source_window SET basis = 'receipt' WHERE source_id = 'idp'")
    correlate.intervals(company.con)
    assert ("2026-10-14", "2026-10-15", "covered", "complete_without_records") in _coverage(company, "sign_in")


def _busy(company, hours):
    """Put sixty sign-ins into every hour named of every day from the last of September on."""
    values = ", ".join(f"({hour})" for hour in hours)
    company.con.execute(f"""
        INSERT INTO sign_in BY NAME SELECT 'idp' AS source_id, 'i' || d || '-' || h || '-' || i AS native_id,
        0 AS ordinal, 'l' || d || '-' || h || '-' || i AS locator, '-' AS record_hash,
        TIMESTAMP '2026-10-01' + to_days(CAST(d AS INTEGER)) + to_minutes(h * 60 + i) AS event_time, 't' AS issuer,
        'o-ada' AS subject, 'person' AS subject_kind, 'success' AS outcome, 'authn' AS event_kind, 'yes' AS mfa_state
        FROM range(31) AS t (d), (VALUES {values}) AS v (h), range(60) AS u (i)""")


@pytest.mark.parametrize("declared", [True, False])
def test_a_few_hours_of_a_day_at_the_period_s_edge_are_no_gap(company, declared):
    """A month of Berlin begins at 22:00 UTC: two hours at night without records are judged with the day beside them."""
    if not declared:
        company.rows = [r for r in company.rows if r[0] != "source_window"]
    company.rows[0][1].update(period_from="2026-09-30 22:00:00", period_to="2026-10-31 23:00:00")
    company.run()
    _busy(company, range(7, 16))
    from evidence import correlate
    correlate.intervals(company.con)
    assert _coverage(company, "sign_in") == [("2026-09-30", "2026-10-31", "covered", "records_present")]


@pytest.mark.parametrize(("shift", "state"), [(14, "gap"), (11, "covered")])
def test_the_longer_part_of_a_day_is_judged_in_proportion(company, shift, state):
    """Fourteen hours of the last day without a record, where sixty would be usual, are a gap; eleven are not judged."""
    company.rows[0][1]["period_to"] = f"2026-11-01 {shift:02d}:00:00"
    company.run()
    _busy(company, range(24))
    from evidence import correlate
    correlate.intervals(company.con)
    assert _coverage(company, "sign_in")[-1][2] == state


def test_what_a_declaration_leaves_out_is_a_gap_in_every_stream_of_the_source(company):
    """The gateway's owner declares all but one day: requests and approvals, rare as they are, have the same gap."""
    company.rows = [r for r in company.rows if r[0] != "source_window"]
    company.covered("gw", "2026-09-01", "2026-10-20")
    company.covered("gw", "2026-10-21", "2026-11-05")
    company.person("ada")
    company.ask("x", "ada", "2026-10-06 12:00:00")
    company.approval("R", "s-x", "2026-10-06 11:00:00", [])
    company.run()
    for stream in ("exchange", "approval"):
        assert [row for row in _coverage(company, stream) if row[2] != "covered"] == [
            ("2026-10-20", "2026-10-21", "gap", "left_out_of_declaration")]


def test_rare_events_are_never_judged_by_their_silence(company):
    """Hundreds of changes on every other day prove nothing for the day without any."""
    company.rows = [r for r in company.rows if r[0] != "source_window"]
    company.run()
    for day in range(1, 32):
        if day != 14:
            company.con.execute(f"""
                INSERT INTO account_event BY NAME SELECT 'idp' AS source_id, '{day}-' || i AS native_id, 0 AS ordinal,
                '{day}' || i AS locator, '-' AS record_hash, TIMESTAMP '2026-10-{day:02d} 12:00:00' AS event_time,
                't' AS issuer, 'o-ada' AS account_id, 'enabled' AS operation FROM range(50) AS t (i)""")
    from evidence import correlate
    correlate.intervals(company.con)
    assert ("2026-10-14", "2026-10-15", "unknown", "too_few_records") in _coverage(company, "account_event")


def test_skew_is_measured_from_exact_pairs_or_not_evidenced(company):
    """A token's issue as claimed and as logged gives the offset; without pairs the tolerance is what holds."""
    company.person("ada")
    for number, second in enumerate((2, 3, 9)):
        company.sign_in("ada", f"2026-10-10 0{number}:00:0{second}", token_id=f"t{number}")
        company.ask(f"x{number}", "ada", "2026-10-10 09:00:00", token_id=f"t{number}",
                    token_issued_at=f"2026-10-10 0{number}:00:00")
    company.run()
    rows = {row["source_id"]: row for row in company.table("skew")}
    assert (rows["idp"]["method"], rows["idp"]["pairs"], rows["idp"]["median_us"], rows["idp"]["p99_abs_us"]) \
        == ("exact_pairs", 3, 3_000_000, 9_000_000)
    assert (rows["bill"]["method"], rows["bill"]["median_us"], rows["bill"]["tolerance_us"]) \
        == ("not_evidenced", None, 300_000_000)


def test_anchors_tell_the_clocks_where_no_id_does(company):
    """Events declared to be one instant are measured; a stated offset is kept as such; what is in no record is counted."""
    company.source("mail", "approvals")
    company.person("ada")
    for native, time in (("i1", "09:00:02"), ("i2", "10:00:04"), ("i3", "11:00:06")):
        company.sign_in("ada", f"2026-10-10 {time}", native_id=native)
        company.ask(f"x{native}", "ada", f"2026-10-10 {time[:6]}00")
    told = {"reference_source": "gw", "reason": "drill", "declared_by": "R. Ito"}
    for event, other in (("i1", "xi1"), ("i2", "xi2"), ("i3", "xi3"), ("i9", "xi1")):
        company.put("cfg_anchor", anchor="drill", source_id="idp", event_id=event, reference_event=other, **told)
    company.put("cfg_anchor", anchor="memo", source_id="mail", offset_us=-90_000_000, **told)
    company.put("cfg_anchor", anchor="lost", source_id="bill", event_id="u9", reference_event="xi1", **told)
    company.run()
    rows = {row["source_id"]: [row[name] for name in ("method", "anchor", "pairs", "median_us", "p99_abs_us", "unmet")]
            for row in company.table("skew")}
    assert rows == {"idp": ["anchors", "drill", 3, 4_000_000, 6_000_000, 1],
                    "mail": ["configured", "memo", 0, -90_000_000, 90_000_000, 0],
                    "bill": ["not_evidenced", "lost", 0, None, None, 1]}
