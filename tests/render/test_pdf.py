"""report.pdf: PDF/A-3a, the same bytes again, bounded, and as inert as the page."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from evidence.errors import SealError
from evidence.render import page, pages, pdf, report

pytestmark = [pytest.mark.render, pytest.mark.xdist_group("month-rendered")]


@pytest.fixture(scope="module")
def opened(staged):
    """The PDF as objects."""
    with pikepdf.open(staged[1].pdf) as document:
        yield document


@pytest.fixture(scope="module")
def text(staged):
    """The PDF as text."""
    return subprocess.run(["pdftotext", "-layout", staged[1].pdf, "-"], capture_output=True, text=True, check=True).stdout


def test_it_says_that_it_is_pdf_a_and_carries_no_action(opened):
    """The metadata claim PDF/A-3a and an output intent; there is no script, no action, no form and no link to the outside."""
    meta = opened.open_metadata()
    assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("3", "A")
    root = opened.Root
    assert root.MarkInfo.Marked
    assert len(root.OutputIntents) == 1
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(root.keys())
    assert "/JavaScript" not in root.Names
    for shown in opened.pages:
        for annotation in shown.get("/Annots", []):
            assert annotation.Subtype == "/Link"
            assert "/A" not in annotation or annotation.A.S == "/GoTo"
            assert int(annotation.F) & 4


def test_every_font_is_embedded(opened):
    """Each font is one of the bundled faces, embedded and with a map to Unicode."""
    faces = set()
    for thing in opened.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
            assert {"/FontFile2", "/FontFile3"} & set(thing.keys())
            faces.add(str(thing.FontName).split("+")[-1])
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Subtype") == "/Type0":
            assert "/ToUnicode" in thing
    assert {face.split("-")[0] for face in faces} == {"Report"}
    assert len(faces) == len(pdf.FACES)


def test_attachments_are_sorted_and_named_once(staged, opened):
    """summary.json and controls.json are attached with the bytes of the package, in order, once in /AF."""
    names = opened.Root.Names.EmbeddedFiles.Names
    assert [str(name) for name in list(names)[::2]] == ["controls.json", "summary.json"]
    assert [str(spec.UF) for spec in opened.Root.AF] == ["controls.json", "summary.json"]
    for spec in opened.Root.AF:
        assert spec.AFRelationship == "/Data"
        assert spec.EF.F.read_bytes() == (staged[0] / "evidence" / str(spec.UF)).read_bytes()


def test_it_is_dated_by_the_reference_time(opened):
    """No clock was asked: all dates are the reference time, and the identifier follows from the package id."""
    assert str(opened.docinfo["/CreationDate"]).startswith("D:20261105083000")
    assert str(opened.docinfo["/ModDate"]).startswith("D:20261105083000")
    expected = hashlib.sha256(b"copilot-evidence\0evidence-2026-10").digest()[:16]
    assert bytes(opened.trailer.ID[0]) == expected


def test_hostile_text_is_printed_as_text(text):
    """Payloads are in the text of the pages as they were written, hidden characters by name."""
    flat = "".join(text.split())
    assert "<script>alert(1)</script>" in flat
    assert "{{7*7}}" in flat
    assert "⟨U+202E⟩gnp.exe⟨U+202C⟩" in flat
    assert "⟨U+6F22⟩" in flat
    assert "\x1b" not in text


def test_each_page_names_the_package(text):
    """Each page but the cover has package, classification, banner and number in its margins."""
    shown = text.split("\f")[1:-1]
    assert len(shown) > 20
    for number, one in enumerate(shown, 2):
        assert "evidence-2026-10" in one
        assert "TEST KEY" in one
        assert "Confidential" in one
        assert f"Page {number} of {len(shown) + 1}" in one


def test_the_outline_has_every_section(opened):
    """A reader can jump to each section."""
    with opened.open_outline() as outline:
        titles = [item.title for item in outline.root]
    assert titles == [f"{number}. {title}" for number, (_, title) in enumerate(report.SECTIONS, 1)]


def test_the_same_bytes_on_another_day_and_clock(staged, tmp_path):
    """Another process with another hash seed, zone and clock variable gives the same PDF, page and tables."""
    code = (f"import sys, runpy; sys.argv = ['build', {str(tmp_path)!r}]; "
            "from pathlib import Path; Path(sys.argv[1], 'evidence').mkdir(); "
            "Path(sys.argv[1], 'evidence/chains.ndjson').write_bytes(b'{\"chain\":1}\\n'); "
            f"runpy.run_path({str(Path(__file__).with_name('build.py'))!r}, run_name='__main__')")
    env = {**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "1"}
    subprocess.run([sys.executable, "-c", code], check=True, env=env, capture_output=True, cwd=Path(__file__).resolve().parents[2])
    for name in ("report.pdf", "report.html"):
        assert (tmp_path / name).read_bytes() == (staged[0] / name).read_bytes(), name


def test_the_clock_variable_is_put_back(monkeypatch, build):
    """Rendering leaves the environment as it was."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "5")
    with pdf.epoch(build.facts().reference_time):
        assert os.environ["SOURCE_DATE_EPOCH"] != "5"
    assert os.environ["SOURCE_DATE_EPOCH"] == "5"


def test_nothing_is_fetched(tmp_path):
    """A page that asks for a file, an address or another font stops the report."""
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"")
    for html in (f"<img src='{secret.as_uri()}'>", "<link rel=stylesheet href='http://evil.example/x.css'>",
                 "<style>@import url(http://evil.example/x.css)</style>", "<img src='bundled:../../x.ttf'>"):
        with pytest.raises(SealError, match="may not fetch"):
            pdf.layout(f"<html lang=en><title>x</title>{html}")


def test_a_long_report_is_cut_before_it_is_refused(build, tmp_path, monkeypatch):
    """Lists are cut until the pages fit; when even the shortest do not, the report says how many pages it has."""
    (tmp_path / "evidence").mkdir()
    for name in ("summary.json", "controls.json"):
        (tmp_path / "evidence" / name).write_bytes(b"{}\n")
    monkeypatch.setattr(page, "html", lambda context, **_: "<html lang=en><title>x</title>" + "<p style='break-after: page'>x</p>" * context["n"])
    asked = []

    def make(caps):
        asked.append(caps.exceptions)
        return {"n": caps.exceptions}

    path, count = pages.bounded(make, facts=build.facts(max_pages=9), out=tmp_path)
    assert (asked, count) == ([25, 8], 8)
    assert path.read_bytes().startswith(b"%PDF")
    with pytest.raises(SealError, match="at most 1 are allowed"):
        pages.bounded(make, facts=build.facts(max_pages=1), out=tmp_path)
