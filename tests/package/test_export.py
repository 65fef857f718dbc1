"""A sealed package in the formats of other programs, read back with what those programs use."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from xml.etree.ElementTree import parse

import pytest

from evidence import cli, export
from evidence.errors import MissingExtraError, UsageError, VerificationError
from evidence.export import sheets

pytestmark = pytest.mark.xdist_group("package")


@pytest.fixture(scope="module")
def exported(sealed, tmp_path_factory):
    """The package in every format, and its figures."""
    out = tmp_path_factory.mktemp("exports")
    paths = export.export(sealed.package, out, export.FORMATS)
    return dict(zip(export.FORMATS, paths, strict=True)), json.loads(sealed.member("evidence/summary.json"))


def test_compliance_findings_are_those_of_the_schema(exported, sealed):
    """Each line is a Compliance Finding for a reader of the schema; checks and exceptions are all there, under controls."""
    from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding

    paths, summary = exported
    lines = [json.loads(line) for line in paths["ocsf"].read_text("utf-8").splitlines()]
    for line in lines:
        ComplianceFinding.model_validate(line)
    failing = sum(check["failed"] + check["approved"] for check in summary["checks"])
    assert len(lines) == len(summary["checks"]) + failing
    by_title = {line["finding_info"]["title"]: line for line in lines}
    residual = by_title["No response came back with data that should have been masked"]
    assert residual["compliance"]["status"] == "Fail"
    assert "A.8.11" in residual["compliance"]["requirements"]
    assert len({line["finding_info"]["uid"] for line in lines}) == len(lines)


def test_assessment_results_find_only_what_is_decided(exported):
    """Findings are the controls that are effective or have exceptions; whatever is open is an observation alone."""
    results = json.loads(exported[0]["oscal"].read_text("utf-8"))["assessment-results"]
    result, = results["results"]
    states = {f["target"]["target-id"]: f["target"]["status"]["state"] for f in result["findings"]}
    assert states["A.8.11"] == "not-satisfied"
    assert "A.5.1" not in states
    assert "A.7.4" not in json.dumps(result["reviewed-controls"])
    known = {o["uuid"] for o in result["observations"]}
    assert {r["observation-uuid"] for f in result["findings"] for r in f["related-observations"]} <= known
    resources = {f"#{r['uuid']}" for r in results["back-matter"]["resources"]}
    assert {e["href"] for o in result["observations"] for e in o["relevant-evidence"]} <= resources
    assert results["import-ap"]["href"] in resources


def test_assessment_results_are_read_by_trestle(exported):
    """The reference reader of OSCAL takes the document without complaint."""
    assessment = pytest.importorskip("trestle.oscal.assessment_results", reason="compliance-trestle is not installed")
    read = assessment.AssessmentResults.oscal_read(exported[0]["oscal"])
    assert read.results[0].findings


def test_a_build_sees_a_failing_check_as_a_failing_test(exported):
    """The counts of the suite are those of the summary; what is undetermined is skipped and never passed."""
    paths, summary = exported
    suite = parse(paths["junit"]).getroot().find("testsuite")
    assert int(suite.get("tests")) == len(summary["checks"]) == len(suite.findall("testcase"))
    assert int(suite.get("failures")) == sum(check["failed"] > 0 for check in summary["checks"])
    sure = [c for c in summary["checks"] if c["state"] == "ran" and c["population"] and not c["failed"] + c["undetermined"]]
    assert sum(len(case) == 0 for case in suite.findall("testcase")) == len(sure)


def test_every_control_is_in_the_posture(exported):
    """All 93 are named, and none that was not tested passes."""
    posture = json.loads(exported[0]["ciso"].read_text("utf-8"))
    results = {row["ref_id"]: row["result"] for row in posture["results"]}
    assert len(results) == 93
    assert (results["A.8.11"], results["A.5.1"], results["A.7.4"]) == ("fail", "not_checked", "not_applicable")


def test_a_workbook_computes_nothing(exported, sealed, monkeypatch, tmp_path):
    """No cell is a formula or a link, whatever a log put into it; the same package gives the same workbook."""
    with zipfile.ZipFile(exported[0]["xlsx"]) as book:
        parts = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(parts) == 3
    assert not any(re.search(r"<f[ >]|<hyperlink", part) for part in parts)
    again, = export.export(sealed.package, tmp_path, ["xlsx"])
    assert again.read_bytes() == exported[0]["xlsx"].read_bytes()
    monkeypatch.setattr(sheets, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError) as raised:
        export.export(sealed.package, tmp_path / "none", ["xlsx"])
    assert "copilot-evidence[xlsx]" in str(raised.value)


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "https://x.test", "a\x00b\ufffe", "\ud800", "x" * 40_000])
def test_a_cell_is_text_that_a_workbook_can_hold(text):
    """Control characters are replaced; a text longer than a cell is cut and says so."""
    cell = sheets._cell(text)
    assert len(cell) < 32_767
    assert "\x00" not in cell
    cell.encode()


def test_parquet_has_every_verdict(exported, sealed):
    """Row for row what the package holds, with the root of its tree in the file's metadata."""
    import pyarrow.parquet as pq

    table = pq.read_table(exported[0]["parquet"])
    rows = [json.loads(line) for line in sealed.member("evidence/results.ndjson").splitlines()]
    assert table.num_rows == len(rows)
    assert table.to_pylist()[-1] == {name: rows[-1][name] for name in table.column_names}
    assert table.schema.metadata[b"tree_root"].decode() == json.loads(sealed.member("statement.json"))["tree"]["root"]


def test_what_does_not_verify_is_not_exported(sealed, tmp_path, capsys):
    """The wrong fingerprint ends with 4 and writes nothing; the right one writes what is asked for, once."""
    out = ["--output", str(tmp_path / "out")]
    assert cli.call(["export", str(sealed.package), "--as", "oscal", "--fingerprint", "0" * 64, *out]) == 4
    assert not (tmp_path / "out").exists()
    assert cli.call(["export", str(sealed.package), "--as", "oscal", "--fingerprint", sealed.fingerprint, *out]) == 0
    assert "evidence-2026-10.assessment-results.oscal.json" in capsys.readouterr().out
    assert cli.call(["export", str(sealed.package), "--as", "oscal", *out]) == 2


def test_a_member_is_held_against_its_digest(sealed, tmp_path):
    """A package with a changed member is refused by the reader itself, wherever the export is called from."""
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(sealed.package) as old, zipfile.ZipFile(changed, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info, data.replace(b"exceptions", b"effective!") if info.filename == "evidence/controls.json" else data)
    with pytest.raises(VerificationError, match="not the one that was sealed"):
        export.export(changed, tmp_path, ["ciso"])
    shutil.copyfile(sealed.unpacked / "statement.json", tmp_path / "no.zip")
    with pytest.raises(VerificationError, match="expected a package"):
        export.export(tmp_path / "no.zip", tmp_path, ["ciso"])
    with pytest.raises(UsageError, match="found sarif"):
        export.export(sealed.package, tmp_path, ["sarif"])
