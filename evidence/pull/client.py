"""One request at a time: retries, rate limits, the server's clock, and every refusal in words.

The key goes to the origin of the base address and nowhere else, redirects are not followed, TLS is always verified.
Retries are tenacity's (its waits take a function, which a server's ``Retry-After`` needs; it brings nothing with it).
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
import tenacity

from evidence import __version__
from evidence.errors import SourceError
from evidence.pull import refusals
from evidence.pull.key import Key
from evidence.pull.plan import Plan, filled, said

ATTEMPTS: Final = 6
LONGEST_WAIT: Final = 3900.0
"""Seconds that are waited for a rate limit: the hour that vendors count by, and a little."""
MAX_BODY: Final = 512 << 20
TIMEOUT: Final = httpx.Timeout(60.0, connect=20.0)
AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
KEPT: Final = ("content-type", "content-length", "content-encoding", "date", "etag", "last-modified", "link",
               "retry-after", "x-request-id", "request-id", "client-request-id")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: the body as received, the headers worth keeping, when it came, and at which attempt."""

    url: httpx.URL
    status: int
    headers: Mapping[str, str]
    body: bytes
    at: datetime
    attempts: int = 1


class _AgainError(Exception):
    """A failure that may pass: after how many seconds (None: as backoff has it), and the error if it does not."""

    def __init__(self, error: SourceError, seconds: float | None = None) -> None:
        super().__init__(error.message)
        self.error, self.seconds = error, seconds


