"""A chain becomes one canonical line that tells what happened, and not to whom."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence import relations
from evidence.errors import SealError
from evidence.seal.leaves import COLUMNS, DISCLOSURES, canonical, pseudonym, write_leaves
from evidence.verify.jcs import MalformedError, parse

keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
numbers = st.integers(-(2**53) + 1, 2**53 - 1)
values = st.recursive(st.text(st.characters(exclude_categories=["Cs"])) | numbers,
                      lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12)


def written(kit: Any, rows: Any, folder: Path, **more: Any) -> list[bytes]:
    """Write rows and return the lines."""
    out = folder / "chains.ndjson"
    write_leaves(kit.module.batches(rows), out, salt_key=more.pop("salt_key", kit.module.SALT),
                 pseudonym_key=kit.module.PSEUDONYM, **more)
    return out.read_bytes().split(b"\n")[:-1]


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


def test_times_are_microseconds_of_utc(kit: Any, tmp_path: Path) -> None:
    """A time without zone is UTC, as in the store; one with a zone is the same instant; nothing is rounded."""
    [batch] = kit.module.batches(kit.module.rows(1))
    naive = datetime(2026, 10, 1, 12, 0, 0, 123456)  # noqa: DTZ001 - as the engine gives it
    for zone, expected in ((None, 1790856000123456), ("UTC", 1790856000123456), ("+02:00", 1790848800123456)):
        time = naive if zone is None else naive.replace(tzinfo=UTC if zone == "UTC" else timezone(timedelta(hours=2)))
        [line] = sealed([changed(batch, "event_time", pa.array([time], pa.timestamp("us", zone)))], kit, tmp_path)
        assert json.loads(line)["event_time_us"] == expected


def any_rows(random: Random, count: int) -> list[dict[str, Any]]:
    """Rows in order of whatever the columns can hold; some columns have no value in any row, others in some."""
    cells: dict[str, Any] = {
        "VARCHAR": lambda: "".join(random.choices('"\\\x00\x1f\n\x7f\u2028\uffffé😀,{}[]:/+ az09', k=random.choice((0, 1, 5, 40)))
                                   if random.random() < 0.1 else random.choice(("", "inside", "/v1/chat", "x" * 64))),
        "BIGINT": lambda: random.choice((0, -1, 7, 2**53 - 1, 1 - 2**53, random.randrange(10**12))),
        "BOOLEAN": lambda: random.random() < 0.5,
        "TIMESTAMP": lambda: datetime(1900, 1, 1) + timedelta(microseconds=random.randrange(10**16)),  # noqa: DTZ001 - UTC
    }
    columns = relations.relation("chain").columns
    holes = {column.name: random.choice((0, 0, 0.5, 1)) for column in columns} | {"interaction_id": 0, "event_time": 0}
    rows = [{column.name: None if random.random() < holes[column.name] else cells[column.type]() for column in columns}
            | {"interaction_id": f"ix-{n}"} for n in range(count)]
    return sorted(rows, key=lambda row: (row["event_time"], row["interaction_id"]))


@pytest.mark.parametrize("seed", range(12))
def test_a_line_is_what_rfc_8785_and_rfc_9901_make_of_its_row(kit: Any, tmp_path: Path, seed: int) -> None:
    """Whatever the texts and whichever values are missing, member by member, however the rows come in batches."""
    rows = any_rows(Random(seed), 40)
    lines = sealed(kit.module.batches(rows, 1 + seed * seed), kit, tmp_path, disclosures=tmp_path / "d.ndjson")
    kept = {value["interaction_id"]: value["disclosures"]
            for value in map(json.loads, (tmp_path / "d.ndjson").read_bytes().split(b"\n")[:-1])}
    for row, line in zip(rows, lines, strict=True):
        value = json.loads(line)
        assert line == rfc8785.dumps(value)
        there = {name: cell for name, cell in row.items() if cell is not None}
        groups = {group: {n: v for n, v in there.items() if COLUMNS[n] == group} for group in DISCLOSURES}
        opened = [json.loads(base64.urlsafe_b64decode(d + "==")) for d in kept.get(row["interaction_id"], [])]
        assert [one[1:] for one in opened] == [[group, hidden] for group, hidden in groups.items() if hidden]
        salts = [value.pop("salt"), *(one[0] for one in opened)]
        assert len(set(salts)) == len(salts)
        assert all(re.fullmatch("[0-9a-f]{32}", salt) for salt in salts)
        if opened:
            assert value.pop("_sd_alg") == "sha-256"
            assert value.pop("_sd") == sorted(
                base64.urlsafe_b64encode(hashlib.sha256(d.encode()).digest()).rstrip(b"=").decode()
                for d in kept[row["interaction_id"]])
        assert value == {"v": "urn:copilot-evidence:chain:1"} | {
            {"person_id": "person", "approver_person_id": "approver"}.get(name, name + "_us" * (kind == "time")):
            {"flag": lambda cell: "yes" if cell else "no", "person": lambda cell: pseudonym(kit.module.PSEUDONYM, cell),
             "time": lambda cell: (cell - datetime(1970, 1, 1)) // timedelta(microseconds=1),  # noqa: DTZ001 - UTC
             }.get(kind, lambda cell: cell)(there[name])
            for name, kind in COLUMNS.items() if name in there and kind not in DISCLOSURES}


def test_the_bytes_are_those_of_ever(kit: Any, tmp_path: Path) -> None:
    """The same rows and keys give these bytes in every version that writes this format."""
    written(kit, kit.module.rows(300), tmp_path, disclosures=tmp_path / "d.ndjson")
    assert [hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()[:16]
            for name in ("chains.ndjson", "chains.index", "d.ndjson")] == ["a334838bbafc4323", "7cf8c465b1e2e2b6", "53b8af6ccac4c3bf"]


def test_long_texts_come_in_batches_of_bounded_size(kit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size of the batches is a matter of memory and changes no byte; neither do empty ones."""
    [batch] = kit.module.batches(kit.module.rows(20))
    lines = sealed([batch], kit, tmp_path)
    monkeypatch.setattr("evidence.seal.leaves._BATCH_BYTES", batch.nbytes // 7)
    assert sealed([batch.slice(0, 0), batch, batch.slice(0, 0)], kit, tmp_path) == lines


def changed(batch: pa.RecordBatch, name: str, column: pa.Array) -> pa.RecordBatch:
    """Return a batch with another column of that name."""
    return batch.set_column(batch.schema.get_field_index(name), name, column)


def sealed(batches: Any, kit: Any, folder: Path, **more: Any) -> list[bytes]:
    """Write batches and return the lines."""
    out = folder / "chains.ndjson"
    write_leaves(batches, out, salt_key=kit.module.SALT, pseudonym_key=kit.module.PSEUDONYM, **more)
    return out.read_bytes().split(b"\n")[:-1]


@pytest.mark.parametrize(("name", "column", "message"), [
    ("interaction_id", pa.array(["ix-b", "ix-a"]), "order"),
    ("interaction_id", pa.array(["ix-a", "ix-a"]), "order"),
    ("interaction_id", pa.array(["ix-a", None]), "expected a value in interaction_id"),
    ("interaction_id", pa.array([1, 2]), "expected text .* in interaction_id"),
    ("event_time", pa.nulls(2, pa.timestamp("us")), "expected a value in event_time"),
    ("event_time", pa.array([1, 2]), "expected times in event_time, found int64"),
    ("response_time", pa.array([1, 2], pa.timestamp("ns")), "JSON"),
    ("status_code", pa.array([200, 2**53]), "53-bit"),
    ("status_code", pa.array([-(2**53), None]), "53-bit"),
    ("prompt_bytes", pa.array([1, 2**64 - 1], pa.uint64()), "53-bit"),
    ("status_code", pa.array([200, 1.5]), "whole number in status_code, found double"),
    ("route", pa.array([b"/", b"\xff"], pa.binary()).view(pa.string()), "UTF8"),
    ("route", pa.array([b"/", None], pa.binary()), "found binary"),
    ("truncated", pa.array(["no", "yes"]), "true or false in truncated"),
    ("person_id", pa.array([1, 2]), "text in person_id"),
    ("subject", pa.array([True, False]), "whole number in subject, found bool"),
])
def test_what_cannot_be_shipped_exactly_is_refused(kit: Any, tmp_path: Path, name: str, column: pa.Array,
                                                   message: str) -> None:
    """Disorder, repetition, what every line has, large or broken numbers and text that is no text stop the seal."""
    [batch] = kit.module.batches({**row, "event_time": kit.module.START} for row in kit.module.rows(2))
    assert len(sealed([batch], kit, tmp_path)) == 2
    with pytest.raises(SealError, match=message):
        sealed([changed(batch, name, column)], kit, tmp_path)


def test_a_column_that_is_missing_is_refused(kit: Any, tmp_path: Path) -> None:
    """A column that is not there is another thing than one without values."""
    [batch] = kit.module.batches(kit.module.rows(2))
    with pytest.raises(SealError, match="route"):
        sealed([batch.drop_columns(["route"])], kit, tmp_path)


def test_short_keys_are_refused(kit: Any, tmp_path: Path) -> None:
    """A salt key that can be tried out is no key."""
    with pytest.raises(SealError, match="16 bytes"):
        written(kit, [], tmp_path, salt_key=b"short")


def test_no_chains_give_an_empty_file_and_the_root_of_nothing(kit: Any, tmp_path: Path) -> None:
    """A month without interactions is a package too."""
    out = tmp_path / "chains.ndjson"
    tree = write_leaves([], out, salt_key=kit.module.SALT, pseudonym_key=kit.module.PSEUDONYM)
    assert (tree.size, tree.root, out.read_bytes()) == (0, hashlib.sha256(b"").hexdigest(), b"")
