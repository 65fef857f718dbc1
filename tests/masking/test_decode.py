"""Values behind an encoding are found, and said to be where they lie in the recorded text."""

from __future__ import annotations

import base64
from random import Random

import pyarrow as pa
import pytest

from evidence.masking import planting
from evidence.masking.assurance import ENCODED, caught

ADDRESS = "mira.tolvas@kadorlin.io"
FORMS = {
    "percent": "mira.tolvas%40kadorlin.io", "decimal reference": "mira.tolvas&#64;kadorlin.io", "hex reference": "mira.tolvas&#x40;kadorlin.io",
    "named reference": "mira.tolvas&commat;kadorlin&period;io", "escape": "mira.tolvas\\u0040kadorlin.io", "byte escape": "mira.tolvas\\x40kadorlin.io",
    "zero width": "mira.tol\u200bvas@kador\ufefflin.io", "soft hyphen": "mira.tol\u00advas@kadorlin.io", "full width": "mira\uff0etolvas\uff20kadorlin\uff0eio",
    "concatenation": 'mira.tolvas@" + "kadorlin.io', "literals over lines": 'mira.tolvas@"\n    "kadorlin.io', "continued line": "mira.tolvas@\\\nkadorlin.io",
    "soft line break": "mira.tolvas@kador=\nlin.io",
}


@pytest.mark.parametrize("name", FORMS)
def test_encoded_address(name, scanner):
    """An encoded address is found once, with the hash of the address itself, over the bytes that stand in the text."""
    text = f"é: {FORMS[name]}, and more"
    plain = scanner.scan(pa.array([ADDRESS])).to_pylist()[0]
    found = [f for f in scanner.scan(pa.array([text])).to_pylist() if f["value_hmac"] == plain["value_hmac"]]
    assert len(found) == 1
    start = found[0]["off_bytes"]
    assert text.encode()[start:start + found[0]["len_bytes"]].decode() == FORMS[name]


@pytest.mark.parametrize("name", ["percent", "hex reference", "escape", "zero width", "full width"])
@pytest.mark.parametrize("after", ['"\n    "ratio', '" + "ratio', "\\\nratio", "=\nratio"])
def test_encoded_address_before_another_string(name, after, scanner):
    """What follows an encoded address and could be joined to it does not hide it; nor is it told twice."""
    plain = scanner.scan(pa.array([ADDRESS])).to_pylist()[0]["value_hmac"]
    found = scanner.scan(pa.array([f'email = "{FORMS[name]}{after}'])).to_pylist()
    assert [(f["value_hmac"], f["off_bytes"]) for f in found] == [(plain, 9)]


@pytest.mark.parametrize("text", ["452\u201111\u20118734", "452\u201311\u20138734", "ssn 452\u00a011\u00a08734"])
def test_other_dashes_and_spaces(text, scanner):
    """Dashes and spaces that only look like the usual ones do not hide a number."""
    assert [f["entity_type"] for f in scanner.scan(pa.array([text])).to_pylist()] == ["US_SSN"]


def test_base64_is_read_once(scanner):
    """Text in base64 is read, its finding lies at the blob; base64 in base64, digests and names are not."""
    blob = base64.b64encode(f"contact {ADDRESS} today".encode()).decode()
    texts = [f'data = "{blob}"', base64.b64encode(blob.encode()).decode(), "0f3c1b2a99e4d7c60f3c1b2a99e4d7c60f3c1b2a", "/usr/local/lib/python/site/packages/weasy"]
    found = scanner.scan(pa.array(texts)).to_pylist()
    assert [(f["row"], f["off_bytes"], f["len_bytes"]) for f in found] == [(0, 8, len(blob))]


def test_wrapped_base64(scanner):
    """Base64 broken into lines is one blob."""
    blob = base64.encodebytes(b"a long introduction before the address, longer than one line " * 2 + ADDRESS.encode()).decode().strip()
    found = scanner.scan(pa.array([f"begin\n{blob}\nend."])).to_pylist()
    assert [(f["entity_type"], f["off_bytes"]) for f in found] == [("EMAIL_ADDRESS", 6)]


@pytest.mark.parametrize("entity", ENCODED)
@pytest.mark.parametrize("mutation", sorted(planting.MUTATIONS))
def test_recall_under_mutations(entity, mutation, scanner):
    """Of the values of an entity, at least 95 in a hundred are found in each encoding."""
    rule = planting.plantable(scanner.rules)[entity][0]
    rng = Random(f"{entity}{mutation}")
    planted = [p for n in range(60) if (p := planting.plant(rule, b"x = 1\ny = 2\n", rng, n, mutation)).changed]
    table = scanner.scan(pa.array([one.text for one in planted], pa.binary()))
    assert len(caught(planted, table.to_pylist())) >= 0.95 * len(planted)
