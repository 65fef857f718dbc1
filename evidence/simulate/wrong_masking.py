"""Misbehaviour around masking: what came back in clear, what was claimed, what cannot be judged.

Each plant is a tunnel of one exchange, because the gateway counts per session.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

from evidence.simulate import text
from evidence.simulate.gateway import Connection, session
from evidence.simulate.people import Person
from evidence.simulate.register import move
from evidence.simulate.text import Value
from evidence.simulate.tunnels import low_credentials, simple, spaced, tunnel
from evidence.simulate.world import AGENT, CHAT, CLAUDE, LABS, Expect, Today, World

SURROGATE = Connection("surrogate-chat", "httpproxy", "httpproxy", "chat", "low")
OPEN = Connection("directory-chat", "httpproxy", "httpproxy", "chat", "low")


def _one(world: World, today: Today, addition: str, verdict: str, connection: Connection = CHAT, *, cut: bool = False,
         stream: bool = False, **counters: Any) -> tuple[Person, str]:
    """Write a tunnel of one exchange whose answer ends with the addition."""
    person = world.pick(today)
    moment = today.clock(8 + today.rng.randrange(7))
    plain = simple(today.rng, connection, stream=stream)
    one = replace(plain, answer=f"{plain.answer}\n{addition}" if addition else plain.answer, cut=cut)
    parent = low_credentials(world, today, person, connection, moment)
    ident = tunnel(world, today, world.caller(person, moment), connection, spaced(today.rng, moment, [one]),
                   parent=parent, expect=Expect(), **counters)
    today.drafts[-1].masking = (verdict,)
    return person, ident


def _leak(world: World, today: Today, switch: str, value: Value, connection: Connection, *, stream: bool) -> None:
    person, ident = _one(world, today, text.sentence(value, masked=False), "leak", connection, stream=stream, masked={},
                         analysed={})
    world.planted[switch].append(value.text)
    world.find(switch, [ident], person, masking="leak", entity=value.entity)


@move("unmasked_email_in_response")
def leaked_email(world: World, today: Today) -> None:
    """A customer's address comes back in clear, cut over several pieces of a stream."""
    _leak(world, today, "unmasked_email_in_response", text.email(today.rng), CHAT, stream=True)


@move("unmasked_secret_in_response")
def leaked_secret(world: World, today: Today) -> None:
    """An access key comes back in clear; the gateway's rules know no keys."""
    _leak(world, today, "unmasked_secret_in_response", text.secret(today.rng), CLAUDE, stream=False)


@move("unmasked_card_in_response")
def leaked_card(world: World, today: Today) -> None:
    """A card number comes back in clear."""
    _leak(world, today, "unmasked_card_in_response", text.card(today.rng), AGENT, stream=False)


@move("claimed_not_masked")
def claimed(world: World, today: Today) -> None:
    """The counter says one address was masked; it stands there in clear."""
    value = text.email(today.rng)
    person, ident = _one(world, today, text.sentence(value, masked=False), "claimed_not_masked",
                         masked={"EMAIL_ADDRESS": 1})
    world.planted["claimed_not_masked"].append(value.text)
    world.find("claimed_not_masked", [ident], person, masking="claimed_not_masked", entity="EMAIL_ADDRESS")


@move("analyzed_unmasked")
def analysed(world: World, today: Today) -> None:
    """The gateway itself counts more names found than masked."""
    person, ident = _one(world, today, "The contact is the shift lead of the second line.", "analyzed_unmasked",
                         masked={}, analysed={"PERSON": 1})
    world.find("analyzed_unmasked", [ident], person, masking="analyzed_unmasked", entity="PERSON")


@move("under_evidenced")
def under_evidenced(world: World, today: Today) -> None:
    """Three claims, one mark."""
    person, ident = _one(world, today, text.sentence(text.phone(today.rng), masked=True), "under_evidenced",
                         masked={"PHONE_NUMBER": 3})
    world.find("under_evidenced", [ident], person, masking="under_evidenced", entity="PHONE_NUMBER")


@move("unclaimed_placeholder")
def unclaimed(world: World, today: Today) -> None:
    """A mark that no counter speaks of."""
    person, ident = _one(world, today, text.sentence(text.email(today.rng), masked=True), "unclaimed_placeholder",
                         masked={}, analysed={})
    world.find("unclaimed_placeholder", [ident], person, masking="unclaimed_placeholder", entity="EMAIL_ADDRESS")


@move("masking_off_connection")
def masking_off(world: World, today: Today) -> None:
    """A connection on which masking is switched off; its answers held nothing."""
    world.connections.append(LABS)
    person, ident = _one(world, today, "", "off", LABS)
    world.find("masking_off_connection", [ident], person, LABS.name, masking="off")


@move("mask_too_wide", demo=False)
def too_wide(world: World, today: Today) -> None:
    """A mask that leaves more to see than policy allows: the end of a card, or the first letters of an address."""
    entity, shown = today.rng.choice((("CREDIT_CARD", "The card was ****-****-****-9012."),
                                      ("EMAIL_ADDRESS", "Write to or****@ravenholt-optics.com about it.")))
    person, ident = _one(world, today, shown, "partial_too_wide", masked={entity: 1})
    world.find("mask_too_wide", [ident], person, masking="partial_too_wide", entity=entity)


@move("surrogate_by_policy", demo=False)
def surrogate(world: World, today: Today) -> None:
    """A connection on which values are replaced by plausible ones: that they are not the real ones cannot be seen."""
    world.connections.append(SURROGATE)
    world.add_rules(masking=[{"connection": SURROGATE.name, "entity_class": "*", "action": "must_mask",
                              "strategy": "surrogate"}])
    person, ident = _one(world, today, "The order was placed by the shift lead.", "surrogate_unverifiable", SURROGATE,
                         masked={"PERSON": 1})
    world.find("surrogate_by_policy", [ident], person, masking="surrogate_unverifiable", entity="PERSON")


@move("masked_beyond_policy", demo=False)
def over_masked(world: World, today: Today) -> None:
    """An address was masked on a connection on which policy lets it be read."""
    world.connections.append(OPEN)
    world.add_rules(masking=[{"connection": OPEN.name, "entity_class": "*", "action": "allow"}])
    person, ident = _one(world, today, text.sentence(text.email(today.rng), masked=True), "over_masked", OPEN,
                         masked={"EMAIL_ADDRESS": 1})
    world.find("masked_beyond_policy", [ident], person, masking="over_masked", entity="EMAIL_ADDRESS")


@move("failed_open")
def failed_open(world: World, today: Today) -> None:
    """The masking engine failed on two pieces and let them through."""
    person, ident = _one(world, today, "", "failed_open", errors=2)
    world.find("failed_open", [ident], person, masking="failed_open")


@move("truncated_recording")
def truncated(world: World, today: Today) -> None:
    """The recording stops in the middle of an answer."""
    person, ident = _one(world, today, "", "indeterminate", CLAUDE, cut=True, stream=True)
    world.find("truncated_recording", [ident], person, masking="indeterminate", truncated="true")


@move("recording_lost")
def lost(world: World, today: Today) -> None:
    """The gateway restarted and kept the session but not its recording."""
    person = world.pick(today)
    moment = today.clock(9)
    body = session(today.rng, world.caller(person, moment).owner, CHAT, moment, org=world.org)
    note = base64.b64encode(b"no log found on disk").decode()
    body.update(metadata={"credential_session": low_credentials(world, today, person, CHAT, moment)}, metrics={},
                event_stream=[[0.0, "e", note]])
    world.keep(body, "placeholder")
    world.find("recording_lost", [body["id"]], person, recording="lost")
