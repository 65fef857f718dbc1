"""report.html: complete, honest, and inert whatever the logs say."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evidence.errors import SealError, SourceError
from evidence.render import page, query, report, words
from evidence.render.facts import Named, People

VOID = {"meta", "br", "col", "link", "img", "input", "hr", "wbr", "line", "rect", "path"}
ALLOWED = {"html", "head", "meta", "title", "style", "body", "main", "nav", "header", "section", "article", "div", "span", "p", "h1", "h2", "h3",
           "h4", "ol", "ul", "li", "a", "table", "caption", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "svg",
           "g", "rect", "line", "path", "text", "pre", "code", "bdi", "strong", "dl", "dt", "dd", "br", "wbr"}


class Seen(HTMLParser):
    """Collects tags, attributes and text, and checks that tags are closed."""

    def __init__(self) -> None:
        """Start with nothing."""
        super().__init__(convert_charrefs=True)
        self.tags, self.stack, self.texts = [], [], []

    def handle_starttag(self, tag, attrs):
        """Note an element."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Note an element without content."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        """Close an element."""
        assert self.stack
        assert self.stack.pop() == tag

    def handle_data(self, data):
        """Note text outside of the style sheet."""
        if "style" not in self.stack:
            self.texts.append(data)


@pytest.fixture(scope="session")
def context(month, build):
    """What the page is made of."""
    made = report.build(month, build.company(), soa=build.soa(), exceptions=build.exceptions(), facts=build.facts(), caps=report.SCREEN)
    return made | {"evidence_digest": "e" * 64, "contents": []}


@pytest.fixture(scope="session")
def seen(context):
    """The page as it goes to the screen, parsed; no PDF is made for it."""
    html = page.html(context, medium="screen")
    parser = Seen()
    parser.feed(html)
    parser.close()
    assert parser.stack == []
    parser.html = html
    return parser


def test_nothing_in_the_page_can_act(seen):
    """No element, attribute or address of the page can run, load or send anything."""
    assert {tag for tag, _ in seen.tags} <= ALLOWED
    for tag, attrs in seen.tags:
        assert not {name for name in attrs if name.startswith("on") or name in {"style", "src", "srcset", "srcdoc", "formaction", "data"}}
        assert (attrs.get("href") or "#").startswith("#")
        assert tag != "meta" or (attrs.get("http-equiv") or "") in {"", "Content-Security-Policy"}
        assert "url(" not in " ".join(str(value) for value in attrs.values())


