"""Long runs are looked for in the words that leave room for one: none is missed, none is made up."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.masking import blocks, decode, engines, runs
from evidence.masking.anchors import parse

WORD = st.integers(1, 80).map(lambda size: "aB3/+x7Q"[size % 8] * size)
SIZE = decode.BLOB.low
RUN = runs.of(decode.BLOB)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(WORD | st.sampled_from([" ", "=", "é", "\n", "{", "\0", "-"]), max_size=8).map("".join), min_size=1, max_size=4))
def test_ends_are_those_of_the_expression(rows):
    """For any rows, the first and the last offset at which a run of that length ends, and those between that cover it."""
    block = blocks.of_rows([row.encode() for row in rows])
    found, other = (engines.make(name, [decode.BLOB], []).find(block) for name in engines.NAMES)
    stretches = [match.span() for match in re.finditer(rb"[A-Za-z0-9+/]{32,}", bytes(block.view))]
    assert found.end.tolist() == [end for first, last in stretches for end in [*range(first + SIZE, last, SIZE), last]]
    assert (found.end.tolist(), found.row.tolist()) == (other.end.tolist(), other.row.tolist())


def test_runs_at_every_place_of_a_word():
    """Whatever byte of a word a run begins and ends with, also as the last thing of the text, and beside another run."""
    engine = engines.make("hyperscan", [decode.BLOB], [])
    for first in range(9):
        for size in range(SIZE - 2, SIZE + 20):
            for tail in range(9):
                rows = [b" " * first + b"a" * size + b" " * tail, b"b" * size, b"c" * 20 + b" " + b"d" * 20]
                found = engine.find(blocks.of_rows(rows))
                told = [] if size < SIZE else [*range(SIZE, size, SIZE), size]
                assert found.row.tolist() == [0] * len(told) + [1] * len(told)
                assert (found.end - 1).tolist() == [first + end for end in told] + [first + size + tail + 1 + end for end in told]


@pytest.mark.parametrize("text", ["", "a", "a" * 14, "\n" * 40, "a b " * 999])
def test_no_room_for_a_run(text):
    """A text that is short or full of blanks leaves no word to read."""
    assert len(runs.places(memoryview(text.encode()), [RUN]).words) == 0


def test_words_stand_in_for_little_of_a_text():
    """Of prose and code a small part is read, and what is read are the words of the text."""
    rng = Random(4)
    text = b" ".join(rng.choice((b"value", b"=", b"compute(x)", b"a/b/c", b"return") * 6 + (b"Xk39fQzA" * 6,)) for _ in range(20_000))[:100_003]
    found = runs.places(memoryview(text), [RUN])
    padded = text.ljust(-len(text) // 8 * -8, b"\0")
    assert b"".join(padded[8 * number:8 * number + 8] for number in found.numbers.tolist()) == found.words.tobytes()
    assert 0 < len(found.words) < len(text) / 16
    assert runs.places(memoryview(b"a" * 1000), [RUN]) is None


@pytest.mark.parametrize(("text", "run"), [(decode.BLOB.pattern, (43, SIZE)), ("[0-9a-f]{40}", (48, 40)), ("[a-z]{8}", None), (r"[a-z]{20,30}", None),
                                           ("(?i)[a-z]{40}", None), (r"[^\n]{40}", None), ("[a-z]{40}=", None), (r"(?:ab){16}", None),
                                           (r"(?:\ba){16}", None), (r"[a-z\n]{20}", None), (r"(?:a|b){20}", (97, 20))])
def test_what_is_a_run(text, run):
    """One class of ASCII, so many times that a whole word is filled, and nothing else."""
    found = runs.of(parse(text))
    assert (found and found[:2]) == run


def test_a_run_of_millions_is_told_in_few_places():
    """What goes on for long is not told byte by byte, whichever engine reads it."""
    block = blocks.of_rows([b"x = " + b"a" * 2_000_000])
    assert len(engines.make("hyperscan", [decode.BLOB], []).find(block).end) == 2_000_000 // SIZE
