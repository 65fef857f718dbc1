"""From bytes as received to UTF-8 text: decompression and encodings, as streams that say where and why they stopped.

A stream that is cut short gives everything up to the cut. Nothing here raises for bad input: ``stop`` tells the reason.
"""

from __future__ import annotations

import bz2
import codecs
import lzma
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, Any, Final, Protocol, cast

from isal import isal_zlib

CHUNK: Final = 4 << 20
EXPANSION: Final = 2000
FREE_EXPANSION: Final = 256 << 20
"""Up to this size a stream may expand as it likes; beyond it, by no more than EXPANSION."""


class Readable(Protocol):
    """A stream of bytes; ``stop`` and ``detail`` say why it ended before its end."""

    stop: str | None
    detail: str | None

    def read(self) -> bytes:
        """Return some bytes, or none at the end."""


_BROKEN: Final = cast("type[Exception]", isal_zlib.error)  # whose types call it an exception, not a class
DAMAGE: Final = (OSError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
"""What Python raises for bytes that are not what they should be; the words are its own and carry no content."""


class Plain:
    """A file, or a member of a ZIP, as it is."""

    def __init__(self, opener: Callable[[], IO[bytes]]) -> None:
        """Read from what ``opener`` opens; it is opened with the first read and closed at the end."""
        self._opener = opener
        self._raw: IO[bytes] | None = None
        self._ended = False
        self.stop: str | None = None
        self.detail: str | None = None

    def read(self) -> bytes:
        """Return up to four megabytes."""
        if self._ended:
            return b""
        try:
            self._raw = self._raw or self._opener()
            block = self._raw.read(CHUNK)
        except DAMAGE as error:
            self.stop, self.detail = "unreadable_bytes", type(error).__name__
            block = b""
        if not block:
            self.close()
        return block

    def close(self) -> None:
        """Close the file; nothing more comes."""
        self._ended = True
        if self._raw is not None:
            self._raw.close()


class Pushed:
    """A stream with some bytes put back in front."""

    def __init__(self, head: bytes, source: Readable) -> None:
        """Put ``head`` back."""
        self._head, self._source = head, source
        self.stop: str | None = None
        self.detail: str | None = None

    def read(self) -> bytes:
        """Return what was put back, then the rest."""
        if self._head:
            head, self._head = self._head, b""
            return head
        data = self._source.read()
        self.stop, self.detail = self._source.stop, self._source.detail
        return data


def _zstd() -> Any:
    import zstandard

    return zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()


_MAKERS: Final[dict[str, tuple[Callable[[], Any], int, bytes]]] = {
    # How much is fed at once bounds how much can come out at once.
    # Of a stream that is cut ISA-L may hold back the last byte.
    "gzip": (lambda: isal_zlib.decompressobj(31), 64 << 10, b"\x1f\x8b"),
    "bzip2": (bz2.BZ2Decompressor, 1 << 10, b"BZh"),
    "zstd": (_zstd, 2 << 10, b"\x28\xb5\x2f\xfd"),
}


def codec(head: bytes) -> str | None:
    """Return the compression that the first bytes speak of, or None."""
    return next((name for name, (_, _, magic) in _MAKERS.items() if head.startswith(magic)), None)


class Unpacked:
    """The content of a gzip, bzip2 or zstd stream, several members one after the other included."""

    def __init__(self, source: Readable, name: str) -> None:
        """Decompress what a stream gives."""
        self._source, self._name = source, name
        self._maker, self._feed, self._magic = _MAKERS[name]
        self._machine = self._maker()
        self._pending = b""
        self._ended = False
        self._in = self._out = 0
        self.stop: str | None = None
        self.detail: str | None = None

    def read(self) -> bytes:
        """Return at least a chunk, unless the stream ends."""
        import zstandard

        parts: list[bytes] = []
        size = 0
        while size < CHUNK and not self._ended:
            try:
                data = self._step()
            except (_BROKEN, OSError, ValueError, EOFError, zstandard.ZstdError):
                self._end("damaged_" + self._name, f"after byte {self._in} of the compressed file")
                break
            parts.append(data)
            size += len(data)
        return b"".join(parts)

    def _step(self) -> bytes:
        if not self._pending:
            self._pending = self._source.read()
        if not self._pending:
            if self._source.stop:
                self._end(self._source.stop, self._source.detail)
            else:
                self._end(None if self._machine.eof else f"{self._name}_cut_short", f"after {self._in} bytes")
            return b""
        if self._machine.eof:
            self._next_member()
            return b""
        piece, self._pending = self._pending[:self._feed], self._pending[self._feed:]
        data: bytes = self._machine.decompress(piece)
        unused = len(self._machine.unused_data)
        self._in += len(piece) - unused
        if unused:
            self._pending = piece[len(piece) - unused:] + self._pending
        self._out += len(data)
        if self._out > FREE_EXPANSION and self._out > EXPANSION * self._in:
            self._end("expands_too_much", f"{self._in} bytes became more than {self._out}")
            return b""
        return data

    def _next_member(self) -> None:
        self._pending = self._pending.lstrip(b"\0")
        while self._pending and len(self._pending) < len(self._magic) and (more := self._source.read()):
            self._pending += more
        if self._pending.startswith(self._magic):
            self._machine = self._maker()
        elif self._pending:
            self._end(f"bytes_after_{self._name}", f"after byte {self._in} of the compressed file")

    def _end(self, stop: str | None, detail: str | None) -> None:
        self._ended = True
        self.stop, self.detail = stop, detail if stop else None


_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


_CP1252: Final = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))
"""Windows-1252 as browsers read it: the five bytes that it leaves open are the control characters of Latin-1."""


