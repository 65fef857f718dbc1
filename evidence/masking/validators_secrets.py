"""Checks of secrets: check sums where a vendor has them, structure (JWT, PEM), else randomness."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import zlib
from collections.abc import Callable

from evidence.masking.words import any_word, words

Check = Callable[[bytes, bytes, bytes], str | None]
FIXTURE = "fixture"
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SAMPLE = re.compile(rb"(?i)example|sample|placeholder|dummy|redacted|changeme|change_me|insert|your[_-]|_here\b|xxxx|"
                     rb"\*\*\*|0{8}|1234567890|abcdefgh")


def entropy(value: bytes) -> float:
    """Return the Shannon entropy of the bytes, in bits per byte."""
    total = len(value)
    counts = map(value.count, set(value))  # for the short values of secrets thrice as fast as a Counter
    return -math.fsum(n / total * math.log2(n / total) for n in counts) if total else 0.0


def base62_crc(body: bytes) -> bytes:
    """Return the six characters that end a token with a check sum: base 62 of the CRC-32 of the rest."""
    number, text = zlib.crc32(body), ""
    while number:
        number, digit = divmod(number, 62)
        text = BASE62[digit] + text
    return text.rjust(6, "0").encode()


def random_token(value: bytes, _before: bytes, _after: bytes) -> str | None:
    """Accept a token that looks drawn, not written; documentation's sample tokens are fixtures."""
    if _SAMPLE.search(value):
        return FIXTURE
    tail = value[-24:]
    return "" if len(set(tail)) >= min(7, len(tail) * 2 // 5) and entropy(tail) >= 2.6 else None


def drawn_token(value: bytes, before: bytes, after: bytes) -> str | None:
    """Accept a token with a short prefix: what follows that has digits, or letters in no order that words have."""
    mixed = len(re.findall(rb"[a-z][A-Z]|[A-Z][a-z]", value)) * 4 >= len(value)
    in_no_order = mixed or len(re.findall(rb"[0-9]", value)) >= 2
    return random_token(value, before, after) if in_no_order else None


def marked_key(value: bytes, before: bytes, after: bytes) -> str | None:
    """Accept a key that begins drawn, whatever its end says of its service."""
    return random_token(value[:40], before, after)


def aws_key_id(value: bytes, before: bytes, after: bytes) -> str | None:
    """Accept a key id, which is base 32; one with other digits was never issued and is a fixture."""
    return FIXTURE if re.search(rb"[0189]", value) else random_token(value, before, after)


def aws_secret(value: bytes, before: bytes, after: bytes) -> str | None:
    """Accept 40 characters of base 64 that are no digest."""
    return None if re.fullmatch(rb"[0-9a-f]+", value) else random_token(value, before, after)


def crc_token(value: bytes, _before: bytes, _after: bytes) -> str | None:
    """Accept a token whose check sum holds; one whose does not was never issued and is a fixture."""
    body = value.rpartition(b"_")[2]
    return "" if base62_crc(body[:-6]) == body[-6:] else FIXTURE


def jwt(value: bytes, _before: bytes, _after: bytes) -> str | None:
    """Accept three base64url parts of which the first is a JSON header that names an algorithm."""
    parts = value.split(b".")
    try:
        header = json.loads(base64.urlsafe_b64decode(parts[0] + b"=" * (-len(parts[0]) % 4)))
    except (ValueError, binascii.Error):
        return None
    if not isinstance(header, dict) or not header.keys() & {"alg", "enc"}:
        return None
    sample = b"eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9l"  # the subject that jwt.io shows to everybody
    return FIXTURE if parts[1].startswith(sample) else ""


def pem(value: bytes, _before: bytes, _after: bytes) -> str | None:
    """Accept a private key whose body is base64 that looks drawn."""
    body = re.sub(rb"-----[^-]+-----|[A-Za-z-]+: [^\n]*\n|\\[nr]|[\s\"',]", b"", value)
    body = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    if len(body) < 40 or len(set(body)) < 16:
        return None
    return FIXTURE if _SAMPLE.search(body) else "" if entropy(body) >= 4.2 else None


def base64_key(value: bytes, _before: bytes, _after: bytes) -> str | None:
    """Accept base64 of a key of at least 24 bytes."""
    try:
        key = base64.b64decode(value + b"=" * (-len(value) % 4))
    except (ValueError, binascii.Error):
        return None
    return "" if len(key) >= 24 and len(set(key)) >= 12 else None


def basic_auth(value: bytes, _before: bytes, _after: bytes) -> str | None:
    """Accept base64 of ``user:password``."""
    try:
        pair = base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None
    _user, colon, password = pair.partition(b":")
    if not colon or not password or not pair.isascii() or not pair.decode().isprintable():
        return None
    return FIXTURE if password.lower() in words("common_passwords") else ""


def password(value: bytes, _before: bytes, _after: bytes) -> str | None:
    """Accept the password of a URL or connection string; placeholders are none, everybody's passwords are fixtures."""
    lower = value.lower()
    if re.fullmatch(rb"[$%<{\[].*|.*[}>\])]|\*+|x+|#+|\.+|_+", lower, re.DOTALL):
        return None
    return FIXTURE if lower in words("common_passwords") or _SAMPLE.search(value) else ""


_POINTER = re.compile(
    rb"[$%<{\[(:].*|--.*"                             # a variable, a template, a call, an option
    rb"|(?:[./~]|[A-Za-z][A-Za-z0-9+-]*:/|arn:|urn:|sha\d+[:-]|\w+/\w+/).*"  # a path, an address, a digest
    rb"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", re.DOTALL)
_PAGING = re.compile(rb"(?i)(?:next|page|paging|pagination|continuation|request|client|idempotency|resume|marker|sync|"
                     rb"upload|starting|cancellation|sort|design|csrf|xsrf|snapshot)[_-]?token[\"'\s:=>]*$")
_NOT_A_SECRET = re.compile(
    rb"[A-Za-z_][\w-]*(?:[.:]{1,2}\w+)*(?:\(.*)?"     # a name, dotted or called; digits alone make no secret of it
    rb"|[a-z]+(?:[-_ ][a-z]+)*"                      # words
    rb"|[A-Za-z]+:.*"                                # a scheme or a pair
    rb"|[\d.,:-]+", re.DOTALL)


_PASSWORD = re.compile(rb"(?i)passw(?:or)?d[\x22\x5c'\s:=>]*$")
_SIGNED = re.compile(rb"[A-Za-z]{2,20}[!@#$%^&*][A-Za-z]{2,20}[!?]?")


def _scrambled(value: bytes) -> bool:
    """Tell whether letters of both cases and digits stand in no order that words have."""
    words_in_it = sum(len(run) for run in re.findall(rb"[a-z]{3,}", value))
    return words_in_it * 20 <= len(value) * 7 and len(value) >= 12 and re.search(rb"[A-Z]", value) is not None


def assigned(value: bytes, before: bytes, _after: bytes) -> str | None:
    """Accept what is assigned to a name such as ``api_key`` if it looks drawn: classes of characters and entropy."""
    if _SAMPLE.search(value) or _POINTER.fullmatch(value) or any_word("stopwords").search(value):
        return None
    if _PAGING.search(before):
        return None
    classes = sum(bool(re.search(kind, value)) for kind in (rb"[a-z]", rb"[A-Z]", rb"[0-9]", rb"[^A-Za-z0-9_]"))
    digits = len(re.findall(rb"[0-9]", value))
    if digits == 0 and classes < 3 and not (_PASSWORD.search(before) and _SIGNED.fullmatch(value)):
        return None
    if _NOT_A_SECRET.fullmatch(value) and (digits < 3 or entropy(value) < 3.0) and not _scrambled(value):
        return None
    if len(value) < 12:
        return "" if (classes >= 3 or digits == 0) and len(set(value)) >= 6 else None
    return "" if classes >= 2 and entropy(value) >= 3.0 else None


def assigned_uuid(value: bytes, before: bytes, _after: bytes) -> str | None:
    """Accept a UUID that is drawn; counted up ones are fixtures."""
    if _PAGING.search(before):
        return None
    digits = value.replace(b"-", b"").lower()
    return FIXTURE if len(set(digits)) < 8 or b"123456" in digits or b"abcdef" in digits else ""


_NO_KEY = re.compile(
    rb"(?i)(?:cache|primary|foreign|partition|sort|public|pub|i18n|translation|message|hash|etag|commit|object|lookup|host|"
    rb"index|row|map|group|unique|event|idempotency|storage|s3|bucket|file|route|query|redis|dedup|site|publishable|known|"
    rb"finger|integrity|rev|revision|sha|digest|checksum|version|tag|image|sort)[ ._-]?key[\"']?[\s:=>\"'`]*$")


def drawn(value: bytes, before: bytes, _after: bytes) -> str | None:
    """Accept what is assigned to a name that says less (``maps_key``) only if nobody can have written it by hand."""
    body = value.strip(b"._-:/=+")
    if _SAMPLE.search(value) or any_word("stopwords").search(value) or _NO_KEY.search(before) or _PAGING.search(before):
        return None
    digits, letters = len(re.findall(rb"[0-9]", body)), len(re.findall(rb"[A-Za-z]", body))
    if digits < 2 or letters < 4 or entropy(body) < 3.0 or re.search(rb"[a-z]{9}|[A-Z]{12}", body):
        return None
    if digits * 6 < len(body) and sum(map(len, re.findall(rb"[a-z]{3,}", body))) * 5 > len(body) * 3:
        return None
    if len(re.findall(rb"[./:_-]", body)) * 6 > len(body) or not re.search(rb"[A-Za-z0-9]{12}", body):
        return None
    return ""


CHECKS: dict[str, Check] = {
    "drawn_token": drawn_token, "aws_key_id": aws_key_id, "marked_key": marked_key, "aws_secret": aws_secret,
    "assigned_uuid": assigned_uuid, "drawn": drawn,
    "random_token": random_token, "crc_token": crc_token, "jwt": jwt, "pem": pem, "base64_key": base64_key,
    "basic_auth": basic_auth, "password": password, "assigned": assigned,
}
