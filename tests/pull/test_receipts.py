"""What receipts prove: when a page was observed, what was asked for, that it was complete, and what it was not."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from evidence import cli, config, correlate, pipeline
from evidence.errors import CustodyError, SourceError
from evidence.model import Period
from evidence.pipeline import package
from evidence.pipeline.month import open_month
from evidence.store import pulled
from evidence.verify import verify
from evidence.verify.receipts import check_receipts
from evidence.verify.report import Checklist

from .kit import NOW, Api, Clock, asks, company, ids, pull, records, store, stored

PERIOD = Period.month("2026-10", "UTC")
EACH = {"name": "event", "path": "/v1/events/{id}", "open": [{"field": "state", "in": ["open"]}]}
FULL = records(744)
BIG = {"from": "{from}", "until": "{until}", "limit": "200"}
"""One record an hour of October."""


def utc(*parts):
    """An instant as the tables hold it: UTC, without a zone."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)


def ingest(root):
    """Ingest what lies in the company folder."""
    return pipeline.ingest(store(root), config.load_company(root), received_at=NOW, jobs=1,
                           scanner=partial({}.get, "no scanner"))


def query(root, sql, **more):
    """Run a query over everything received."""
    with store(root).open(period=PERIOD, reference_time=NOW, **more) as con:
        return con.execute(sql).fetchall()


def coverage(root, now=NOW):
    """The coverage of October: state, basis, reason, from and to."""
    with store(root).open(period=PERIOD, reference_time=now) as con:
        correlate.intervals(con)
        return con.execute("SELECT state, basis, reason, from_time, to_time FROM coverage WHERE stream = 'sign_in'"
                           " ORDER BY from_time").fetchall()


def test_a_page_was_observed_when_the_server_answered(tmp_path):
    """observed_at is the minute of the receipt, not the time of the file nor that of evidence.yaml (decision 7)."""
    root = company(tmp_path, asks("offset"))
    clock = Clock()
    api = Api(records(7), clock=clock)
    api.before = lambda _request: clock.sleep(40)
    pull(root, api, clock=clock)
    assert not ingest(root).incomplete
    found = query(root, "SELECT native_id, observed_at FROM sign_in ORDER BY event_time")
    assert [row[1] for row in found] == [utc(2026, 11, 9, 8, 30)] * 5 + [utc(2026, 11, 9, 8, 31)] * 2


def test_a_receipt_covers_what_was_asked_for(tmp_path):
    """A finished pull proves its window, also where there is no record in it, once every page was received."""
    root = company(tmp_path, asks("offset", query=BIG))
    pull(root, Api([]))
    assert coverage_after(root) == [("covered", "receipt", "complete_without_records")]


def coverage_after(root, now=NOW):
    """Ingest, and say how October is covered."""
    ingest(root)
    return [row[:3] for row in coverage(root, now)]


def test_windows_and_their_ends_come_from_the_receipt(tmp_path):
    """From the margin before the period to its end and settling; a run before the pull's files were received sees none."""
    root = company(tmp_path, asks("offset", query=BIG), before="2d")
    pull(root, Api(FULL))
    summary = ingest(root)
    rows = query(root, "SELECT event_time, end_time, stream, basis, complete, observed_at FROM source_window")
    assert rows == [(utc(2026, 9, 29), utc(2026, 11, 2), "sign_in", "receipt", True, utc(2026, 11, 9, 8, 30, 15))]
    assert query(root, "SELECT count(*) FROM source_window", as_of_seq=summary.head - 1) == [(1,)]
    assert query(root, "SELECT complete, reason FROM source_window", as_of_seq=summary.head - 1) == [
        (False, "pulled_page_not_received")]
    assert query(root, "SELECT count(*) FROM source_window", as_of_seq=-1) == [(0,)]


