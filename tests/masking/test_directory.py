"""People whom the directory names are found by name, address and phone, as they are written, and nobody else is."""

from __future__ import annotations

import pyarrow as pa
import pytest

from evidence import masking
from evidence.masking import directory
from evidence.masking.directory import Sight

SIGHTS = [
    Sight("upn", "mira.tolvas@kadorlin.io", "Tolvas, Mira K. (Contractor)", "member"), Sight("email", "m.tolvas@kadorlin.io", "Tolvas, Mira K.", "member"),
    Sight("phone", "+49 30 5550 1234", "Jörg Müller-Lüd", "member"), Sight("oid", "o-1", "Li Wu", "guest"), Sight("upn", "leaver@kadorlin.io", None, "unknown"),
    Sight("upn", "build@kadorlin.io", "Build Bot", "service"), Sight("email", "all@kadorlin.io", "All Hands", "shared"), Sight("oid", "o-2", "admin", "member"),
]
PEOPLE = directory.collect(SIGHTS, key=b"k")
CASES = [
    ("ask Mira Tolvas.", [("PERSON", "Mira Tolvas")]), ("owner: Mira K. Tolvas", [("PERSON", "Mira K. Tolvas")]), ("MIRA TOLVAS", [("PERSON", "MIRA TOLVAS")]),
    ("“Tolvas, Mira K.”", [("PERSON", "Tolvas, Mira K.")]), ("Mira\u00a0Tolvas", [("PERSON", "Mira\u00a0Tolvas")]), ("jörg müller-lüd", [("PERSON", "jörg müller-lüd")]),
    ("JÖRG MÜLLER-LÜD", [("PERSON", "JÖRG MÜLLER-LÜD")]), ("Jo\u0308rg Mu\u0308ller-Lu\u0308d", [("PERSON", "Jo\u0308rg Mu\u0308ller-Lu\u0308d")]),
    ("Li Wu and li wu", [("PERSON", "Li Wu")]), ("M.Tolvas@Kadorlin.io", [("EMAIL_ADDRESS", "M.Tolvas@Kadorlin.io")]),
    ("mira.tolvas%40kadorlin.io", [("EMAIL_ADDRESS", "mira.tolvas%40kadorlin.io")]), ("<leaver@kadorlin.io>", [("EMAIL_ADDRESS", "leaver@kadorlin.io")]),
    ("tel +49 30 5550 1234", [("PHONE_NUMBER", "+49 30 5550 1234")]), ("+493055501234", [("PHONE_NUMBER", "+493055501234")]),
    ("Mira Tolvas-Berg", []), ("Amira Tolvas", []), ("Mira Tolvasé", []), ("x.mira.tolvas@kadorlin.io", []), ("mira.tolvas@kadorlin.io.example", []),
    ("Mira and Tolvas", []), ("build@kadorlin.io", []), ("all@kadorlin.io", []), ("admin", []), ("+4930555012345", []),
]


@pytest.fixture(scope="module", params=["hyperscan", "re2"])
def finder(request):
    """A scanner of each engine that knows the people and no rule that finds addresses."""
    return masking.load(["secrets"], key=b"k", engine=request.param, people=PEOPLE)


def test_who_is_known():
    """Names of two words count, given name first; services and shared mailboxes are nobody; every address counts."""
    assert PEOPLE.names == ("Jörg Müller-Lüd", "Li Wu", "Mira K. Tolvas")
    assert PEOPLE.emails == ("leaver@kadorlin.io", "m.tolvas@kadorlin.io", "mira.tolvas@kadorlin.io")
    assert PEOPLE.facts() == {"names": 3, "emails": 3, "phones": 1}
    assert directory.collect(SIGHTS[5:], key=b"k") is None


def test_the_digest_is_keyed():
    """The same people give the same digest under one key, in whatever order, and another under another."""
    assert directory.collect(SIGHTS[::-1], key=b"k").digest == PEOPLE.digest != directory.collect(SIGHTS, key=b"l").digest
    assert directory.collect(SIGHTS[:2], key=b"k").digest != PEOPLE.digest
    assert "Tolvas" not in repr(PEOPLE)


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_people_are_found_where_they_stand_alone(text, expected, finder):
    """Name forms, cases and encodings are found; a longer word, name or address is somebody else."""
    found = finder.scan(pa.array([f"é {text}"])).to_pylist()
    data = f"é {text}".encode()
    assert [(f["entity_type"], data[f["off_bytes"]:f["off_bytes"] + f["len_bytes"]].decode()) for f in found] == expected


def test_a_person_has_one_hash_however_written(finder):
    """Forms of one name have one keyed hash, so that an echo of the caller's prompt is known as one."""
    rows = finder.scan(pa.array(["Mira K. Tolvas", "tolvas, mira k."])).to_pylist()
    assert len({row["value_hmac"] for row in rows}) == 1
    assert len(rows) == 2


def test_rules_do_not_depend_on_who_is_known():
    """What rules find is the same with and without a dictionary; both say what they found at one place."""
    texts = pa.array(["mail mira.tolvas@kadorlin.io or Mira Tolvas", "nobody"])
    plain, both = (masking.load(["core"], key=b"k", people=people).scan(texts).to_pylist() for people in (None, PEOPLE))
    assert [row for row in both if not row["rule_id"].startswith(directory.RULES)] == plain
    assert [row["rule_id"] for row in both] == ["core.email", "directory.email", "directory.name"]
