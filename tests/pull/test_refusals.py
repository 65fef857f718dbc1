"""What can go wrong, each with a clear sentence, what to do, and the exit code of incomplete evidence."""

from __future__ import annotations

import gzip
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from evidence.errors import ConfigError, MissingExtraError, SourceError, UsageError
from evidence.pull.client import ATTEMPTS

from .kit import NOW, Api, Clock, asks, company, ids, journal, pull, records, stored


def failing(status: int, body: object = None, **headers: str):
    """A vendor that answers everything so; ``vendor.calls`` counts."""
    calls = []

    def vendor(request):
        calls.append(str(request.url))
        return Api([]).json(body if body is not None else {"error": {"message": "because"}}, status,
                            {name.replace("_", "-"): value for name, value in headers.items()})

    vendor.calls = calls
    return vendor


@pytest.mark.parametrize(("status", "words", "advice"), [
    (400, r"found status 400: because", "--again"),
    (401, r"the key was not accepted \(401\): because", "expired"),
    (403, r"may not read this \(403\): because", "the scope logs:read"),
    (404, r"not there \(404\): because", "base_url and parameters"),
    (410, r"found status 410", "--again"),
    (418, r"found status 418", "--again")])
def test_a_refusal_says_what_is_missing_and_is_not_repeated(tmp_path, status, words, advice):
    """The vendor's own reason is shown, the right that is missing is named, and asking again would not help."""
    vendor = failing(status)
    with pytest.raises(SourceError, match=words) as caught:
        pull(company(tmp_path), vendor)
    assert caught.value.exit_code == 3
    assert advice in str(caught.value)
    assert len(vendor.calls) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again_and_then_said(tmp_path, status):
    """Six attempts with growing waits; what came before is kept, and the message says how to carry on."""
    vendor, clock = failing(status), Clock()
    with pytest.raises(SourceError, match="0 pages came before") as caught:
        pull(company(tmp_path), vendor, clock=clock)
    assert len(vendor.calls) == ATTEMPTS
    assert len(clock.slept) == ATTEMPTS - 1
    assert "carries on where it stopped" in str(caught.value)
    assert journal(tmp_path).end is None


@pytest.mark.parametrize(("headers", "waited"), [
    ({"retry_after": "17"}, 17.0),
    ({"retry_after": format_datetime(NOW + timedelta(seconds=40), usegmt=True)}, 40.0),
    ({"x_rate_reset": str(int(NOW.timestamp()) + 25)}, 26.0)])
def test_the_server_says_when_to_come_back(tmp_path, headers, waited):
    """Retry-After in seconds or as a date, or the epoch second at which a new share begins: by the server's clock."""
    clock = Clock()
    api = Api(records(3), clock=clock)
    said = iter([failing(429, **headers)(httpx.Request("GET", "https://api.test/"))])
    api.before = lambda _request: next(said, None)
    pull(company(tmp_path), api, clock=clock)
    assert [round(seconds) for seconds in clock.slept] == [round(waited)]
    assert len(ids(tmp_path)) == 3


def test_a_spent_share_is_waited_for_before_the_next_request(tmp_path):
    """Where the vendor says that nothing remains, the next request waits for the new share instead of failing."""
    clock = Clock()
    api = Api(records(8), clock=clock)
    plain = api.json
    api.json = lambda body, status=200, headers=None: plain(body, status, {
        **(headers or {}), "x-rate-remaining": "0", "x-rate-reset": str(int(clock.now.timestamp()) + 60)})
    pull(company(tmp_path), api, clock=clock)
    assert [round(seconds) for seconds in clock.slept] == [61]


def test_a_wait_of_hours_is_left_to_the_next_run(tmp_path):
    """A job does not sleep for a day: it says when, and ends."""
    with pytest.raises(SourceError, match="wants 86400 s of silence") as caught:
        pull(company(tmp_path), failing(429, retry_after="86400"))
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(("body", "kind"), [(b"<html>Sign in</html>", "text/html"), (b'{"items": [', "application/json"),
                                            (b"\xff\xfe", "application/json")])
def test_a_body_that_is_no_json_is_not_evidence(tmp_path, body, kind):
    """A sign-in page with status 200 is the usual way in which an export turns out empty."""
    with pytest.raises(SourceError, match=rf"expected JSON, found {len(body)} bytes .* \({kind}\)"):
        pull(company(tmp_path), lambda _r: httpx.Response(200, headers={"content-type": kind}, content=body))
    assert stored(tmp_path) == {}


def test_an_answer_without_its_records_is_said(tmp_path):
    """A list that is not where the connector says would otherwise be an empty month."""
    with pytest.raises(SourceError, match="expected an array in 'items' of the answer, found NoneType"):
        pull(company(tmp_path), lambda _r: httpx.Response(200, json={"data": []}))


def test_a_cut_body_is_asked_for_again_and_then_said(tmp_path):
    """Fewer bytes than the server promised are no answer, even where they happen to be JSON."""
    calls = []

    def vendor(_request):
        calls.append(1)
        return httpx.Response(200, headers={"content-length": "100"}, stream=httpx.ByteStream(b'{"items": []}'))

    with pytest.raises(SourceError, match="cut off after 13 of 100 bytes"):
        pull(company(tmp_path), vendor)
    assert len(calls) == ATTEMPTS


