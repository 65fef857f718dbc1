"""The error tree. Every error speaks to the reader: expected, found, where, what to do.

    EvidenceError                      base; nothing else leaves the public functions
    ├── UsageError           exit 2    wrong command line
    ├── ConfigError          exit 2    evidence.yaml, soa.yaml, exceptions.yaml, a connector or a check is wrong
    ├── MissingExtraError    exit 2    an optional dependency is not installed; names the extra
    ├── SourceError          exit 3    evidence could not be read, or is incomplete
    │   └── CustodyError     exit 3    vault, ledger or register do not agree with themselves
    ├── CatalogSqlError      exit 2    SQL of a connector or check breaks a rule or does not run
    ├── SealError            exit 3    the package could not be sealed (key, certificate, time stamp)
    └── VerificationError    exit 4    a package does not verify

Exit code 1 is left to crashes (decision: a scheduled job must tell a bad month from a bad run).
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import ClassVar, Final

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says where a disk is full: no defect of ours, and none of the evidence."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where in a file something is wrong: path, line and column (from 1), and the dotted key."""

    path: str
    line: int | None = None
    column: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        """Return ``path:line:column (key)`` with the parts that are known."""
        text = self.path
        if self.line is not None:
            text += f":{self.line}"
            if self.column is not None:
                text += f":{self.column}"
        return f"{text} ({self.key})" if self.key else text


class EvidenceError(Exception):
    """Base of all errors of the toolkit.

    Args:
        message: one sentence saying what is wrong, with what was expected and what was found.
        where: file, line and key, where there is one.
        advice: what the reader can do about it.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, where: Where | None = None, advice: str | None = None) -> None:
        """Keep the parts apart, so that ``--format json`` can show them apart."""
        super().__init__(message)
        self.message = message
        self.where = where
        self.advice = advice

    def __str__(self) -> str:
        """Return place, message and advice, each on its own line where present."""
        head = f"{self.where}: {self.message}" if self.where else self.message
        return f"{head}\n  {self.advice}" if self.advice else head


class UsageError(EvidenceError):
    """The command line asks for something that cannot be."""

    exit_code: ClassVar[int] = 2


class ConfigError(EvidenceError):
    """A file that a person wrote is wrong; ``where`` names file, line and key."""

    exit_code: ClassVar[int] = 2


class MissingExtraError(EvidenceError):
    """An optional dependency is missing; the advice names the extra to install."""

    exit_code: ClassVar[int] = 2


class CatalogSqlError(ConfigError):
    """SQL of a catalogue is not one plain SELECT, or does not run."""


class SourceError(EvidenceError):
    """Evidence could not be read, or is incomplete."""

    exit_code: ClassVar[int] = 3


class CustodyError(SourceError):
    """What is kept (vault, ledger, register, secrets) contradicts itself."""


class SealError(EvidenceError):
    """The package could not be sealed."""

    exit_code: ClassVar[int] = 3


class VerificationError(EvidenceError):
    """A package or proof does not verify."""

    exit_code: ClassVar[int] = 4
