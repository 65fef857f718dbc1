"""The members of a sealed package, each held against the digest under the seal while it is read."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

from evidence import constants as c
from evidence.errors import UsageError, VerificationError, Where

EXCEPTIONS: Final = "evidence/exceptions.csv"
RESULTS: Final = "evidence/results.ndjson"
_POPULATIONS: Final = "evidence/populations/"
_LIMIT: Final = 256 << 20
_SPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, c.FORMAT)


class Sealed:
    """A package under export; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open the ZIP.

        Raises:
            VerificationError: it is none, or lacks what every package has.
        """
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise VerificationError(f"expected a package: {error}", where=Where(str(path))) from error
        lines = self._raw(c.SUMS).decode("ascii", "replace").splitlines()
        self.digests = {m[2]: m[1] for line in lines if (m := c.SUMS_LINE.fullmatch(line))}
        self.statement: dict[str, Any] = self.json(c.STATEMENT)
        self.package_id = str(self.statement["package_id"])
        if not c.PACKAGE_ID.fullmatch(self.package_id):
            raise VerificationError("the package id is none", where=Where(str(path)))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the ZIP."""
        self._zip.close()

    def uuid(self, *parts: str) -> str:
        """Return a UUID (version 5) of something in this package: the same for the same package, always."""
        return str(uuid.uuid5(_SPACE, "\0".join((self.statement["tree"]["root"], self.package_id, *parts))))

    def json(self, name: str) -> Any:
        """Return a member that is one JSON document."""
        return json.loads(self._checked(name))

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The figures of the report."""
        found: dict[str, Any] = self.json(c.SUMMARY)
        return found

    @cached_property
    def controls(self) -> list[dict[str, Any]]:
        """Every control with its result."""
        found: list[dict[str, Any]] = self.json(c.CONTROLS)
        return found

    @cached_property
    def controls_of(self) -> dict[str, list[str]]:
        """Check id to the controls for which it stands."""
        found: dict[str, list[str]] = {}
        for control in self.controls:
            for check in filter(None, control["checks"].split(",")):
                found.setdefault(check, []).append(control["control_id"])
        return found

    @cached_property
    def sources(self) -> frozenset[str]:
        """Ids of the sources of which something was asked."""
        return frozenset(str(source["source_id"]) for source in self.json(c.SOURCES))

    def exceptions(self) -> list[dict[str, str]]:
        """Return every exception, approved ones too."""
        text = io.StringIO(self._checked(EXCEPTIONS).decode("utf-8-sig"), newline="")
        return list(csv.DictReader(text))

    def population(self, name: str) -> list[str]:
        """Return the sorted ids of a population: a check's, or ``interactions``.

        Raises:
            UsageError: the package has no such population; the advice names those there are.
        """
        member = f"{_POPULATIONS}{name}.txt"
        if member not in self.digests:
            known = sorted(one[len(_POPULATIONS):-4] for one in self.digests if one.startswith(_POPULATIONS))
            raise UsageError(f"the package has no population {name!r}", advice=f"known: {', '.join(known)}")
        return self._checked(member).decode().splitlines()

    def results(self) -> Iterator[dict[str, Any]]:
        """Yield each verdict on each member of each population, in order.

        Raises:
            VerificationError: at the end, where the member was not the one that was sealed.
        """
        sha = hashlib.sha256()
        with self._zip.open(self._info(RESULTS)) as member:
            for line in member:
                sha.update(line)
                yield json.loads(line)
        self._require(RESULTS, sha.hexdigest())

    def _checked(self, name: str) -> bytes:
        data = self._raw(name)
        self._require(name, hashlib.sha256(data).hexdigest())
        return data

    def _raw(self, name: str) -> bytes:
        if (info := self._info(name)).file_size > _LIMIT:
            raise VerificationError(f"expected at most {_LIMIT} bytes, found {info.file_size}",
                                    where=Where(str(self._path), key=name))
        return self._zip.read(info)

    def _info(self, name: str) -> zipfile.ZipInfo:
        try:
            return self._zip.getinfo(name)
        except KeyError as error:
            raise VerificationError("the package lacks this file", where=Where(str(self._path), key=name)) from error

    def _require(self, name: str, digest: str) -> None:
        if self.digests.get(name) != digest:
            raise VerificationError("the file is not the one that was sealed", where=Where(str(self._path), key=name),
                                    advice="evidence verify says more")
