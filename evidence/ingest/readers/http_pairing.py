"""Which response answers which request, where the recording does not say.

Requests that overlap share one byte stream, so their order proves nothing. A pair is ``exact`` where nothing else was
under way, or where the recording itself tells the pair apart from every other; else it is ``ambiguous``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from evidence.ingest.readers.http_stream import Message


@dataclass(frozen=True, slots=True)
class Marks:
    """What tells a message apart: an id that a response repeats, the model, and whether the response is streamed."""

    echo: str | None = None
    model: str | None = None
    streaming: bool | None = None


_Marked = Callable[[int], Marks]


@dataclass(frozen=True, slots=True)
class Pair:
    """A request and its response, by their numbers; either may be missing."""

    request: int | None
    response: int | None
    pairing: str


def pair(requests: list[Message], responses: list[Message], asked: _Marked, given: _Marked) -> list[Pair]:
    """Return every request and every final response exactly once, in the order in which they began.

    ``asked`` and ``given`` give the marks of a request and of a response by its number; most need none. Interim
    responses (1xx except 101) are left out.
    """
    if _in_turn(requests, responses):
        return [_alone([number], [number], requests, responses) for number in range(len(requests))]
    pairs: list[Pair] = []
    for ours, theirs in _clusters(requests, responses):
        pairs += _settle(ours, theirs, requests, responses, asked, given)
    return sorted(pairs, key=lambda p: _begin(p, requests, responses))


def _in_turn(requests: list[Message], responses: list[Message]) -> bool:
    """Say whether each request has a response that begins after it, and both had ended when the next one began."""
    if len(requests) != len(responses):
        return False
    until, before = -1, (-1, 0)
    for request, response in zip(requests, responses, strict=True):
        if request.first[0] < until or not before < request.first < response.first:
            return False
        if response.words[0] != "101" and response.status < 200:
            return False
        until, before = max(request.last, response.last)[0], response.first
    return True


def _begin(pair_: Pair, requests: list[Message], responses: list[Message]) -> tuple[tuple[int, int], int, int]:
    if pair_.request is not None:
        message = requests[pair_.request]
        return message.first, 0, message.start
    message = responses[pair_.response or 0]
    return message.first, 1, message.start


def _clusters(requests: list[Message], responses: list[Message]) -> Iterator[tuple[list[int], list[int]]]:
    """Yield groups of messages that were under way together.

    A group is closed when as many responses as requests are complete and the next message begins after all of them.
    """
    final = [n for n, response in enumerate(responses) if response.words[0] == "101" or response.status >= 200]
    marks = sorted([*((m.first, 0, m.start, n) for n, m in enumerate(requests)),
                    *((responses[n].first, 1, responses[n].start, n) for n in final)])
    ours: list[int] = []
    theirs: list[int] = []
    until = (-1, 0)
    for first, side, _, number in marks:
        overlaps = first[0] < until[0] or (side == 1 and len(ours) > len(theirs))
        if (ours or theirs) and not overlaps and len(theirs) >= len(ours):
            yield ours, theirs
            ours, theirs = [], []
        (theirs if side else ours).append(number)
        until = max(until, (responses if side else requests)[number].last)
    if ours or theirs:
        yield ours, theirs


def _settle(ours: list[int], theirs: list[int], requests: list[Message], responses: list[Message],
            asked: _Marked, given: _Marked) -> Iterator[Pair]:
    if len(ours) <= 1 and len(theirs) <= 1:
        yield _alone(ours, theirs, requests, responses)
        return
    certain = _certain(ours, theirs, responses, asked, given)
    taken = set(certain.values())
    left = deque(n for n in theirs if n not in taken)
    for number in ours:
        if number in certain:
            yield Pair(number, certain[number], "exact")
        elif left:
            answer = left.popleft()
            kind = "unparsed" if responses[answer].words[0] == "101" else "ambiguous"
            yield Pair(number, answer, kind)
        else:
            yield Pair(number, None, "unpaired")
    for number in left:
        yield Pair(None, number, "unpaired")


def _alone(ours: list[int], theirs: list[int], requests: list[Message], responses: list[Message]) -> Pair:
    if not ours:
        return Pair(None, theirs[0], "unpaired")
    if not theirs:
        return Pair(ours[0], None, "unpaired")
    request, response = requests[ours[0]], responses[theirs[0]]
    if response.words[0] == "101":
        return Pair(ours[0], theirs[0], "unparsed")
    return Pair(ours[0], theirs[0], "exact" if request.sure and response.sure else "ambiguous")


def _certain(ours: list[int], theirs: list[int], responses: list[Message], marked: _Marked, answered: _Marked
             ) -> dict[int, int]:
    """Return the pairs that the recording itself proves: by a repeated id, else by marks that fit only once.

    Proof by elimination needs every response whole and as many of them as requests. Groups of more than 64 messages
    are left ambiguous.
    """
    if len(ours) > 64 or len(theirs) > 64:
        return {}
    asked, given = {number: marked(number) for number in ours}, {number: answered(number) for number in theirs}
    proven: dict[int, int] = {}
    for number in ours:
        same = [n for n in theirs if given[n].echo and given[n].echo == asked[number].echo]
        twins = [n for n in ours if asked[n].echo == asked[number].echo]
        if len(same) == len(twins) == 1 and responses[same[0]].whole:
            proven[number] = same[0]
    if len(ours) != len(theirs) or not all(responses[n].whole and responses[n].sure for n in theirs):
        return proven
    fits = {a: [b for b in theirs if _fits(asked[a], given[b], responses[b])] for a in ours}
    for a, options in fits.items():
        if len(options) == 1 and sum(options[0] in others for others in fits.values()) == 1:
            proven.setdefault(a, options[0])
    return proven


def _fits(asked: Marks, given: Marks, response: Message) -> bool:
    if asked.echo and given.echo and asked.echo != given.echo:
        return False
    if response.status < 400 and given.streaming is not None and bool(asked.streaming) != given.streaming:
        return False
    return not (asked.model and given.model) or given.model.startswith(asked.model)
