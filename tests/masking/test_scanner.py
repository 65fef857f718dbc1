"""What the scanner promises whatever the rules are: places, edges, caps, engines that agree, values that stay inside."""

from __future__ import annotations

import hmac
import os
from collections import Counter
from random import Random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence import masking
from evidence.errors import EvidenceError, UsageError
from evidence.masking import candidates, planting
from evidence.masking.scanner import FINDING_COLUMNS, PLACEHOLDER_COLUMNS
from evidence.model import AllowRule
from tests.masking import hostile

EMAIL = "mira.tolvas@kadorlin.io"


def corpus(scanner, count=240, seed=3):
    """Return code answers with planted values, masked variants and hard negatives."""
    rng = Random(seed)
    rules = [rule for group in planting.plantable(scanner.rules).values() for rule in group]
    hosts = list(planting.answers(rng, 24, 700))
    texts = [planting.plant(rules[n % len(rules)], hosts[n % len(hosts)], rng, n).text for n in range(count)]
    forms = list(planting.MUTATIONS)
    texts += [planting.plant(rules[n % 12], b"", rng, n, forms[n % len(forms)]).text for n in range(count // 3)]
    texts += [mask.format(entity="EMAIL_ADDRESS", hash="0f3c1b2a99e4d7c6").encode() for mask in planting.texts().masked]
    return [*texts, *planting.hard_negatives(rng, 60), b"", b"\n", b"\xff\xfe\x00"]


def rows_of(table):
    """Return the rows of a table as tuples."""
    return [tuple(row.values()) for row in table.to_pylist()]


def test_batch_equals_rows_equals_second_engine(scanner, second):
    """Findings and marks are the same whether rows are read together or alone, by one engine or the other."""
    texts = corpus(scanner)
    whole = scanner.read(pa.array(texts, pa.large_binary()))
    alone = ([], [])
    for number, text in enumerate(texts):
        for table, rows in zip(scanner.read(pa.array([text], pa.binary())), alone, strict=True):
            rows += [(number, *row[1:]) for row in rows_of(table)]
    other = second.read(pa.array(texts, pa.binary()))
    for one, single, two in zip(whole, alone, other, strict=True):
        assert rows_of(one) == single
        assert rows_of(one) == rows_of(two)


PIECES = st.sampled_from(["+1 415 555 2671", EMAIL, "4539 1488 0343 6467", "452-11-8734", "DE89 3704", "AKIA", "eyJhbGciOi", "a", "1", ".", "-", " ", "\n",
                          "@", "::", "2001:db8", "****", "####", "<EMAIL_ADDRESS>", "[SSN]", "%40", "\u200b", "\u00a0", "&#64;", "password=", '"Gx7!kQ93zLp0"',
                          "é", "漢", "\\u0040", "10.20.", "91.7.133.2", "YWxpY2VAa2Fkb3JsaW4uaW8gYW5kIG1vcmUgdGV4dCBoZXJl", "ssn: ", "bsn ", "123456782"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(PIECES, max_size=9).map("".join), min_size=1, max_size=6))
def test_any_text_gives_the_same_answer_everywhere(scanner, second, texts):
    """For any rows made of tempting pieces: batch, rows and second engine agree, and every span lies inside its row."""
    findings, marks = scanner.read(pa.array(texts))
    for number, text in enumerate(texts):
        alone = scanner.read(pa.array([text]))
        for table, single in zip((findings, marks), alone, strict=True):
            assert [row[1:] for row in rows_of(table) if row[0] == number] == [row[1:] for row in rows_of(single)]
    assert (findings, marks) == second.read(pa.array(texts))
    for table in (findings, marks):
        for row in table.to_pylist():
            assert row["off_bytes"] >= 0
            assert row["off_bytes"] + row["len_bytes"] <= len(texts[row["row"]].encode())


def test_columns(scanner):
    """The tables have the columns of the contract, also where there is nothing."""
    for texts in (pa.array([], pa.string()), pa.array([None, ""]), pa.nulls(3)):
        findings, marks = scanner.read(texts)
        assert tuple(findings.column_names) == FINDING_COLUMNS
        assert tuple(marks.column_names) == PLACEHOLDER_COLUMNS
        assert findings.num_rows == marks.num_rows == 0


def test_offsets_count_bytes(scanner):
    """Offset and length are those of the UTF-8 bytes, after letters of several bytes and in a slice of a larger array."""
    text = f"Grüße → 漢字 {EMAIL} ü"
    sliced = pa.chunked_array([pa.array(["x@y.z", None, text])]).slice(1)
    row = scanner.scan(sliced).to_pylist()[0]
    assert row["row"] == 1
    assert text.encode()[row["off_bytes"]:row["off_bytes"] + row["len_bytes"]] == EMAIL.encode()


def test_rows_do_not_touch(scanner):
    """A value at the edge of a row is found; two halves in two rows are none, not even with nothing between them."""
    card = "4539148803436467"
    assert [f["row"] for f in scanner.scan(pa.array([card, card, EMAIL, EMAIL])).to_pylist()] == [0, 1, 2, 3]
    assert scanner.scan(pa.array([card[:8], card[8:], EMAIL[:11], EMAIL[11:]])).num_rows == 0


def test_values_are_kept_as_keyed_hashes(scanner):
    """The same value has the same hash in every row, under the key and the entity; another key gives another hash."""
    found = scanner.scan(pa.array([f"a {EMAIL}", f"{EMAIL}, b"])).to_pylist()
    expected = hmac.digest(bytes(range(32)), b"EMAIL_ADDRESS\0" + EMAIL.encode(), "sha256").hex()[:32]
    assert {f["value_hmac"] for f in found} == {expected}
    other = masking.load(["core"], key=b"another").scan(pa.array([EMAIL])).to_pylist()
    assert other[0]["value_hmac"] != expected


def test_no_value_in_any_output(scanner):
    """No cell of any table holds a planted value or five letters of it in a row."""
    rng = Random(9)
    rules = [rule for group in planting.plantable(scanner.rules).values() for rule in group]
    planted = [planting.plant(rule, b"", rng, n) for n, rule in enumerate(rules * 3)]
    tables = scanner.read(pa.array([one.text for one in planted], pa.binary()))
    cells = {str(cell).lower() for table in tables for row in table.to_pylist() for cell in row.values()}
    for one in planted:
        value = one.text[one.offset:one.offset + one.length].decode().lower()
        assert not any(value in cell for cell in cells)
        body = value[-5:]
        assert not any(body in cell for cell in cells if len(cell) != 32 and not cell.isdigit() and len(value) > 12)


def test_many_findings_are_capped(scanner):
    """One row of nothing but addresses gives the cap and one more, flagged; the next row is whole again."""
    flood = " ".join(f"user{n}@kadorlin.io" for n in range(2000))
    found = scanner.scan(pa.array([flood, EMAIL])).to_pylist()
    assert [f["flag"] for f in found if f["row"] == 0] == [None] * candidates.CAP + ["capped"]
    assert [f["flag"] for f in found if f["row"] == 1] == [None]


def test_documentation_and_private_values_are_set_aside(scanner):
    """Values that standards reserve are fixtures, private addresses are not public; both stay visible as such."""
    texts = {"write to ann@example.com": "fixture", "4111 1111 1111 1111": "fixture", "at 192.0.2.17 port": "fixture", "host 192.168.4.9": "non_public",
             "ssn 078-05-1120": "fixture", "+1 212 555 0123": "fixture", "DE89370400440532013000": "fixture", "AKIAIOSFODNN7EXAMPLE": "fixture"}
    found = {f["row"]: f["flag"] for f in scanner.scan(pa.array(list(texts))).to_pylist()}
    assert [found.get(n) for n in range(len(texts))] == list(texts.values())


def test_allowed_values_are_flagged():
    """A declared domain is allowed with everything below it, a look-alike is not; no domain allows the entity."""
    allow = [AllowRule(entity="EMAIL_ADDRESS", domain="kadorlin.io", reason="our own"), AllowRule(entity="MAC_ADDRESS", reason="inventory")]
    own = masking.load(["core"], key=b"k", allow=allow)
    texts = [EMAIL, "a.b@mail.kadorlin.io", "a.b@notkadorlin.io", "ether 3c:5a:b4:01:9e:77 up"]
    assert [f["flag"] for f in own.scan(pa.array(texts)).to_pylist()] == ["allowed", "allowed", None, "allowed"]


def test_overlaps_are_decided(scanner):
    """One place is one finding: a key inside a header, a password inside a URL are not found twice."""
    texts = ["Authorization: Bearer ghp_" + "A1b2C3d4" * 4 + "ZZZZ", "postgres://app:Xk3!9fQzA@db.kadorlin.io/x"]
    found = scanner.scan(pa.array(texts)).to_pylist()
    assert [f["row"] for f in found] == [0, 1]
    assert found[1]["entity_type"] == "URL_CREDENTIALS"


def test_what_cannot_be_scanned_is_an_error(scanner):
    """Arrays of other types and engines of other names are refused in words."""
    with pytest.raises(UsageError, match="Arrow array of text"):
        scanner.scan(pa.array([1, 2]))
    with pytest.raises(EvidenceError, match="nosuch"):
        masking.load(["core"], key=b"k", engine="nosuch")


@pytest.mark.parametrize("name", hostile.PIECES)
def test_hostile_text_does_not_stall(name, scanner):
    """Text made to be slow is read in bounded steps: the work per row is capped, not only its result."""
    assert scanner.scan(pa.array([hostile.text(name, 300_000)])).num_rows <= (candidates.CAP + 1) * 20


def test_a_response_of_nothing_but_personal_data(scanner, monkeypatch):
    """Three megabytes of values: the candidates that are examined are bounded like the findings; all beyond the cap are said to be capped."""
    calls, accept = Counter(), candidates._accept
    monkeypatch.setattr(candidates, "_accept", lambda rule, *rest: calls.update([rule.id]) or accept(rule, *rest))
    text = hostile.nothing_else([rule for rule in scanner.rules if rule.id.startswith("core.")], 3_000_000)
    found = Counter((f["entity_type"], f["flag"] == "capped") for f in scanner.scan(pa.array([text], pa.binary())).to_pylist())
    assert {"EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "MAC_ADDRESS"} <= {entity for entity, capped in found if capped}
    assert max(found.values()) == candidates.CAP
    assert max(calls.values()) <= 2 * (candidates.TRIES + 1)  # the response as it stands, and decoded
    assert max(count for rule, count in calls.items() if rule.startswith("core.")) < 4 * candidates.CAP < text.count(b"\n") // 30


def test_a_very_long_row(scanner):
    """A row of ten megabytes is read like any other, with the value at its end."""
    text = "x = compute(x)\n" * 700_000 + EMAIL
    found = scanner.scan(pa.array([text])).to_pylist()
    assert [f["off_bytes"] for f in found] == [len(text) - len(EMAIL)]


def test_a_compiled_database_is_kept_and_a_damaged_one_is_made_anew(tmp_path, scanner):
    """The second scanner reads what the first compiled; a damaged file, or a folder that is none, changes nothing."""
    texts = pa.array(corpus(scanner, 60), pa.binary())
    whole = rows_of(scanner.scan(texts))
    folder = tmp_path / "kept"
    for damage in (None, None, b"", b"nonsense" * 99):
        for path in sorted(folder.glob("*")) if damage is not None else ():
            path.write_bytes(damage)
        assert rows_of(masking.load(["core", "secrets"], key=bytes(range(32)), cache=folder).scan(texts)) == whole
    kept = sorted(folder.iterdir())
    assert [path.suffix for path in kept] == [".hsdb"] * 2
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    (tmp_path / "file").write_text("")
    assert rows_of(masking.load(["core", "secrets"], key=bytes(range(32)), cache=tmp_path / "file").scan(texts)) == whole


def test_databases_that_nobody_uses_any_more_are_removed(tmp_path, monkeypatch):
    """Each list of people has its own; those used last stay, however early they were made."""
    from evidence.masking import compiled

    monkeypatch.setattr(compiled, "KEPT", 3)
    texts = [(b"one",), (b"two",), (b"three",), (b"four",)]
    for number, (text,) in enumerate([*texts[:3], texts[0], texts[3]]):
        compiled.database([(0, text, 0)], tmp_path)
        newest = max(tmp_path.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, (number, number))  # whatever the grain of the clock
    assert len(list(tmp_path.iterdir())) == 3
    monkeypatch.setattr(compiled, "_compile", lambda _expressions, _literal: pytest.fail("compiled again"))
    for text in (b"one", b"three", b"four"):
        compiled.database([(0, text, 0)], tmp_path)


def test_databases_are_compiled_once(tmp_path, monkeypatch):
    """With a folder to keep them in, a scanner of the same rules compiles nothing."""
    from evidence.masking import compiled

    masking.load(["core"], key=b"k", cache=tmp_path)
    monkeypatch.setattr(compiled, "_compile", lambda _expressions: pytest.fail("compiled again"))
    masking.load(["core"], key=b"k", cache=tmp_path)
