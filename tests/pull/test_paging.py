"""Every way of paging: what the vendor has in the window is stored, once, whatever happens on the way."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import SourceError

from .kit import BASE, PAGING, Api, Clock, agrees, asks, company, ids, journal, pull, records, stored

FAULTS = ("timeout", "reset", "cut", "500", "503", "429", "429 until", "403 spent", "not answered")


class Faulty:
    """An API that fails for a while: ``plan`` names what happens to each request in turn; then it answers."""

    def __init__(self, api: Api, plan: list[str | None]) -> None:
        """Fail as planned."""
        self.api, self.plan = api, list(plan)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer, or fail as planned."""
        fault = self.plan.pop(0) if self.plan else None
        now = self.api.clock.now
        if fault is None:
            return self.api(request)
        if fault == "timeout":
            raise httpx.ReadTimeout("slow", request=request)
        if fault == "reset":
            raise httpx.ReadError("reset", request=request)
        if fault == "not answered":
            raise httpx.RemoteProtocolError("peer closed connection", request=request)
        if fault == "cut":
            whole = self.api.answer(request)
            return httpx.Response(200, headers={**whole.headers, "content-length": str(len(whole.content))},
                                  stream=httpx.ByteStream(whole.content[:-7]))
        headers = {"429": {"retry-after": "7"}, "429 until": {"retry-after": f"{now + timedelta(seconds=30):%a, %d %b %Y %H:%M:%S GMT}"},
                   "403 spent": {"x-rate-remaining": "0", "x-rate-reset": str(int(now.timestamp()) + 90)}}.get(fault, {})
        return self.api.json({"error": {"message": fault}}, int(fault[:3]), headers)


@settings(max_examples=25, deadline=None)
@given(way=st.sampled_from(sorted(PAGING)), count=st.integers(0, 40),
       faults=st.lists(st.sampled_from([None, None, *FAULTS]), max_size=12))
