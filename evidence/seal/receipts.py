"""Receipts of the ledger: each run writes down how long the ledger is and what its head hashes to, and has it stamped.

``.evidence/register/receipts.jsonl``, each line chained to the one before. The receipts up to a run travel in
``custody.json``: whoever rewrites the ledger later contradicts every package and every stamp that is out already.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence.constants import RECEIPT_MEMBERS
from evidence.errors import CustodyError, Where
from evidence.seal.leaves import canonical
from evidence.seal.statement import instant

if TYPE_CHECKING:
    from evidence.seal.cms import Authority

_START = "0" * 64


class Receipts:
    """The receipts so far; reading them verifies their chain."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder/receipts.jsonl``, which need not exist yet."""
        self.path = folder / "receipts.jsonl"

    def lines(self) -> list[bytes]:
        """Return all receipts, oldest first, each as its exact line without LF.

        Raises:
            CustodyError: a line was changed, removed or inserted.
        """
        lines = self.path.read_bytes().splitlines() if self.path.exists() else []
        before = _START
        for number, line in enumerate(lines, 1):
            value = self._value(number, line)
            if (value["seq"], value["prev"]) != (number, before):
                raise CustodyError(f"the receipts break here: expected number {number} after {before[:12]}",
                                   where=Where(str(self.path), number),
                                   advice="a line was changed, removed or inserted; restore the file")
            before = hashlib.sha256(line).hexdigest()
        return lines

    def _value(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            value: dict[str, Any] = json.loads(line)
            members = set(value)
        except (ValueError, TypeError) as error:
            raise CustodyError("the line is no receipt", where=Where(str(self.path), number)) from error
        if members != RECEIPT_MEMBERS:
            raise CustodyError("the line is no receipt", where=Where(str(self.path), number))
        return value

    def add(self, heads: Sequence[str], *, at: datetime, authority: Authority | None = None) -> list[str]:
        """Add the receipt of the ledger as it is now, on disk before this returns, and return all receipts.

        Args:
            heads: the hash of each line of the ledger, oldest first.
            at: instant of the run.
            authority: stamps the receipt.

        Raises:
            CustodyError: the ledger is not the one that earlier receipts speak of.
            SealError: the authority did not answer.
        """
        lines = self.lines()
        for number, line in enumerate(lines, 1):
            self._require_kept(self._value(number, line), heads)
        value = {"seq": len(lines) + 1, "prev": hashlib.sha256(lines[-1]).hexdigest() if lines else _START,
                 "at": instant(at), "ledger_lines": len(heads), "ledger_head": heads[-1] if heads else _START}
        token = ""
        if authority is not None:
            from evidence.seal import cms

            token = base64.b64encode(cms.token(canonical(value), authority)).decode()
        lines.append(canonical({**value, "token": token}))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(lines[-1] + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return [line.decode("ascii") for line in lines]

    def _require_kept(self, receipt: dict[str, Any], heads: Sequence[str]) -> None:
        count = receipt["ledger_lines"]
        found = heads[count - 1] if 0 < count <= len(heads) else _START
        if count > len(heads) or receipt["ledger_head"] != found:
            raise CustodyError(f"the ledger is not the one of {receipt['at']}: then it had {count} lines and the head "
                               f"{receipt['ledger_head'][:12]}, now {len(heads)} lines and there {found[:12]}",
                               where=Where(str(self.path), receipt["seq"]),
                               advice="lines of the ledger were removed or rewritten; restore it from a backup")
