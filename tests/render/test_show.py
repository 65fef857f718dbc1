"""What a value of unknown origin becomes before anybody sees it."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.render import show


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_nothing_invisible_remains(text):
    """No control, format, surrogate, private or unassigned character, and no line separator, is printed."""
    shown = show.visible(text)
    assert not [char for char in shown if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}]


@given(st.text())
def test_a_csv_cell_is_never_a_formula(text):
    """A cell starts with none of the characters that a spreadsheet takes for a formula."""
    assert not show.cell(text).startswith(show.FORMULA)


@given(st.text(), st.integers(1, 300))
def test_shortened_text_says_what_was_cut(text, limit):
    """A text is either whole or ends with its length and digest."""
    cut = show.shorten(text, limit)
    assert cut == text or (cut.startswith(text[:limit]) and "SHA-256" in cut)


@given(st.text(), st.sets(st.integers(32, 126)))
def test_what_the_font_lacks_is_printed_as_its_code_point(text, covered):
    """With a font's coverage given, only covered characters and the brackets of an escape remain."""
    frame = set(range(32, 127)) | {ord("⟨"), ord("⟩")}
    assert {ord(char) for char in show.visible(text, covered)} <= covered | frame


@pytest.mark.parametrize(("raw", "shown"), [
    ("\x1b[2J", "⟨ESC⟩[2J"), ("a\u202eb", "a⟨U+202E⟩b"), ("a\u200bb", "a⟨U+200B⟩b"), ("\x00", "⟨NUL⟩"), ("a\xa0b", "a⟨NBSP⟩b"),
    ("Z" + "\u0301" * 9, "Z" + "\u0301" * 3 + "⟨6 marks⟩"), ("\U000e0041", "⟨U+E0041⟩"), ("Björn Ångström", "Björn Ångström"),
])
def test_hidden_characters_are_named(raw, shown):
    """Terminal escapes, overrides, zero-width characters, tags and floods of marks are visible as what they are."""
    assert show.visible(raw) == shown


@pytest.mark.parametrize(("value", "text"), [(0, "0 ms"), (999, "999 µs"), (1_500, "1 ms"), (192_000_000, "3 min 12 s"),
                                             (-61_000_000, "-1 min 1 s"), (90 * 86_400_000_000, "90 d"), (None, "\u2013")])
def test_spans_have_at_most_two_units(value, text):
    """A length of time is printed in its two largest units."""
    assert show.span(value) == text


@pytest.mark.parametrize(("part", "whole", "text"), [(0, 0, "\u2013"), (999_999, 1_000_000, "99.9 %"), (7, 7, "100.0 %"), (1, 3, "33.3 %")])
def test_a_share_of_all_but_one_is_not_all(part, whole, text):
    """Percentages are rounded down: 100 % means every one, and nothing of nothing is no percentage."""
    assert show.share(part, whole) == text


def test_small_formats():
    """Sizes, numbers, locators and instants in a zone have one spelling each."""
    assert (show.size(999), show.size(1_000), show.size(1_949_999)) == ("999 B", "1.0 kB", "1.9 MB")
    assert (show.number(1234567), show.number(None)) == ("1,234,567", "\u2013")
    assert show.locator("ab" * 32 + "#17") == "abababababab…#17"
    assert show.local(datetime(2026, 9, 30, 22, tzinfo=UTC), "Europe/Berlin") == "2026-10-01 00:00 (+02:00)"
    assert show.slug("A.8.11") == "A-8-11"
    assert show.slug("a b") != show.slug("a-b")
