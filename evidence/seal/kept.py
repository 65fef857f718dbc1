"""Disclosures that stayed with the organisation: a line for each interaction, opened for one reader, or erased.

The file has the form of ``evidence/disclosures.ndjson`` (FORMAT 7) and lies in ``disclosures/`` of the company
folder. No signature covers it: a disclosure is recognised by its digest in the record, so erasing one harms nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from evidence.constants import CHAINS
from evidence.errors import SealError, Where
from evidence.seal.leaves import canonical
from evidence.seal.restart import id_of
from evidence.store import disk

_NAMING: Final = {"requester": ("subject", "subject_email"), "approver": ("approver_subject",)}
Ask = Callable[[str, bytes], list[str]]


def beside(package: Path, folder: Path) -> Path:
    """Return where the disclosures of a package lie: in the company folder named, else in the one it lies in."""
    name = f"{package.stem}.ndjson"
    here = folder / "disclosures" / name
    return here if here.is_file() else package.resolve().parent.parent / "disclosures" / name


def parts_of(disclosure: str) -> list[Any]:
    """Return what a disclosure holds: its salt, its name, its value (RFC 9901 4.2.1)."""
    return list(json.loads(base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4))))


def name_of(disclosure: str) -> str:
    """Return what a disclosure is about: ``requester``, ``prompt``..."""
    return str(parts_of(disclosure)[1])


def of(path: Path, interaction_id: str, record: bytes) -> list[str]:
    """Return the disclosures that are left of one interaction.

    Raises:
        SealError: the file cannot be read, or holds what the record does not commit to.
    """
    with closing(_lines(path)) as lines:
        return next((_disclosures(line, path, record) for ident, line in lines if ident == interaction_id), [])


@contextmanager
def in_order(path: Path) -> Iterator[Ask]:
    """Give the disclosures of interactions that are asked for in the order of the package, holding one line.

    Raises:
        SealError: as for :func:`of`.
    """
    with closing(_lines(path)) as lines:
        ahead = list[tuple[str | None, bytes]]()

        def ask(interaction_id: str, record: bytes) -> list[str]:
            ahead.extend([one] if not ahead and (one := next(lines, None)) else [])
            if not ahead or ahead[0][0] != interaction_id:
                return []
            return _disclosures(ahead.pop()[1], path, record)

        yield ask
        if ahead or next(lines, None) is not None:
            raise SealError("the disclosures are not those of this package, in its order", where=Where(str(path)),
                            advice="bring the file back from the backup")


def of_person(package: Path, path: Path, person: str, names: Collection[str]) -> dict[str, Collection[str]]:
    """Return which disclosures of these names speak of a person, by interaction.

    Where the person asked, all of them; where the person only allowed it, ``approver``. The person's pseudonym, where
    the chains have one, finds the interactions too in which the person had another name, or has none any more.

    Args:
        package: the sealed ZIP, whose chains hold the pseudonyms.
        path: its disclosures.
        person: subject or e-mail address as the disclosures hold it, or a pseudonym of the chains (``p-...``).
        names: of the disclosures.

    Raises:
        SealError: the package or the file cannot be read.
    """
    named: dict[str, set[str]] = {"requester": set(), "approver": set()}
    with closing(_lines(path)) as lines:
        for ident, line in lines:
            for _, name, value in map(parts_of, _disclosures(line, path)):
                if ident and person.casefold() in {str(value.get(key, "")).casefold() for key in _NAMING.get(name, ())}:
                    named[name].add(ident)
    asked, allowed, pseudonyms = named["requester"], named["approver"], {person}
    for ident, who, approver in _persons(package):
        if who and ident in asked:
            pseudonyms.add(who)
        if approver and ident in allowed:
            pseudonyms.add(approver)
    found: dict[str, Collection[str]] = {}
    for ident, who, approver in _persons(package):
        if ident in asked or who in pseudonyms:
            found[ident] = names
        elif "approver" in names and (ident in allowed or approver in pseudonyms):
            found[ident] = ("approver",)
    return found


def _persons(package: Path) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield (interaction, pseudonym of who asked, of who allowed it) of each chain; None: not known."""
    from evidence.seal.proof import opened

    with opened(package) as archive, archive.open(CHAINS) as chains:
        for line in chains:
            chain = json.loads(line)
            yield chain["interaction_id"], chain.get("person"), chain.get("approver")


def erase(path: Path, forget: Callable[[str | None], Collection[str]]) -> int:
    """Forget disclosures; return how many there were.

    ``forget`` says which of an interaction, by their names; None stands for a line that names none. The file is written
    anew and takes the old one's place when it is whole.

    Raises:
        SealError: the file cannot be read or written.
    """
    count = 0
    try:
        with disk.whole(path) as out, closing(_lines(path)) as lines:
            for ident, line in lines:
                names = forget(ident)
                if not names:
                    out.write(line)
                    continue
                held = _disclosures(line, path)
                left = [one for one in held if name_of(one) not in names]
                count += len(held) - len(left)
                if left:
                    out.write(canonical({"interaction_id": ident, "disclosures": left}) + b"\n")
    except OSError as error:
        raise SealError(f"the disclosures cannot be written: {error}", where=Where(str(path))) from error
    return count


def _lines(path: Path) -> Generator[tuple[str | None, bytes]]:
    try:
        with path.open("rb") as file:
            for line in file:
                yield id_of(line), line
    except OSError as error:
        raise SealError(f"the disclosures cannot be read: {error.strerror}", where=Where(str(path)),
                        advice="name the company folder with -C; evidence.yaml says whether they are kept") from error


def _disclosures(line: bytes, path: Path, record: bytes | None = None) -> list[str]:
    try:
        found = [str(one) for one in json.loads(line)["disclosures"]]
        committed = set(json.loads(record).get("_sd", [])) if record else {digest_of(one) for one in found}
    except (ValueError, KeyError, TypeError) as error:
        raise SealError("expected a line of disclosures", where=Where(str(path))) from error
    if not {digest_of(one) for one in found} <= committed:
        raise SealError(f"a disclosure of {id_of(line)} is not one that its record commits to", where=Where(str(path)),
                        advice="bring the file back from the backup")
    return found


def digest_of(disclosure: str) -> str:
    """Return the digest by which a record commits to a disclosure (RFC 9901 4.2.3)."""
    return base64.urlsafe_b64encode(hashlib.sha256(disclosure.encode()).digest()).rstrip(b"=").decode()