def test_the_policy_names_the_one_style_sheet(seen):
    """The content security policy refuses everything but the style sheet in the page, by its hash."""
    policy = next(attrs["content"] for tag, attrs in seen.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    style = re.search(r"<style>(.*?)</style>", seen.html, re.DOTALL)[1]
    assert policy == page.policy(style)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "@import" not in style
    assert "url(" not in style


def test_hostile_text_is_there_and_inert(seen, build):
    """What attackers wrote into logs is printed as text, with what cannot be seen made visible."""
    text = "".join(seen.texts)
    assert "<script>alert(1)</script>" in text
    assert "{{ 7*7 }}" in text
    assert "49" not in re.findall(r"\$\{(\d+)\}", text)
    assert "⟨U+202E⟩gnp.exe" in text
    assert "⟨ESC⟩]0;owned⟨BEL⟩" in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", seen.html)
    assert max(map(len, re.findall(r"W+", text))) <= 240


def test_every_section_is_there_in_reading_order(seen):
    """The page has all sections in order, each a landmark with a heading, and one main heading."""
    ids = [attrs["id"] for tag, attrs in seen.tags if tag == "section"]
    assert ids == [name for name, _ in report.SECTIONS]
    assert [tag for tag, _ in seen.tags].count("h1") == 1
    names = [attrs["id"] for _, attrs in seen.tags if "id" in attrs]
    assert len(names) == len(set(names))
    targets = {attrs["href"][1:] for tag, attrs in seen.tags if tag == "a"}
    assert targets <= set(names)


def test_tables_can_be_read_aloud(seen):
    """Every header cell says whether it heads a row or a column; every figure has a title."""
    assert {attrs.get("scope") for tag, attrs in seen.tags if tag == "th"} == {"row", "col"}
    assert [tag for tag, _ in seen.tags].count("title") == 1 + [tag for tag, _ in seen.tags].count("svg")


def test_all_controls_are_shown_and_none_is_green_by_default(month, seen):
    """All 93 controls stand in the matrix; effective is printed for none that logs cannot test."""
    matrix = seen.html[seen.html.index('id="matrix"'):seen.html.index('id="scope"')]
    rows = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', matrix, re.DOTALL)
    assert len(rows) == 93
    for head, cells in rows:
        if "t-good" in cells:
            assert re.search(r"<td>[TS]</td>", cells), head


@pytest.mark.parametrize(("operating", "kind", "tone"), [
    ("effective", "T", "good"), ("effective", "S", "good"), ("effective", "P", "part"), ("effective", "N", "none"),
    ("no_occurrence", "T", "none"), ("not_tested", "T", "none"), ("source_gap", "P", "gap"), ("exceptions", "P", "bad"),
    ("effective_with_approved_exceptions", "T", "part"), ("error", "N", "bad"), ("a_new_word", "T", "gap")])
def test_only_what_was_tested_entirely_is_good(operating, kind, tone):
    """A result is printed in the tone of success only for a control that logs can test; unknown words are gaps."""
    assert words.control_state(operating, kind, applicable=True).tone == tone
    assert words.control_state(operating, kind, applicable=False).tone == "none"


def test_what_does_not_pass_the_gateway_is_said_to_have_no_evidence(seen):
    """A surface that is natively allowed is declared, reconciled, and each time said to have none of the chain's evidence."""
    words_ = "no prompt, approval or masking evidence exists for this surface"
    declared, reconciled = seen.html.index("Which use must pass the gateway"), seen.html.index("Reconciliation by source and surface")
    assert seen.html.count(words_, declared, seen.html.index("</table>", declared)) == 1
    rows = seen.html[reconciled:seen.html.index("</table>", reconciled)].split("<tr>")
    assert any("native allowed" in row for row in rows)
    assert all(("<td>native allowed</td>" in row) == (words_ in row) for row in rows)


def test_time_fits_are_never_called_verified(seen):
    """Tiers T3 and T4 are printed with words that say they are no proof."""
    for tier in ("T3", "T4"):
        entry = words.vocabulary()["tier"][tier]
        assert "not proof" in entry[1]
    assert not re.search(r"verified", "".join(seen.texts), re.IGNORECASE)


def test_no_text_and_no_hash_of_a_text_is_printed(seen, build):
    """Prompts and responses appear by length alone: the hash of a short prompt could be guessed."""
    for number in range(42):
        assert build.sha(f"prompt {number}") not in seen.html
        assert build.sha(f"response {number}") not in seen.html


def test_every_deviation_leads_to_records(month, seen):
    """Each deviation in the register is printed with the place of its records."""
    register = seen.html[seen.html.index('id="exceptions"'):seen.html.index('id="masking"')]
    assert register.count(">open<") + register.count(">approved<") == month.execute(
        "SELECT count(*) FROM check_result WHERE verdict = 'fail'").fetchone()[0]
    assert register.count("…#") >= 26


def test_the_same_page_twice(month, build, seen):
    """The same tables give the same page, byte for byte."""
    context = report.build(month, build.company(), soa=build.soa(), exceptions=build.exceptions(), facts=build.facts(), caps=report.SCREEN)
    assert page.html(context | {"evidence_digest": "e" * 64, "contents": []}, medium="screen") == seen.html


PEOPLE, PLUGIN = People(names=31, emails=40, phones=2), Named("tiny", "1.2", 20, 900, (("PERSON", 3, 2, 17, 9_000),))
MATCHED, NOBODY, SAMPLED = "Directory-matched only: every text was read for the 31 names", "nobody was looked for by name", "The plug-in tiny 1.2"


@pytest.mark.parametrize(("people", "plugin", "said"), [
    (PEOPLE, None, [MATCHED]), (None, None, [NOBODY]), (PEOPLE, PLUGIN, [MATCHED, SAMPLED]), (None, PLUGIN, [NOBODY, SAMPLED])],
    ids=["directory", "nothing", "directory and plug-in", "plug-in"])
def test_the_report_says_who_looked_for_names(people, plugin, said, context, build):
    """Without a plug-in names are matched with the directory only, without a directory nobody was looked for; a plug-in adds its sample."""
    section = page.environment(None).from_string('{% import "_macros.html.j2" as m with context %}{% include "sections/masking.html.j2" %}')
    text = section.render(context | {"facts": build.facts(people=people, named=plugin)})
    assert [words for words in (MATCHED, NOBODY, SAMPLED) if words in text] == said


def test_an_empty_month_says_no_occurrence(con, build):
    """With nothing recorded every figure says so, and nothing is called effective."""
    con.execute("CREATE TABLE duplicate (relation VARCHAR, source_id VARCHAR, native_id VARCHAR, copies BIGINT)")
    con.execute("CREATE TABLE altered (relation VARCHAR, source_id VARCHAR, native_id VARCHAR, versions BIGINT)")
    con.execute("INSERT INTO param VALUES ('x', '2026-10', 'UTC', '2026-10-01', '2026-11-01', '2026-11-02', '2026-10-01', '2026-11-01', 0, 0, 0, 0)")
    facts = build.facts(signer=None, fingerprint=None, test_key=False, previous=None, assurance=(), crosswalk={}, connectors={})
    context = report.build(con, build.company(), soa=build.soa(), exceptions=build.exceptions(), facts=facts, caps=report.SCREEN)
    html = page.html(context | {"evidence_digest": "e" * 64, "contents": []}, medium="screen")
    assert html.count("no occurrence") >= 5
    assert "t-good" not in html.split("</style>")[1]
    assert "UNSIGNED" in html


def test_a_figure_that_cannot_be_computed_is_an_error_of_ours(con, build):
    """A table that is missing names the figure instead of raising the engine's error."""
    with pytest.raises(SourceError, match="'param' has 0 rows"):
        query.one(con, "param")
    con.execute("DROP TABLE check_summary")
    with pytest.raises(SourceError, match="'checks' of the report cannot be computed"):
        report.build(con, build.company(), soa=build.soa(), exceptions=build.exceptions(), facts=build.facts(), caps=report.SCREEN)


def test_a_template_cannot_forget_a_name(build):
    """A name that a template uses and nobody gives is an error, not an empty place in the report."""
    with pytest.raises(SealError, match="cannot be written"):
        page.html({}, medium="screen")


def test_every_column_has_a_width():
    """Each width that a template asks for has its rule: table layout is fixed, and a missing one would be left to chance."""
    used = set()
    for path in page.folder().rglob("*.j2"):
        for widths in re.findall(r"cols\(\[([0-9, ]+)\]\)", path.read_text("utf-8")):
            numbers = [int(number) for number in widths.split(",")]
            assert 96 <= sum(numbers) <= 100, (path.name, widths)
            used |= set(numbers)
    ruled = set(map(int, re.findall(r"\.w(\d+) \{ width: \1% \}", page.style("print"))))
    assert used <= ruled


def test_every_section_has_a_template_and_every_template_a_section():
    """The list of sections and the folder of templates agree."""
    assert {path.name.removesuffix(".html.j2") for path in (page.folder() / "sections").iterdir()} == {name for name, _ in report.SECTIONS}


def test_every_query_is_used(month, build):
    """No query lies about unused: each is asked for by name somewhere in the engine."""
    source = "".join(path.read_text("utf-8") for path in sorted(Path(page.__file__).parent.glob("*.py")))
    assert [name for name in query.names() if f'"{name}"' not in source] == []