def test_a_pull_that_was_not_finished_proves_nothing(tmp_path):
    """What came is evidence; that nothing is missing is not: the month has a gap that says why, until it is finished."""
    root = company(tmp_path, asks("offset", query=BIG))
    api = Api(FULL)
    api.before = lambda request: api.json({}, 403) if "offset=200" in str(request.url) else None
    with pytest.raises(SourceError, match="may not read"):
        pull(root, api)
    assert {row[0] for row in coverage_after(root)} == {"gap"}
    assert query(root, "SELECT complete, reason FROM source_window") == [(False, "pull_unfinished")]
    api.before = lambda _request: None
    assert pull(root, api).new == 3
    assert coverage_after(root) == [("covered", "receipt", "records_present")]


def test_a_pull_before_records_were_final_covers_only_what_was(tmp_path):
    """The end of the month was asked for on its last day: what the vendor may still add is not proven by that receipt."""
    root = company(tmp_path, asks("offset", query=BIG))
    clock = Clock(datetime(2026, 10, 31, 12, tzinfo=UTC))
    report = pull(root, Api(FULL, clock=clock), clock=clock)
    assert "final on 2026-11-02 00:00" in report.notes[0]
    ingest(root)
    assert query(root, "SELECT event_time, end_time FROM source_window WHERE complete") == [
        (utc(2026, 10, 1), utc(2026, 10, 30, 12))]
    clock.now = NOW
    again = pull(root, Api(FULL, clock=clock), clock=clock)
    assert again.pages == 1  # from where it was proven, not from the first
    assert coverage_after(root) == [("covered", "receipt", "records_present")]
    assert pull(root, Api(FULL, clock=clock), clock=clock).state == "nothing_to_ask"


def test_a_page_that_does_not_lie_there_makes_the_window_a_gap(tmp_path):
    """Somebody moved a page away before ingest: the receipt knows what is missing."""
    root = company(tmp_path, asks("offset", query=BIG))
    pull(root, Api(FULL))
    victim = sorted(stored(root))[1]
    (root / victim).unlink()
    assert {row[:1] + row[2:3] for row in coverage_after(root)} == {("gap", "pulled_page_not_received")}


def test_a_page_that_was_edited_is_not_the_page_that_was_pulled(tmp_path):
    """The hash in the receipt is that of the bytes received; another page proves nothing and has no time."""
    root = company(tmp_path, asks("offset"))
    pull(root, Api(records(3)))
    victim, = stored(root)
    (root / victim).write_text(json.dumps({"items": records(2)}))
    ingest(root)
    assert query(root, "SELECT count(*) FROM source_window WHERE complete") == [(0,)]
    assert query(root, "SELECT DISTINCT observed_at FROM sign_in") == [(None,)]


def test_gaps_of_the_pull_are_gaps_of_the_month(tmp_path):
    """An item that was gone is the reason of the gap in the report."""
    root = company(tmp_path, asks("offset", each=EACH))
    api = Api(records(3))
    plain = api.answer
    api.answer = lambda request: (api.json({}, 404) if request.url.path.endswith("/e1") else plain(request))
    pull(root, api)
    assert {(row[0], row[2]) for row in coverage_after(root)} == {("gap", "item_gone")}


def test_open_items_are_asked_for_again_by_the_next_pull(tmp_path):
    """An item that could still change is fetched until it no longer can, also outside of the next window."""
    root = company(tmp_path, asks("offset", each=EACH))
    clock = Clock()
    api = Api([dict(r, state="open" if r["id"] == "e2" else "done") for r in records(4)], clock=clock)
    report = pull(root, api, clock=clock)
    assert (report.open, report.notes[-1]) == (1, "1 may still change: the next pull asks for them again")
    api.calls.clear()
    clock.sleep(86_400)
    assert pull(root, api, clock=clock).open == 1
    assert [url.rsplit("/", 1)[1] for url in api.calls if "/v1/events/" in url] == ["e2"]
    api.stock[2]["state"] = "done"
    clock.sleep(86_400)
    assert pull(root, api, clock=clock).open == 0
    clock.sleep(86_400)
    assert pull(root, api, clock=clock).state == "nothing_to_ask"
    ingest(root)
    assert query(root, "SELECT count(*), count(DISTINCT native_id) FROM sign_in") == [(4, 4)]


