"""Segments: what was derived from one file under one connector, or from its texts under one set of rules.

A segment is a folder named by what it depends on, with one Parquet file for each relation and ``manifest.json``. It is
made under another name and renamed, so that one that exists is whole. All of it can be deleted and derived again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from evidence import relations
from evidence.model import Source
from evidence.store import disk

READING: Final = 3
"""Version of how the engine reads files; a change of what it makes of the same bytes is a new version."""


def _digest(value: object) -> str:
    import rfc8785

    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()  # type: ignore[arg-type]


@cache
def schema_digest() -> str:
    """Return the digest of the relations' schemas, on which every segment depends."""
    return _digest({r.name: r.statement for r in relations.of_kind("append_only", "snapshot", "derived")})


def rows_key(file_sha256: str, source: Source, connector_digest: str) -> str:
    """Return the key of the rows of a file: its bytes, what evidence.yaml says of its source, and the connector."""
    observed = source.observed_at.isoformat() if source.observed_at else None
    limit = {"max_record_mb": source.max_record_mb} if source.max_record_mb else {}  # else the key is what it was
    return _digest({
        "file": file_sha256, "connector": connector_digest, "reading": READING, "schema": schema_digest(),
        "source": {"id": source.id, "issuer": source.issuer, "encoding": source.encoding, "observed_at": observed,
                   "options": dict(source.options), **limit}})


def findings_key(segment: str, rules_digest: str) -> str:
    """Return the key of what the rules found in the texts of a rows segment."""
    return _digest({"rows": segment, "rules": rules_digest})


class Segments:
    """The folder ``segments/`` of a company."""

    def __init__(self, root: Path) -> None:
        """Name the folder; it is made with the first segment."""
        self.root = root

    def folder(self, key: str) -> Path:
        """Return the folder of a segment, whether it exists or not."""
        return self.root / key

    def manifest(self, key: str) -> dict[str, Any] | None:
        """Return what a segment says of itself, or None where it is missing or damaged and has to be derived again."""
        place = self.folder(key)
        try:
            data = json.loads((place / "manifest.json").read_bytes())
            whole = isinstance(data, dict) and data.get("key") == key and all(
                (place / f"{name}.parquet").stat().st_size == table["bytes"]
                for name, table in data["relations"].items())
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return data if whole else None

    def usable(self, key: str) -> bool:
        """Return whether a segment can still be queried: it is whole, and has the columns of today's relations."""
        import pyarrow.parquet as pq

        manifest, known = self.manifest(key), relations.of_kind("append_only", "snapshot", "derived")
        columns = {r.name: [column.name for column in r.columns] for r in known}
        return manifest is not None and all(
            pq.read_schema(self.folder(key) / f"{name}.parquet").names == columns.get(name)
            for name in manifest["relations"])

    def begin(self, key: str) -> Path:
        """Return an empty folder in which a segment is made under another name."""
        return disk.folder(disk.scratch(disk.folder(self.root) / key))

    def commit(self, place: Path, key: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Write the manifest, last of all, and give the segment its name; one that is there and whole stays.

        Nothing is flushed to the disk: what a power cut leaves damaged is derived again.
        """
        import rfc8785

        data = {"key": key, **facts}
        (place / "manifest.json").write_bytes(rfc8785.dumps(data))
        final = self.folder(key)
        if final.exists() and self.manifest(key) is None:
            shutil.rmtree(final, ignore_errors=True)
        if not final.exists():
            place.rename(final)
        return data

    def discard(self, place: Path) -> None:
        """Remove a folder that did not become a segment."""
        shutil.rmtree(place, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what killed processes left behind. The caller holds the lock of the company folder."""
        if self.root.is_dir():
            for place in self.root.glob(".tmp-*"):
                shutil.rmtree(place, ignore_errors=True)
