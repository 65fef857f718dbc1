"""One pass over the files of a package: digest, size and lines of each; the tree over the chains; small ones kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from evidence import constants as c
from evidence.verify.chains import ChainReader
from evidence.verify.container import check_names, inflate, read_directory
from evidence.verify.disclosures import DisclosureReader
from evidence.verify.report import Checklist, show

# What the later steps read whole; everything else is only streamed.
_KEPT = {c.SUMS: c.MAX_KEPT, c.SIGNATURE: c.MAX_CMS, c.TIMESTAMP: c.MAX_CMS, c.STATEMENT: c.MAX_KEPT,
         c.SEAL_CHAIN: c.MAX_CMS, c.TSA_CHAIN: c.MAX_CMS, c.REVOCATION: c.MAX_KEPT, c.SUMMARY: c.MAX_KEPT,
         c.CONTROLS: c.MAX_KEPT, c.HTML: c.MAX_KEPT, c.CUSTODY: c.MAX_KEPT, c.REPORT: c.MAX_PDF,
         c.SOURCES: c.MAX_KEPT}
_SPARED = frozenset({c.SOURCES})  # may be larger; then it is not kept


@dataclass(slots=True)
class Members:
    """What is known of the files after one pass: SHA-256, sizes, line feeds; kept bytes; the tree."""

    sha256: dict[str, str] = field(default_factory=dict)
    size: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    chains: ChainReader = field(default_factory=ChainReader)
    disclosures: DisclosureReader | None = None

    def take(self, name: str, pieces: Iterable[bytes], check: Checklist, again: Iterable[bytes] = ()) -> None:
        """Read one file; ``again`` are the bytes of the chains, beside which disclosures are read."""
        sha, size, lines = hashlib.sha256(), 0, 0
        room = _KEPT.get(name, 0)
        kept = list[bytes]()
        reader: ChainReader | DisclosureReader | None = None
        if name == c.CHAINS and not self.chains.started:
            reader = self.chains
        elif name == c.DISCLOSURES and self.disclosures is None:
            reader = self.disclosures = DisclosureReader(again)
        for piece in pieces:
            sha.update(piece)
            size += len(piece)
            if size <= room:
                kept.append(piece)
            if reader:
                reader.feed(piece)
            else:
                lines += piece.count(b"\n")
        if reader:
            lines = reader.close()
        if room and size <= room:
            self.kept.setdefault(name, b"".join(kept))
        elif room and name not in _SPARED:
            check.fail("limits", f"{name} has {size} bytes, the limit is {room}")
        self.sha256.setdefault(name, sha.hexdigest())
        self.size.setdefault(name, size)
        self.lines.setdefault(name, lines)


def read_zip(file: BinaryIO, check: Checklist, *, ids: bool = False) -> Members:
    """Read a package from its ZIP. Refuses to unpack what is too large."""
    members = Members(chains=ChainReader(collect=ids))
    entries = read_directory(file, check)
    if check.failed("container", "limits"):
        check.skip("contents", "not unpacked: the container is not the allowed form, or claims too much")
        return members
    chains = next((entry for entry in entries if entry.name == c.CHAINS), None)
    for entry in entries:
        again = inflate(file, chains, Checklist()) if chains else ()
        members.take(entry.name, inflate(file, entry, check), check, again)
    if entries:
        check.hold("contents", f"{len(entries)} files, {sum(members.size.values())} bytes")
    return members


def read_folder(folder: Path, check: Checklist) -> Members:
    """Read a package that somebody unpacked. What a ZIP could hide is gone then, and said so."""
    members, names = Members(), list[str]()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            check.fail("entries", f"{show(name)} is not a plain file")
        elif path.is_file():
            names.append(name)
    check_names(names, check)
    check.hold("names", f"{len(names)} names")
    check.hold("entries", f"{len(names)} plain files")
    if len(names) > c.MAX_ENTRIES or sum((folder / n).stat().st_size for n in names) > c.MAX_TOTAL:
        check.fail("limits", "the folder holds more than a package may")
        return members
    check.hold("limits", f"{len(names)} files")
    for name in names:
        members.take(name, _pieces(folder / name), check, _pieces(folder / c.CHAINS))
    for step in ("container", "contents", "checksum"):
        check.skip(step, "an unpacked folder; verify the ZIP to check the container itself")
    return members


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece
