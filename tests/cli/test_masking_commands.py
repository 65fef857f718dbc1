"""``evidence scan`` and ``evidence masking``: places and names come out, values do not."""

from __future__ import annotations

import gzip
import io
import json

import pytest

from evidence import cli

ADDRESS, CARD = "mira.tolvas@kadorlin.io", "4539 1488 0343 6467"
PACK = """
pack: ours
title: Ours
entities: {STAFF_NUMBER: other}
rules:
  - {id: ours.staff, entity: STAFF_NUMBER, anchors: ['ACME-\\d{4}'], reach: [1, 4], pattern: 'ACME-[0-9]{6}', confidence: 900,
     plant: 'ACME-{d:6}', examples: ['{value}'], negatives: ['ACME-12', 'ACME-123456']}
"""
FOREIGN = """
[[rules]]
id = "foreign"
regex = '''tok_[a-z0-9]{12}'''
keywords = ["tok_"]
"""


@pytest.fixture
def folder(tmp_path):
    """Some answers: one with values, one without, one with values that mean nothing."""
    (tmp_path / "a.md").write_text(f"write to {ADDRESS}\nor pay with {CARD}\nor write to {ADDRESS}\n")
    (tmp_path / "b.txt").write_text("nothing here\n")
    (tmp_path / "c.txt").write_text("write to ann@example.com\n")
    return tmp_path


def call(capsys, *args: object) -> tuple[int, str, str]:
    """Run a command; returns exit code, stdout and stderr."""
    code = cli.call([str(arg) for arg in args])
    out, err = capsys.readouterr()
    return code, out, err


def test_scan_says_where_and_what_and_never_the_value(folder, capsys):
    """A finding has file, line, offset, entity and rule; equal values have equal numbers; the exit code is 4."""
    code, out, err = call(capsys, "scan", folder, "--format", "json")
    found = json.loads(out)
    assert (code, err) == (4, "3 findings in 3 files; 1 set aside; 0 not read\n")
    assert [(f["line"], f["entity"], f["value"]) for f in found] == [(1, "EMAIL_ADDRESS", 1), (2, "CREDIT_CARD", 2), (3, "EMAIL_ADDRESS", 1)]
    text = call(capsys, "scan", folder, "--all")[1]
    assert "fixture" in text
    assert not any(part in out + text for part in ("tolvas", "kadorlin", "4539", "6467", "ann@"))


def test_nothing_found_is_0(folder, capsys):
    """Values of documentation are set aside and do not count, listed or not."""
    assert call(capsys, "scan", folder / "b.txt", folder / "c.txt")[0] == 0
    assert call(capsys, "scan", folder / "c.txt", "--all")[0] == 0


def test_what_cannot_be_read_is_3_and_the_rest_is_scanned(folder, capsys):
    """A missing path and a broken Parquet file are named on stderr; findings of the others are printed."""
    (folder / "d.parquet").write_text("no")
    code, out, err = call(capsys, "scan", folder / "missing", folder / "d.parquet", folder / "a.md", "--format", "json")
    assert (code, len(json.loads(out))) == (3, 3)
    assert "missing" in err
    assert "d.parquet" in err


def test_scan_opens_what_is_packed_and_goes_on_after_damage(folder, capsys):
    """Gzip and UTF-16 are opened; a stream that is cut gives what it has, is named, and the files after it are read."""
    text = f"one\n{ADDRESS}\n".encode() * 200
    (folder / "b.txt.gz").write_bytes(gzip.compress(text[:40]))
    (folder / "c.gz").write_bytes(gzip.compress(text)[:-9])
    (folder / "d.txt").write_text(f"é {ADDRESS}", "utf-16")
    (folder / "e.parquet").write_text("no")
    (folder / "f.txt").write_text(ADDRESS)
    code, out, err = call(capsys, "scan", folder, "--format", "json")
    places = [(f["file"].rsplit("/", 1)[-1], f["line"], f["offset"]) for f in json.loads(out)]
    assert code == 3
    assert {("b.txt.gz", 2, 4), ("d.txt", 1, 3), ("f.txt", 1, 0)} <= set(places)
    assert "c.gz: the file cannot be read to its end: gzip cut short" in err
    assert "e.parquet" in err
    assert "2 not read" in err