def test_late_records_are_caught_by_the_overlap(tmp_path):
    """The next pull begins a margin before what was proven, so that what arrived late is there; once in the results."""
    root = company(tmp_path, asks("offset", query=BIG), before="2d")
    clock = Clock(datetime(2026, 10, 20, tzinfo=UTC))
    api = Api(FULL[:420], clock=clock)
    pull(root, api, clock=clock)
    late = {"id": "late", "at": "2026-10-17T20:00:00Z", "who": "p9"}
    api.stock = sorted([*FULL, late], key=lambda r: r["at"])
    clock.now = NOW
    pull(root, api, clock=clock)
    assert "late" in ids(root)
    assert not ingest(root).incomplete
    assert query(root, "SELECT count(*), count(DISTINCT native_id) FROM sign_in") == [(745, 745)]


def test_pulls_of_two_months_prove_the_days_between_them(tmp_path):
    """The first pulls of a month reach back into the one before, whose last hours were not final yet: nothing is lost."""
    root = company(tmp_path, asks("offset", query=BIG), before="1d", keeps="6d")
    clock = Clock(datetime(2026, 10, 2, 5, tzinfo=UTC))
    while clock.now < datetime(2026, 11, 4, tzinfo=UTC):
        label = f"{clock.now - timedelta(days=1):%Y-%m}"
        assert pull(root, Api(FULL, clock=clock), clock=clock, period=label).state == "pulled"
        clock.sleep(86_400 * (4 if clock.now.day < 28 and clock.now.month == 10 else 1))
    assert pull(root, Api(FULL, clock=clock), clock=clock).state == "nothing_to_ask"
    assert coverage_after(root) == [("covered", "receipt", "records_present")]


def test_days_are_asked_for_one_by_one_and_only_when_they_are_over(tmp_path):
    """A report of a day is asked for once that day has ended; an empty day is an answer and no file."""
    ask = {"name": "report", "path": "/v1/report", "query": {"day": "{day}"}, "by_day": True, "empty": [204],
           "covers": ["sign_in"], "records": "items"}
    root = company(tmp_path, ask)
    clock = Clock(datetime(2026, 10, 4, 9, tzinfo=UTC))
    asked = []

    def vendor(request):
        day = request.url.params["day"]
        asked.append(day)
        api = Api([], clock=clock)
        return api.json(None, 204) if day == "2026-10-02" else api.json({"items": [{"id": day, "at": f"{day}T05:00:00Z"}]})

    vendor_204 = vendor
    report = pull(root, lambda r: strip(vendor_204(r)), clock=clock)
    assert asked == ["2026-10-01", "2026-10-02", "2026-10-03"]
    assert (report.pages, len(stored(root))) == (3, 2)
    ingest(root)
    assert query(root, "SELECT event_time, end_time FROM source_window WHERE complete") == [
        (utc(2026, 10, 1), utc(2026, 10, 3, 9))]


def strip(response):
    """An answer without content has no body."""
    import httpx

    return httpx.Response(204, headers={"date": response.headers["date"]}) if response.status_code == 204 else response


def test_files_behind_signed_addresses_are_fetched_without_the_key(tmp_path):
    """Reports lie on a storage host: it is named, gets no key, and what is signed in its address is in no receipt."""
    ask = {"name": "reports", "path": "/v1/report", "keep": "register",
           "each": {"name": "report", "links": "links", "hosts": ["files-*.store.test"], "body": "any"}}
    root = company(tmp_path, ask)
    seen = []

    def vendor(request):
        seen.append((request.url.host, "authorization" in request.headers))
        if request.url.host == "api.test":
            return Api([]).json({"links": ["https://files-7.store.test/a.json?sig=SIGNED", "https://files-7.store.test/b.json?sig=SIGNED"]})
        return Api([]).json({"id": request.url.path, "at": "2026-10-01T00:00:00Z"})

    pull(root, vendor)
    assert seen == [("api.test", True), ("files-7.store.test", False), ("files-7.store.test", False)]
    assert len(stored(root)) == 2
    journals = pulled.folder(store(root).register, "doors")
    assert "SIGNED" not in "".join(path.read_text() for path in journals.glob("*.jsonl"))
    assert not ingest(root).incomplete


