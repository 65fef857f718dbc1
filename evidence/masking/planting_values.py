"""Values that look real and belong to nobody, from a seed: for tests, for the assurance table, for measuring.

Each is made by the form that its rule describes (``plant`` in the pack): a maker by name, or a template such as
``ghp_{crc:30}``. No value is kept anywhere; who plants, counts.
"""

from __future__ import annotations

import base64
import importlib
import json
import re
import string
import uuid
from collections.abc import Callable
from random import Random

from evidence.errors import ConfigError
from evidence.masking.validators_secrets import base62_crc

_AN = string.ascii_letters + string.digits
_ALPHABETS = {
    "an": _AN, "AN": string.ascii_uppercase + string.digits, "al": string.ascii_letters, "d": string.digits,
    "hex": "0123456789abcdef", "b32": string.ascii_uppercase + "234567", "b64": _AN + "+/", "b64u": _AN + "-_",
    "b64u0": _AN, "b64d": _AN + "./", "lo": string.ascii_lowercase + string.digits,
}
_PART = re.compile(r"\{(\w+)(?::(\d+))?\}")


def make(plant: str, rng: Random) -> str:
    """Return a value of the form ``plant``: the name of a maker, or a template of parts; of several (``|``) one.

    Raises:
        ConfigError: a name is neither a maker nor a part.
    """
    if plant in MAKERS:
        return MAKERS[plant](rng)
    if "|" in plant:
        plant = rng.choice(plant.split("|"))
    if not _PART.search(plant):
        raise ConfigError(f"there is no maker of values {plant!r}", advice="makers: " + ", ".join(sorted(MAKERS)))
    return _PART.sub(lambda part: _part(part[1], int(part[2] or 0), rng), plant)


def _part(name: str, size: int, rng: Random) -> str:
    if name in _ALPHABETS:
        return _draw(rng, _ALPHABETS[name], size)
    if name == "crc":
        body = _draw(rng, _AN, size)
        return body + base62_crc(body.encode()).decode()
    if name == "pw":
        return _password(rng, size)
    if name == "d9":
        return str(rng.randrange(10**8, 10**10))
    if name == "b64key":
        return base64.b64encode(rng.randbytes(size)).decode()
    if name in _PARTS:
        return _PARTS[name](rng)
    raise ConfigError(f"there is no part {{{name}}} of values")


def _draw(rng: Random, alphabet: str, size: int) -> str:
    return "".join(rng.choices(alphabet, k=size))


def _password(rng: Random, size: int) -> str:
    """Return letters, digits and a few signs, none of which ends a string literal, a URL's user part or a scalar."""
    signs = "!+*~^.-_"
    body = rng.choices(_AN, k=size - 4)
    body += [rng.choice(kind) for kind in (string.digits, signs, string.ascii_uppercase, string.digits)]
    middle = body[1:]
    rng.shuffle(middle)
    return rng.choice(string.ascii_letters) + "".join(middle[:-1]) + rng.choice(_AN) + middle[-1].strip(signs)


def _b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _jwt(rng: Random) -> str:
    header = {"alg": rng.choice(("HS256", "RS256", "ES256")), "typ": "JWT", "kid": _draw(rng, _AN, 8)}
    claims = {"sub": str(rng.randrange(10**9)), "iat": rng.randrange(10**9, 2 * 10**9), "scope": "read"}
    return ".".join((_b64u(json.dumps(header).encode()), _b64u(json.dumps(claims).encode()), _b64u(rng.randbytes(32))))


def _pem(rng: Random) -> str:
    kind = rng.choice(("RSA ", "EC ", "", "OPENSSH "))
    body = base64.b64encode(rng.randbytes(rng.randrange(120, 900))).decode()
    lines = "\n".join(body[i:i + 64] for i in range(0, len(body), 64))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}\n-----END {kind}PRIVATE KEY-----"


