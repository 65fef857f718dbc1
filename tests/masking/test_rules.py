"""Every rule and style of the catalogue is proven by the examples and hard negatives that stand beside it."""

from __future__ import annotations

import re
from random import Random

import pyarrow as pa
import pytest

from evidence import catalog, masking
from evidence.errors import ConfigError
from evidence.masking import placeholders, rules
from evidence.masking.anchors import AnchorError, parse
from evidence.masking.planting import lines
from evidence.masking.planting_values import make

RULES = rules.build(rules.collect(["core", "secrets"], []))
GRAMMAR = placeholders.load(catalog.home("controls") / "masking" / "placeholders.yaml")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_examples_are_found(rule, scanner):
    """A value of the rule is found in each of its examples, whole and at its place."""
    rng = Random(rule.id)
    assert rule.spec.plant, "a rule says how its values are made"
    assert rule.spec.examples, "a rule has examples"
    for number, example in enumerate(rule.spec.examples * 4):
        value = make(rule.spec.plant, rng)
        text = "größer → " + example.replace("{value}", value)
        start = text.encode().index(value.encode())
        found = [f for f in scanner.scan(pa.array([text])).to_pylist() if f["entity_type"] == rule.entity]
        spans = {(f["off_bytes"], f["off_bytes"] + f["len_bytes"]) for f in found if f["flag"] is None}
        assert (start, start + len(value.encode())) in spans, f"example {number} of {rule.id}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_hard_negatives_are_not_found(rule, scanner):
    """A hard negative of the rule gives no finding of its entity that counts."""
    texts = [text.replace("{value}", make(rule.spec.plant, Random(n))) for n, text in enumerate(rule.spec.negatives)]
    found = scanner.scan(pa.array(texts, pa.string())).to_pylist()
    assert [texts[f["row"]] for f in found if f["entity_type"] == rule.entity and f["flag"] is None] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_can_be_measured(rule):
    """A rule has at least one line in which its values can be planted."""
    assert lines(rule)


@pytest.mark.parametrize("style", GRAMMAR.spec.styles, ids=lambda style: style.id)
def test_styles_know_their_examples(style, scanner):
    """A style of the grammar is recognised in its examples and in none of its hard negatives."""
    texts = [*style.examples, *style.negatives]
    found = scanner.placeholders(pa.array(texts)).to_pylist()
    assert {f["row"] for f in found if f["style"] == style.id} == set(range(len(style.examples)))


def test_masks_say_what_they_leave_to_see(scanner):
    """A partial mask tells how many characters of the value stay, an entity mark tells none."""
    texts = ["4111-****-****-1234", "***-**-6789", "j****@*****.com", "<EMAIL_ADDRESS>", "[REDACTED:US_SSN]", "[SSN]"]
    found = scanner.placeholders(pa.array(texts)).to_pylist()
    assert [(f["entity_type"], f["visible_bytes"], f["self_evident"]) for f in found] == [
        ("CREDIT_CARD", 8, False), ("US_SSN", 4, False), ("EMAIL_ADDRESS", 1, False), ("EMAIL_ADDRESS", 0, True),
        ("US_SSN", 0, True), ("US_SSN", 0, True)]


@pytest.mark.parametrize("text", ["a*b", "(ab)", "a.b", "a", "[a", "x{2", "(?:ab", r"\sab", "a{0,9}[^x]bc", "b)c", "a{90}b"])
def test_anchors_outside_the_common_language_are_refused(text):
    """An anchor that engines might read differently, or that could cross rows at a varying width, is an error."""
    with pytest.raises(AnchorError):
        parse(text)


def test_anchor_widths():
    """An anchor knows the least and greatest width of its matches."""
    anchor = parse(r"(?i)\bab(?:c|de)?[x-z]{2,3}\d")
    assert (anchor.low, anchor.high, anchor.caseless) == (5, 8, True)


@pytest.mark.parametrize(("change", "words"), [
    ({"pattern": "("}, "my.rule does not compile"), ({"anchors": ["a.b"]}, "my.rule does not compile"),
    ({"check": "nosuch"}, "no check 'nosuch'"), ({"entity": "OTHER"}, "OTHER has no class"), ({"reach": "x"}, "tuple"),
])
def test_a_wrong_rule_is_named(tmp_path, change, words):
    """A pack with a wrong rule is refused with the file, the rule and what is wrong."""
    import yaml

    rule = {"id": "my.rule", "entity": "MINE", "anchors": ["abc"], "reach": [1, 1], "pattern": "abc", "confidence": 900} | change
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"pack": "mine", "title": "t", "entities": {"MINE": "other"}, "rules": [rule]}))
    with pytest.raises(ConfigError, match=words) as caught:
        masking.load(["core"], key=b"k", extra=[path])
    assert "mine.yaml" in str(caught.value)
    assert "my.rule" in str(caught.value)


def test_a_customer_pack_adds_rules_and_changes_the_digest(tmp_path, scanner):
    """A pack of the company is read like the others, and what ran has another identity."""
    path = tmp_path / "mine.yaml"
    path.write_text("pack: mine\ntitle: Ours\nentities: {STAFF_NUMBER: other}\nrules:\n  - {id: mine.staff, entity: STAFF_NUMBER, "
                    "anchors: ['ACME-\\d{4}'], reach: [1, 4], pattern: 'ACME-[0-9]{6}', confidence: 900}\n")
    own = masking.load(["core", "secrets"], key=b"k", extra=[path])
    assert [f["entity_type"] for f in own.scan(pa.array(["see ACME-204811"])).to_pylist()] == ["STAFF_NUMBER"]
    assert own.rules_digest != scanner.rules_digest


def test_an_unknown_pack_names_the_known_ones():
    """A pack that does not exist is an error that lists those that do."""
    with pytest.raises(ConfigError, match="nosuch") as caught:
        masking.load(["nosuch"], key=b"k")
    assert "core, national, secrets" in str(caught.value)


def test_no_rule_uses_a_possessive_quantifier():
    """Patch releases of Python 3.11 disagree about possessive quantifiers and atomic groups; rules do without them."""
    for path in sorted((catalog.home("controls") / "masking").glob("*.yaml")):
        for line in path.read_text("utf-8").splitlines():
            if "pattern:" in line:
                plain = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "x", line)
                assert not re.search(r"[+*?}]\+|\(\?>", plain), line
