"""Records that could not be read: what they leave open, and what they do not."""

from __future__ import annotations

import pytest

F, G = "f" * 64, "9" * 64
MIDDLE = "2026-10-10 10:00:00"


def _file(company, part, *minutes, lost=()):
    """Put sign-ins of somebody else into a file, one record each at these minutes of the morning, and lose some places."""
    places = iter(n for n in range(1, 100) if n not in lost)
    for minute in minutes:
        company.sign_in("cyd", f"2026-10-10 {9 + minute // 60:02d}:{minute % 60:02d}:00", locator=f"{part}#{next(places)}",
                        record_hash=f"{minute:064x}", native_id=f"c-{minute}")
    for place in lost:
        company.put("reject", source_id="idp", locator=f"{part}#{place}", reason="malformed_json")


def _spans(company):
    return [(str(row["from_time"])[11:19], str(row["to_time"])[11:]) for row in company.table("w_unread_span")]


def _asked(company, **more):
    company.person("ada")
    company.person("cyd")
    company.ask("x", "ada", MIDDLE, **more)


def test_silence_around_a_lost_record_proves_nothing(company):
    """A request without sign-in beside an unreadable line is not covered; without such a line it has no sign-in."""
    _asked(company)
    _file(company, F, 0, 30, 90)
    assert company.run()["x"]["sign_in_reason"] == "no_sign_in"
    _file(company, G, 1, 31, 91, lost=(3,))
    assert company.run()["x"]["sign_in_reason"] != "no_sign_in"
    assert _spans(company) == [("09:31:00", "10:31:00.000001")]


def test_elsewhere_the_month_stays_proven(company):
    """A line lost on another day changes no verdict of this request."""
    _asked(company)
    _file(company, F, 0, 30, 90)
    company.sign_in("cyd", "2026-10-20 09:00:00", locator=f"{G}#1")
    company.sign_in("cyd", "2026-10-20 09:05:00", locator=f"{G}#3")
    company.put("reject", source_id="idp", locator=f"{G}#2", reason="malformed_json")
    assert company.run()["x"]["sign_in_reason"] == "no_sign_in"
    gaps = company.table("coverage", "source_id = 'idp' AND stream = 'sign_in' AND state = 'gap'")
    assert [(row["reason"], row["basis"]) for row in gaps] == [("unreadable_records", "content")]


@pytest.mark.parametrize(("minutes", "lost", "span"), [
    ((0, 60, 120), (2,), ("09:00:00", "10:00:00.000001")),
    ((120, 60, 0), (2,), ("10:00:00", "11:00:00.000001")),
    ((0, 60, 50, 120), (5,), ("10:50:00", "00:00:00.000001")),
    ((60, 120), (1,), ("00:00:00", "10:00:00.000001")),
    ((0, 120, 60, 180, 30), (3,), ("08:30:00", "12:00:00.000001")),
], ids=["rising", "falling", "cut_at_the_end", "first_line", "out_of_order"])
def test_the_time_of_a_lost_record_is_bounded_by_its_neighbours(company, minutes, lost, span):
    """Between the records around it, widened by the disorder of the file; at its ends to the end of the day."""
    _file(company, F, *minutes, lost=lost)
    company.run()
    assert _spans(company) == [span]


def test_the_end_of_a_cut_file_is_open(company):
    """Of what was cut off only the beginning is known: the rest of the day is open."""
    _file(company, F, 0, 60)
    company.put("reject", source_id="idp", locator=f"{F}#-1", reason="cut_short")
    company.run()
    assert _spans(company) == [("10:00:00", "00:00:00.000001")]


def test_a_whole_copy_answers_for_a_damaged_one(company):
    """What a cut copy lost stands in the file that holds all of its records and more."""
    _file(company, F, 0, 60, 120)
    for place, minute in enumerate((0, 60), 1):
        company.sign_in("cyd", f"2026-10-10 {9 + minute // 60:02d}:00:00", locator=f"{G}#{place}",
                        record_hash=f"{minute:064x}", native_id=f"copy-{minute}")
    company.put("reject", source_id="idp", locator=f"{G}#-1", reason="cut_short")
    company.run()
    assert _spans(company) == []


def test_many_lost_lines_in_a_row_are_one_gap(company):
    """Spans that touch become one interval, so that a thoroughly broken file costs no more than a whole one."""
    _file(company, F, 0, 60, lost=tuple(range(2, 50)))
    company.run()
    assert len(_spans(company)) == 1