def test_a_compressed_answer_is_stored_as_it_reads(tmp_path):
    """We ask for none, but a server that compresses all the same is understood, and the receipt says so."""
    body = b'{"items": []}'
    pull(company(tmp_path), lambda _r: httpx.Response(200, headers={"content-encoding": "gzip"}, content=gzip.compress(body)))
    assert list(stored(tmp_path).values()) == [body]
    assert next(iter(journal(tmp_path).pages.values()))["headers"]["content-encoding"] == "gzip"


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_server_with_another_clock_is_refused(tmp_path, hours):
    """Windows and times of observation rest on our clock: where the server's differs, one of them is wrong."""
    theirs = Clock(NOW + timedelta(hours=hours))
    with pytest.raises(SourceError, match=r"10800 s apart|10799 s apart") as caught:
        pull(company(tmp_path), Api(records(1), clock=theirs))
    assert caught.value.exit_code == 3
    root = company(tmp_path / "allowed", source={"clock_tolerance": "4h"})
    assert pull(root, Api(records(1), clock=theirs)).state == "pulled"


def test_a_network_that_is_not_there_is_said(tmp_path):
    """No address, no route, no answer: tried again, then said without a traceback."""
    def vendor(request):
        raise httpx.ConnectError("[Errno 111] refused", request=request)

    with pytest.raises(SourceError, match=r"no whole answer came \(ConnectError\)"):
        pull(company(tmp_path), vendor)


def test_a_certificate_that_nobody_vouches_for_is_said_at_once(tmp_path):
    """Verification cannot be switched off; the advice is to name the authority."""
    calls = []

    def vendor(request):
        calls.append(1)
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate", request=request)

    with pytest.raises(SourceError, match="certificate cannot be verified") as caught:
        pull(company(tmp_path), vendor)
    assert "ca_file" in str(caught.value)
    assert len(calls) == 1


def test_an_item_that_is_gone_leaves_a_gap_and_not_a_hole(tmp_path):
    """A record of the list that cannot be fetched any more is evidence that is missing: said, counted, exit code 3."""
    api = Api(records(3))
    plain = api.answer
    api.answer = lambda request: (api.json({}, 404) if request.url.path.endswith("/e1") else plain(request))
    report = pull(company(tmp_path, asks(each={"name": "event", "path": "/v1/events/{id}"})), api)
    assert report.state == "incomplete"
    assert report.gaps == ({"ask": "events", "reason": "item_gone", "detail": "e1"},)
    assert "item_gone: e1" in report.row()[-1]


def test_what_the_vendor_keeps_no_longer_is_lost_and_said(tmp_path):
    """A month of which the vendor has forgotten a part is incomplete, however well the rest was pulled."""
    report = pull(company(tmp_path, keeps="30d"), Api(records(2)))
    assert report.state == "incomplete"
    assert report.gaps[0]["reason"] == "vendor_keeps_no_longer"
    assert report.gaps[0]["detail"].startswith("2026-10-01T00:00:00.000000Z..2026-10-10T08:30:15")


def test_what_was_pulled_in_time_is_not_lost(tmp_path):
    """Who pulls every day loses nothing: what earlier pulls proved need not be with the vendor any more."""
    root, clock = company(tmp_path, asks("offset"), keeps="5d"), Clock(NOW.replace(month=10, day=4))
    for _ in range(15):
        assert pull(root, Api(records(744), clock=clock), clock=clock).state == "pulled"
        clock.sleep(86_400 * 2)
    assert clock.now.month == 11


def test_what_an_answer_must_say_is_checked_first(tmp_path):
    """A key that sees only a part of the records would give a silently partial export."""
    check = {"name": "caller", "path": "/v1/me", "keep": "register",
             "expect": {"field": "role", "in": ["auditor"], "otherwise": "the key sees only its own records"}}

    def vendor(request):
        return httpx.Response(200, json={"role": "standard"}) if request.url.path == "/v1/me" else Api([])(request)

    with pytest.raises(SourceError, match="caller: the key sees only its own records"):
        pull(company(tmp_path, check, asks()), vendor)
    assert stored(tmp_path) == {}


@pytest.mark.parametrize(("source", "words"), [
    ({"token_env": "NOT_SET"}, "found no NOT_SET"),
    ({"token_env": None, "token_file": "/nowhere/key"}, "the key cannot be read"),
    ({"into": "elsewhere/doors"}, "expected a folder among the paths"),
    ({"base_url": "http://api.test"}, "https"),
    ({"base_url": "https://user:secret@api.test"}, "expected https://host"),
    ({"token_env": None}, "one of token_env and token_file"),
    ({"parameters": {"tenant": "a/../b"}}, "String should match"),
    ({"token": "abc"}, "unknown key")])
def test_what_evidence_yaml_says_is_checked_before_anything_is_sent(tmp_path, source, words):
    """Exit code 2: the mistake is in the configuration, and nothing was asked."""
    with pytest.raises((ConfigError, UsageError), match=words) as caught:
        pull(company(tmp_path, source=source), Api([]))
    assert caught.value.exit_code == 2
    assert "secret" not in str(caught.value)


def test_parameters_that_a_request_needs_are_demanded(tmp_path):
    """A placeholder without a value is named; a value fills one segment, encoded."""
    ask = asks(path="/v1/tenants/{tenant}/events")
    with pytest.raises(ConfigError, match="to give tenant"):
        pull(company(tmp_path, ask), Api([]))
    asked = []

    def vendor(request):
        asked.append(request.url.raw_path.decode())
        return httpx.Response(200, json={"items": []})

    pull(company(tmp_path, ask, source={"parameters": {"tenant": "a b@c"}}), vendor)
    assert asked[0].startswith("/v1/tenants/a%20b%40c/events?")


def test_without_the_extra_the_message_names_it(tmp_path, monkeypatch):
    """Everything else works without the HTTP client; pulling says what to install, and that files will do."""
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "httpx" else find(name))
    with pytest.raises(MissingExtraError, match="pulling needs httpx") as caught:
        pull(company(tmp_path), Api([]))
    assert "copilot-evidence[pull]" in str(caught.value)
    assert caught.value.exit_code == 2
