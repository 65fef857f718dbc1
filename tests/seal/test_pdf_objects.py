"""The report of a really sealed month stays PDF/A-3a after signing: its objects are looked at, one by one.

The rules are those of ISO 19005-3 that a signature or a careless template breaks; veraPDF, where it is installed, has
the last word.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from asn1crypto import cms

from evidence import constants as c
from evidence.seal import pdf

pytestmark = [pytest.mark.render, pytest.mark.xdist_group("month-sealed")]
PRINT, LOCKED, HIDDEN = 4, 128, 2 | 1 | 32  # annotation flags (ISO 32000-1 table 165); NoView and Invisible hide too


@pytest.fixture(scope="module")
def sealed(kit: Any, month: Any) -> bytes:
    """The bytes of report.pdf out of the package."""
    return bytes(kit.module.unpack(month.package)[c.REPORT])


@pytest.fixture
def document(sealed: bytes) -> Iterator[pikepdf.Pdf]:
    """The report, opened."""
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        yield pdf


def dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary and stream that is an object of its own."""
    return (one for one in pdf.objects if isinstance(one, pikepdf.Dictionary | pikepdf.Stream))


def test_every_font_is_embedded(document: pikepdf.Pdf) -> None:
    """No font is left to the reader's machine (6.2.11.4), neither in the pages nor in the form of the signature."""
    fonts = [one for one in dictionaries(document) if one.get("/Type") == "/Font"]
    assert fonts
    for font in fonts:
        holder = font.DescendantFonts[0] if font.Subtype == "/Type0" else font
        if font.Subtype == "/Type3":
            continue
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(holder.FontDescriptor.keys()), font.get("/BaseFont")
        if font.Subtype == "/Type0":
            assert "/ToUnicode" in font


