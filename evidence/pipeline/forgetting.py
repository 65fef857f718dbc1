"""Disclosures that stayed with the organisation, forgotten for good, and the line of the ledger that says so."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from evidence import constants
from evidence.errors import SealError, UsageError, Where
from evidence.store import disk, secrets
from evidence.store.erasures import Deed
from evidence.store.ledger import FORGOTTEN, Ledger

LISTED: Final = 1000
"""So many leaves are named in the record where all were meant; all of them are counted and under its digest."""


@dataclass(slots=True)
class _Leaves:
    """The leaves that lose a disclosure, in the order of the package, and how many disclosures they lose."""

    disclosures: int = 0
    count: int = 0
    ids: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, ident: str | None, lost: int, *, allowed: bool) -> None:
        """Count one; ``allowed``: it loses nothing but who allowed it."""
        self.disclosures += lost
        self.count += 1
        self.digest.update(f"{ident or ''}\n".encode())
        if ident:
            (self.allowed if allowed else self.ids).append(ident)

    def facts(self, scope: str) -> dict[str, Any]:
        """Return how many, the digest over their ids, one a line, and the ids."""
        return {"disclosures": self.disclosures, "interactions": self.count,
                "interactions_sha256": self.digest.hexdigest(), "approver_ids": self.allowed,
                "interaction_ids": self.ids[:LISTED] if scope == "all" else self.ids}


def forget(package: Path, folder: Path, names: Collection[str], deed: Deed, *, ident: str | None = None,
           person: str | None = None) -> str:
    """Erase disclosures kept beside a package: of one interaction, of a person, or of all; return what was done.

    The line of the ledger is on the disk before the first of them is gone; where the erasing is cut off behind it, the
    same call finishes it, with a line of its own. A line names leaves and pseudonyms, which the package has, and a
    person by nothing but a keyed hash.

    Args:
        package: the sealed ZIP.
        folder: the company folder, or any other: then the one in which the package lies.
        names: of the disclosures.
        deed: who, when and why.
        ident: of one interaction.
        person: whose: subject or e-mail address as it was logged, or the pseudonym in the chains.

    Raises:
        UsageError: the package carries its disclosures, or does not speak of this person.
        CustodyError: the ledger contradicts itself, or another process is writing.
        SealError: package or disclosures cannot be read or written.
    """
    from evidence.seal import kept

    period = _period(package)
    path = kept.beside(package, folder)
    home = path.resolve().parent.parent / ".evidence"
    chosen = None if person is None else kept.of_person(package, path, person, names)
    if chosen is not None and not chosen:
        raise UsageError(f"no interaction of {package.name} speaks of {person}",
                         advice="write the subject or e-mail address as the gateway logged it, or the pseudonym that "
                                "stands as person in evidence/chains.ndjson")
    scope = "interaction" if ident else "person" if person else "all"
    whose = {"person": _hashed(home, person), "pseudonyms": _pseudonyms(package, chosen, names)
             } if person and chosen else {}

    def which(one: str | None) -> Collection[str]:
        return (names if ident in {None, one} else ()) if chosen is None else chosen.get(one or "", ())

    if not path.is_file():
        _losing(path, which, names)  # which says so, before a ledger is begun where no company is
    with disk.only_one(home / "lock"):
        leaves, ledger = _losing(path, which, names), Ledger(home / "ledger.jsonl")
        if leaves.count:
            ledger.repair(deed.facts()["at"])
            ledger.book([{"event": FORGOTTEN, **deed.facts(), "package_id": package.stem, "period": period,
                          "scope": scope, **whose, "names": list(names), **leaves.facts(scope)}])
        count = kept.erase(path, which)
    whom = ident or (f"{len(chosen)} interactions of {person}" if chosen else "all interactions")
    return f"erased {count} disclosures of {whom} in {path}; every signature holds as before"


def again(ledger: Ledger, period: str, chains: Path, disclosures: Path) -> None:
    """Leave out of the disclosures of a further edition what was erased of a month: rows would bring it back.

    What speaks of a person whose disclosures were erased is left out of records that came later, too.

    Args:
        ledger: the company's.
        period: label of the month.
        chains: the leaves of the edition, with their pseudonyms.
        disclosures: its disclosures, which are written anew.
    """
    from evidence.seal import kept

    if not ledger.mentions(FORGOTTEN):
        return
    gone: dict[str, set[str]] = {}
    asked: dict[str, set[str]] = {}
    everywhere: set[str] = set()
    for line in (one for one in ledger.erasures() if one["event"] == FORGOTTEN and one["period"] == period):
        everywhere |= set(line["names"]) if line["scope"] == "all" else set()
        for ident in line["interaction_ids"]:
            gone.setdefault(ident, set()).update(line["names"])
        for ident in line["approver_ids"]:
            gone.setdefault(ident, set()).add("approver")
        for whose in line.get("pseudonyms", ()):
            asked.setdefault(whose, set()).update(line["names"])
    if asked:
        for chain in _chains(chains.open("rb")):
            mine = asked.get(chain.get("person", ""), set())
            mine = mine | asked.get(chain.get("approver", ""), set()) & {"approver"}
            if mine:
                gone.setdefault(chain["interaction_id"], set()).update(mine)
    if gone or everywhere:
        kept.erase(disclosures, lambda ident: everywhere | gone.get(ident or "", set()))


def _chains(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    with file:
        yield from map(json.loads, file)


def _period(package: Path) -> str:
    """Return the month of a package, which must not carry its disclosures."""
    from evidence.seal import proof

    with proof.opened(package) as archive:
        if constants.DISCLOSURES in archive.namelist():
            raise UsageError(f"{package.name} carries its disclosures: nothing can be erased from what is sealed",
                             advice="set disclosures: kept in evidence.yaml, seal another --edition, and have every "
                                    "copy of this package destroyed")
        return str(json.loads(archive.read(constants.STATEMENT))["period"]["label"])


def _losing(path: Path, which: Callable[[str | None], Collection[str]], names: Collection[str]) -> _Leaves:
    """Return what is about to be forgotten.

    Raises:
        SealError: there are no disclosures, or a line is none: then nothing is erased.
    """
    from evidence.seal.kept import name_of
    from evidence.seal.restart import id_of

    leaves = _Leaves()
    try:
        with path.open("rb") as file:
            for line in file:
                if mine := which(ident := id_of(line)):
                    lost = sum(name_of(one) in mine for one in json.loads(line)["disclosures"])
                    if lost:
                        leaves.add(ident, lost, allowed=mine is not names)
    except OSError as error:
        raise SealError(f"the disclosures cannot be read: {error.strerror}", where=Where(str(path)),
                        advice="name the company folder with -C; evidence.yaml says whether they are kept") from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise SealError("expected a line of disclosures", where=Where(str(path)),
                        advice="bring the file back from the backup") from error
    return leaves


def _pseudonyms(package: Path, chosen: Mapping[str, Collection[str]], names: Collection[str]) -> list[str]:
    """Return the pseudonyms, in the chains, of the person whose disclosures were chosen."""
    from evidence.seal import proof

    found: set[str] = set()
    with proof.opened(package) as archive:
        for chain in _chains(archive.open(constants.CHAINS)):
            if (mine := chosen.get(chain["interaction_id"])) is not None:
                found.add(chain.get("person" if mine is names else "approver") or "")
    return sorted(found - {""})


def _hashed(home: Path, person: str) -> str:
    """Return a person under a key of the company: who asks again can be answered, and nobody else can guess."""
    key = secrets.key(home / "secrets", "erasure")
    return "k-" + hmac.digest(key, person.casefold().encode(), "sha256").hex()[:32]
