"""Shapes of digits are looked for in a wider form: what is found is what the anchors themselves say."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.masking import blocks, compiled, engines, shapes
from evidence.masking.anchors import parse

TEXT = st.text(st.sampled_from("0123456789012345678901234567890123456789 .-+()ABDPXZa_é\x0e\x1f\n\r\t"), max_size=60)
PIECES = st.sampled_from(["452", "-11-", "8734", " 123 456 789 ", "3.141", "10.0.12.7", "AB12", "DE89 3704 0044 ", "GB29NWBK60161331926819", "\x0e", "12345678", "X",
                          "(415) 555", "850717-1234", "RSSMRA85T10A562S", "ABCPD1234E", "-", "A", "é", "\n", " 4539 1488 0343 6467", "17000000000", "756.1234.5678.97"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXT | st.lists(PIECES, max_size=7).map("".join), min_size=1, max_size=5))
def test_ends_are_those_of_the_second_engine(scanner, second, rows):
    """For any rows of digits, blanks and capitals, control characters too: both engines name the same ends of the same anchors."""
    for block in blocks.of_array(pa.array(rows)):
        one, two = scanner._engine.find(block), second._engine.find(block)
        for name in ("anchor", "row", "end"):
            assert getattr(one, name).tolist() == getattr(two, name).tolist()


def test_every_shape_has_an_end_where_its_anchor_has_one(scanner):
    """No shape of the packs misses a text that it describes, at the edge of a row and within, and each refuses one byte changed."""
    known = [anchor for anchor in scanner._engine._anchors if shapes.of(anchor)]
    assert len(known) > 40
    for anchor in known:
        engine = engines.make("hyperscan", [anchor], [])
        for row in shapes.of(anchor).rows:
            text = bytes(max(kind & frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ .-+()")) for kind in row[1:-1])
            wrong = bytes([text[0] ^ 0x40]) + text[1:]
            found = engine.find(blocks.of_rows([text, b"(" + text + b")", wrong]))
            assert set(found.row.tolist()) == {0, 1}, (anchor.pattern, text)
            assert {1 + len(text), 3 + 2 * len(text)} <= set(found.end.tolist())


def test_the_shapes_are_one_small_automaton(scanner):
    """The engine parts a set that has grown too large, at three times the cost of one."""
    expressions = engines.passes(scanner._engine._anchors, [])[engines.SHAPES]
    assert compiled.database(expressions, None).size() < 300_000


@pytest.mark.parametrize("text", [r"(?i)\d{3}-\d{4}", r"\+[1-9][0-9]{6}", r"\d:AA[A-Za-z0-9_-]{6}", r"[A-Z]{2}\d{2}", r"(?:\d{3}|\d{4})-\d{4}", r"[0-9a-f]{8}",
                                  r"\b\(\d{3}\) \d{4}", r"\d{1,9}-\d{1,9}-\d{4}", r"X{4}[ -][0-9X]{4}", r"-?\d{6}-\d{4}"])
def test_what_is_no_shape(text):
    """Letters of both cases, groups, few digits, edges beside a bracket and many widths, nothing sure before the digits: such an anchor is looked for as it is."""
    assert shapes.of(parse(text)) is None
    assert shapes.of(replace(parse(r"\d{3}-\d{4}"), literal=True)) is None


def test_wider_forms():
    """What stands before the first digit is left out, separators are one class, a narrow class of digits is every digit."""
    joint = r"[ +.\-\x0e-\x1f]"
    assert shapes.of(parse(r"\b[12]\d{2}[ -]\d{4}\b")).wider == rf"\b\d\d{{2}}{joint}\d{{4}}"
    assert shapes.of(parse(r"\d\.\d{1,3}\.\d{2}")).wider == r"\d[.\x0e-\x1f]\d{1,3}[.\x0e-\x1f]\d{2}"
    assert shapes.of(parse(r"[A-Z]{2}-?\d{6}[AB]\b")).wider == r"[^0-9]\d{6}[\x41\x42]\b"
