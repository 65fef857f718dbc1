"""Exchanges that follow each other are paired without being grouped, and the pairs are the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.ingest.readers import http_pairing
from evidence.ingest.readers.http_pairing import Marks, Pair, pair
from evidence.ingest.readers.http_stream import Message

MARKS = Marks("same", "gpt-4o", streaming=False)


def message(words, start, first, last, *, sure):
    """A message that came with the events of these numbers."""
    return Message(start, start + 1, words, {}, b"", whole=True, sure=sure, first=(first, first), last=(last, last))


@st.composite
def sides(draw):
    """Requests and responses as they stand in a recording: in order on their side, and mostly in turn."""
    requests, responses, place = [], [], 0
    for number in range(draw(st.integers(0, 5))):
        lengths = [draw(st.sampled_from([0, 0, 0, 1, 2])) for _ in range(2)]
        status = draw(st.sampled_from(["200", "200", "200", "100", "101", "404"]))
        if draw(st.integers(0, 7)):
            requests.append(message(("POST", "/x"), number, place, place + lengths[0], sure=draw(st.booleans())))
        place += draw(st.sampled_from([1, 2, 3]))
        if draw(st.integers(0, 7)):
            responses.append(message((status,), number, place, place + lengths[1], sure=draw(st.booleans())))
        place += draw(st.sampled_from([0, 1, 2, 3]))
    return requests, responses


@settings(max_examples=500, deadline=None)
@given(sides())
def test_exchanges_in_turn_are_paired_as_groups_of_one(given_sides):
    """Whether the quick way is taken or not, each message is in the same pair."""
    requests, responses = given_sides
    quick = pair(requests, responses, lambda _: MARKS, lambda _: MARKS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http_pairing, "_in_turn", lambda *_: False)
        assert quick == pair(requests, responses, lambda _: MARKS, lambda _: MARKS)


def test_exchanges_in_turn_are_not_marked():
    """Nobody asks what tells an exchange apart where nothing else was under way."""
    requests = [message(("POST", "/x"), n, 10 * n, 10 * n, sure=True) for n in range(3)]
    responses = [message(("200",), n, 10 * n + 5, 10 * n + 7, sure=n != 1) for n in range(3)]
    pairs = pair(requests, responses, {}.__getitem__, {}.__getitem__)
    assert pairs == [Pair(0, 0, "exact"), Pair(1, 1, "ambiguous"), Pair(2, 2, "exact")]
