"""Disclosures that stayed with the organisation, forgotten for good, and the line of the ledger that says so."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from evidence import constants
from evidence.errors import SealError, UsageError, Where
from evidence.store import disk, secrets
from evidence.store.erasures import Deed
from evidence.store.ledger import FORGOTTEN, Ledger

LISTED: Final = 1000
"""So many leaves are named in the record; all of them are counted and under its digest."""


@dataclass(slots=True)
class _Leaves:
    """The leaves that lose a disclosure, in the order of the package, and how many disclosures they lose."""

    disclosures: int = 0
    count: int = 0
    first: list[str] = field(default_factory=list)
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, ident: str | None, lost: int) -> None:
        """Count one."""
        self.disclosures += lost
        self.count += 1
        self.digest.update(f"{ident or ''}\n".encode())
        if ident and len(self.first) < LISTED:
            self.first.append(ident)

    def facts(self) -> dict[str, Any]:
        """Return how many, the digest over their ids, one a line, and the first of them."""
        return {"disclosures": self.disclosures, "interactions": self.count,
                "interactions_sha256": self.digest.hexdigest(), "interaction_ids": self.first}


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

    _require_withheld(package)
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
        _losing(path, which)  # which says so, before a ledger is begun where no company is
    with disk.only_one(home / "lock"):
        leaves, ledger = _losing(path, which), Ledger(home / "ledger.jsonl")
        if leaves.count:
            ledger.repair(deed.facts()["at"])
            ledger.book([{"event": FORGOTTEN, **deed.facts(), "package_id": package.stem, "scope": scope, **whose,
                          "names": list(names), **leaves.facts()}])
        count = kept.erase(path, which)
    whom = ident or (f"{len(chosen)} interactions of {person}" if chosen else "all interactions")
    return f"erased {count} disclosures of {whom} in {path}; every signature holds as before"


def _require_withheld(package: Path) -> None:
    from evidence.seal import proof

    with proof.opened(package) as archive:
        if constants.DISCLOSURES in archive.namelist():
            raise UsageError(f"{package.name} carries its disclosures: nothing can be erased from what is sealed",
                             advice="set disclosures: kept in evidence.yaml, seal another --edition, and have every "
                                    "copy of this package destroyed")


def _losing(path: Path, which: Callable[[str | None], Collection[str]]) -> _Leaves:
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
                if names := which(ident := id_of(line)):
                    lost = sum(name_of(one) in names for one in json.loads(line)["disclosures"])
                    if lost:
                        leaves.add(ident, lost)
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

    found = set()
    with proof.opened(package) as archive, archive.open(constants.CHAINS) as chains:
        for chain in map(json.loads, chains):
            if (mine := chosen.get(chain["interaction_id"])) is not None:
                found.add(chain.get("person" if mine is names else "approver"))
    return sorted(found - {None})


def _hashed(home: Path, person: str) -> str:
    """Return a person under a key of the company: who asks again can be answered, and nobody else can guess."""
    key = secrets.key(home / "secrets", "erasure")
    return "k-" + hmac.digest(key, person.casefold().encode(), "sha256").hex()[:32]