_PARTS: dict[str, Callable[[Random], str]] = {
    "jwt": _jwt, "pem": _pem,
    "uuid": lambda rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "basic": lambda rng: base64.b64encode(f"{_word(rng)}:{_password(rng, 12)}".encode()).decode(),
}

_SYLLABLES = ("ka", "ren", "tol", "mi", "vas", "dor", "lin", "be", "sut", "ora", "gri", "pel", "nam", "ez", "hul", "fi")


def _word(rng: Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=rng.randrange(2, 4)))


def _email(rng: Random) -> str:
    local = f"{_word(rng)}{rng.choice(('.', '_', '-', '+', ''))}{_word(rng)}{rng.choice(('', str(rng.randrange(99))))}"
    host = f"{rng.choice(('', '', 'mail.', 'corp.'))}{_word(rng)}{rng.choice(('', '-'))}{_word(rng)}"
    return f"{local}@{host}.{rng.choice(('com', 'net', 'org', 'io', 'de', 'fr', 'co.uk', 'com.br', 'dev', 'eu'))}"


def _nanp(rng: Random) -> tuple[str, str, str]:
    area = rng.choice(("212", "415", "312", "646", "718", "503", "206", "617", "404", "702"))
    return area, f"{rng.randrange(2, 10)}{rng.choice('02346789')}{rng.randrange(10)}", f"{rng.randrange(1000, 9999)}"


def _phone_nanp(rng: Random) -> str:
    form = rng.choice(("({}) {}-{}", "{}-{}-{}", "{}.{}.{}", "({}){}-{}", "1-{}-{}-{}"))
    return _valid(lambda: form.format(*_nanp(rng)), "US")


def _valid(draw: Callable[[], str], region: str | None) -> str:
    import phonenumbers as plan

    while not plan.is_valid_number(plan.parse(text := draw(), region)):
        pass
    return text


def _phone_international(rng: Random) -> str:
    forms = (
        lambda: "+1 {} {} {}".format(*_nanp(rng)), lambda: "+1{}{}{}".format(*_nanp(rng)),
        lambda: f"+49 {rng.choice(('30', '89', '40', '151'))} {rng.randrange(10**6, 10**7)}{rng.randrange(10)}",
        lambda: f"+44 7{rng.randrange(300, 800)} {rng.randrange(100000, 999999)}",
        lambda: "+33 6 {} {} {} {}".format(*(rng.randrange(10, 99) for _ in range(4))),
        lambda: f"+34 6{rng.randrange(10, 99)} {rng.randrange(100, 999)} {rng.randrange(100, 999)}",
    )
    return _valid(rng.choice(forms), None)


def _phone_keyword(rng: Random) -> str:
    forms = (
        lambda: f"0{rng.choice(('30', '89', '40'))} {rng.randrange(10**6, 10**7)}{rng.randrange(10)}",
        lambda: f"07{rng.randrange(300, 800)} {rng.randrange(100000, 999999)}",
        lambda: "{}{}{}".format(*_nanp(rng)),
        lambda: f"9{rng.randrange(10, 99)} {rng.randrange(21, 99)} {rng.randrange(210, 999)}",
    )
    regions = ("DE", "GB", "US", "NO")
    number = rng.randrange(len(forms))
    return _valid(forms[number], regions[number])


def _card(rng: Random) -> str:
    from stdnum import luhn

    prefix = rng.choice(("4", "51", "55", "2720", "34", "37", "6011", "3530"))
    size = 15 if prefix in {"34", "37"} else 16
    body = prefix + _draw(rng, string.digits, size - len(prefix) - 1)
    number = body + luhn.calc_check_digit(body)
    groups = (number[:4], number[4:10], number[10:]) if size == 15 else tuple(number[i:i + 4] for i in range(0, 16, 4))
    return rng.choice(("", " ", "-")).join(groups)


