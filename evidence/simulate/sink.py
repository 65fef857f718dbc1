"""Writes the logs, one file per session for a small company and one file per day for a large one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from evidence.simulate.gateway import Review, list_row

PAGE = 100


def compact(record: Mapping[str, Any]) -> str:
    """Return one line of JSON."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


class Sink:
    """The folder ``logs/``; what the gateway lists per day is kept until the day is closed."""

    def __init__(self, root: Path, *, per_day: bool, keep_texts: bool, keep_facts: bool) -> None:
        """Make the folders."""
        self.root, self.per_day, self.keep_texts, self.keep_facts = root, per_day, keep_texts, keep_facts
        self._rows: list[dict[str, Any]] = []
        self._open: TextIO | None = None
        for name in ("hoop/sessions", "hoop/session_pages", "hoop/reviews", "hoop/connections", "hoop/policies",
                     "entra/signins", "entra/audit", "entra/directory/start", "entra/directory/end",
                     "github/users-1-day", "github/billing"):
            (root / "logs" / name).mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """Return a path below ``logs/``."""
        return self.root / "logs" / name

    def write(self, name: str, data: bytes | str) -> str:
        """Write one file below ``logs/`` and return its path in the company folder."""
        target = self.path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
        return f"logs/{name}"

    def lines(self, name: str, records: Iterable[Mapping[str, Any]]) -> str | None:
        """Write records one per line; no file when there are none."""
        text = "".join(compact(record) + "\n" for record in records)
        return self.write(name, text) if text else None

    def session(self, record: dict[str, Any], review: Review | None) -> None:
        """Write a session's detail and remember its row of the list."""
        self._rows.append(list_row(record, review))
        if self.per_day:
            if self._open is None:
                self._open = self.path("hoop/sessions/day.part").open("w", encoding="utf-8")
            self._open.write(compact(record) + "\n")
        else:
            self.write(f"hoop/sessions/{record['id']}.json", json.dumps(record, ensure_ascii=False) + "\n")

    def close_day(self, label: str) -> None:
        """Write the day's list pages, newest first as the gateway lists them, and the day's file of sessions."""
        rows = sorted(self._rows, key=lambda row: (row["start_date"], row["id"]), reverse=True)
        for number, start in enumerate(range(0, len(rows), PAGE)):
            page = {"data": rows[start:start + PAGE], "has_next_page": start + PAGE < len(rows), "total": len(rows),
                    "total_is_capped": False}
            self.write(f"hoop/session_pages/{label}-{number:04d}.json",
                       json.dumps(page, ensure_ascii=False, indent=1) + "\n")
        if self._open is not None:
            self._open.close()
            self.path("hoop/sessions/day.part").replace(self.path(f"hoop/sessions/{label}.ndjson"))
        self._rows, self._open = [], None
