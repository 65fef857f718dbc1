"""The command: what it prints, which sources it asks, and its exit codes."""

from __future__ import annotations

import json

import httpx
import pytest
import yaml

from evidence import cli
from evidence.pull import client

from .kit import NOW, TOKEN, Api, Clock, asks, company, records, stored

PULL = ["pull", "--period", "2026-10"]


@pytest.fixture
def api(monkeypatch):
    """An API behind the command: the client's network is the test's."""
    found = Api(records(7), clock=Clock())
    real = httpx.Client
    monkeypatch.setattr(client.httpx, "Client", lambda **more: real(**{**more, "transport": httpx.MockTransport(found)}))
    monkeypatch.setenv("DOOR_TOKEN", TOKEN)
    return found


@pytest.fixture
def here(tmp_path, monkeypatch, api):
    """A company folder to stand in, whose vendor has the time of this machine."""
    from datetime import UTC, datetime

    api.clock.now = datetime.now(UTC)
    root = company(tmp_path, asks("offset"))
    monkeypatch.chdir(root)
    return root


def test_pull_prints_what_came(here, capsys):
    """One line for each source: state, pages, new ones, records, what is still open."""
    assert cli.call(PULL) == 0
    out, err = capsys.readouterr()
    assert "doors" in out
    assert "pulled" in out
    assert TOKEN not in out + err
    assert len(stored(here)) == 2
    assert cli.call([*PULL, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["state"] in {"nothing_to_ask", "pulled"}


def test_plan_prints_what_would_be_asked_and_asks_nothing(here, api, capsys, monkeypatch):
    """The addresses, the window and the way of paging; no key is needed, nothing is sent or written."""
    monkeypatch.delenv("DOOR_TOKEN")
    assert cli.call([*PULL, "doors", "--plan", "--format", "json"]) == 0
    row, = json.loads(capsys.readouterr().out)
    assert row["asks"].startswith("GET https://api.test/v1/events?from=2026-10-01T00%3A00%3A00Z&until=")
    assert (row["request"], row["pages by"]) == ("events", "offset")
    assert api.calls == []
    assert not (here / ".evidence").exists()
    assert not (here / "logs").exists()


def test_what_does_not_come_is_3_and_the_other_sources_are_asked(here, api, capsys):
    """One vendor that refuses does not keep the others from being asked; the code says that something is missing."""
    written = yaml.safe_load((here / "evidence.yaml").read_text())
    other = {**written["sources"][0], "id": "gates", "paths": ["logs/gates"]}
    written["sources"].append(other)
    (here / "evidence.yaml").write_text(yaml.safe_dump(written))
    refused = iter([403])
    api.before = lambda _r: api.json({}, code) if (code := next(refused, None)) else None
    assert cli.call(PULL) == 3
    out, err = capsys.readouterr()
    assert "gates" in out
    assert "doors: events: the key may not read this (403)" in err
    assert cli.call([*PULL, "doors"]) == 0


@pytest.mark.parametrize(("words", "message"), [
    (["pull", "nowhere", "--period", "2026-10"], "no source nowhere"), (["pull", "--period", "October"], "expected a month"),
    (["pull", "--period", "2199-01"], "has not begun"), (["pull"], "--period")])
def test_what_cannot_be_asked_is_2(here, words, message, capsys):
    """Unknown sources, months that are none or have not begun."""
    assert cli.call(words) == 2
    assert message in capsys.readouterr().err


def test_a_source_that_does_not_say_how_is_told_what_to_write(tmp_path, monkeypatch, capsys):
    """Without pull: in evidence.yaml there is nothing to ask with."""
    root = company(tmp_path)
    written = yaml.safe_load((root / "evidence.yaml").read_text())
    del written["sources"][0]["pull"]
    (root / "evidence.yaml").write_text(yaml.safe_dump(written))
    monkeypatch.chdir(root)
    assert cli.call(PULL) == 2
    assert "no source has pull:" in capsys.readouterr().err
    assert cli.call([*PULL, "doors"]) == 2
    assert "add pull: with token_env or token_file" in capsys.readouterr().err


def test_a_connector_that_cannot_pull_says_so(tmp_path, monkeypatch, capsys):
    """Not every vendor has an API that this toolkit knows; files work for all."""
    root = company(tmp_path)
    declared = root / "catalog" / "door_log" / "connector.yaml"
    data = yaml.safe_load(declared.read_text())
    del data["pull"]
    declared.write_text(yaml.safe_dump(data))
    monkeypatch.chdir(root)
    assert cli.call(PULL) == 2
    assert "export the files by hand" in capsys.readouterr().err


def test_again_begins_anew(here, api):
    """--again asks for everything, also where everything was proven or a pull is unfinished."""
    assert api.clock.now > NOW
    assert cli.call(PULL) == 0
    calls = len(api.calls)
    assert cli.call(PULL) == 0
    assert len(api.calls) <= calls + 1
    assert cli.call([*PULL, "--again"]) == 0
    assert len(api.calls) >= 2 * calls
