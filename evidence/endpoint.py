"""What a connector declares of its vendor's API (``pull:`` of connector.yaml), and what a company adds to it.

A request is data: a path and parameters in which ``{name}`` stands for a value. Nothing of it is code, and no address
is ever put together as text. Values are the window (``from``, ``until``), the ``day``, the ``id`` of an item, and the
``parameters`` that evidence.yaml gives.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from evidence.fields import MICROSECONDS, Duration, Frozen, Identifier, OneOrMore, RelativePath

PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
VALUE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@:+-]{0,127}")
"""What a parameter may look like: nothing that means something in a path, a query or a filter expression."""

_SPAN = WithJsonSchema({"type": ["string", "integer"], "pattern": r"^\d{1,9}(us|ms|s|m|h|d)$"})
Span = Annotated[Duration, _SPAN]
Status = Annotated[int, Field(ge=100, le=599)]
Path = Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/{}-]*$")]
Header = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
Host = Annotated[str, Field(pattern=r"^[a-z0-9*][a-z0-9.*-]{2,252}$")]


def base(value: str) -> str:
    """Return an address without its last slash: https, or http on this machine alone, and no name or key in it.

    Raises:
        ValueError: it is another address.
    """
    parts = urlsplit(value)
    if parts.username or parts.password or parts.query or parts.fragment or not parts.hostname:
        raise ValueError(f"expected https://host, with a path at most, found {value.rsplit('@', maxsplit=1)[-1]!r}")
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback(parts.hostname)):
        raise ValueError(f"expected https (http only to this machine itself), found {value!r}")
    return value.rstrip("/")


def loopback(host: str) -> bool:
    """Say whether a host is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Base = Annotated[str, AfterValidator(base)]


class Paging(Frozen):
    """How the next page is found.

    ``link``: the Link header (RFC 8288, rel=next). ``next_url``: an address in the ``field`` of the body. ``cursor``:
    a value in ``field``, sent as ``parameter``. ``offset`` and ``page``: counted in ``parameter``. There is a next page
    while ``more`` is true, or while the page number is below ``pages``, or else while a page is full, which ``size``
    (the query parameter with the number of records asked for) tells. Beyond ``ceiling`` records the vendor answers no
    more (offsets beyond it, pages that would reach beyond it), and where ``capped`` is true it says that it does not
    know how many there are: the window is then halved.
    """

    by: Literal["link", "next_url", "cursor", "offset", "page"]
    parameter: str | None = None
    field: str | None = None
    size: str | None = None
    first: int = 0
    more: str | None = None
    pages: str | None = None
    ceiling: int | None = Field(default=None, ge=1)
    capped: str | None = None

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Paging:
        needs = {"next_url": ("field",), "cursor": ("field", "parameter"), "offset": ("parameter", "size"),
                 "page": ("parameter",)}.get(self.by, ())
        if missing := [name for name in needs if getattr(self, name) is None]:
            raise ValueError(f"expected {', '.join(missing)} for paging by {self.by}")
        return self


class Condition(Frozen):
    """A field of an answer and the values that fulfil the condition; absent values are written ``null``."""

    field: str
    values: tuple[str | None, ...] = Field(min_length=1, alias="in")


class Expect(Condition):
    """What an answer must say, and what it means where it does not: asked before anything else."""

    otherwise: str


class Listing(Frozen):
    """A list as a vendor gives it: where its ``records`` are in the body, and how its pages follow each other.

    ``empty`` are statuses that say: there is nothing.
    """

    name: Identifier
    query: dict[str, str] = Field(default_factory=dict)
    records: str = "."
    paging: Paging | None = None
    empty: tuple[Status, ...] = ()

    @model_validator(mode="after")
    def _can_be_counted(self) -> Listing:
        if self.paging and self.paging.size and not self.query.get(self.paging.size, "").isdigit():
            raise ValueError(f"expected a number for {self.paging.size} in query, since paging counts by it")
        return self


class Each(Listing):
    """What is asked next for each record of a list: by its ``id``, or each address in ``links``.

    ``open`` says when an item may still change: it is asked for again by the next pull. Addresses in ``links`` may
    lead to the ``hosts`` named (``*`` for a part of a name); credentials never go there. ``at_least`` leaves out
    records in which a field (a number, or a list by its length) says that there is less. ``nested`` says that what
    comes are further records of the same kind, of each of which the same is asked.
    """

    path: Path | None = None
    id: str = "id"
    links: str | None = None
    hosts: tuple[Host, ...] = ()
    body: Literal["json", "any"] = "json"
    open: tuple[Condition, ...] = ()
    at_least: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    nested: bool = False

    @property
    def is_list(self) -> bool:
        """Whether an answer holds records that are counted and may lead on."""
        return self.paging is not None or self.nested or self.records != "."

    @model_validator(mode="after")
    def _goes_together(self) -> Each:
        if (self.path is None) == (self.links is None):
            raise ValueError("expected one of path and links")
        if self.links and self.is_list:
            raise ValueError("expected path for an answer that is a list")
        if self.is_list and (self.open or self.body != "json"):
            raise ValueError("expected neither open nor body for a list")
        return self


