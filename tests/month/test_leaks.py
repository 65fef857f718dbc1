"""What was said stays in the vault, and what strangers wrote does nothing: every artefact of a whole run is searched."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from evidence.simulate import Truth, simulate

pytestmark = pytest.mark.xdist_group("month-leaks")

SWITCHES = ("hostile_text", "unmasked_email_in_response", "unmasked_secret_in_response", "unmasked_card_in_response",
            "claimed_not_masked", "no_mfa", "late_approval", "outside_hours")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True)
class Ran:
    """A company after a whole run, its truth, and what the commands printed."""

    root: Path
    truth: Truth
    printed: dict[str, bytes]
    canaries: tuple[str, ...]

    def package(self) -> Iterator[tuple[str, bytes]]:
        """Yield the members of the package, and of its PDF every stream and the text."""
        path = next((self.root / "packages").glob("*.zip"))
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                yield name, package.read(name)
            yield from _pdf(package.read("report.pdf"))

    def store(self) -> Iterator[tuple[str, bytes]]:
        """Yield every file that the run left outside vault, logs and package; tables as text, cell by cell."""
        import pyarrow.parquet as pq

        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if not path.is_file() or name.startswith(("logs/", ".evidence/vault/", "packages/")):
                continue
            if path.suffix == ".parquet":
                yield name, "\n".join(str(row) for row in pq.read_table(path).to_pylist()).encode()
            else:
                yield name, path.read_bytes()

    def everything(self) -> Iterator[tuple[str, bytes]]:
        """Yield every artefact."""
        yield from self.package()
        yield from self.store()
        yield from self.printed.items()


def _pdf(data: bytes) -> Iterator[tuple[str, bytes]]:
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        for number, item in enumerate(pdf.objects):
            if isinstance(item, pikepdf.Stream):
                try:
                    yield f"report.pdf object {number}", item.read_bytes()
                except pikepdf.PdfError:
                    yield f"report.pdf object {number}", item.read_raw_bytes()
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True)
    yield "report.pdf text", text.stdout


PLUGIN = '''
"""Two words in lower case in a row are a person: the smallest plug-in that sees something in every text."""
import re
from collections import namedtuple

Span = namedtuple("Span", "start end entity")

class Tiny:
    def analyze(self, text):
        return [Span(*m.span(), "PERSON") for m in re.finditer("[a-z]+ [a-z]+", text)]
'''


def register(root: Path, card: str) -> None:
    """Make the card that came back through the gateway a canary of the company, sent in its period."""
    from evidence import config, pipeline
    from evidence.store import canaries

    store = pipeline.open_store(root, config.load_company(root))
    value_hmac = hmac.digest(store.key("finding"), b"CREDIT_CARD\0" + card.encode(), "sha256").hex()[:32]
    canaries.add(store.register, canaries.Canary("cn-0123456789ab", "CREDIT_CARD", value_hmac, "2026-10-01T00:00:00"))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A company whose records are full of hostile text and of values that nobody must see again, run by its commands."""
    root = tmp_path_factory.mktemp("hostile")
    truth = simulate(root, people=30, interactions=8, misbehaviour=SWITCHES, per_day=True, texts=True)
    config = yaml.safe_load((root / "evidence.yaml").read_text("utf-8"))
    config["policies"]["risk"].append({"name": "strange", "field": "connection", "pattern": "evil%", "risk": "high"})
    config["policies"]["masking"]["analyzer"] = {"name": "tiny", "sample": 20}
    plugin = tmp_path_factory.mktemp("plugin")
    (plugin / "tiny_names.py").write_text(PLUGIN)
    (plugin / "tiny_names-1.2.dist-info").mkdir()
    (plugin / "tiny_names-1.2.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-names\nVersion: 1.2\n")
    (plugin / "tiny_names-1.2.dist-info" / "entry_points.txt").write_text("[evidence.analyzers]\ntiny = tiny_names:Tiny\n")
    (root / "evidence.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    native = f"{truth.of_kind('hostile_text')[0].ids[0]}#0"
    chain = "ix-" + hashlib.sha256(f"gateway\x1f{native}".encode()).hexdigest()[:24]
    common = ["-C", str(root), "--period", truth.period, "--as-of", truth.reference_time]
    made = subprocess.run([sys.executable, "-m", "evidence", "masking", "canary", "new", "-C", str(root), "--entity", "EMAIL_ADDRESS", "--format",
                           "json"], capture_output=True, check=True)
    canaries = tuple(re.findall(r"[\w.+-]+@[\w.-]+", made.stdout.decode()))
    register(root, truth.planted_values["unmasked_card_in_response"][0])
    printed = {}
    for words in (["run", "--test-key", "--jobs", "1"], ["check", "--exceptions"], ["explain", chain]):
        done = subprocess.run([sys.executable, "-m", "evidence", *words, *common], capture_output=True, check=False,
                              env={**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": os.pathsep.join([str(plugin), os.environ.get("PYTHONPATH", "")])})
        assert done.returncode in {0, 4}, done.stderr.decode()
        printed |= {f"{words[0]} stdout": done.stdout, f"{words[0]} stderr": done.stderr}
    return Ran(root, truth, printed, canaries)


def test_no_artefact_holds_a_value_that_was_found(ran: Ran) -> None:
    """Reports, tables, ledger, register, package, PDF and terminal never repeat an address, card, key or canary; nor its bare hash."""
    values = {value for planted in ran.truth.planted_values.values() for value in planted}
    assert len(values) == 4
    assert len(ran.canaries) == 1
    values.update(ran.canaries)
    needles = [*values, *(hashlib.sha256(value.encode()).hexdigest() for value in values)]
    hits = [(name, needle) for name, data in ran.everything() for needle in needles if needle.encode() in data]
    assert hits == []


def test_no_artefact_holds_what_was_asked_or_answered(ran: Ran) -> None:
    """No sentence of a prompt or a response is in a table, a report, the package or the terminal."""
    texts = {text for fact in ran.truth.exchanges for text in (fact.prompt, fact.response) if text}
    needles = {line[:60].encode() for text in texts for line in text.split("\n") if len(line) > 24}
    assert len(needles) > 20
    hits = [(name, needle) for name, data in ran.everything() for needle in needles if needle in data]
    assert hits == []


class _Page(HTMLParser):
    """Collects what a page would run or fetch, and its text."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.bad: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note scripts, frames, handlers and addresses."""
        if tag in {"script", "iframe", "object", "embed", "base", "form", "link"}:
            self.bad.append(f"<{tag}>")
        for name, value in attrs:
            target = name in {"src", "href", "action", "srcset", "data"} and not (value or "").startswith(("#", "data:"))
            if name.startswith("on") or target or "javascript:" in (value or "").lower():
                self.bad.append(f"<{tag} {name}={value!r}>")

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text.append(data)


def test_a_canary_is_counted_and_is_no_finding(ran: Ran) -> None:
    """The card that is registered was found in an answer and stands in the report as that; no finding is of its kind."""
    page = _Page()
    page.feed(dict(ran.package())["report.html"].decode())
    text = " ".join(" ".join(page.text).split())
    assert "cn-0123456789ab CREDIT_CARD 2026-10-01 00:00:00 0 1 found; the gateway let it pass" in text
    assert "payment CREDIT_CARD response canary 1 1" in text
    assert "CREDIT_CARD response residual" not in text
    assert "CREDIT_CARD ● nothing sensitive found 1" in text


def test_names_are_told_apart_by_who_looked(ran: Ran) -> None:
    """The report says that names were matched with the directory only, and what the plug-in saw in its sample."""
    page = _Page()
    page.feed(dict(ran.package())["report.html"].decode())
    text = " ".join(" ".join(page.text).split())
    assert "Directory-matched only: every text was read for the" in text
    assert re.search(r"The plug-in tiny 1\.2, which evidence\.yaml names, read a sample of 20 of \d+ responses\. It decides no verdict\.", text)
    assert re.search(r"Named entities in the sample .* PERSON \d+ \d+", text)


def test_the_page_runs_nothing_and_fetches_nothing(ran: Ran) -> None:
    """Markup of strangers is text in the HTML report."""
    page = _Page()
    page.feed(dict(ran.package())["report.html"].decode())
    assert page.bad == []
    assert 'evil"><img src=x onerror=alert(1)>' in "".join(page.text)


def test_no_cell_of_a_table_is_a_formula(ran: Ran) -> None:
    """A spreadsheet that opens the tables calculates nothing."""
    tables = {name: data for name, data in ran.package() if name.endswith(".csv")}
    assert len(tables) >= 2
    cells = [(name, cell) for name, data in tables.items() for row in csv.reader(io.StringIO(data.decode("utf-8-sig")))
             for cell in row]
    assert [one for one in cells if one[1].startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_the_terminal_gets_no_control_characters(ran: Ran) -> None:
    """Whatever names hold, a terminal is neither cleared, coloured nor turned around."""
    assert b"evil" in ran.printed["explain stdout"]
    hits = {name: CONTROL.findall(data.decode()) for name, data in ran.printed.items()}
    assert {name: found for name, found in hits.items() if found} == {}


def test_the_pdf_does_nothing(ran: Ran) -> None:
    """The PDF has no action, no script and no form but the field of its signature; hostile names are text in it."""
    import pikepdf

    parts = dict(ran.package())
    with pikepdf.open(io.BytesIO(parts["report.pdf"])) as pdf:
        keys = {key for item in pdf.objects if isinstance(item, pikepdf.Dictionary) for key in item}
    assert keys.isdisjoint({"/JS", "/JavaScript", "/OpenAction", "/AA", "/Launch", "/SubmitForm", "/RichMedia", "/URI"})
    assert b"onerror" in parts["report.pdf text"]
