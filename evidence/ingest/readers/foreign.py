"""What is no log: files of other kinds, told by their first bytes, and what systems leave in folders by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

_UNPACK: Final = "unpack it, and bring what is in it"
_EXPORT: Final = "export the log as CSV or JSON from where it is kept"
_SIGNS: Final = (
    (0, b"PK\x03\x04", f"a ZIP (or an Office document) inside of another file: {_UNPACK}"),
    (0, b"\x1f\x8b", f"a file that was compressed twice: {_UNPACK}"),
    (0, b"\xfd7zXZ\x00", f"an xz file: {_UNPACK}"),
    (0, b"7z\xbc\xaf\x27\x1c", f"a 7z archive: {_UNPACK}"),
    (0, b"Rar!\x1a\x07", f"a RAR archive: {_UNPACK}"),
    (0, b"\x04\x22\x4d\x18", f"an lz4 file: {_UNPACK}"),
    (0, b"\xff\x06\x00\x00sNaPpY", f"a snappy file: {_UNPACK}"),
    (257, b"ustar\x00", f"a tar archive: {_UNPACK}"),
    (257, b"ustar  \x00", f"a tar archive: {_UNPACK}"),  # with a NUL, since a prompt may well say ustar at this place
    (0, b"%PDF-", f"a PDF document: {_EXPORT}"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"a document of an older Office program: {_EXPORT}"),
    (0, b"SQLite format 3\x00", f"a SQLite data base: {_EXPORT}"),
    (0, b"Obj\x01", f"an Avro file: {_EXPORT}"),
)
_PAGES: Final = ((b"<!doctype html", "a web page, such as that of a sign-in: export the log again, signed in"),
                 (b"<html", "a web page, such as that of a sign-in: export the log again, signed in"),
                 (b"<?xml", f"an XML document: {_EXPORT}"))
OFFICE: Final = "[Content_Types].xml"
"""The member by which a ZIP is a document of an Office program."""
DOCUMENT: Final = f"found a document of an Office program: {_EXPORT}"
_TONGUES: Final = re.compile(
    r"(?i)(?:datum|zeitpunkt|uhrzeit|benutzer|anmelde|anwendung|ereignis|akteur|ergebnis|anforderung|beschreibung|"
    r"utilisateur|demande|adresse|heure|connexion|fecha|hora|usuari[oa]|solicitud|direccion|evento|correo|"
    r"utente|indirizzo|gebruiker|tijdstip)")
"""How names of columns begin in other languages than English, as far as they are written without accents."""
RESAVED: Final = "if a spreadsheet saved it, say encoding: cp1252 for the source, or latin-1 if a program did"
_LITTER: Final = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})


def foreign(head: bytes) -> str | None:
    """Return what a file is that is no text of a log, and what to do, by its first bytes; None for all others."""
    known = next((words for at, sign, words in _SIGNS if head.startswith(sign, at)), None)
    if known:
        return known
    if 0 in head[:2]:
        return "bytes that are no text, or UTF-16 without its mark: save it as UTF-8"
    start = head[:64].lstrip().lower()
    return next((words for sign, words in _PAGES if start.startswith(sign)), None)


def tongue(columns: Iterable[str]) -> str | None:
    """Say of a table that is not known whether its columns have names in another language than English, and what to do.

    Portals name the columns of their exports in the language of whoever exports; no vendor lists these names.
    """
    odd = [name for name in columns if any(char.isalpha() and not char.isascii() for char in name)
           or any(_TONGUES.match(word) for word in re.split(r"[^A-Za-z]+", name))]
    if not odd:
        return None
    return (f"columns such as {', '.join(odd[:3])} are in another language: switch the portal to English and export"
            " again, or export as JSON, whose names are the same in every language")


def litter(parts: Sequence[str]) -> bool:
    """Say whether a path is one that desktops write for themselves, beside files or into a ZIP."""
    return any(part in _LITTER for part in parts)
