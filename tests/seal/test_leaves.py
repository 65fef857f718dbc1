"""A chain becomes one canonical line that tells what happened, and not to whom."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence import relations
from evidence.errors import SealError
from evidence.seal.leaves import COLUMNS, DISCLOSURES, canonical, microseconds, pseudonym, write_leaves
from evidence.verify.jcs import MalformedError, parse

keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
numbers = st.integers(-(2**53) + 1, 2**53 - 1)
values = st.recursive(st.text(st.characters(exclude_categories=["Cs"])) | numbers,
                      lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12)


def written(kit: Any, rows: Any, folder: Path, **more: Any) -> list[bytes]:
    """Write rows and return the lines."""
    out = folder / "chains.ndjson"
    write_leaves(rows, out, salt_key=more.pop("salt_key", kit.module.SALT), pseudonym_key=kit.module.PSEUDONYM, **more)
    return out.read_bytes().splitlines()


PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no finding


@PATIENT
@given(st.dictionaries(keys, values, max_size=8))
def test_lines_are_canonical_json(value: dict[str, Any]) -> None:
    """Under the limits of the leaf's schema the fast writer and an implementation of RFC 8785 agree byte by byte."""
    assert canonical(value) == rfc8785.dumps(value)


@PATIENT
@given(st.dictionaries(keys, values, max_size=8))
def test_the_verifier_accepts_canonical_json_only(value: dict[str, Any]) -> None:
    """What the sealer writes is read back; the same value written in another way is refused."""
    data = canonical(value)
    assert parse(data) == value
    for other in (data + b"\n", b" " + data, b"\xef\xbb\xbf" + data, json.dumps(value, indent=1).encode() + b" "):
        with pytest.raises(MalformedError):
            parse(other)


def test_every_column_of_the_relation_is_decided() -> None:
    """A column added to the relation chain must be decided: shipped, pseudonymous, or disclosed on request."""
    assert set(COLUMNS) == {column.name for column in relations.relation("chain").columns}
    assert set(COLUMNS.values()) <= {"plain", "flag", "time", "person", *DISCLOSURES}
    assert {name for name, kind in COLUMNS.items() if kind == "flag"} == {
        column.name for column in relations.relation("chain").columns if column.type == "BOOLEAN"}


def test_a_line_holds_nothing_that_names_or_can_be_guessed(kit: Any, tmp_path: Path) -> None:
    """Neither the address, the user id, the person nor the bare hash of a prompt stands in a line."""
    rows = list(kit.module.rows(5))
    text = b"\n".join(written(kit, rows, tmp_path)).decode()
    for row in rows:
        for column in ("subject", "subject_email", "person_id", "prompt_sha256", "native_id"):
            assert row[column] not in text
    assert all(isinstance(value, str | int | list) for line in text.splitlines() for value in json.loads(line).values())


def test_every_line_has_a_salt_of_its_own(kit: Any, tmp_path: Path) -> None:
    """Siblings in an audit path cannot be guessed: each line has 128 bits that no other has."""
    salts = [json.loads(line)["salt"] for line in written(kit, kit.module.rows(50), tmp_path)]
    assert len(set(salts)) == 50
    assert all(re.fullmatch("[0-9a-f]{32}", salt) for salt in salts)


def test_the_salt_in_a_line_does_not_open_its_disclosures(kit: Any, tmp_path: Path) -> None:
    """The salts of disclosures appear nowhere in the lines."""
    lines = written(kit, kit.module.rows(3), tmp_path, disclosures=tmp_path / "d.ndjson")
    text = b"".join(lines).decode()
    for row in map(json.loads, (tmp_path / "d.ndjson").read_bytes().splitlines()):
        for disclosure in row["disclosures"]:
            assert json.loads(base64.urlsafe_b64decode(disclosure + "=="))[0] not in text


