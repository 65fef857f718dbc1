"""Checks of personal data: addresses, numbers, accounts; by format, check digit and numbering plan."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from evidence.masking.words import words

Check = Callable[[bytes, bytes, bytes], str | None]
FIXTURE, NON_PUBLIC = "fixture", "non_public"

_RESERVED_TLDS = frozenset((b"example", b"test", b"invalid", b"localhost"))
_RESERVED_DOMAINS = (b"example.com", b"example.net", b"example.org", b"example.edu")
_USERINFO = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://[^\s/@\"'<>]*$")


def email(value: bytes, before: bytes, after: bytes) -> str | None:
    """Accept an address whose top-level domain exists; not the user part of a URL or of ``git@host:path``."""
    local, _, domain = value.rpartition(b"@")
    domain = domain.lower()
    top = domain.rpartition(b".")[2]
    if local.endswith(b".") or b".." in value or _USERINFO.search(before):
        return None
    if after.startswith(b":") and not after[1:2].isspace() and local.lower() in {b"git", b"hg", b"svn"}:
        return None
    if top in _RESERVED_TLDS or domain.endswith(_RESERVED_DOMAINS):
        return FIXTURE
    return "" if top in words("tlds") else None


_VERSION = re.compile(rb"(?i)(?:\bv|ver|version|release|rev|build|sections?|sec\.|chapter|oid|identifier\()[\s\"':=]*$"
                      rb"|(?:[=<>~!]=|[\^~])\s*$")
_ADDRESS = re.compile(rb"(?i)(?:\bip\b|ip[_-]?v?4?[_-]?addr|addr|host|server|client|remote|peer|gateway|router|dns|"
                      rb"ping|ssh|listen|bind|from|\bat\b|://)[^\n]{0,20}$")
_RESOLVERS = frozenset((b"8.8.8.8", b"8.8.4.4", b"1.1.1.1", b"1.0.0.1", b"9.9.9.9"))
_DOCUMENTATION = tuple(ipaddress.ip_network(n) for n in
                       ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"))


def ip(value: bytes, before: bytes, _after: bytes) -> str | None:
    """Accept an IP address; a number of four small parts needs a word that says it is one."""
    text = value.decode("latin-1")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if address.version == 4:
        if value in _RESOLVERS:
            return FIXTURE
        small = all(int(part) < 30 for part in text.split("."))
        if (small and not _ADDRESS.search(before)) or (_VERSION.search(before) and not _ADDRESS.search(before)):
            return None
    if any(address in network for network in _DOCUMENTATION if network.version == address.version):
        return FIXTURE
    return "" if address.is_global and not address.is_multicast else NON_PUBLIC


def mac(value: bytes, _before: bytes, _after: bytes) -> str | None:
    """Accept a hardware address with at least three different digits; RFC 7042 documentation range is a fixture."""
    digits = re.sub(rb"[^0-9a-f]", b"", value.lower())
    if len(digits) != 12 or len(set(digits)) < 3 or digits == b"123456789abc":
        return None
    return FIXTURE if digits.startswith((b"00005e0053", b"01005e90", b"001122334455", b"aabbccddeeff")) else ""


_FIXTURE_CARDS = frozenset((
    b"4111111111111111 4242424242424242 4012888888881881 4000056655665556 4000000000000002 4000000000009995 "
    b"4222222222222 5555555555554444 5105105105105100 5200828282828210 2223003122003222 5431111111111111 "
    b"378282246310005 371449635398431 378734493671000 30569309025904 38520000023237 36227206271667 "
    b"6011111111111117 6011000990139424 3530111333300000 3566002020360505 6200000000000005 4007000000027"
).split())
_IIN = (
    (re.compile(rb"4\d{15}"), 4), (re.compile(rb"5[1-5]\d{14}"), 4),
    (re.compile(rb"(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"), 4), (re.compile(rb"3[47]\d{13}"), 4),
    (re.compile(rb"3(?:0[0-59]|[689]\d)\d{11}"), 4), (re.compile(rb"(?:6011|65\d\d|64[4-9]\d)\d{12}"), 4),
    (re.compile(rb"35(?:2[89]|[3-8]\d)\d{12}"), 4), (re.compile(rb"62\d{14}(?:\d{1,3})?"), 4),
)


def card(value: bytes, _before: bytes, _after: bytes) -> str | None:
    """Accept a payment card number: issuer range for its length and the Luhn digit."""
    from stdnum import luhn

    digits = re.sub(rb"[ -]", b"", value)
    if not any(issuer.fullmatch(digits) for issuer, _ in _IIN) or not luhn.is_valid(digits.decode()):
        return None
    return FIXTURE if digits in _FIXTURE_CARDS or len(set(digits)) < 4 else ""


def card_number(value: bytes, before: bytes, after: bytes) -> str | None:
    """Accept the Luhn digit alone: a word nearby says that it is a card, of an issuer old or new."""
    from stdnum import luhn

    if known := card(value, before, after):
        return known
    return "" if len(set(value)) >= 4 and luhn.is_valid(value.decode()) else None


_FIXTURE_IBANS = frozenset((
    b"DE89370400440532013000 GB29NWBK60161331926819 GB82WEST12345698765432 GB33BUKB20201555555555 "
    b"FR1420041010050500013M02606 NL91ABNA0417164300 ES9121000418450200051332 IT60X0542811101000000123456 "
    b"CH9300762011623852957 "
    b"BE68539007547034 AT611904300234573201 PL61109010140000071219812874 SE4550000000058398257466 "
    b"NO9386011117947 DK5000400440116243"
).split())


def iban(value: bytes, _before: bytes, _after: bytes) -> str | None:
    """Accept an IBAN: length and structure of its country and the modulus 97."""
    from stdnum import iban as number

    compact = re.sub(rb"[ -]", b"", value).upper()
    if not number.is_valid(compact.decode("latin-1"), check_country=False):
        return None
    return FIXTURE if compact in _FIXTURE_IBANS else ""


_FIXTURE_SSNS = frozenset(
    b"123456789 078051120 219099999 111223333 123121234 111111111 222222222 333333333".split())


def us_ssn(value: bytes, _before: bytes, _after: bytes) -> str | None:
    """Accept a US social security number: area, group and serial that are issued."""
    digits = re.sub(rb"\D", b"", value)
    if digits in _FIXTURE_SSNS:
        return FIXTURE
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return None if area in {b"000", b"666"} or area >= b"900" or group == b"00" or serial == b"0000" else ""


def us_itin(value: bytes, _before: bytes, _after: bytes) -> str | None:
    """Accept a US taxpayer number: 9xx and a group that is issued."""
    group = int(re.sub(rb"\D", b"", value)[3:5])
    return "" if 50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99 else None


_TRUNK = ("GB", "DE", "FR", "IT", "NL", "AT", "CH", "BE", "SE", "IE", "AU", "IN", "BR", "FI", "NZ", "ZA", "SI")
_NINE = ("ES", "PT", "PL", "CZ")
_EIGHT = ("NO", "DK", "SG", "HK", "HU", "TN", "CY", "UY")
_SEVEN = ("EE", "IS")
_GROUPED = re.compile(rb"\(?[0-9]{1,4}\)?(?:[ -][0-9]{2,6}){1,3}")
_DATE = re.compile(rb"(?:[0-9]+[ -]){0,2}(?:19|20)[0-9]{2}(?:[ -][0-9]+){0,2}")
_DRAMA = (b"447700900", b"442079460", b"441632960", b"441144960", b"441174960", b"441214960", b"61491570", b"61255501")


def phone(value: bytes, before: bytes, _after: bytes) -> str | None:
    """Accept a number that its country's plan contains; numbers reserved for fiction are fixtures."""
    import phonenumbers as plan

    if _VERSION.search(before) or re.fullmatch(rb"\+?[0-9]+\.[0-9]+", value):
        return None
    text = value.decode("latin-1")
    for region in _regions(value):
        try:
            number = plan.parse(text, region)
        except plan.NumberParseException:
            continue
        if plan.is_valid_number(number) or _is_fiction(number.country_code, number.national_number):
            whole = f"{number.country_code}{number.national_number}".encode()
            fiction = whole.startswith(_DRAMA) or _is_fiction(number.country_code, number.national_number)
            return FIXTURE if fiction or len(set(whole)) < 4 or b"234567" in whole else ""
    return None


def _regions(value: bytes) -> tuple[str | None, ...]:
    """Return the countries whose plan a number may belong to, by how it begins and how long it is."""
    digits = re.sub(rb"\D", b"", value)
    if value.startswith(b"+"):
        return (None,)
    if digits.startswith(b"0"):
        return _TRUNK
    if len(digits) < 9:  # short ones are numbers of anything, unless they are written in groups
        grouped = _GROUPED.fullmatch(value) and not _DATE.fullmatch(value)
        return {8: _EIGHT, 7: _SEVEN}.get(len(digits), ()) if grouped else ()
    return _NINE if len(digits) == 9 else ("US",) if len(digits) in {10, 11} else ()


def _is_fiction(country: int | None, national: int | None) -> bool:
    """Tell whether it has the exchange 555 of the North American plan, which no subscriber has."""
    text = str(national)
    return country == 1 and len(text) == 10 and text[3:6] == "555"


CHECKS: dict[str, Check] = {
    "email": email, "ip": ip, "mac": mac, "card": card, "card_number": card_number, "iban": iban,
    "us_ssn": us_ssn, "us_itin": us_itin, "phone": phone,
}
