"""What a log tells about itself: hours without traffic, numbers that are missing, switched off and on again."""

from __future__ import annotations

from datetime import datetime, timedelta

START = datetime(2026, 10, 1)  # noqa: DTZ001 - UTC


def _busy(company, skip):
    """Write ten sign-ins in every working hour of every day but the hours to skip."""
    rows = []
    for day in range(31):
        for hour in range(8, 18):
            moment = START + timedelta(days=day, hours=hour)
            if moment not in skip:
                rows += [(moment + timedelta(minutes=minute), f"i-{moment:%d%H}-{minute}") for minute in range(0, 60, 6)]
    company.load()
    company.con.executemany(
        "INSERT INTO sign_in (source_id, native_id, ordinal, locator, record_hash, event_time, issuer, subject_kind, outcome,"
        " event_kind, mfa_state) VALUES ('idp', ?, 0, 'x#1', 'h', ?, 't', 'person', 'success', 'authn', 'yes')",
        [(name, moment) for moment, name in rows])


def test_busy_hours_without_a_record_are_named(company):
    """Two hours side by side are one row with what is usual; nights and weekends as ever are none."""
    from evidence import correlate

    skip = {START + timedelta(days=12, hours=hour) for hour in (10, 11)}
    _busy(company, skip)
    correlate.intervals(company.con)
    rows = company.table("irregularity")
    assert [(row["stream"], row["kind"], row["from_time"].isoformat(), row["to_time"].isoformat(), row["expected"],
             row["found"]) for row in rows] == [
        ("sign_in", "zero_traffic", "2026-10-13T10:00:00", "2026-10-13T12:00:00", 18, 0)]


def test_missing_numbers_of_a_session_are_named(company):
    """A tunnel whose recording has exchange 0 and 2 lacks one; a whole one is not mentioned."""
    company.person("ada")
    for native, seq in (("a", 0), ("b", 2)):
        company.ask(native, "ada", "2026-10-10 09:00:00", session_id="torn", seq=seq,
                    session={"native_id": f"s-{native}"})
    company.ask("c", "ada", "2026-10-10 09:00:00", session_id="whole", seq=0, session={"native_id": "s-c"})
    company.run()
    assert [(row["kind"], row["example"], row["expected"], row["found"]) for row in company.table("irregularity")] == [
        ("sequence_gap", "torn", 3, 2)]


def test_a_log_that_was_switched_off_has_a_gap_until_it_was_on_again(company):
    """The source's own events open and close it, whatever its windows declare; refused attempts change nothing."""
    for number, (action, time, outcome) in enumerate((
            ("disable", "2026-10-10 09:00:00", "success"), ("enable", "2026-10-11 10:00:00", "success"),
            ("disable", "2026-10-20 09:00:00", "failure"))):
        company.put("admin_event", source_id="idp", native_id=f"e{number}", action=action, event_time=time,
                    object_type="log_stream", outcome=outcome)
    company.run()
    rows = company.table("coverage", "source_id = 'idp' AND stream = 'sign_in' AND state = 'gap'")
    assert [(row["from_time"].isoformat(), row["to_time"].isoformat(), row["reason"]) for row in rows] == [
        ("2026-10-10T09:00:00", "2026-10-11T10:00:00", "log_switched_off")]


def test_records_that_came_later_than_stated_are_counted(company):
    """Per stream and interval, by the first file that has them; a source that states nothing is not judged."""
    company.person("ada")
    company.source("gw2", "gateway", "prompt")
    company.put("cfg_source", source_id="idp2", role="idp", connector="idp2", skew_us=0, delivery_us=2 * 86_400_000_000)
    for number, (file, received) in enumerate((("a" * 64, "2026-10-11"), ("b" * 64, "2026-10-15"))):
        company.put("file", file_sha256=file, bytes=1, path=f"{number}.json", source_id="idp2", connector="idp2",
                    connector_digest="d", state="read", lines=0, records=0, rejects=0, blanks=0, skips=0, rows_out=0,
                    fan_out=0, ledger_seq=number, received_at=received)
    for native, time, file in (("in", "2026-10-10 09:00:00", "a"), ("late", "2026-10-10 10:00:00", "b"),
                               ("fresh", "2026-10-14 10:00:00", "b")):
        company.sign_in("ada", time, source_id="idp2", native_id=native, locator=f"{file * 64}#1")
    company.sign_in("ada", "2026-10-10 10:00:00", source_id="idp", locator=f"{'b' * 64}#2")
    company.run()
    rows = company.table("irregularity", "kind = 'late_arrival'")
    assert [(row["source_id"], row["stream"], row["from_time"].isoformat(), row["expected"], row["found"], row["example"])
            for row in rows] == [("idp2", "sign_in", "2026-10-10T10:00:00", 3, 2,
                                  "the last after 110 h, stated within 48 h")]
    late = {(row["source_id"], row["stream"]): 0 for row in company.table("coverage")}
    for row in company.table("coverage", "late IS NOT NULL"):
        late[row["source_id"], row["stream"]] += row["late"]
    assert {key for key, number in late.items() if number} == {("idp2", "sign_in")}
    assert sum(late.values()) == 1