def test_disclosures_open_the_digests_of_their_line(kit: Any, tmp_path: Path) -> None:
    """Each disclosure hashes to exactly one digest of its own line, and each digest has one."""
    lines = written(kit, kit.module.rows(4), tmp_path, disclosures=tmp_path / "d.ndjson")
    for line, opened in zip(lines, (tmp_path / "d.ndjson").read_bytes().splitlines(), strict=True):
        digests = [base64.urlsafe_b64encode(hashlib.sha256(d.encode()).digest()).rstrip(b"=").decode()
                   for d in json.loads(opened)["disclosures"]]
        assert sorted(digests) == json.loads(line)["_sd"]


def test_the_same_rows_give_the_same_bytes_and_another_period_key_others(kit: Any, tmp_path: Path) -> None:
    """A rebuild is identical; another period's key changes salts and digests but no pseudonym."""
    first = written(kit, kit.module.rows(9), tmp_path)
    assert written(kit, kit.module.rows(9), tmp_path) == first
    other = written(kit, kit.module.rows(9), tmp_path, salt_key=b"another" * 5)
    assert all(a != b for a, b in zip(first, other, strict=True))
    assert [json.loads(line)["person"] for line in first] == [json.loads(line)["person"] for line in other]


def test_disclosing_or_not_gives_one_tree(kit: Any, tmp_path: Path) -> None:
    """All profiles of a month share one tree."""
    assert written(kit, kit.module.rows(5), tmp_path) == written(kit, kit.module.rows(5), tmp_path,
                                                                 disclosures=tmp_path / "d")


def test_a_pseudonym_is_stable_and_needs_the_key() -> None:
    """The same person has the same pseudonym under one key and another under another."""
    assert pseudonym(b"k" * 32, "anna") == pseudonym(b"k" * 32, "anna") != pseudonym(b"l" * 32, "anna")
    assert re.fullmatch("p-[0-9a-f]{32}", pseudonym(b"k" * 32, "anna"))


def test_times_are_microseconds_of_utc() -> None:
    """A time without zone is UTC, as in the store; one with a zone is converted; nothing is rounded."""
    naive = datetime(2026, 10, 1, 12, 0, 0, 123456)  # noqa: DTZ001 - as the engine gives it
    assert microseconds(naive) == microseconds(naive.replace(tzinfo=UTC)) == 1790856000123456
    assert microseconds(naive.replace(tzinfo=timezone(timedelta(hours=2)))) == 1790848800123456


@pytest.mark.parametrize(("change", "message"), [
    ({"interaction_id": "ix-a" + "0" * 23}, "order"),
    ({"status_code": 2**53}, "53-bit"),
    ({"status_code": 1.5}, "whole number"),
    ({"route": "\ud800"}, "JSON"),
    ({"route": object()}, "found object"),
])
def test_what_cannot_be_shipped_exactly_is_refused(kit: Any, tmp_path: Path, change: dict[str, Any], message: str) -> None:
    """Disorder, repetition, large or broken numbers and text that is no text stop the seal, naming the chain."""
    first, second = kit.module.rows(2)
    rows = [first, {**second, "event_time": first["event_time"], **change} if "interaction_id" in change
            else {**second, **change}]
    with pytest.raises(SealError, match=message):
        written(kit, rows, tmp_path)


def test_short_keys_are_refused(kit: Any, tmp_path: Path) -> None:
    """A salt key that can be tried out is no key."""
    with pytest.raises(SealError, match="16 bytes"):
        written(kit, [], tmp_path, salt_key=b"short")


def test_no_chains_give_an_empty_file_and_the_root_of_nothing(kit: Any, tmp_path: Path) -> None:
    """A month without interactions is a package too."""
    out = tmp_path / "chains.ndjson"
    tree = write_leaves([], out, salt_key=kit.module.SALT, pseudonym_key=kit.module.PSEUDONYM)
    assert (tree.size, tree.root, out.read_bytes()) == (0, hashlib.sha256(b"").hexdigest(), b"")
