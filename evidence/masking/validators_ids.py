"""Checks of national identity and tax numbers, by the check digits that python-stdnum knows."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from functools import cache
from typing import Any

Check = Callable[[bytes, bytes, bytes], str | None]
_FIXTURES = frozenset((
    b"12345678Z", b"X1234567L", b"AB123456C", b"QQ123456C", b"11111111111", b"12345678909", b"123456782", b"111222333",
    b"RSSMRA85T10A562S", b"85010112345", b"ABCDE1234F", b"AAAPA1234A", b"46454286",
))
_MODULES = {
    "de_idnr": "de.idnr", "fr_nir": "fr.nir", "es_dni": "es.dni", "es_nie": "es.nie", "it_codicefiscale":
    "it.codicefiscale", "nl_bsn": "nl.bsn", "pl_pesel": "pl.pesel", "br_cpf": "br.cpf", "in_aadhaar": "in_.aadhaar",
    "in_pan": "in_.pan", "ca_sin": "ca.sin", "au_tfn": "au.tfn", "se_personnummer": "se.personnummer", "ch_ssn":
    "ch.ssn", "be_nn": "be.nn", "fi_hetu": "fi.hetu", "dk_cpr": "dk.cpr", "no_fodselsnummer": "no.fodselsnummer",
    "gb_nhs": "gb.nhs", "pt_nif": "pt.nif", "at_vnr": "at.vnr", "ie_pps": "ie.pps",
}


@cache
def _module(name: str) -> Any:
    return importlib.import_module(f"stdnum.{name}")


def _by_check_digit(module: str) -> Check:
    def check(value: bytes, _before: bytes, _after: bytes) -> str | None:
        text = value.decode("latin-1")
        compact = re.sub(rb"[^0-9A-Za-z]", b"", value).upper()
        if len(set(compact)) < 3 or not _module(module).is_valid(text):
            return None
        return "fixture" if compact in _FIXTURES else ""

    return check


def uk_nino(value: bytes, _before: bytes, _after: bytes) -> str | None:
    """Accept a UK national insurance number: prefixes that are issued."""
    compact = re.sub(rb"\s", b"", value).upper()
    prefix = compact[:2]
    if prefix in {b"BG", b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"} or len(set(compact[2:8])) < 2:
        return None
    return "fixture" if compact in _FIXTURES or compact[2:8] == b"123456" else ""


def date_of_birth(value: bytes, _before: bytes, _after: bytes) -> str | None:
    """Accept a day that exists, between 1900 and 2025."""
    from datetime import date

    parts = [int(part) for part in re.split(rb"\D", value) if part]
    if len(parts) != 3:
        return None
    orders = ((0, 1, 2),) if parts[0] > 31 else ((2, 1, 0), (2, 0, 1))
    for year, month, day in orders:
        try:
            when = date(parts[year], parts[month], parts[day])
        except ValueError:
            continue
        if 1900 <= when.year <= 2025:
            return "fixture" if (when.year, when.month, when.day) in {(1970, 1, 1), (1900, 1, 1), (2000, 1, 1)} else ""
    return None


CHECKS: dict[str, Check] = {
    **{name: _by_check_digit(module) for name, module in _MODULES.items()},
    "uk_nino": uk_nino, "date_of_birth": date_of_birth,
}
