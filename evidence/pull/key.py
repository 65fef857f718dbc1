"""The key to a vendor's API: read from the environment or a file, shown nowhere."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path

from evidence.endpoint import PullSource
from evidence.errors import ConfigError, UsageError, Where

_KEY = re.compile(r"[\x21-\x7e]{1,16384}")
_SHORT = 8


class Key:
    """A secret that no repr, format or traceback shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Keep it."""
        self._value = value

    def __repr__(self) -> str:
        """Return a word in its place."""
        return "Key(…)"

    __str__ = __repr__

    def reveal(self) -> str:
        """Return it, for the header and for nothing else."""
        return self._value

    def is_in(self, body: bytes) -> bool:
        """Say whether a text repeats the key. One of a few characters is found in any text and says nothing."""
        return len(self._value) >= _SHORT and self._value.encode() in body


def read(settings: PullSource, environ: Mapping[str, str], where: str) -> Key:
    """Return the key that evidence.yaml names.

    Raises:
        ConfigError: the variable is not set, or the file cannot be read, or others than its owner can read it.
    """
    if settings.token_env:
        value = environ.get(settings.token_env, "")
        if not value.strip():
            raise UsageError(f"expected the key for {where} in the environment, found no {settings.token_env}",
                             advice=f"set {settings.token_env} in the job's environment, or name a token_file")
        source = settings.token_env
    else:
        source = str(settings.token_file)
        value = _from_file(Path(source).expanduser())
    value = value.strip()
    if not _KEY.fullmatch(value):
        raise ConfigError(f"expected a key of printable characters without spaces in {source}")
    return Key(value)


def _from_file(path: Path) -> str:
    where = Where(str(path))
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise ConfigError("expected a plain file with the key in it", where=where)
        if mode & 0o077:
            raise ConfigError(f"others can read the key (mode {stat.S_IMODE(mode):04o})", where=where,
                              advice="chmod 600, and replace the key: others may have it")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("the key cannot be read", where=where) from error
