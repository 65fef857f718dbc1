"""What can go wrong between us and a vendor, each in a sentence with what to do. All of it is incomplete evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from evidence.errors import SourceError
from evidence.pull.key import Key

if TYPE_CHECKING:
    import httpx

RESUME: Final = "what came is kept: the same command carries on where it stopped"
_NEW: Final = "what came is kept; if carrying on fails again, begin anew with --again"


class NotThereError(SourceError):
    """404: what was asked for is not there."""


def refused(status: int, what: str, scope: str, why: str = "", location: str | None = None) -> SourceError:
    """Return the error for a status that is no answer."""
    said = f": {why}" if why else ""
    if status == 401:
        return SourceError(f"{what}: the key was not accepted (401){said}",
                           advice=f"it may have expired or belong to another host; then {RESUME}")
    if status == 403:
        return SourceError(f"{what}: the key may not read this (403){said}",
                           advice=f"it needs {scope}; then {RESUME}")
    if status == 404:
        return NotThereError(f"{what}: not there (404){said}",
                             advice="look at base_url and parameters in evidence.yaml, and that the feature is on; some"
                                    f" vendors answer so where the key lacks {scope}")
    if 300 <= status < 400:
        place = location.split("?")[0][:200] if location else "nowhere"
        return SourceError(f"{what}: the server sends us elsewhere ({status}, to {place}), which is not followed",
                           advice="if that is the right address, make it the base_url in evidence.yaml")
    advice = RESUME if status >= 500 or status in {408, 425} else _NEW
    return SourceError(f"{what}: expected an answer, found status {status}{said}", advice=advice)


def limited(what: str) -> SourceError:
    """Return the error for a rate limit that did not pass."""
    return SourceError(f"{what}: the server still says that it was asked too often", advice=f"try later: {RESUME}")


def too_long(what: str, seconds: float) -> SourceError:
    """Return the error for a wait that is too long to sit through."""
    return SourceError(f"{what}: the server wants {round(seconds)} s of silence before it answers again",
                       advice=f"run it then: {RESUME}")


def no_answer(what: str, kind: str) -> SourceError:
    """Return the error for a server that cannot be reached, or stops in the middle."""
    return SourceError(f"{what}: no whole answer came ({kind})", advice=f"look at base_url and the network; {RESUME}")


def no_token(status: int, why: str) -> SourceError:
    """Return the error for a secret that was not exchanged."""
    return SourceError(f"the secret was not exchanged for a token ({status}){': ' + why if why else ''}",
                       advice="look at client_id and parameters in evidence.yaml, and whether the secret has expired")


def elsewhere(url: httpx.URL, base: str) -> SourceError:
    """Return the error for an address that leads away from the base address: the key does not go there."""
    return SourceError(f"the next page lies on another host ({url.scheme}://{url.netloc.decode()[:200]}) than {base}",
                       advice="nothing was sent there; if that host is right, make it the base_url in evidence.yaml")


def clocks(what: str, theirs: datetime, ours: datetime, off: float) -> SourceError:
    """Return the error for clocks that differ."""
    return SourceError(f"{what}: the server's clock says {theirs:%Y-%m-%d %H:%M:%S}, ours {ours:%Y-%m-%d %H:%M:%S}:"
                       f" {round(off)} s apart",
                       advice="set this machine's clock; if theirs is wrong, allow it with pull: clock_tolerance:")


def reason(body: bytes, fields: Iterable[str], key: Key) -> str:
    """Return what the vendor's refusal says of its reason, in declared fields alone, and never with the key."""
    words = [text for name in fields if (text := field(body, name))]
    said = " ".join("; ".join(words).split())[:200]
    return "" if key.is_in(said.encode()) else said


def field(body: bytes, dotted: str) -> str | None:
    """Return a text field of a JSON body, or None."""
    import orjson

    try:
        node: Any = orjson.loads(body)
    except ValueError:
        return None
    for step in dotted.split("."):
        node = node.get(step) if isinstance(node, dict) else None
    return str(node) if isinstance(node, str | int) else None


def gave_up(error: SourceError, pages: int) -> SourceError:
    """Return an error with how far the pull came."""
    return type(error)(f"{error.message} ({pages} pages came before)", where=error.where, advice=error.advice)
