"""A pull is killed at every point, and carried on by the same command."""

from __future__ import annotations

import json
import os
import signal
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from evidence.store import disk, pulled

from .kit import WINDOW, Api, Clock, agrees, asks, company, ids, journal, pull, records, stored

pytestmark = pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")


class Deadly:
    """Counts the points at which a process may die, and dies at one: SIGKILL, as a power cut or the kernel does it.

    The points are: before a request is sent, after its answer came, after the page is on the disk and before its
    receipt is, in the middle of a receipt, and after it.
    """

    def __init__(self, at: int | None) -> None:
        """Die at this point; None: live."""
        self.at, self.passed = at, 0

    def point(self) -> None:
        """Pass a point, or do not."""
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed += 1

    @contextmanager
    def everywhere(self):
        """Put the points into the disk and the journal."""
        whole, append = disk.whole, pulled.Journal.append

        @contextmanager
        def deadly_whole(path: Path, mode: int = 0o600):
            with whole(path, mode) as file:
                yield file
            self.point()

        def deadly_append(journal, event, **facts):
            if self.passed == self.at:
                disk.folder(journal.path.parent)
                with journal.path.open("ab") as file:
                    file.write(json.dumps({"event": event, **facts}).encode()[:40])
            self.point()
            line = append(journal, event, **facts)
            self.point()
            return line

        disk.whole, pulled.Journal.append = deadly_whole, deadly_append
        try:
            yield
        finally:
            disk.whole, pulled.Journal.append = whole, append

    def transport(self, api: Api) -> httpx.MockTransport:
        """Put the points around a request."""
        def answer(request: httpx.Request) -> httpx.Response:
            self.point()
            response = api(request)
            self.point()
            return response

        return httpx.MockTransport(answer)


def killed_at(root: Path, point: int | None, api: Api, clock: Clock) -> bool:
    """Pull in a process of its own that dies at a point; say whether it died."""
    child = os.fork()
    if child == 0:
        deadly = Deadly(point)
        with deadly.everywhere():
            pull(root, deadly.transport(api), clock=clock)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


ASK = asks("offset", query={**WINDOW, "limit": "3"}, each={"name": "event", "path": "/v1/events/{id}", "open": [{"field": "state", "in": ["open"]}]})


def test_killed_at_every_point_it_carries_on_to_the_same_pages(tmp_path):
    """Whatever the point: the pages are those of a pull that nobody killed, none twice, none lost, none asked twice."""
    whole = company(tmp_path / "whole", ASK)
    undisturbed = Api(records(4))
    pull(whole, undisturbed)
    expected, calls = stored(whole), len(undisturbed.calls)
    assert calls == 2 + 4
    point, died = 0, True
    while died:
        root = company(tmp_path / str(point), ASK)
        died = killed_at(root, point, Api(records(4)), Clock())
        had = pulled.pulls(root / ".evidence" / "register", "doors")
        receipts = len(had[0].pages) if had else 0
        if died:
            clock = Clock()
            api = Api(records(4), clock=clock)
            clock.sleep(86_400 * 2)  # carried on two days later: the window stays that of then
            finished = bool(had and had[0].end)
            report = pull(root, api, clock=clock)
            assert len(api.calls) == (0 if finished else calls - receipts)
            assert report.state in ({"nothing_to_ask"} if finished else {"pulled"})
        agrees(root)
        names = {path.rsplit("/", 1)[1] for path in expected}
        assert {path.rsplit("/", 1)[1] for path in stored(root)} == names
        assert sorted(stored(root).values()) == sorted(expected.values())
        assert ids(root) == ids(whole)
        assert len(journal(root).pages) == calls
        point += 1
    assert point > 4 * calls  # every point of every page, and those of the first line and the last


def test_killed_again_and_again_it_comes_to_an_end(tmp_path):
    """A pull that dies every few steps still ends, with each page once."""
    root, clock, turns = company(tmp_path, ASK), Clock(), 0
    api = Api(records(4))
    while killed_at(root, 8, api, clock):
        turns += 1
        assert turns < 40
    agrees(root)
    assert turns > 3
    assert set(ids(root)) == {r["id"] for r in api.stock}


def test_a_page_that_was_changed_meanwhile_is_asked_for_again(tmp_path):
    """What the journal has is read from the disk only where it still has the bytes of its receipt."""
    root = company(tmp_path, ASK)
    assert killed_at(root, 14, Api(records(4)), Clock())
    victim, *others = journal(root).files
    (root / victim["path"]).write_bytes(b"{}")
    api = Api(records(4))
    pull(root, api)
    assert httpx.URL(api.calls[0]).path == "/v1/events"
    again = journal(root).pages[victim["key"]]
    assert (again["sha256"], again["path"] != victim["path"]) == (victim["sha256"], True)
    assert len(api.calls) == 6 - len(others)


def test_one_pull_of_a_source_at_a_time(tmp_path):
    """A second pull of a source does not run beside the first: two writers would spoil the journal."""
    from evidence.errors import CustodyError

    root = company(tmp_path)
    with (disk.only_one(pulled.folder(root / ".evidence" / "register", "doors") / "lock"),
          pytest.raises(CustodyError, match="another process")):
        pull(root, Api(records(1)))
