"""evidence/**: what machines and spreadsheets read."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess

import pytest

from evidence import constants
from evidence.errors import SealError
from evidence.render import docs, query, report, tables


@pytest.fixture(scope="module")
def written(month, build, tmp_path_factory):
    """The tables of the month."""
    out = tmp_path_factory.mktemp("tables")
    write(month, build, out)
    return out


def read(path):
    """The rows of a CSV."""
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def write(month, build, out, **changes):
    """Write the tables of the month somewhere."""
    tables.write(month, build.company(), exceptions=build.exceptions(), facts=build.facts(**changes), sample_size=10, out=out)


@pytest.mark.parametrize("name", query.names())
def test_no_figure_compares_every_row_with_every_other(month, name):
    """Each table is joined by equal values: a hundred thousand deviations times as many chains took a minute for each list of them."""
    statement = re.sub(r"\$(\w+)", lambda found: "5" if found[1] in {"first_k", "size"} else "'x'", query.statement(name))
    ((_, plan),) = month.execute("EXPLAIN " + statement).fetchall()
    assert not re.findall(r"BLOCKWISE_NL_JOIN|PIECEWISE_MERGE_JOIN|IE_JOIN", plan)


def test_every_file_has_a_name_that_no_system_misreads(written):
    """Names are plain ASCII segments, and the files that the package format names are there."""
    names = {path.relative_to(written).as_posix() for path in written.rglob("*") if path.is_file()}
    assert all(constants.NAME.fullmatch(name) for name in names)
    assert {constants.SOURCES, constants.CONTROLS, constants.SUMMARY, "evidence/coverage.json", "evidence/exceptions.csv",
            "evidence/reconciliation.csv", "evidence/results.ndjson", "evidence/data-dictionary.csv", "evidence/config/soa.yaml",
            "evidence/sql/checks/no_bypass.sql", "evidence/sql/report/headline.sql", "evidence/populations/no_bypass.txt"} <= names


def test_the_same_tables_twice(month, build, written, tmp_path):
    """Two writes give the same bytes in every file."""
    write(month, build, tmp_path)
    assert tables.digest(tmp_path) == tables.digest(written)


def test_a_second_edition_has_the_same_evidence(month, build, written, tmp_path):
    """Neither number nor edition nor the instant of asking is part of evidence/: equal digests mean nothing would change."""
    later = build.facts().reference_time.replace(month=12)
    write(month, build, tmp_path, package_id="evidence-2026-10.e2", edition=2, sequence=11, reference_time=later)
    assert tables.digest(tmp_path) == tables.digest(written)


def test_no_cell_is_a_formula(written):
    """No cell of any CSV starts with a character that a spreadsheet would run, and lines end with LF alone."""
    for path in sorted(written.rglob("*.csv")):
        data = path.read_bytes()
        assert b"\r" not in data
        for row in csv.reader(data.decode().splitlines()):
            assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_the_register_is_complete(month, written):
    """exceptions.csv has every deviation, approved ones with approver, expiry and cause."""
    rows = read(written / "evidence/exceptions.csv")
    assert len(rows) == month.execute("SELECT count(*) FROM check_result WHERE verdict = 'fail'").fetchone()[0]
    approved = [row for row in rows if row["status"] == "approved"]
    assert approved
    assert {(row["approved_by"], row["expires"]) for row in approved} == {("CISO", "2026-12-31")}
    assert all(row["record_refs"] for row in rows)


def test_results_are_canonical_lines(written):
    """Each verdict is one JSON line with sorted keys and no blanks; nothing in any JSON is a float."""
    lines = (written / "evidence/results.ndjson").read_text("utf-8").splitlines()
    for line in lines:
        assert json.dumps(json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False) == line
    def no_float(text):
        raise AssertionError(text)
    for path in [*written.rglob("*.json"), *written.rglob("*.ndjson")]:
        for document in path.read_text("utf-8").splitlines() if path.suffix == ".ndjson" else [path.read_text("utf-8")]:
            json.loads(document, parse_float=no_float)


def test_populations_hash_to_what_the_check_says(month, written):
    """The file of a population has the digest that the check's summary states; a check without members an empty file."""
    for check, digest in month.execute("SELECT check_id, population_sha256 FROM check_summary").fetchall():
        data = (written / f"evidence/populations/{check}.txt").read_bytes()
        assert hashlib.sha256(data).hexdigest() == digest


def test_the_digest_is_what_the_printed_command_prints(written):
    """The digest on the verification page is that of the lines of SHA256SUMS for evidence/."""
    files = sorted(path.relative_to(written).as_posix() for path in written.rglob("*") if path.is_file())
    sums = "".join(f"{hashlib.sha256((written / name).read_bytes()).hexdigest()}  {name}\n" for name in files)
    sums += f"{'0' * 64}  report.html\n"
    done = subprocess.run("grep '  evidence/' | sha256sum", shell=True, input=sums.encode(), capture_output=True, check=True)
    assert done.stdout.decode().split()[0] == tables.digest(written)


def test_the_sample_can_be_drawn_in_a_shell(month, build, written):
    """The printed loop over the population file gives the picks of sample.csv, in their order."""
    picks = [row["interaction_id"] for row in read(written / "evidence/sample.csv")]
    seed = build.facts().seed
    ids = (written / "evidence/populations/interactions.txt").read_text().split()
    assert picks == sorted(ids, key=lambda one: (hashlib.sha256(f"{seed}{one}".encode()).hexdigest(), one))[:10]
    loop = ("while read -r id; do printf '%s%s' \"$SEED\" \"$id\" | sha256sum | cut -c1-64 | tr '\\n' ' '; echo \"$id\"; done "
            "| LC_ALL=C sort | head -n 10")
    done = subprocess.run(["bash", "-c", loop], input="".join(f"{one}\n" for one in ids), capture_output=True, text=True, check=True,
                          env={"SEED": seed, "PATH": "/usr/bin:/bin"})
    assert [line.split()[1] for line in done.stdout.splitlines()] == picks


def test_the_sample_size_is_that_of_the_tables(build):
    """95 % confidence at a tolerable rate of 5 % asks for 59 items."""
    assert report.sample_size(build.company()) == 59


def test_the_dictionary_explains_every_column(written):
    """Every column of every relation stands in the data dictionary with an explanation."""
    rows = read(written / "evidence/data-dictionary.csv")
    assert {row["relation"] for row in rows} >= {"chain", "link", "exchange", "param", "cfg_scope"}
    assert all(row["explanation"] for row in rows)


def test_a_name_that_cannot_be_packed_is_refused(month, build, tmp_path):
    """A file name from a catalogue cannot leave the folder or confuse a system."""
    with pytest.raises(SealError, match="cannot be the name"):
        write(month, build, tmp_path, config={"../evil.yaml": b""})


def test_texts_come_from_what_ran(build):
    """Reasons and limits of a check are those of the SQL in the package."""
    check = docs.checks(build.facts())["no_bypass"]
    assert check.reason("broken_rule") == "It does not hold."
    assert check.reason("never_heard_of") == "never heard of"