_IBAN_FORMS = {
    "DE": "{d:18}", "GB": "{AL:4}{d:14}", "FR": "{d:10}{AN:11}{d:2}", "NL": "{AL:4}{d:10}", "ES": "{d:20}",
    "IT": "{AL:1}{d:10}{AN:12}", "AT": "{d:16}", "CH": "{d:5}{AN:12}", "NO": "{d:11}", "PL": "{d:24}", "BE": "{d:12}",
}


def _iban(rng: Random) -> str:
    from stdnum import iban
    from stdnum.iso7064 import mod_97_10

    country = rng.choice(sorted(_IBAN_FORMS))
    while True:
        parts = re.findall(r"\{(\w+):(\d+)\}", _IBAN_FORMS[country])
        bban = "".join(_draw(rng, {"AL": string.ascii_uppercase}.get(name) or _ALPHABETS[name], int(size))
                       for name, size in parts)
        text = country + mod_97_10.calc_check_digits(bban + country) + bban
        if iban.is_valid(text, check_country=False):
            return text if rng.random() < 0.5 else " ".join(text[i:i + 4] for i in range(0, len(text), 4))


def _ipv4(rng: Random) -> str:
    import ipaddress

    while True:
        text = f"{rng.randrange(31, 223)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
        if ipaddress.ip_address(text).is_global:
            return text


def _ipv6(rng: Random) -> str:
    groups = [f"{rng.randrange(1, 65536):x}" for _ in range(6)]
    start = rng.choice(("2a00", "2a02", "2003", "2600", "2607"))
    return f"{start}:" + (":".join(groups[:3]) + "::" + groups[3] if rng.random() < 0.5 else ":".join([*groups, "1"]))


def _mac(rng: Random) -> str:
    sep = rng.choice(":-")
    text = sep.join(f"{byte:02x}" for byte in (0x3C, *rng.randbytes(5)))
    return text if rng.random() < 0.5 else text.upper()


def _day(rng: Random) -> tuple[int, int, int]:
    return rng.randrange(1940, 2005), rng.randrange(1, 13), rng.randrange(1, 28)


def _birth(rng: Random) -> str:
    year, month, day = _day(rng)
    return rng.choice((f"{year}-{month:02}-{day:02}", f"{day:02}.{month:02}.{year}", f"{month:02}/{day:02}/{year}"))


def _ssn(rng: Random, sep: str) -> str:
    area = rng.choice([n for n in range(1, 900) if n != 666])
    return f"{area:03}{sep}{rng.randrange(1, 100):02}{sep}{rng.randrange(1, 10000):04}"


def _yymmdd(rng: Random) -> str:
    year, month, day = _day(rng)
    return f"{year % 100:02}{month:02}{day:02}"


def _ddmmyy(rng: Random) -> str:
    year, month, day = _day(rng)
    return f"{day:02}{month:02}{year % 100:02}"


def _de_idnr(rng: Random) -> str:
    digits = rng.sample(string.digits, 9)
    digits.insert(rng.randrange(10), rng.choice(digits))
    return "".join(digits) + rng.choice(string.digits)


def _d(rng: Random, size: int) -> str:
    return _draw(rng, string.digits, size)


def _cf(rng: Random) -> str:
    letters, months = "BCDFGLMNPRSTV", "ABCDEHLMPRST"
    born = f"{_d(rng, 2)}{rng.choice(months)}{rng.randrange(1, 28):02}"
    return f"{_draw(rng, letters, 6)}{born}H501{rng.choice(string.ascii_uppercase)}"


def _nino(rng: Random) -> str:
    text = rng.choice(("AB", "CE", "JK", "PW", "SX")) + _d(rng, 6) + rng.choice("ABCD")
    return text if rng.random() < 0.5 else f"{text[:2]} {text[2:4]} {text[4:6]} {text[6:8]} {text[8]}"


def _numbered(module: str, draw: Callable[[Random], str]) -> Callable[[Random], str]:
    """Return a maker that draws until the check digits of the number's module hold."""
    def maker(rng: Random) -> str:
        number = importlib.import_module(f"stdnum.{module}")
        while not number.is_valid(text := draw(rng)) or len(set(text)) < 4:
            pass
        return text

    return maker


