"""The guide says what there is."""

from __future__ import annotations

from evidence import catalog, connector, connector_cases


def test_the_table_of_the_guide_is_current():
    """The table in connectors/README.md is what the connectors declare today."""
    text = (catalog.home("connectors") / "README.md").read_text("utf-8")
    shown = text.split("checked by a test -->\n", 1)[1].split("\n<!-- /table -->", 1)[0]
    assert shown == connector_cases.table(connector.all_connectors())


def test_the_guide_explains_every_reader_macro_and_key_it_names():
    """Words of the guide that are code exist in the code."""
    text = (catalog.home("connectors") / "README.md").read_text("utf-8")
    known = set(connector.Connector.model_fields)
    for key in ("shape", "require", "times", "detect", "capabilities", "limits", "decode"):
        assert f"`{key}`" in text
        assert key in known
