"""Who takes something away that was kept, when and why: the part of an erasure that every record of one has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from evidence.errors import UsageError

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
