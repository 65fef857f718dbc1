"""A company that has a model of names brings it as a plug-in: it reads a sample, and counts come out."""

from __future__ import annotations

import sys
from importlib import invalidate_caches

import pytest

from evidence.errors import ConfigError
from evidence.masking import analyzer

PLUGIN = '''
"""The smallest plug-in: two capitalised words in a row are a person."""
import re
from collections import namedtuple

Span = namedtuple("Span", "start end entity")

class Tiny:
    def analyze(self, text):
        return [Span(*m.span(), "PERSON") for m in re.finditer(r"[A-Z][a-z]+ [A-Z][a-z]+", text)]

class Broken:
    def analyze(self, text):
        raise RuntimeError("cannot read " + text)

class Outside:
    def analyze(self, text):
        return [Span(0, len(text) + 1, "PERSON")]
'''


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package with three plug-ins, installed."""
    (tmp_path / "tiny_names.py").write_text(PLUGIN)
    folder = tmp_path / "tiny_names-1.2.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-names\nVersion: 1.2\n")
    (folder / "entry_points.txt").write_text("[evidence.analyzers]\n" + "".join(
        f"{name} = tiny_names:{kind}\n" for name, kind in (("tiny", "Tiny"), ("broken", "Broken"), ("outside", "Outside"), ("gone", "Gone"))))
    monkeypatch.syspath_prepend(str(tmp_path))
    invalidate_caches()
    yield
    sys.modules.pop("tiny_names", None)


@pytest.mark.usefixtures("installed")
def test_a_plugin_reads_and_counts_come_out():
    """Spans and texts are counted; of a million responses the share has a bound to each side."""
    plugin, version = analyzer.load("tiny")
    seen = analyzer.inspect(plugin, ["Ask Mira Tolvas or Luca Dorin.", "nobody", "x = 1", "y = 2"])
    assert version == "1.2"
    assert [(one.entity, one.spans, one.texts) for one in seen] == [("PERSON", 2, 1)]
    assert seen[0].at_least_ppm < 250_000 < seen[0].at_most_ppm


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("name", "words"), [
    ("none", "expected one installed analyzer 'none', found 0"), ("gone", "cannot be imported"), ("broken", "failed on text 1"),
    ("outside", "outside of text 1")])
def test_a_plugin_that_is_wrong_is_named_and_tells_no_text(name, words):
    """What is not there, does not import, fails or returns nonsense is an error in words, which never holds the text."""
    with pytest.raises(ConfigError, match=words) as caught:
        analyzer.inspect(analyzer.load(name)[0], ["secret words"])
    assert "secret words" not in str(caught.value)
    assert caught.value.__cause__ is None or name == "gone"