class Ask(Listing):
    """One list that the vendor's API gives.

    ``times`` says how the window is written, ``by_day`` asks once for each UTC day. ``covers`` names the streams whose
    window a complete answer proves. Pages that the connector does not read are kept in the ``register``, all others in
    the source's folder. ``each`` is what is asked of every record, one thing or several.

    What has no window is a state. Seen again it is another observation, whose bytes may be the same; and a list of what
    belongs to an item may not name it. So each such answer is stored as the one member ``<pull>/<name>/<page>.json`` of
    a ZIP, or ``<pull>/<name>/<id>/<page>.json``.
    """

    path: Path
    times: Literal["seconds", "milliseconds", "date", "naive", "epoch_ms"] = "seconds"
    by_day: bool = False
    covers: tuple[str, ...] = ()
    keep: Literal["logs", "register"] = "logs"
    expect: Expect | None = None
    each: Annotated[tuple[Each, ...], OneOrMore()] = ()
    scope: str | None = None

    @property
    def windowed(self) -> bool:
        """Whether what is asked for depends on the window."""
        return self.by_day or any(name in text for text in self.query.values() for name in ("{from}", "{until}"))


class Auth(Frozen):
    """How the key is sent: in a header, after a scheme word, or exchanged for tokens (OAuth client credentials).

    ``token_form`` are further fields of the form that asks for a token, such as its audience.
    """

    header: Header = "Authorization"
    scheme: str = Field(default="Bearer", pattern=r"^[A-Za-z0-9]{0,32}$")
    grant: Literal["client_credentials"] | None = None
    token_base: Base | None = None
    token_path: Path | None = None
    token_scope: str | None = None
    token_form: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _grant_has_a_path(self) -> Auth:
        if self.grant and not self.token_path:
            raise ValueError("expected token_path for a grant")
        return self


class Rate(Frozen):
    """Headers by which the vendor says how much may be asked: what remains, and the epoch second of the next share."""

    remaining: Header
    reset: Header


class Pull(Frozen):
    """``pull:`` of connector.yaml: the vendor's API.

    ``before`` is how far before the period the window begins, for records that arrive late or began earlier; ``keeps``
    is for how long the vendor keeps records; ``error`` names the field of a refusal that says why; ``scope`` is the
    right that the key needs.
    """

    base_url: Base | None = None
    vendor_page: str = Field(pattern=r"^https://\S+$")
    auth: Auth = Auth()
    headers: dict[Header, str] = Field(default_factory=dict)
    rate: Rate | None = None
    scope: str
    error: tuple[str, ...] = ()
    before: Span = 0
    keeps: Span | None = None
    requests: tuple[Ask, ...] = Field(min_length=1)

    @property
    def parameters(self) -> frozenset[str]:
        """Names that evidence.yaml must give values for."""
        texts = [self.auth.token_path or "", *self.auth.token_form.values()]
        for ask in self.requests:
            texts += [ask.path, *ask.query.values()]
            texts += [text for each in ask.each for text in (each.path or "", *each.query.values())]
        return frozenset(PLACEHOLDER.findall(" ".join(texts))) - {"from", "until", "day", "id"}

    @model_validator(mode="after")
    def _names_differ(self) -> Pull:
        names = [name for ask in self.requests for name in (ask.name, *(each.name for each in ask.each))]
        if len(set(names)) != len(names):
            raise ValueError("expected a name of its own for each request")
        return self


class PullSource(Frozen):
    """``pull:`` of a source in evidence.yaml: whom to ask, with which key. The key is named, never written here."""

    base_url: Base | None = None
    token_env: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]{0,63}$")
    token_file: str | None = None
    client_id: str | None = None
    token_base: Base | None = None
    parameters: dict[str, Annotated[str, Field(pattern=rf"^{VALUE.pattern}$")]] = Field(default_factory=dict)
    into: RelativePath | None = None
    ca_file: str | None = None
    proxy: Base | None = None
    hosts: tuple[Host, ...] = ()
    clock_tolerance: Span = 300 * MICROSECONDS["s"]

    @model_validator(mode="after")
    def _one_key(self) -> PullSource:
        if (self.token_env is None) == (self.token_file is None):
            raise ValueError("expected one of token_env and token_file")
        return self