def test_scan_reads_standard_input_and_parquet(folder, capsys, monkeypatch):
    """A dash is standard input; text columns of Parquet are read by cell, dictionary-coded ones too."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    class Piped:
        buffer = io.BytesIO(f"key\n{ADDRESS}".encode())

    monkeypatch.setattr("sys.stdin", Piped)
    pq.write_table(pa.table({"n": [1, 2], "t": pa.array(["x", ADDRESS]).dictionary_encode()}), folder / "x.parquet")
    found = json.loads(call(capsys, "scan", "-", folder / "x.parquet", "--format", "json")[1])
    assert [(f["cell"], f["line"], f["offset"]) for f in found] == [(None, 2, 4), ("t[1]", None, 0)]


@pytest.mark.parametrize("engine", ["hyperscan", "re2"])
def test_rules_of_the_company_and_imported_ones_are_used(folder, capsys, engine):
    """Further rules are packs in YAML or configurations in TOML, on either engine."""
    (folder / "ours.yaml").write_text(PACK)
    (folder / "foreign.toml").write_text(FOREIGN)
    (folder / "e.txt").write_text("ACME-204811 and tok_k3x9q2m7w1zz")
    args = ("--rules", folder / "ours.yaml", "--rules", folder / "foreign.toml", "--engine", engine)
    code, out, _ = call(capsys, "scan", folder / "e.txt", *args, "--format", "json")
    assert (code, [f["rule"] for f in json.loads(out)]) == (4, ["ours.staff", "imported.foreign"])
    listed = call(capsys, "masking", "rules", "list", *args)[1]
    assert "ours.staff" in listed
    assert "imported.foreign" in listed
    assert "tok_" in call(capsys, "masking", "rules", "explain", "imported.foreign", *args)[1]


def test_a_rule_is_explained(capsys):
    """Anchors, pattern, check in words, context, examples and negatives; an unknown rule is wrong usage."""
    code, out, _ = call(capsys, "masking", "rules", "explain", "core.card")
    assert code == 0
    assert all(word in out for word in ("Luhn", "CREDIT_CARD (payment)", "anchor 1", "stand near", "negative 1"))
    assert call(capsys, "masking", "rules", "explain", "no.such")[0] == 2


def test_rules_are_tested_by_their_examples(folder, capsys):
    """All rules hold; a hard negative that is found fails, is named, and the exit code is 2."""
    assert call(capsys, "masking", "rules", "test")[0] == 0
    (folder / "ours.yaml").write_text(PACK)
    code, out, err = call(capsys, "masking", "rules", "test", "ours.staff", "--rules", folder / "ours.yaml")
    assert code == 2
    assert "FAILED  ours.staff  negative  ACME-123456" in out
    assert "3 trials of 1 rules, 1 failed" in err


def test_qualify_prints_the_bound_of_every_class(folder, capsys):
    """Too few planted values prove nothing: the class is not qualified, and the exit code is 4. The same seed, the same table."""
    args = ("masking", "qualify", folder / "b.txt", "--pack", "core", "--per-class", "4", "--format", "json")
    code, out, err = call(capsys, *args)
    rows = json.loads(out)
    assert code == 4
    assert {"EMAIL_ADDRESS", "CREDIT_CARD"} <= {row["entity"] for row in rows}
    assert {row["qualified"] for row in rows} == {"detector not qualified"}
    assert "seed 1" in err
    assert call(capsys, *args)[1] == out


def test_canaries(tmp_path, capsys):
    """A canary is shown once, in a sentence to send; what is kept is a keyed hash, by which the scanner's finding is known."""
    import pyarrow as pa

    from evidence import config, masking, pipeline
    from evidence.store import canaries

    tmp_path = tmp_path / "acme"
    assert call(capsys, "init", tmp_path)[0] == 0
    code, out, _ = call(capsys, "masking", "canary", "new", "-C", tmp_path, "--entity", "EMAIL_ADDRESS", "--entity", "CREDIT_CARD", "--format", "json")
    made = json.loads(out)
    assert (code, [row["entity"] for row in made]) == (0, ["EMAIL_ADDRESS", "CREDIT_CARD"])
    code, out, _ = call(capsys, "masking", "canary", "list", "-C", tmp_path, "--format", "json")
    assert [row["canary"] for row in json.loads(out)] == [row["canary"] for row in made]
    store = pipeline.open_store(tmp_path, config.load_company(tmp_path))
    found = masking.load(["core"], key=store.key("finding")).scan(pa.array([row["send"] for row in made])).to_pylist()
    assert {row["value_hmac"] for row in found} >= {one.value_hmac for one in canaries.read(store.register)}
    words = [word for row in made for word in row["send"].split()]
    kept = (store.register / "canaries.jsonl").read_text()
    assert not [word for word in words if "@" in word and word in kept]
    assert call(capsys, "masking", "canary", "new", "-C", tmp_path, "--entity", "NOTHING")[0] == 2
