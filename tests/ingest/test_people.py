"""The directory names the people to look for: texts are read for them after it, and again when it has changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from evidence.model import Period
from evidence.pipeline import people
from evidence.render import People
from evidence.store import canaries
from evidence.store.canaries import Canary

from .kit import AT, CHAT_SQL, PERIOD, chat, company, connect, digests, ingest, lines

SOURCES = ({"id": "chat", "connector": "plain_chat", "paths": ["logs/chat*"]},
           {"id": "people", "connector": "people_csv", "paths": ["people.csv"], "required": False})
HEAD = "person,alias_type,issuer,alias,kind,display_name\n"
MIRA, LUCA = ("tolvas,email,dir,mira.tolvas@kadorlin.io,member,Mira Tolvas\n", 'dorin,email,dir,luca.dorin@kadorlin.io,member,"Dorin, Luca"\n')


@pytest.fixture
def store(tmp_path):
    """Three exchanges, in two of which people of the company are named."""
    made = company(tmp_path, *SOURCES)
    (tmp_path / "logs" / "chat-a").write_bytes(lines(
        chat(1, ask="who knows?", answer="Ask Mira Tolvas (mira.tolvas@kadorlin.io)."), chat(2, ask="and Luca Dorin?", answer="no"), chat(3)))
    (tmp_path / "people.csv").write_text(HEAD + MIRA)
    return made


def found(store, columns="exchange_ref, field, rule_id"):
    """Return what was found, each place once."""
    return connect(store).sql(f"SELECT {columns} FROM finding ORDER BY ALL").fetchall()


def test_people_are_looked_for_in_the_first_pass(store):
    """Directory files are read before the files with texts; an address that a rule finds too counts once."""
    ingest(store, scanner=None)
    assert found(store) == [("x1", "response", "core.email"), ("x1", "response", "directory.name")]
    assert people.facts(store, PERIOD) == People(names=1, emails=1, phones=0)


def test_a_changed_directory_is_looked_for_again_and_the_rest_stays(store):
    """Who joins is found in texts received before; rows and what rules found stay as they were, to the byte."""
    ingest(store, scanner=None)
    before = digests(store)
    (store.root / "people.csv").write_text(HEAD + MIRA + LUCA)
    events = {f.path: f.event for f in ingest(store, scanner=None).files}
    assert events["logs/chat-a"] == "reread"
    assert {name: digests(store)[name] for name in before} == before
    assert found(store) == [("x1", "response", "core.email"), ("x1", "response", "directory.name"), ("x2", "prompt", "directory.name")]
    assert {f.event for f in ingest(store, scanner=None).files} == {"known"}


def test_who_joins_is_not_looked_for_in_the_texts_of_all_years(store):
    """Texts of months that are over stay as they were read, until a run of their month asks: it reads them again."""
    ingest(store, scanner=None)
    before = found(store)
    (store.root / "people.csv").write_text(HEAD + MIRA + LUCA)
    (store.root / "logs" / "chat-b").write_bytes(lines(chat(4, at="2027-03-01T10:00:00Z", ask="Luca Dorin?")))
    later = AT + timedelta(days=120)
    events = {f.path: f.event for f in ingest(store, scanner=None, received_at=later).files}
    assert (events["logs/chat-a"], events["logs/chat-b"]) == ("known", "received")
    assert found(store) == [*before, ("x4", "prompt", "directory.name")]
    march = Period.month("2027-03", "UTC")
    assert (people.facts(store, march), people.facts(store, PERIOD)) == (People(2, 2, 0), People(1, 1, 0))
    assert ingest(store, scanner=None, received_at=later, period=march).files == ingest(store, scanner=None, received_at=later).files
    events = {f.path: f.event for f in ingest(store, scanner=None, received_at=later, period=PERIOD).files}
    assert (events["logs/chat-a"], events["logs/chat-b"]) == ("reread", "known")
    assert found(store) == [*before, ("x2", "prompt", "directory.name"), ("x4", "prompt", "directory.name")]
    assert people.facts(store, PERIOD) == People(2, 2, 0)
    assert {f.event for f in ingest(store, scanner=None, received_at=later).files} == {"known"}


def test_what_is_read_again_anyway_is_read_with_the_list_of_today(store):
    """A connector that changed has texts of all years read again, and so everybody who is known by now is looked for."""
    ingest(store, scanner=None)
    (store.root / "people.csv").write_text(HEAD + MIRA + LUCA)
    (store.root / "own" / "plain_chat" / "exchange.sql").write_text(CHAT_SQL.replace("r.s.who AS", "upper(r.s.who) AS"))
    ingest(store, scanner=None, received_at=AT + timedelta(days=120))
    assert ("x2", "prompt", "directory.name") in found(store)


def test_without_a_directory_nobody_is_looked_for(store):
    """Then the report is told that there was no list, not that nobody was found."""
    (store.root / "people.csv").unlink()
    ingest(store, scanner=None)
    assert [row[2] for row in found(store)] == ["core.email"]
    assert people.facts(store, PERIOD) is None


def test_a_canary_is_said_to_be_one(store):
    """What was sent to be found is flagged wherever it is found, and counts nowhere else."""
    ingest(store, scanner=None)
    value = found(store, "value_hmac, flag, rule_id")
    canaries.add(store.register, Canary("cn-1", "EMAIL_ADDRESS", next(v for v, _, rule in value if rule == "core.email"), "2026-10-01T09:00:00"))
    assert found(store, "rule_id, flag") == [("core.email", "canary"), ("directory.name", None)]