def test_every_way_of_paging_brings_every_record_once(tmp_path_factory, way, count, faults):
    """However the vendor pages and however often it fails meanwhile, each record is stored, and none twice."""
    root = company(tmp_path_factory.mktemp("pull"), asks(way))
    clock = Clock()
    api = Api(records(count), ceiling=10 if way in {"ceiling", "capped"} else None, clock=clock)
    run = [fault if n % 5 else None for n, fault in enumerate(faults)]  # fewer in a row than attempts
    report = pull(root, Faulty(api, run), clock=clock)
    assert report.state == "pulled"
    agrees(root)
    expected = sorted(r["id"] for r in api.stock)
    assert sorted(set(ids(root))) == expected
    if way not in {"ceiling", "capped"}:
        assert ids(root) == expected
        assert len(api.calls) == max(-(-count // 5), 1) or way == "offset"


@pytest.mark.parametrize("way", ["ceiling", "capped"])
def test_a_window_that_is_too_full_is_halved_until_it_is_not(tmp_path, way):
    """Beyond its ceiling the vendor lists nothing: shorter windows are asked for, and nothing is asked beyond."""
    api = Api(records(40), ceiling=10)
    pull(company(tmp_path, asks(way)), api)
    assert sorted(set(ids(tmp_path))) == sorted(r["id"] for r in api.stock)
    offsets = [int(httpx.URL(url).params.get("offset", 0)) for url in api.calls]
    assert max(offsets) <= 10
    windows = {line["window"] for line in journal(tmp_path).pages.values()}
    assert len(windows) > 5


def test_more_records_in_a_second_than_can_be_listed_is_said(tmp_path):
    """A window of one second cannot be halved: that is incomplete evidence and no endless loop."""
    api = Api(records(30, step=0), ceiling=10)
    with pytest.raises(SourceError, match="no shorter window can be asked for") as caught:
        pull(company(tmp_path, asks("ceiling")), api)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("way", ["link", "next_url", "cursor"])
def test_a_page_that_leads_back_is_a_loop(tmp_path, way):
    """The same address twice in one list ends the pull with a word, whatever the vendor meant."""
    api = Api(records(20))
    loop = api.page

    def turn(parts, asked, inside):
        return loop(parts, {**asked, "$skip": "0", "after": "0"}, inside)

    api.page = turn
    with pytest.raises(SourceError, match="leads back"):
        pull(company(tmp_path, asks(way)), api)
    assert len(api.calls) <= 3


@pytest.mark.parametrize("target", ["https://evil.test/v1/events", "http://api.test/v1/events",
                                    "https://api.test:8443/v1/events", "//evil.test/x", "https://api.test@evil.test/",
                                    "https://api.test.evil.test/"])
@pytest.mark.parametrize("way", ["link", "next_url"])
def test_the_key_does_not_follow_a_page_to_another_host(tmp_path, way, target):
    """A next page elsewhere is refused before anything is sent there: scheme, host and port are pinned."""
    asked = []

    def vendor(request):
        asked.append(request.url.host)
        body = {"items": [{"id": "a", "at": "2026-10-01T00:00:00Z"}], "@odata.nextLink": target}
        return Api([]).json(body, headers={"link": f'<{target}>; rel="next"'})

    with pytest.raises(SourceError, match="another host"):
        pull(company(tmp_path, asks(way)), vendor)
    assert asked == ["api.test"]


def test_a_redirect_is_not_followed(tmp_path):
    """The key is not carried to where a redirect leads; the message says where that was, without its query."""
    asked = []

    def vendor(request):
        asked.append(str(request.url))
        return httpx.Response(302, headers={"location": "https://elsewhere.test/login?secret=1"})

    with pytest.raises(SourceError, match=r"elsewhere \(302, to https://elsewhere.test/login\)"):
        pull(company(tmp_path), vendor)
    assert len(asked) == 1


def test_values_stay_in_their_place(tmp_path):
    """An id with slashes, dots, question marks or control characters stays one segment of the path."""
    odd = ["a/b", "x?y=1", "c#d", "é", "a b", "%2e%2e", "..;x"]
    stock = [{"id": name, "at": "2026-10-02T00:00:00Z"} for name in odd]
    asked = []

    def vendor(request):
        asked.append(request.url.raw_path.decode())
        return Api(stock).json({"items": stock} if request.url.path == "/v1/events" else {"id": "x", "at": "2026-10-02T00:00:00Z"})

    ask = asks(each={"name": "event", "path": "/v1/events/{id}"}, keep="register") | {"paging": None}
    pull(company(tmp_path, ask), vendor)
    details = asked[1:]
    assert len(details) == len(odd)
    assert all(path.startswith("/v1/events/") and path.count("/") == 3 and "?" not in path for path in details)


@pytest.mark.parametrize("name", ["..", "."])
def test_an_id_that_would_climb_is_refused(tmp_path, name):
    """Dots that mean another folder to a server are no id."""
    def vendor(_request):
        return Api([]).json({"items": [{"id": name, "at": "x"}]})

    ask = asks(each={"name": "event", "path": "/v1/events/{id}"}) | {"paging": None}
    with pytest.raises(SourceError, match="can stand in a path"):
        pull(company(tmp_path, ask), vendor)


def test_pages_are_stored_as_received(tmp_path):
    """Bytes are unchanged: order of keys, blanks, numbers too long for a machine word."""
    body = b'{ "items" : [ {"at":"2026-10-02T00:00:00Z", "id" : "a", "n": 123456789012345678901234567890.0} ]\n}\r\n'
    pull(company(tmp_path), lambda _r: httpx.Response(200, content=body))
    assert list(stored(tmp_path).values()) == [body]
    assert httpx.URL(BASE).host in journal(tmp_path).begin["base"]


def test_blanks_and_pluses_of_a_filter_arrive_as_they_are(tmp_path):
    """Filters hold words and zones: a blank is %20 and a plus %2B, on the first page and on those after it."""
    asked = []

    def vendor(request):
        asked.append(request.url.query.decode())
        return Api([]).json({"items": records(2), "more": len(asked) == 1})

    query = {"filter": "at ge {from} and zone eq '+01'", "limit": "2"}
    pull(company(tmp_path, asks("more", query=query)), vendor)
    assert len(asked) == 2
    assert all("filter=at%20ge%202026-10-01T00%3A00%3A00Z%20and%20zone%20eq%20%27%2B01%27" in one and "+" not in one for one in asked)