_nir = _numbered("fr.nir", lambda r: f"{r.choice('12')}{_d(r, 2)}{r.randrange(1, 13):02}75{_d(r, 8)}")
_cpf = _numbered("br.cpf", lambda r: _d(r, 11))


def _grouped(text: str, *sizes: int, sep: str = " ") -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at:at + size])
        at += size
    return sep.join(parts)


MAKERS: dict[str, Callable[[Random], str]] = {
    "email": _email, "phone_nanp": _phone_nanp, "phone_international": _phone_international,
    "phone_keyword": _phone_keyword, "card": _card, "iban": _iban, "iban_lower": lambda r: _iban(r).lower(),
    "ipv4": _ipv4, "ipv6": _ipv6, "mac": _mac, "date_of_birth": _birth,
    "us_ssn": lambda r: _ssn(r, "-"), "us_ssn_plain": lambda r: _ssn(r, ""),
    "us_itin": lambda r: f"9{_d(r, 2)}-{r.randrange(70, 89)}-{_d(r, 4)}", "uk_nino": _nino,
    "gb_nhs": _numbered("gb.nhs", lambda r: _grouped(_d(r, 10), 3, 3, 4)), "de_idnr": _numbered("de.idnr", _de_idnr),
    "fr_nir_plain": _nir, "fr_nir": lambda r: _grouped(_nir(r), 1, 2, 2, 2, 3, 3, 2),
    "es_dni": _numbered("es.dni", lambda r: _d(r, 8) + r.choice("TRWAGMYFPDXBNJZSQVHLCKE")),
    "es_nie": _numbered("es.nie", lambda r: r.choice("XYZ") + _d(r, 7) + r.choice("TRWAGMYFPDXBNJZSQVHLCKE")),
    "it_codicefiscale": _numbered("it.codicefiscale", _cf), "nl_bsn": _numbered("nl.bsn", lambda r: _d(r, 9)),
    "pl_pesel": _numbered("pl.pesel", lambda r: _yymmdd(r) + _d(r, 5)), "br_cpf_plain": _cpf,
    "br_cpf": lambda r: re.sub(r"(...)(...)(...)(..)", r"\1.\2.\3-\4", _cpf(r)),
    "in_aadhaar": _numbered("in_.aadhaar", lambda r: _grouped(r.choice("23456789") + _d(r, 11), 4, 4, 4)),
    "in_pan": _numbered("in_.pan", lambda r: f"{_draw(r, string.ascii_uppercase, 3)}P{r.choice('ABKMRS')}{_d(r, 4)}K"),
    "ca_sin": _numbered("ca.sin", lambda r: _grouped(r.choice("1234567") + _d(r, 8), 3, 3, 3, sep=r.choice(" -"))),
    "au_tfn": _numbered("au.tfn", lambda r: _grouped(_d(r, 9), 3, 3, 3)),
    "se_personnummer": _numbered("se.personnummer", lambda r: f"{_yymmdd(r)}-{_d(r, 4)}"),
    "ch_ssn": _numbered("ch.ssn", lambda r: f"756.{_d(r, 4)}.{_d(r, 4)}.{_d(r, 2)}"),
    "be_nn": _numbered("be.nn", lambda r: re.sub(r"(..)(..)(..)", r"\1.\2.\3", _yymmdd(r)) + f"-{_d(r, 3)}.{_d(r, 2)}"),
    "fi_hetu": _numbered("fi.hetu", lambda r: f"{_ddmmyy(r)}-{_d(r, 3)}{r.choice('0123456789ABCDEFHJKLMNPRSTUVWXY')}"),
    "dk_cpr": _numbered("dk.cpr", lambda r: f"{_ddmmyy(r)}-{_d(r, 4)}"),
    "no_fodselsnummer": _numbered("no.fodselsnummer", lambda r: _ddmmyy(r) + _d(r, 5)),
}
