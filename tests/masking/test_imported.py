"""A gitleaks configuration works as it is: patterns, keywords, entropy, groups, allow lists, stop words, extension."""

from __future__ import annotations

import pyarrow as pa
import pytest

from evidence import masking
from evidence.errors import ConfigError

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
