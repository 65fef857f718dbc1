"""Every sample is recognised as its connector's, or answered with "no connector for this file" and what comes near."""

from __future__ import annotations

import pytest

from evidence import connector, pipeline
from evidence.errors import SourceError
from evidence.pipeline.recognise import candidates, nearest
from tests.connectors.test_samples import SHAPES

# Samples of a listed connector that have nothing of their own to recognise them by: fragments of larger records.
FRAGMENTS = {"copilot/github_metrics_reports/organization-1-day-report.json"}


def expected(samples) -> dict[str, str]:
    """Which connector the table in test_samples.py gives each sample; samples that are not in it have none."""
    found = {str(path.relative_to(samples)): name for name, patterns in SHAPES.items() for pattern in patterns for path in samples.glob(pattern)}
    return {str(path.relative_to(samples)): found.get(str(path.relative_to(samples)), "none") for path in sorted(samples.rglob("*")) if path.is_file()}


def test_every_sample_has_one_connector_or_none(shared):
    """No sample is taken for another vendor's, none fits two connectors, and where none fits the nearest are named with what they miss."""
    samples, known = shared / "samples", connector.all_connectors()
    wanted, got, advice = expected(samples), {}, {}
    for name in wanted:
        tried = candidates(lambda name=name: (samples / name).open("rb"), known)
        got[name] = " ".join(one.connector for one in tried if one.fits) or "none"
        if got[name] == "none":
            advice[name] = nearest(tried)
    assert {name: (got[name], wanted[name]) for name in wanted if got[name] != wanted[name] and name not in FRAGMENTS} == {}
    assert len(advice) > 20
    assert {name: words for name, words in advice.items() if not words.startswith("nearest: ")} == {}


def test_a_sample_without_connector_is_told_what_is_near(shared):
    """The answer is an error that names the nearest connectors and what the file lacks for each."""
    with pytest.raises(SourceError, match="no connector for this file") as caught:
        pipeline.detect(shared / "samples/idp/duo/sekoia_test_telephony_log_auth.json")
    assert "nearest: " in caught.value.advice
    assert "lacks" in caught.value.advice or "none of" in caught.value.advice


@pytest.mark.parametrize(("columns", "told"), [
    ("Date,Event,Description,Actor,IP address", "{at: Date, who: Actor}"), ("EVENT_TIME;USER_NAME;RESULT", "{at: EVENT_TIME, who: USER_NAME}"),
    ("createdAt;userPrincipalName;updatedTime", "{at: updatedTime, who: userPrincipalName}"), ("Time,Door", None), ("Actor,Event", None), ("Downtime,Actor", None)])
def test_a_table_of_sign_ins_without_a_connector_is_told_its_way(tmp_path, columns, told):
    """Where a table has a column for the time and one for the user, the connector that is used by name is named with both."""
    path = tmp_path / "log.csv"
    path.write_text(f"{columns}\n{columns}\n", "utf-8")
    with pytest.raises(SourceError, match="no connector for this file") as caught:
        pipeline.detect(path)
    assert caught.value.advice.startswith(f"if each record is a sign_in, generic_idp reads it where evidence.yaml says which column is what, perhaps columns: {told}; "
                                          if told else "nearest: ")
