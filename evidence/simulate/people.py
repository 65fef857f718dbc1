"""Who works at the simulated company: one person, every name he goes by in each system."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from evidence.simulate.clock import new_id

DOMAIN = "aldermoor.example"
TENANT_DOMAIN = "aldermoor.onmicrosoft.example"
PARTNER = "brackenfield.example"
GIVEN = (
    "Ada Bela Chiara Dmitri Elif Farid Greta Hanno Ines Jaromir Katya Lennart Mirela Nadia Oskar Petra Quirin "
    "Rosalie Samir Tabea Ulrich Vesna Wim Xenia Yannick Zora Anselm Birte Corin Dafydd Edda Fenja Gerwin Hedda "
    "Ivo Janne Kilian Leonie Milos Neele "
)
FAMILY = (
    "Abendroth Birkmose Castellani Dreyling Eskelund Fennimore Gruenwaldt Hallgarten Isbrandt Jellinghaus "
    "Kowalewicz Lindqvister Mauersberg Nordhagen Ostermeyer Pfefferkorn Quistgaard Rautenbach Sandelholz "
    "Tiedemannsen Uhlenbrock Vanderhoeven Wesselmann Yttergard Zellweger Ashgrove Brandstetter Clauwaert "
    "Duvenbeck Engstrand "
)
SUBJECT = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True, slots=True)
class Person:
    """One human being. ``upn`` and ``mail`` are the directory's names, ``subject`` the gateway's user id."""

    oid: str
    name: str
    upn: str
    mail: str
    subject: str
    login: str | None
    login_id: int
    employee: str
    kind: str = "member"
    ip: str = "203.0.113.7"
    mfa: str = "yes"
    second: tuple[str, str] | None = None
    renamed_from: str | None = None

    @property
    def emails(self) -> tuple[str, ...]:
        """Every address the gateway may have seen him under."""
        names = [self.mail]
        if self.renamed_from:
            names.append(self.renamed_from)
        if self.second:
            names.append(self.second[1])
        return tuple(names)


@dataclass(frozen=True, slots=True)
class Group:
    """A directory group and the gateway's name for it.

    ``issuer`` where another directory than the company's has it; ``by_rule`` where a rule fills it: no event tells.
    """

    id: str
    name: str
    gateway_name: str | None
    approves: bool = True
    issuer: str | None = None
    by_rule: bool = False


def subject_of(rng: Random) -> str:
    """Return a pairwise subject, as the identity provider gives the gateway instead of the object id."""
    return "".join(rng.choices(SUBJECT, k=43))


def _address(given: str, family: str, number: int) -> str:
    local = f"{given}.{family}".lower()
    return f"{local}{number}" if number else local


def _person(rng: Random, index: int) -> Person:
    first, last = GIVEN.split(), FAMILY.split()
    given, family = first[index % len(first)], last[(index * 7 + index // len(first)) % len(last)]
    number = index // (len(first) * len(last))
    local = _address(given, family, number)
    login = None if index % 11 == 10 else f"{given[0].lower()}{family.lower()[:9]}{index}"
    if login and index % 5 == 3:
        login = login.capitalize()
    return Person(
        oid=new_id(rng), name=f"{given} {family}", upn=f"{local}@{DOMAIN}", mail=f"{local}@{DOMAIN}",
        subject=subject_of(rng), login=login, login_id=71_000_000 + rng.randrange(900_000),
        employee=f"E{20_000 + index}",
        ip=f"203.0.113.{1 + index % 250}",
    )


def guest(person: Person) -> Person:
    """Return the person as a guest: his own company's address, a mangled user name here, no seat of the assistant."""
    local = person.mail.split("@")[0]
    return replace(person, kind="guest", mail=f"{local}@{PARTNER}", login=None,
                   upn=f"{local}_{PARTNER}#EXT#@{TENANT_DOMAIN}")


def with_second_account(rng: Random, person: Person) -> Person:
    """Return the person with a separate administration account, which only people.csv ties to him."""
    return replace(person, second=(new_id(rng), f"adm-{person.mail}"))


def renamed(person: Person) -> Person:
    """Return the person who changes his user name and address during the month."""
    local, domain = person.mail.split("@")
    new = f"{local.split('.')[0]}.thornbury@{domain}"
    return replace(person, renamed_from=person.mail, upn=new, mail=new)


def build(rng: Random, count: int) -> list[Person]:
    """Return ``count`` plain employees; no two share a name of any kind."""
    return [_person(rng, index) for index in range(count)]
