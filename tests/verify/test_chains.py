"""Chains are judged by what was learnt of those before; that takes no chain which parsing would refuse."""

from __future__ import annotations

import json
import random
import sys
from typing import Any

import pytest

from evidence import constants as c
from evidence.seal import leaves
from evidence.verify.chains import ChainReader, chain_problem
from evidence.verify.jcs import MalformedError, parse

museum = sys.modules["evidence_tests_museum"]
_BYTES = b'"\\,:{}[]0-9.eE\n\r\t\x00\x1f\x7f\x80\xc3\xa9\xed\xa0aAZz_+/= '


def problem(data: bytes, size: int = 1 << 20) -> str | None:
    """What the reader finds in chains that come in pieces of this size."""
    reader = ChainReader()
    for start in range(0, len(data), size):
        reader.feed(data[start:start + size])
    reader.close()
    return reader.problem


def parsed(line: bytes) -> str | None:
    """What parsing finds in one chain."""
    try:
        return chain_problem(parse(line))
    except MalformedError as error:
        return str(error)


@pytest.fixture(scope="module")
def lines(kit: Any) -> list[bytes]:
    """Chains of several shapes, one of them with text beyond ASCII and one with an escape."""
    found = kit.module.unpack(kit.plain)[c.CHAINS].splitlines()
    for at, change in enumerate(({"model": "größer"}, {"model": 'a "b"'}, {"zone": 3}, {"_sd": None}), 3):
        value = {**json.loads(found[at]), **change}
        if value["_sd"] is None:
            del value["_sd"], value["_sd_alg"]
        found[at] = leaves.canonical(value)
    return found


def test_what_fits_is_what_parsing_takes(lines: list[bytes]) -> None:
    """Of 6,000 chains with a byte changed, put in or left out, the reader refuses those that parsing refuses, no others."""
    chance, good, taken = random.Random(7), b"".join(line + b"\n" for line in lines[:-1]), 0
    reader = ChainReader()
    reader.feed(good)
    assert (reader.problem, reader.size) == (None, 22)
    for _ in range(6_000):
        line = lines[chance.randrange(len(lines))]
        at, byte = chance.randrange(len(line)), bytes([chance.choice(_BYTES)])
        broken = line[:at] + (b"" if chance.random() < 0.3 else byte) + line[at + (chance.random() < 0.6):]
        if b"\n" in broken:
            continue
        fits = reader._all_good(broken, [(0, len(broken))], plain=False) if _later(reader, broken) else False
        assert fits == (parsed(broken) is None), broken
        taken += fits
    assert 300 < taken < 5_000


def _later(reader: ChainReader, line: bytes) -> bool:
    """Forget what the line would be compared with: its form alone is asked for."""
    reader._last = (-(1 << 62), b"")
    return bool(line)


@pytest.mark.parametrize("size", [1, 700, 1 << 20])
def test_the_first_problem_is_named_wherever_pieces_end(lines: list[bytes], size: int) -> None:
    """The number of the line is that of the first which is wrong, in form or in order."""
    broken = [*lines[:9], lines[9].replace(b'"forwarded"', b"null"), *lines[10:]]
    swapped = [*broken[:4], broken[5], broken[4], *broken[6:]]
    assert (problem(b"".join(line + b"\n" for line in broken), size) or "").startswith("line 10: ")
    assert (problem(b"".join(line + b"\n" for line in swapped), size) or "").startswith("line 6: ")
    assert problem(b"".join(line + b"\n" for line in lines), size) is None


@pytest.mark.parametrize("case", [case for case in museum.CASES if case.step == "chains"], ids=lambda case: case.name)
def test_a_chain_that_was_refused_alone_is_refused_behind_others(kit: Any, case: Any) -> None:
    """After a thousand good chains of all shapes, a broken one is found as it is among the first."""
    data = case.make(kit)[c.CHAINS]
    before = [leaves.canonical({**json.loads(line), "event_time_us": n, "salt": f"{n:032x}", "interaction_id": f"a{n}"})
              for n, line in enumerate(kit.module.unpack(kit.plain)[c.CHAINS].splitlines() * 45)]
    assert problem(b"".join(line + b"\n" for line in before) + data) is not None