@pytest.mark.parametrize("link", ["https://evil.test/a", "http://files-7.store.test/a", "ftp://files-7.store.test/a",
                                  "file:///etc/passwd", "https://store.test.evil.test/a"])
def test_files_elsewhere_are_refused(tmp_path, link):
    """An answer cannot send us to whatever host it likes."""
    ask = {"name": "reports", "path": "/v1/report", "keep": "register",
           "each": {"name": "report", "links": "links", "hosts": ["files-*.store.test"], "body": "any"}}
    with pytest.raises(SourceError, match=r"known hosts|expected https"):
        pull(company(tmp_path, ask), lambda _r: Api([]).json({"links": [link]}))


def test_signed_addresses_that_expired_are_asked_for_anew(tmp_path):
    """A pull that is carried on the next day does not use addresses that were signed for minutes."""
    ask = {"name": "reports", "path": "/v1/report", "keep": "register",
           "each": {"name": "report", "links": "links", "hosts": ["files.test"], "body": "any"}}
    root, valid, clock = company(tmp_path, ask), ["1"], Clock()

    def vendor(request):
        api = Api([], clock=clock)
        if request.url.host == "api.test":
            return api.json({"links": [f"https://files.test/{n}?sig={valid[0]}" for n in "ab"]})
        if request.url.params["sig"] != valid[0] or (request.url.path == "/b" and valid[0] == "1"):
            return api.json({}, 403)
        return api.json({"id": request.url.path, "at": "2026-10-01T00:00:00Z"})

    with pytest.raises(SourceError):
        pull(root, vendor, clock=clock)
    valid[0] = "2"
    clock.sleep(86_400)
    assert pull(root, vendor, clock=clock).pages == 3
    assert ids(root) == ["/a", "/b"]


def test_a_receipt_tells_what_was_asked_and_what_came(tmp_path):
    """One line for each answer: address, window, time, status, headers, attempts, size, hash, records, place."""
    root = company(tmp_path, asks("link"))
    pull(root, Api(records(6)))
    first = next(iter(pulled.pulls(store(root).register, "doors")[0].pages.values()))
    assert first["url"].startswith("https://api.test/v1/events?from=2026-10-01T00%3A00%3A00Z&until=2026-11-02T00%3A00%3A00Z")
    assert {"key", "seq", "ask", "url", "at", "status", "headers", "attempts", "bytes", "sha256", "records", "path",
            "keep", "window"} <= set(first)
    assert (first["status"], first["attempts"], first["records"]) == (200, 1, 5)
    assert first["at"] == "2026-11-09T08:30:15.000000Z"
    assert 'rel="next"' in first["headers"]["link"]
    assert "authorization" not in {name.lower() for name in first["headers"]}


def test_the_custody_of_a_package_tells_which_files_were_pulled(tmp_path):
    """Each pull with its journal's digest and the files received of it; the verifier says so, and what was left open."""
    root = company(tmp_path, asks("offset", query=BIG))
    pull(root, Api(FULL))
    ingest(root)
    (root / sorted(stored(root))[1]).unlink()
    journal = next(pulled.folder(store(root).register, "doors").glob("*.jsonl")).read_bytes()
    month = open_month(root, "2026-10", reference_time=NOW)
    with month.store.open(period=PERIOD, reference_time=NOW) as con:
        (one,) = package.pulls(month, con)
        told = con.execute("SELECT path, file_sha256, bytes, ledger_seq FROM file").fetchall()
        names = [dict(zip(("path", "file_sha256", "bytes", "ledger_seq"), file, strict=True)) for file in told]
    assert one["journal_sha256"] == hashlib.sha256(journal).hexdigest()
    assert (one["source_id"], one["missing"], one["gaps"], len(one["files"])) == ("doors", 0, [], one["answers"])
    custody = json.dumps({"pulls": [one]}).encode()
    for known, state in ((names, "not_checked"), (names[1:], "fails")):
        check = Checklist("receipts")
        check_receipts(custody, json.dumps([{"source_id": "doors", "files": known}]).encode(), [], None, check)
        assert check.steps()[0].state == state
    assert "names a file" in check.steps()[0].found


