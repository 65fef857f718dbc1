"""The company's own people: names, addresses and phones of the directory, matched exactly.

No expression finds names with a precision worth reporting; a list of the people who may be named does. What is matched
is what the list holds, no more: the report says "directory-matched only" and how many names that were.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from evidence.masking.anchors import Anchor
from evidence.masking.candidates import Exact

_UNICODE: Final[tuple[Literal["NFC", "NFD"], ...]] = ("NFC", "NFD")
VERSION: Final = 1
"""Of the way in which people are looked for; a change of what is found is a new version."""
RULES: Final = "directory."
"""What the names of its rules begin with: a finding of the dictionary is kept apart from those of the rule packs."""
CASE_FREE: Final = 9
"""A name of fewer characters must stand there in the case in which it is written: "Li Wu" is one, "li wu" is none."""
_ASIDE: Final = re.compile(r"\s*[(\[{].*?[)\]}]\s*")
_NAME: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[.'\u2019-](?=[^\W\d_]|$))*")
_ADDRESS: Final = re.compile(r"[^\s@#]+@[^\s@#]+\.[^\s@.#]+")


class Sight(NamedTuple):
    """What a row of the directory says: an alias and its type, the name to print, and what kind of person it is."""

    alias_type: str
    alias: str
    display_name: str | None
    person_kind: str


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Names (given name first), addresses (lower-case) and phones, each sorted; ``digest`` is keyed."""

    digest: str
    names: tuple[str, ...] = field(repr=False)
    emails: tuple[str, ...] = field(repr=False)
    phones: tuple[str, ...] = field(repr=False)

    def facts(self) -> dict[str, int]:
        """Return how large the list is: what is not on it is not matched."""
        return {"names": len(self.names), "emails": len(self.emails), "phones": len(self.phones)}

    def forms(self) -> Iterator[Exact]:
        """Yield every way in which a person of the dictionary is written."""
        for name in self.names:
            words = name.split()
            short = (f"{words[0]} {words[-1]}",) if len(words) > 2 and len(words[0]) > 1 else ()
            for text in (name, *short, f"{words[-1]}, {' '.join(words[:-1])}"):
                for anchor in _written(text, caseless=len(text) >= CASE_FREE):
                    yield Exact(anchor, b"", "PERSON", "name", "directory.name", 950, name.lower().encode())
        for address in self.emails:
            local, _, domain = address.partition("@")  # all of a company end alike: the beginning tells them apart
            for anchor in _written(f"{local}@", caseless=True):
                yield Exact(anchor, domain.encode(), "EMAIL_ADDRESS", "contact", "directory.email", 990, None)
        for phone in self.phones:
            digits = re.sub(r"\D", "", phone)
            for text in {phone, f"+{digits}" if phone.startswith("+") else digits}:
                for anchor in _written(text, caseless=False):
                    yield Exact(anchor, b"", "PHONE_NUMBER", "contact", "directory.phone", 900, None)


def collect(sights: Iterable[Sight], *, key: bytes) -> Dictionary | None:
    """Return the dictionary of the people seen; None where there are none. Services and shared mailboxes are nobody."""
    names: set[str] = set()
    emails: set[str] = set()
    phones: set[str] = set()
    for sight in sights:
        if sight.person_kind in {"service", "shared"}:
            continue
        if sight.display_name and (name := _name(sight.display_name)):
            names.add(name)
        if sight.alias_type in {"email", "upn"} and _ADDRESS.fullmatch(sight.alias):
            emails.add(sight.alias.lower())
        if sight.alias_type == "phone" and len(re.sub(r"\D", "", sight.alias)) >= 7:
            phones.add(sight.alias)
    lists = tuple(tuple(sorted(one)) for one in (names, emails, phones))
    return Dictionary(_digest(lists, key), *lists) if any(lists) else None


def _digest(lists: Iterable[Iterable[str]], key: bytes) -> str:
    """Return the identity of what is found; keyed, since the bare hash of a short list of names can be guessed."""
    mac = hmac.new(key, f"{VERSION}\n".encode(), hashlib.sha256)
    for kind, one in zip("nep", lists, strict=True):
        for text in one:
            mac.update(f"{kind}\0{text}\n".encode())
    return mac.hexdigest()


def _name(text: str) -> str | None:
    """Return a name, given name first; None for what is no name of two words or more (accounts, roles, initials)."""
    plain = _ASIDE.sub(" ", unicodedata.normalize("NFC", text)).strip()
    last, comma, first = plain.partition(",")
    words = (f"{first} {last}" if comma else plain).split()
    whole = all(_NAME.fullmatch(word) for word in words)
    return " ".join(words) if whole and len([word for word in words if len(word) > 1]) >= 2 else None


def _written(text: str, *, caseless: bool) -> Iterator[Anchor]:
    """Yield the bytes of a text in its Unicode forms. Engines fold the case of ASCII only, so the rest is spelt out."""
    cases = (text, text.lower(), text.upper()) if caseless else (text, text.upper())
    forms = (unicodedata.normalize(form, case).encode() for case in cases for form in _UNICODE)
    for data in dict.fromkeys(form.lower() if caseless else form for form in forms):
        yield Anchor(data.decode("latin-1"), caseless, len(data), len(data), literal=True)