def test_nothing_runs(document: pikepdf.Pdf) -> None:
    """No script, no action of opening or of fields, nothing launched or sent (6.5.1, 6.6.1); links stay inside."""
    assert "/JavaScript" not in document.Root.get("/Names", {})
    for one in dictionaries(document):
        assert not {"/JS", "/AA"} & set(one.keys())
        if one.get("/Type") == "/Action" or "/S" in one:
            assert one.get("/S") not in {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Sound", "/Movie"}


def test_it_is_not_encrypted_and_says_what_it_is(document: pikepdf.Pdf) -> None:
    """No encryption (6.1.3), PDF/A-3a in its metadata (6.6.4), an output intent, tags and a language (6.7)."""
    assert not document.is_encrypted
    with document.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
    assert document.Root.OutputIntents[0].S == "/GTS_PDFA1"
    assert document.Root.MarkInfo.Marked
    assert "/StructTreeRoot" in document.Root
    assert str(document.Root.Lang)


def test_each_attachment_is_associated_once(kit: Any, month: Any, document: pikepdf.Pdf) -> None:
    """Every attached file stands once in /AF with its relationship (6.8), names are sorted, bytes are the package's."""
    associated = [one.objgen for one in document.Root.AF]
    assert len(set(associated)) == len(associated) == len(c.PDF_ATTACHED)
    names = [str(one) for one in list(document.Root.Names.EmbeddedFiles.Names)[::2]]
    assert names == sorted(c.PDF_ATTACHED)
    files = kit.module.unpack(month.package)
    for title, path in c.PDF_ATTACHED.items():
        attached = document.attachments[title]
        assert attached.obj.AFRelationship in {"/Data", "/Source", "/Supplement"}
        assert attached.get_file().read_bytes() == files[path]
        assert attached.get_file().mime_type


def test_there_is_one_signature_in_one_field_that_is_seen_by_no_printer(document: pikepdf.Pdf) -> None:
    """One field, one value; the widget is printed and not hidden, as 6.3.2 wants it, and has no area to be seen."""
    fields = list(document.Root.AcroForm.Fields)
    assert [(str(field.T), field.FT) for field in fields] == [(c.FIELD, "/Sig")]
    widget = fields[0]
    assert widget.Subtype == "/Widget"
    assert int(widget.F) == PRINT | LOCKED
    assert not int(widget.F) & HIDDEN
    assert [float(side) for side in widget.Rect][2:] == [float(side) for side in widget.Rect][:2]
    assert not {"/NeedAppearances", "/XFA"} & set(document.Root.AcroForm.keys())
    assert int(document.Root.AcroForm.SigFlags) == 3
    assert sum(one.get("/Type") == "/Sig" for one in dictionaries(document)) == 1


def test_it_is_certified_and_nothing_else_is_permitted(document: pikepdf.Pdf) -> None:
    """Perms has DocMDP alone (6.1.12), it is the one signature, and it permits no change."""
    assert list(document.Root.Perms.keys()) == ["/DocMDP"]
    value = document.Root.Perms.DocMDP
    assert value.objgen == document.Root.AcroForm.Fields[0].V.objgen
    assert value.SubFilter == "/ETSI.CAdES.detached"
    assert [int(one.TransformParams.P) for one in value.Reference] == [1]


def test_the_signature_is_complete_for_years(sealed: bytes, document: pikepdf.Pdf) -> None:
    """One signer with its certificate (6.4.3), a time stamp inside, lists and certificates beside, all in one revision."""
    value = document.Root.Perms.DocMDP
    signed = cms.ContentInfo.load(bytes(value.Contents).rstrip(b"\0") + b"\0\0\0\0")["content"]
    assert len(signed["signer_infos"]) == 1
    assert len(signed["certificates"]) == 2
    assert [one["type"].native for one in signed["signer_infos"][0]["unsigned_attrs"]] == ["signature_time_stamp_token"]
    assert len(document.Root.DSS.CRLs) == 1
    first, length, rest, more = (int(one) for one in value.ByteRange)
    assert (first, rest + more) == (0, len(sealed))
    assert sealed[length:rest].strip(b"<>0123456789abcdefABCDEF") == b""
    assert sealed.count(b"startxref") == 2  # the report as rendered, and the one update that signs it


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf_finds_no_fault(sealed: bytes, tmp_path: Path) -> None:
    """A checker that nobody here wrote reads every object."""
    path = tmp_path / "report.pdf"
    path.write_bytes(sealed)
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="pdfsig is not installed")
def test_pdfsig_reads_one_signature_over_the_whole_document(sealed: bytes, tmp_path: Path) -> None:
    """A viewer's tool that nobody here wrote agrees; its exit code says nothing, its words do."""
    path = tmp_path / "report.pdf"
    path.write_bytes(sealed)
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert said.count("Signature is Valid") == 1
    assert "Total document signed" in said
    assert "Signature #2" not in said


def verapdf() -> list[str] | None:
    """The command of veraPDF: installed, or fetched by .ci/verapdf (as make soak does)."""
    jars = Path(__file__).parents[2] / "build" / "verapdf"
    if shutil.which("verapdf"):
        return ["verapdf"]
    found = shutil.which("java") and any(jars.glob("greenfield-apps-*.jar"))
    return ["java", "-cp", f"{jars}/*", "org.verapdf.apps.GreenfieldCliWrapper"] if found else None


@pytest.mark.skipif(verapdf() is None, reason="veraPDF is neither installed nor fetched (.ci/verapdf)")
def test_verapdf_finds_pdf_a_3a(kit: Any, month: Any, sealed: bytes, tmp_path: Path) -> None:
    """The reference checker of PDF/A agrees: as rendered, after signing, and with an authority's time in the signature."""
    stated = json.loads(kit.module.unpack(month.package)[c.STATEMENT])["report_unsigned"]["bytes"]
    paths = [tmp_path / f"{name}.pdf" for name in ("rendered", "untimed", "timed")]
    for path, data in zip(paths, (sealed[:stated], sealed[:stated], sealed), strict=True):
        path.write_bytes(data)
    pdf.sign_pdf(paths[1], kit.test_key, at=kit.module.SEALED)
    command = [*(verapdf() or []), "--flavour", "3a", "--format", "text", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["PASS"] * 3, done.stdout + done.stderr
