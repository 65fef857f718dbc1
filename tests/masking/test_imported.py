"""A gitleaks configuration works as it is: patterns, keywords, entropy, groups, allow lists, stop words, extension."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence import masking
from evidence.errors import ConfigError
from evidence.masking import candidates, extent, imported

CONFIG = r"""
title = "small"
[[rules]]
id = "acme-key"
description = "Acme key"
regex = '\b(acme_[a-z0-9]{16})(?:[\x60\x27"\s;]|\\[nr]|$)'
entropy = 3
keywords = ["acme_"]
[[rules]]
id = "generic"
regex = '(?i)[\w.-]{0,20}?(?:zebra|quagga)(?:[ \t\w.-]{0,20})[\s\x27"]{0,3}(?:=|:)[\x60\x27"\s=]{0,5}([a-z0-9]{10,40})(?:[\x60\x27"\s;]|$)'
secretGroup = 1
keywords = ["zebra", "quagga"]
[[rules.allowlists]]
regexTarget = "line"
regexes = ['do not care']
stopwords = ["notasecret"]
[[rules]]
id = "only-a-path"
path = '\.p12$'
[[rules]]
id = "far-keyword"
regex = '\b[0-9a-f]{24}\b'
keywords = ["wombat"]
[allowlist]
regexes = ['^acme_0']
paths = ['vendor/']
"""


@pytest.fixture
def load(tmp_path):
    """Load a configuration beside no pack but the core."""
    def make(text, engine="hyperscan", name="gitleaks.toml"):
        path = tmp_path / name
        path.write_text(text)
        return masking.load(["core"], key=b"k", extra=[path], engine=engine)

    return make


TEXTS = ["key acme_k3x9q1z7w5v2t8r4", "acme_aaaaaaaaaaaaaaaa", "acme_0k3x9q1z7w5v2t8r", "zebra_token = 'q1w2e3r4t5y6'", "zebra = q1w2e3r4t5y6 # do not care",
         "quagga: notasecret12345", "a1b2c3d4e5f6a1b2c3d4e5f6", "wombat id\na1b2c3d4e5f6a1b2c3d4e5f6", "x acme_k3x9q1z7w5v2t8r4\nacme_k3x9q1z7w5v2t8r5 gitleaks:allow", "é acme_k3x9q1z7w5v2t8r4"]
EXPECTED = [(0, "imported.acme-key", 4, 21), (3, "imported.generic", 15, 12), (7, "imported.far-keyword", 10, 24), (8, "imported.acme-key", 2, 21),
            (8, "imported.acme-key", 24, 21), (9, "imported.acme-key", 3, 21)]


@pytest.mark.parametrize("engine", ["hyperscan", "re2"])
def test_configuration_is_followed(load, engine):
    """Entropy, keywords, stop words, own and global allow lists decide; a comment in the text that asks to be let go does not."""
    found = load(CONFIG, engine).scan(pa.array(TEXTS)).to_pylist()
    assert [(f["row"], f["rule_id"], f["off_bytes"], f["len_bytes"]) for f in found] == EXPECTED
    assert {(f["entity_type"], f["entity_class"]) for f in found} == {("IMPORTED_SECRET", "secret")}


def test_rows_at_the_edge(load):
    """A rule that ends in "end of text" finds at the end of every row, whatever row follows."""
    texts = [text for text in TEXTS for _ in range(2)]
    scanner = load(CONFIG)
    alone = [(n, f["off_bytes"]) for n, text in enumerate(texts) for f in scanner.scan(pa.array([text])).to_pylist()]
    assert [(f["row"], f["off_bytes"]) for f in scanner.scan(pa.array(texts)).to_pylist()] == alone


BITS = st.sampled_from(["key", "Token", "=", ": ", '"', " ", "\n", ";", "key-1", "-", "<key ", "/>", "a", "ab", "b7", "q1w2e3r4", "aaaa", "0a1b2c", "KEY=", "x" * 40, "/", "+", "é", "7"])


@pytest.fixture(scope="module")
def both(runs):
    """The configuration with runs of any length by both engines; the second one reads every row whole."""
    return [masking.load(["core"], key=b"k", extra=[runs], engine=engine) for engine in ("hyperscan", "re2")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(BITS, max_size=30).map("".join), min_size=1, max_size=4))
def test_a_part_of_a_row_says_what_the_row_says(both, texts):
    """Whatever the text, an expression finds in the stretches around the places named what it finds in the whole row."""
    one, two = (scanner.scan(pa.array(texts)).to_pylist() for scanner in both)
    assert one == two


@pytest.mark.parametrize("text", ["key=" * 50_000, "key=q1w2e3r4t5;" * 9_000, "key = " + "a1" * 99_000 + ";", "<key " + "a/>" * 20_000, "key-1-" * 40_000, "token 0a1b2c " * 9_000,
                                  "key='q1w2e3r4t5' " * 9_000, "key" + " " * 99_000 + "=" * 99_000])
def test_a_row_is_read_once_whatever_stands_in_it(both, monkeypatch, text):
    """No byte is given to an expression twice, nor looked at for the beginning of a match more often than the rule has ways."""
    read, looked = Counter(), Counter()
    windows, run = imported.Imported._windows, extent._run

    def counted(self, row, ends):
        for start, last in windows(self, row, ends):
            read[self.id] += last - start
            yield start, last

    def counted_run(row, at, kinds, floor):
        start = run(row, at, kinds, floor)
        looked["bytes"] += at - start
        return start

    monkeypatch.setattr(imported.Imported, "_windows", counted)
    monkeypatch.setattr(extent, "_run", counted_run)
    assert both[0].scan(pa.array([text])).num_rows <= (candidates.CAP + 1) * 4
    assert max(read.values(), default=0) <= len(text)
    assert looked["bytes"] <= 6 * len(text)


@pytest.mark.parametrize(("pattern", "text", "start"), [
    (r"a{3}bc?", "xxxxaaabc", 4), (r"k=[a-f]+;", "k=zzz k=abcdef;", 6), (r"(?i)k=[a-f]+;", "zz k=ABCDEF;", 3), (r"a(?:b|c.+)d", "a a\xe9 cad", 0),
    (r"(?:k\d+-){2}x", "zz k1-k22-x", 3), (r"[^\s]+", "ab\vcd", 0),
])
def test_how_far_a_match_reaches(pattern, text, start):
    """From its end a match reaches over parts of their greatest width and over runs of bytes that they may hold."""
    data = text.encode("latin-1")
    assert extent.begin(extent.chains(extent.parsed(pattern)), data, len(data), 0) == start


@pytest.mark.parametrize("pattern", ["[[:alnum:]]+x", "a{,5}", "é+", r"a\z", "x(?i)y", "|".join(f"{c}+1" for c in "abcdefghi")])
def test_what_two_dialects_read_differently_is_read_whole(pattern):
    """A pattern that cannot be followed has no extent; its rows are read whole."""
    tree = extent.parsed(pattern)
    assert tree is None or extent.chains(tree) is None


@pytest.mark.parametrize(("pattern", "longer"), [
    (r"k=(\w{4,20})", r"k=(\w{12,20})"), (r"(?:a)k=([^)\]]{4,}|b{3}c)(?:;|$)", r"(?:a)k=([^)\]]{12,}|b{3}c)(?:;|$)"), (r"k=(?P<s>[(a]{1,15}?)", r"k=(?P<s>[(a]{12,15}?)"),
    (r"k=(\w{4,20})?", None), (r"k=(\w{0,20})", None), (r"(?:k=(\w{4,20})){2}", None), (r"k=(\w{4,9})", None), (r"k=(a\w{4,20})", None), (r"k=\w{4,20}", None), (r"k\(=(\w{16})", None),
])
def test_a_secret_of_much_entropy_is_long(pattern, longer):
    """A lone run is lengthened where its group takes part once and is the secret; everything else stays."""
    assert extent.lengthened(pattern, 1, 12) == longer


@pytest.mark.parametrize(("pattern", "text", "fits"), [
    (r"k=(\w{4,20})(?:[;\s]|$)", "k=abcdef123456;", True), (r"k=(\w{4,20})(?:[;\s]|$)", "k=abcdef12345;", False), (r"k=(\w{4,20})(?:[;\s]|$)", "k=abcdef123456", True),
    (r"k=(\w{4,20})(?:[;\s]|$)", "k=aaaaabbbbbbccccccdddddd;", False), (r"(?i)k=([a-f]{4,20})", "k=abcdefABCDEF", True), (r"k=([a-f]{4,20})", "abcdef;ghijkl", False),
    (r"k=(\w{4,20})[^a]{3}", "-=abcdef123456:;,", True), (r"k=(\w{4,900})", "a" * 300, True), (r"k=(\w{4,900})", "a" * 256, True), (r"k=(\w{4,900})", "a" * 255, False),
])
def test_what_a_secret_is_made_of(pattern, text, fits):
    """Before an end, and at most what follows the secret away from it, there are as many different bytes of its class in a row as it needs."""
    data = b"\xff" + text.encode()
    assert extent.tail(extent.parsed(pattern), 1, 12).fits(memoryview(data), len(data)) == fits


@pytest.mark.parametrize(("pattern", "bytes_seen"), [
    (r"ab?[c-e]", 3), (r"(?<![\w.])a{2,4}(?!\d|-\d)", 6), (r"(?P<s>[ -]{1,2})x(?P=s)\b", 6), (r"(?:a|bcd){3}", 9), (r"(?i:a(?=b{5}))c", 7),
    (r"a+", None), (r"a{2,}?", None), (r"(?:a*){3}", None), ("é", None), (r"(a)?(?(1)b|c)", None),
])
def test_how_far_an_attempt_looks(pattern, bytes_seen):
    """From its start an attempt sees every part at its greatest width, and what it looks ahead at; behind it looks at nothing more."""
    assert extent.sight(extent.parsed(pattern)) == bytes_seen


@pytest.mark.parametrize("pattern", [r"k=(\w{0,20})", r"k=(\w{4,20})?", r"(?:k=(\w{4,20});|x)", r"k=(\w{4,20}).*", r"k=\w{4,20}", r"k=(\w{4,20}).{0,300}"])
def test_a_secret_that_may_be_empty_or_far_from_the_end(pattern):
    """Nothing is known of it before the pattern is read."""
    assert extent.tail(extent.parsed(pattern), 1, 12) is None


def test_a_configuration_can_extend_another(load, tmp_path):
    """What is extended is read from its file; own rules replace those of the same id, disabled ones are left out."""
    (tmp_path / "base.toml").write_text(CONFIG)
    scanner = load("[extend]\npath = 'base.toml'\ndisabledRules = ['generic']\n[[rules]]\nid = 'far-keyword'\nregex = 'wombat'\n")
    assert [f["rule_id"] for f in scanner.scan(pa.array([TEXTS[3], TEXTS[7]])).to_pylist()] == ["imported.far-keyword"]


@pytest.mark.parametrize(("text", "words"), [
    ("[[rules]]\nid = 'bad-one'\nregex = '(unclosed'\n", "bad-one does not compile"),
    ("[[rules]]\nid = 'bad-two'\nregex = 'a(?=b)'\n", "bad-two does not compile"),
    ("[[rules]]\nid = 'bad-three'\nregex = 'a'\nsecretGroup = 2\n", "bad-three: secretGroup"),
    ("[[rules]]\nid = 'bad-four'\nregex = 'a'\n[[rules.required]]\nid = 'x'\n", "bad-four needs other rules"),
    ("[[rules]]\nregex = 'a'\n", "a rule with an id"), ("[extend]\nuseDefault = true\n", "default of its tool"), ("[rules\n", "cannot be read"),
    ("[extend]\npath = 'gitleaks.toml'\n", "extend each other"),
])
def test_what_cannot_be_followed_is_named(load, text, words):
    """A rule that does not compile or asks for what is not supported is an error that names it."""
    with pytest.raises(ConfigError, match=words) as caught:
        load(text)
    assert "gitleaks.toml" in str(caught.value)
