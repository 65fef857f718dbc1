"""Who takes something away that was kept, when and why; and the tombstones that the ledger knows.

A raw file is erased in two steps: the line of the ledger, then the tombstone in place of its bytes. A process killed
between them, or a backup brought back, leaves bytes that the ledger calls erased; :func:`finish` ends that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from evidence.errors import UsageError
from evidence.store.ledger import TOMBSTONE, Ledger
from evidence.store.vault import Vault

LONGEST: Final = {"reason": 500, "by": 120}


@dataclass(frozen=True, slots=True)
class Deed:
    """An erasure as somebody answers for it.

    ``by`` is who does it, ``account`` the account of the system under which it is done, ``at`` the instant, ``reason``
    why: a law, an order, a request; it goes into the ledger and into later packages, and must name nobody.
    """

    by: str
    account: str
    at: datetime
    reason: str

    def __post_init__(self) -> None:
        """Refuse an erasure for which nobody answers, or which could not be written down.

        Raises:
            UsageError: who or why is blank, too long, or no text.
        """
        for option, longest in LONGEST.items():
            text: str = getattr(self, option)
            if not text.strip() or len(text) > longest or any(0xD800 <= ord(char) <= 0xDFFF for char in text):
                raise UsageError(f"expected 1 to {longest} characters for --{option}",
                                 advice="an erasure is written down with who and why; name no person in the reason")

    def facts(self) -> dict[str, str]:
        """Return it as the members of a line of the ledger."""
        return {"by": self.by, "account": self.account, "reason": self.reason,
                "at": self.at.astimezone(UTC).isoformat(timespec="microseconds")}


def tombstones(ledger: Ledger, as_of_seq: int | None = None) -> dict[str, dict[str, Any]]:
    """Return what the ledger calls erased up to a line (inclusive), by hash."""
    if not ledger.mentions(TOMBSTONE):
        return {}
    return {line["file_sha256"]: line for line in ledger.erasures(as_of_seq) if line["event"] == TOMBSTONE}


def finish(vault: Vault, ledger: Ledger) -> dict[str, dict[str, Any]]:
    """Put a tombstone wherever the ledger says that one stands, and return them all.

    The caller holds the lock of the company folder.
    """
    import rfc8785

    graves = tombstones(ledger)
    for sha, line in graves.items():
        if vault.unfinished(sha):
            vault.bury(sha, rfc8785.dumps(line) + b"\n")
    return graves