class Client:
    """Asks one vendor's API with one key.

    Args:
        plan: whom and what.
        key: the key, or the secret that is exchanged for tokens.
        transport: how bytes travel; by default over the network.
        now: the clock.
        sleep: how a wait is spent.
    """

    def __init__(self, plan: Plan, key: Key, *, transport: httpx.BaseTransport | None = None,
                 now: Callable[[], datetime] = lambda: datetime.now(UTC),
                 sleep: Callable[[float], None] | None = None) -> None:
        """Open the client; nothing is sent yet."""
        self._plan, self._key, self._now = plan, key, now
        self._token: Key | None = None
        self._ready_at: datetime | None = None
        self._origin = _origin(httpx.URL(plan.base))
        settings, extra = plan.settings, {} if sleep is None else {"sleep": sleep}
        verify = ssl.create_default_context(cafile=settings.ca_file) if transport is None else True
        self._http = httpx.Client(verify=verify, transport=transport, timeout=TIMEOUT, follow_redirects=False,
                                  trust_env=False, proxy=settings.proxy, headers={
                                      "accept": "application/json", "accept-encoding": "identity",
                                      "user-agent": f"copilot-evidence/{__version__}", **plan.pull.headers})
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_AgainError), stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=_wait, reraise=True, **extra)  # type: ignore[arg-type]
        self._sleep = self._retrying.sleep

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, url: httpx.URL, *, what: str, scope: str | None = None, keyed: bool = True,
            empty: Collection[int] = ()) -> Answer:
        """Return the answer to a GET; ``empty`` are statuses other than 200 that are answers too.

        Raises:
            refusals.NotThereError: 404.
            SourceError: it was refused, or no whole answer came after some attempts.
        """
        if keyed and _origin(url) != self._origin:
            raise refusals.elsewhere(url, self._plan.base)
        if self._ready_at and (pause := (self._ready_at - self._now()).total_seconds()) > 0:
            self._sleep(min(pause, LONGEST_WAIT))
        self._ready_at = None
        try:
            for attempt in self._retrying:
                with attempt:
                    number = attempt.retry_state.attempt_number
                    return self._once(url, what, scope or self._plan.pull.scope, keyed, frozenset(empty), number)
        except _AgainError as error:
            raise error.error from error.__cause__
        raise AssertionError("tenacity ends with an answer or an error")

    def _once(self, url: httpx.URL, what: str, scope: str, keyed: bool, empty: frozenset[int], attempt: int) -> Answer:
        headers = self._credentials() if keyed else {}
        response, body, at = self._send(self._http.build_request("GET", url, headers=headers), what)
        if response.status_code == 200 or response.status_code in empty:
            if self._key.is_in(body) or (self._token and self._token.is_in(body)):
                raise SourceError(f"{what}: the answer repeats the key; it was not stored",
                                  advice="replace the key, and tell the vendor")
            self._pace(response)
            return Answer(url, response.status_code, self._kept(response.headers), body, at, attempt)
        if response.status_code == 401 and keyed and self._token and attempt == 1:
            self._token = None  # tokens live for minutes; the next attempt gets a new one
            raise _AgainError(refusals.refused(401, what, scope), 0.0)
        raise self._refusal(response, body, what, scope)

    def _send(self, request: httpx.Request, what: str) -> tuple[httpx.Response, bytes, datetime]:
        """Send a request and read the whole answer, checking its length and the server's clock."""
        sent = self._now()
        try:
            response = self._http.send(request, stream=True)
            try:
                body = self._body(response, what)
            finally:
                response.close()
        except httpx.DecodingError as error:
            raise _AgainError(SourceError(f"{what}: the answer is damaged: its encoding cannot be undone")) from error
        except httpx.TransportError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise SourceError(f"{what}: the server's certificate cannot be verified",
                                  advice="name the company's own authority in pull: ca_file:") from error
            raise _AgainError(refusals.no_answer(what, type(error).__name__)) from error
        came = self._now()
        self._clock(response, sent, came, what)
        return response, body, came

    def _body(self, response: httpx.Response, what: str) -> bytes:
        parts, size = [], 0
        for part in response.iter_bytes():
            size += len(part)
            if size > MAX_BODY:
                raise SourceError(f"{what}: the answer is larger than {MAX_BODY >> 20} MiB",
                                  advice="export it by hand")
            parts.append(part)
        promised = "" if "content-encoding" in response.headers else response.headers.get("content-length", "")
        if promised.isdigit() and size < int(promised):
            raise _AgainError(SourceError(f"{what}: the answer was cut off after {size} of {promised} bytes",
                                          advice=refusals.RESUME))
        return b"".join(parts)

    def _clock(self, response: httpx.Response, sent: datetime, came: datetime, what: str) -> None:
        """Refuse a server whose clock differs: the window and the time of observation rest on ours."""
        theirs = _date(response.headers.get("date"))
        limit = self._plan.settings.clock_tolerance / 1_000_000
        if theirs is None:
            return
        off = max((sent - theirs).total_seconds() - 1, (theirs - came).total_seconds(), 0)
        if off > limit:
            raise refusals.clocks(what, theirs, came, off)

    def _refusal(self, response: httpx.Response, body: bytes, what: str, scope: str) -> SourceError | _AgainError:
        """Return what a status that is no answer means: an error for good, or one that may pass."""
        status, pull = response.status_code, self._plan.pull
        spent = pull.rate is not None and response.headers.get(pull.rate.remaining) == "0"
        limited = status == 429 or (status == 403 and (spent or "retry-after" in response.headers))
        error = refusals.limited(what) if limited else refusals.refused(
            status, what, scope, refusals.reason(body, pull.error, self._key), response.headers.get("location"))
        if limited or status in AGAIN:
            seconds = self._asked_to_wait(response) if limited or status == 503 else None
            if seconds is not None and seconds > LONGEST_WAIT:
                return refusals.too_long(what, seconds)
            return _AgainError(error, seconds)
        return error

    def _asked_to_wait(self, response: httpx.Response) -> float | None:
        """Return the seconds after which the server wants to be asked again, by its own clock."""
        theirs = _date(response.headers.get("date")) or self._now()
        after, rate = response.headers.get("retry-after", "").strip(), self._plan.pull.rate
        if after.isdigit():
            return float(after)
        if when := _date(after):
            return max((when - theirs).total_seconds(), 0.0)
        reset = response.headers.get(rate.reset, "").strip() if rate else ""
        return max(float(reset) - theirs.timestamp(), 0.0) + 1.0 if reset.isdigit() else None

    def _pace(self, response: httpx.Response) -> None:
        """Remember to wait where this answer was the last of the share."""
        rate = self._plan.pull.rate
        if rate and response.headers.get(rate.remaining) == "0" and (pause := self._asked_to_wait(response)):
            self._ready_at = datetime.fromtimestamp(self._now().timestamp() + pause, UTC)

    def _credentials(self) -> dict[str, str]:
        auth = self._plan.pull.auth
        key = self._key
        if auth.grant and self._plan.settings.client_id:
            key = self._token = self._token or self._grant()
        return {auth.header: f"{auth.scheme} {key.reveal()}".strip()}

    def _grant(self) -> Key:
        """Exchange the client's secret for a token (RFC 6749, section 4.4). The answer is stored nowhere."""
        auth, settings = self._plan.pull.auth, self._plan.settings
        form = {"grant_type": "client_credentials", "client_id": settings.client_id or "",
                "client_secret": self._key.reveal(), **({"scope": auth.token_scope} if auth.token_scope else {}),
                **{name: said(text, settings.parameters) for name, text in auth.token_form.items()}}
        base = httpx.URL(settings.token_base or auth.token_base or self._plan.base)
        url = base.copy_with(path=base.path.rstrip("/") + filled(auth.token_path or "", settings.parameters))
        response, body, _ = self._send(self._http.build_request("POST", url, data=form), "token")
        if response.status_code in AGAIN:
            raise _AgainError(refusals.refused(response.status_code, "token", ""), self._asked_to_wait(response))
        token = refusals.field(body, "access_token") if response.status_code == 200 else None
        if not token:
            why = refusals.reason(body, ("error", "error_description"), self._key)
            raise refusals.no_token(response.status_code, why)
        return Key(token)

    def _kept(self, headers: httpx.Headers) -> dict[str, str]:
        names = (*KEPT, *((self._plan.pull.rate.remaining, self._plan.pull.rate.reset) if self._plan.pull.rate else ()))
        return {name.lower(): headers[name] for name in names if name in headers}


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _AgainError) and error.seconds is not None:
        return error.seconds
    return float(tenacity.wait_random_exponential(multiplier=1, max=60)(state))


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or {"https": 443, "http": 80}.get(url.scheme, 0)


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except (TypeError, ValueError):
        return None
    return found.replace(tzinfo=found.tzinfo or UTC) if found else None
