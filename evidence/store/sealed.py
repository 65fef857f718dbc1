"""Encrypted files of the vault: AES-256-GCM in pieces, so that a file of any size is read in bounded memory.

A file is a header (magic, name of the key, salt) and pieces of at most a megabyte, each with its own tag. The nonce of
a piece is its number and whether it is the last, and the header is authenticated with each, so that pieces can be
neither exchanged, nor left out, nor moved to another file (the STREAM construction of Hoang, Reyhanitabar, Rogaway and
Vizár, 2015). The key of a file is derived from the company's key and the salt by HKDF-SHA256 (RFC 5869).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import io
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from evidence.errors import ConfigError, CustodyError, Where

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"EVAULT1\n"
PIECE: Final = 1 << 20
_TAG: Final = 16
_SALT: Final = 16
_NAME: Final = 8
_HEADER: Final = len(MAGIC) + _NAME + _SALT


class Sealer:
    """Encrypts what it is given, piece by piece."""

    def __init__(self, key: bytes) -> None:
        """Begin a file under a key of 32 bytes."""
        self.header = MAGIC + _name(key) + os.urandom(_SALT)
        self._machine = _machine(key, self.header)
        self._held = bytearray()
        self._number = 0

    def add(self, data: bytes) -> bytes:
        """Return what can be written so far."""
        self._held += data
        out = bytearray()
        while len(self._held) > PIECE:  # the last piece must be known as such: one is always held back
            out += self._piece(bytes(self._held[:PIECE]), last=False)
            del self._held[:PIECE]
        return bytes(out)

    def end(self) -> bytes:
        """Return the last piece."""
        return self._piece(bytes(self._held), last=True)

    def _piece(self, data: bytes, *, last: bool) -> bytes:
        self._number += 1
        return self._machine.encrypt(_nonce(self._number, last=last), data, self.header)


class Opened(io.RawIOBase):
    """The content of an encrypted file, as a stream that does not go back."""

    def __init__(self, file: IO[bytes], key: bytes, where: Path) -> None:
        """Read a file that is open; it is closed with this.

        Raises:
            CustodyError: it is no such file, or was made with another key.
        """
        header = file.read(_HEADER)
        if len(header) != _HEADER or not header.startswith(MAGIC):
            raise CustodyError("expected an encrypted file of the vault", where=Where(str(where)))
        if header[len(MAGIC):len(MAGIC) + _NAME] != _name(key):
            raise CustodyError("the vault was encrypted with another key", where=Where(str(where)),
                               advice="bring back the key it was made with: secrets/vault.key, or another as declared")
        self._file, self._header, self._where = file, header, where
        self._machine = _machine(key, header)
        self._ahead = file.read(PIECE + _TAG)
        self._held = b""
        self._number = 0
        self._ended = False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer as far as one piece goes.

        Raises:
            CustodyError: the file is damaged or cut.
        """
        while not self._held and not self._ended:
            self._next()
        size = min(len(buffer), len(self._held))
        buffer[:size] = self._held[:size]
        self._held = self._held[size:]
        return size

    def _next(self) -> None:
        from cryptography.exceptions import InvalidTag

        piece, self._ahead = self._ahead, self._file.read(PIECE + _TAG)
        self._ended = not self._ahead
        self._number += 1
        try:
            self._held = self._machine.decrypt(_nonce(self._number, last=self._ended), piece, self._header)
        except InvalidTag as error:
            raise CustodyError("a file of the vault is damaged or cut short", where=Where(str(self._where)),
                               advice="bring it back from the backup") from error

    def close(self) -> None:
        """Close the file below."""
        self._file.close()
        super().close()


def read_key(text: bytes, where: str) -> bytes:
    """Return the key that a credential holds: 32 bytes, or these in hexadecimal or base64.

    Raises:
        ConfigError: it holds something else.
    """
    if len(text) == 32:
        return text
    stripped = text.strip()
    for decode in (binascii.unhexlify, lambda data: base64.b64decode(data, validate=True)):
        try:
            key = decode(stripped)
        except (binascii.Error, ValueError):
            continue
        if len(key) == 32:
            return key
    raise ConfigError("expected a key of 32 bytes, plain, in hexadecimal or in base64", where=Where(where),
                      advice="openssl rand -hex 32 makes one")


def _name(key: bytes) -> bytes:
    return hmac.new(key, b"name of this key", hashlib.sha256).digest()[:_NAME]


def _machine(key: bytes, header: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), 32, header[-_SALT:], b"file of the vault").derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