class Text:
    """The same as UTF-8 without a byte order mark, from UTF-8, UTF-16, Latin-1 or Windows-1252.

    A mark says which it is, else it is as declared.

    UTF-8 passes unchecked: the judge of each record finds the byte that is wrong, and the lines beside it survive.
    """

    def __init__(self, source: Readable, encoding: str) -> None:
        """Declare how the bytes of a stream are to be read."""
        self._source, self._encoding = source, encoding
        self._decoder: codecs.IncrementalDecoder | None = None
        self._started = self._cp1252 = False
        self._seen = 0
        self.stop: str | None = None
        self.detail: str | None = None

    def read(self) -> bytes:
        """Return some text, or nothing at the end."""
        while not self.stop:
            data = self._source.read()
            last = not data
            if not self._started:
                self._started = True
                data = self._begin(data)
            text = self._decode(data, last=last)
            if last and not self.stop:
                self.stop, self.detail = self._source.stop, self._source.detail
            if text or last:
                return text
        return b""

    def _begin(self, data: bytes) -> bytes:
        mark, form = next((m for m in _MARKS if data.startswith(m[0])), (b"", self._encoding))
        if form == "utf-16" and data:
            self.stop = "wrong_encoding"
            self.detail = "declared utf-16, found none of its byte order marks: save it with one, or as UTF-8"
            return b""
        self._cp1252 = form == "cp1252"
        if form not in {"utf-8", "cp1252"}:
            self._decoder = codecs.getincrementaldecoder(form)()
        self._seen = len(mark)
        return data[len(mark):]

    def _decode(self, data: bytes, *, last: bool) -> bytes:
        if self._cp1252:
            return codecs.charmap_decode(data, "strict", _CP1252)[0].encode("utf-8")
        if self._decoder is None or self.stop:
            return data
        try:
            text = self._decoder.decode(data, final=last)
        except UnicodeDecodeError as error:
            held = len(error.object) - len(data)
            self.stop = "wrong_encoding"
            self.detail = f"byte {self._seen - held + error.start + 1} is not {error.encoding[:6]}"
            text = error.object[:error.start].decode(error.encoding)
        self._seen += len(data)
        return text.encode("utf-8")
