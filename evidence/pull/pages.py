"""From an answer to the next request: pure functions of a page and of how its vendor counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from evidence.endpoint import Condition, Listing, Paging
from evidence.errors import SourceError
from evidence.pull.client import Answer
from evidence.pull.plan import spaced


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was understood: its document, its records, the next request, and whether its window is too full."""

    document: Any
    records: Sequence[Any]
    following: httpx.URL | None
    too_full: bool


def understand(answer: Answer, ask: Listing, number: int) -> Page:
    """Return what a page says; ``number`` counts the pages of its window from 0.

    Raises:
        SourceError: it is not JSON, has no records where they should be, or its next page cannot be.
    """
    if not answer.body or answer.status != 200:
        return Page(None, (), None, too_full=False)
    document = parse(answer, ask.name)
    records = document if ask.records == "." else dig(document, ask.records)
    if ask.records == "." and isinstance(document, dict):
        records = [document]
    if records is None and isinstance(document, dict) and ask.paging is None:
        records = ()
    if not isinstance(records, list | tuple):
        raise SourceError(f"{ask.name}: expected an array in {ask.records!r} of the answer, found "
                          f"{type(records).__name__}", advice="the vendor's API may have changed; export by hand")
    if ask.paging is None:
        return Page(document, records, None, too_full=False)
    following = _following(answer, ask.paging, ask, document, records, number)
    return Page(document, records, following, _too_full(ask.paging, ask, document, following))


def parse(answer: Answer, what: str) -> Any:
    """Return the document of an answer.

    Raises:
        SourceError: it is not JSON.
    """
    import orjson

    try:
        return orjson.loads(answer.body)
    except ValueError as error:
        kind = answer.headers.get("content-type", "no content type")
        raise SourceError(f"{what}: expected JSON, found {len(answer.body)} bytes that are none ({kind})",
                          advice="a proxy or sign-in page may stand before the API; look at base_url") from error


def dig(document: object, dotted: str) -> Any:
    """Return what stands at a dotted path, whose first step may itself contain dots (``@odata.nextLink``)."""
    if isinstance(document, dict) and dotted in document:
        return document[dotted]
    head, _, rest = dotted.partition(".")
    inner = document.get(head) if isinstance(document, dict) else None
    return dig(inner, rest) if rest else inner


def says(value: object) -> str | None:
    """Return a value as conditions write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def holds(condition: Condition, document: object) -> bool:
    """Say whether a field of a document has one of the values."""
    return says(dig(document, condition.field)) in condition.values


def has(value: object, least: int) -> bool:
    """Say whether a number, or a list by its length, is at least so large; what says neither may be."""
    if isinstance(value, list):
        return len(value) >= least
    said = says(value) or ""
    return int(said) >= least if said.isdecimal() and len(said) < 19 else True


def links(document: object, field: str) -> Iterator[str]:
    """Yield the addresses in a field."""
    found = dig(document, field)
    for link in found if isinstance(found, list) else [found]:
        if isinstance(link, str) and link:
            yield link


def _following(answer: Answer, paging: Paging, ask: Listing, document: Any, records: Sequence[Any], number: int
               ) -> httpx.URL | None:
    if paging.by == "link":
        target = _link(answer.headers.get("link"))
        return _joined(answer.url, target) if target else None
    if paging.by == "next_url":
        target = dig(document, paging.field or "")
        return _joined(answer.url, target) if target else None
    parameter = paging.parameter or ""
    if paging.by == "cursor":
        cursor = says(dig(document, paging.field or ""))
        more = paging.more is None or holds_true(document, paging.more)
        return spaced(answer.url.copy_set_param(parameter, cursor)) if cursor and more else None
    size = int(ask.query[paging.size]) if paging.size else 1
    if not _more(paging, document, len(records), number, size):
        return None
    place = paging.first + (number + 1) * (size if paging.by == "offset" else 1)
    return spaced(answer.url.copy_set_param(parameter, str(place)))


def holds_true(document: object, field: str) -> bool:
    """Say whether a field is true."""
    return says(dig(document, field)) == "true"


def _more(paging: Paging, document: Any, found: int, number: int, size: int) -> bool:
    if paging.more:
        return holds_true(document, paging.more)
    if paging.pages:
        pages = says(dig(document, paging.pages)) or "0"
        return pages.isdigit() and number + 1 < int(pages)
    return found >= size


def _too_full(paging: Paging, ask: Listing, document: Any, following: httpx.URL | None) -> bool:
    if paging.capped and holds_true(document, paging.capped):
        return True
    if paging.ceiling is None or following is None or paging.by not in {"offset", "page"}:
        return False
    place = int(following.params[paging.parameter or ""])
    if paging.by == "page":
        place = (place - paging.first + 1) * int(ask.query[paging.size]) if paging.size else place
    return place > paging.ceiling


def _joined(here: httpx.URL, target: object) -> httpx.URL:
    if not isinstance(target, str) or len(target) > 16_384:
        raise SourceError("expected an address of the next page", advice="the vendor's API may have changed")
    try:
        return here.join(target)
    except (httpx.InvalidURL, ValueError) as error:
        raise SourceError("the address of the next page is none") from error


def _link(header: str | None) -> str | None:
    """Return the target of rel=next of a Link header (RFC 8288)."""
    if not header:
        return None
    found = httpx.Response(200, headers={"link": header}).links
    return found.get("next", {}).get("url")