@pytest.mark.render
def test_a_month_that_was_pulled_is_sealed_with_its_receipts(tmp_path, monkeypatch):
    """Pulled, run, sealed: custody names every file of the pull, and two verifiers find each among the sources."""
    from evidence.render import pdf

    layout = pdf.layout  # pages are tested elsewhere, and take most of the time
    monkeypatch.setattr(pdf, "layout", lambda _html: layout("<html lang=en><title>x</title><p>One page."))
    root = company(tmp_path, asks("link"))
    pull(root, Api(records(12)))
    said = ["run", "-C", str(root), "--period", "2026-10", "--as-of", "2026-11-20T06:00:00Z", "--test-key"]
    assert cli.call(said) in {0, 3, 4}
    sealed = root / "packages" / "evidence-2026-10.zip"
    with zipfile.ZipFile(sealed) as archive:
        custody, sources = (json.loads(archive.read(name)) for name in ("custody.json", "evidence/sources.json"))
    (one,), (source,) = custody["pulls"], sources
    assert one["files"] == sorted(file["file_sha256"] for file in source["files"])
    assert (one["source_id"], len(one["files"])) == ("doors", one["answers"])
    report = verify(sealed)
    assert report.ok, report.failed
    assert f"{one['answers']} files came by 1 pulls, each in evidence/sources.json" in report.step("receipts").found
    second = Path(__file__).parents[1] / "verify" / "independent.py"
    done = subprocess.run([sys.executable, second, sealed], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_a_journal_that_is_damaged_is_not_believed(tmp_path):
    """A line that is no receipt stops everything that rests on it; a last line cut off by a kill does not."""
    root = company(tmp_path, asks("link"))
    pull(root, Api(records(6)))
    path = next(pulled.folder(store(root).register, "doors").glob("*.jsonl"))
    good = path.read_bytes()
    path.write_bytes(good + b'{"event": "pa')
    assert len(list(pulled.Journal(path).lines())) == good.count(b"\n")
    path.write_bytes(good.replace(b'"event":"page"', b'"event":"pagf"', 1))
    with pytest.raises(CustodyError, match="expected a receipt"):
        ingest(root)


def test_intervals_without_others():
    """What is left of a window when proven ones are taken away."""
    cut = pulled._without
    assert cut(("a", "z"), []) == [("a", "z")]
    assert cut(("b", "y"), [("a", "c"), ("x", "z")]) == [("c", "x")]
    assert cut(("b", "y"), [("c", "d"), ("d", "f"), ("h", "i")]) == [("b", "c"), ("f", "h"), ("i", "y")]
    assert cut(("b", "y"), [("a", "z")]) == []


def test_the_frozen_end_does_not_move_while_it_runs(tmp_path):
    """Records that arrive while a pull runs do not shift its pages: the end it asks for is that of its start."""
    root = company(tmp_path, asks("offset", query=BIG))
    clock = Clock(datetime(2026, 10, 20, 12, tzinfo=UTC))
    api = Api(FULL, clock=clock)
    api.before = lambda _request: clock.sleep(60)
    pull(root, api, clock=clock)
    assert {"2026-10-20T12:00:00Z"} == {httpx_until(url) for url in api.calls}
    assert clock.now > datetime(2026, 10, 20, 12, tzinfo=UTC) + timedelta(minutes=2)


def httpx_until(url):
    """The end that an address asks for."""
    import httpx

    return httpx.URL(url).params["until"]
