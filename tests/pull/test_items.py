"""What is asked of each record: page after page, of records inside records, and of answers that name nothing."""

from __future__ import annotations

import io
import itertools
import os
import signal
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import httpx
import pytest
import yaml
from pydantic import ValidationError

from evidence.endpoint import Each
from evidence.errors import SourceError
from evidence.ingest import readers
from evidence.ingest.readers.base import Options
from evidence.store import pulled

from .kit import BASE, Api, Clock, asks, company, journal, pull, store, stored
from .test_kill import Deadly
from .test_receipts import ingest, query

pytestmark = pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")

GUESTS = {"name": "guests", "path": "/v1/rooms/{id}/guests", "query": {"limit": "2"}, "records": "items",
          "paging": {"by": "link"}}
INNER = {"name": "inner", "path": "/v1/rooms/{id}/rooms", "records": "items", "nested": True, "at_least": {"rooms": 1},
         "empty": [405]}
ROOMS = {"name": "rooms", "path": "/v1/rooms", "records": "items", "each": [GUESTS, INNER]}


class House(Api):
    """Rooms with guests, and rooms inside rooms; a page of guests does not say whose they are."""

    def __init__(self, guests: dict[str, list[str]], inside: dict[str, list[str]] | None = None, *, counts: bool = True,
                 clock: Clock | None = None) -> None:
        """Hold the guests of every room, and which rooms are inside which."""
        super().__init__([], clock=clock)
        self.guests, self.inside, self.counts = guests, inside or {}, counts
        self.gone: set[str] = set()

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Return a list of rooms, or a page of guests."""
        parts = urlsplit(str(request.url))
        *_, room, last = parts.path.split("/")
        room = unquote(room)
        if parts.path == "/v1/rooms":
            held = {name for names in self.inside.values() for name in names}
            return self.json({"items": [self.room(name) for name in self.guests if name not in held]})
        if room in self.gone:
            return self.json({"error": {"message": "no such room"}}, 404)
        if last == "rooms":
            if not self.counts:
                return self.json({"error": {"message": "method not allowed"}}, 405)
            return self.json({"items": [self.room(name) for name in self.inside[room]]})
        start = int(parse_qs(parts.query).get("from", ["0"])[0])
        people = self.guests[room]
        following = f"{BASE}{parts.path}?limit=2&from={start + 2}"
        return self.json({"items": [{"id": who, "at": "2026-10-01T00:00:00Z"} for who in people[start:start + 2]]},
                         headers={"link": f'<{following}>; rel="next"'} if start + 2 < len(people) else {})

    def room(self, name: str) -> dict[str, object]:
        """A room as a list shows it."""
        return {"id": name, "at": "2026-10-01T00:00:00Z", **({"rooms": len(self.inside.get(name, []))} if self.counts else {})}


def house(root: Path, **changes: object) -> Path:
    """Write a company that asks for rooms and their guests, and whose connector says in which room a guest was seen."""
    company(root, {**ROOMS, **changes})
    folder = root / "catalog" / "door_log"
    written = yaml.safe_load((folder / "connector.yaml").read_text())
    written["reader"]["carry"] = {"_from": "@member"}
    written["shape"]["_from"] = "VARCHAR"
    written["require"] = ["id"]
    written["skips"] = [{"when": "item_of(r.s._from, 'guests') IS NULL", "reason": "a_room"}]
    (folder / "connector.yaml").write_text(yaml.safe_dump(written, sort_keys=False))
    sql = (folder / "sign_in.sql").read_text()
    (folder / "sign_in.sql").write_text(sql.replace("r.s.id AS native_id", "item_of(r.s._from, 'guests') || '/' || r.s.id AS native_id"))
    return root


def seen(root: Path) -> list[str]:
    """Room and guest of every row that comes of the pages."""
    assert not ingest(root).unread
    return [row[0] for row in query(root, "SELECT native_id FROM sign_in ORDER BY native_id")]


HELD = {"red": ["a", "b", "c", "d", "e"], "blue": ["a", "b"], "green": ["a", "b"], "empty": [], "attic": ["z"]}


def test_every_page_of_every_item_is_stored_and_says_whose_it_is(tmp_path):
    """Two rooms with the same guests give the same bytes: the path in the ZIP keeps them apart, and names the room."""
    root = house(tmp_path)
    api = House(HELD)
    assert pull(root, api).records == 5 + 10
    assert seen(root) == sorted(f"{room}/{who}" for room, guests in HELD.items() for who in guests)
    assert len(api.calls) == 1 + 3 + 1 + 1 + 1 + 1


def test_what_lies_in_the_zip_is_what_was_received(tmp_path):
    """The receipt has the hash of the file, by which ingest knows it, and that of the answer; the member is the answer."""
    import hashlib

    root = house(tmp_path)
    pull(root, House({"red": ["a", "b", "c"]}))
    lines = [line for line in journal(root).files if line["ask"] == "guests"]
    assert [line["records"] for line in lines] == [2, 1]
    for number, line in enumerate(lines, start=1):
        body = (root / line["path"]).read_bytes()
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            name, = archive.namelist()
            answer = archive.read(name)
        assert name == line["member"] == f"{journal(root).name}/guests/red/{number}.json"
        assert hashlib.sha256(body).hexdigest() == line["sha256"]
        assert (hashlib.sha256(answer).hexdigest(), len(answer)) == (line["received_sha256"], line["bytes"])
        assert [batch.texts for batch in readers.read(lambda b=body: io.BytesIO(b), Options(records=("items",)))]
    assert not ingest(root).incomplete


def test_the_same_answer_gives_the_same_file(tmp_path):
    """The ZIP holds no time of its own: two pulls of the same instant store the same bytes."""
    first, second = house(tmp_path / "a"), house(tmp_path / "b")
    pull(first, House(HELD))
    pull(second, House(HELD))
    assert stored(first) == stored(second)


def test_a_state_that_is_seen_again_unchanged_is_seen_twice(tmp_path):
    """The same bytes at two instants are two observations: what held before and after says more than what held once."""
    root, clock = house(tmp_path), Clock()
    for _ in range(2):
        api = House({"red": ["a"], "blue": []}, clock=clock)
        pull(root, api, clock=clock, again=True)
        assert not ingest(root).incomplete
        clock.sleep(86_400)
    assert query(root, "SELECT count(DISTINCT observed_at), count(*) FROM raw.sign_in") == [(2, 2)]
    assert query(root, "SELECT count(*) FROM file") == [(6,)]


def test_an_id_cannot_leave_its_place_in_the_zip(tmp_path):
    """Ids are the vendor's: strokes, blanks and dots in one are spelled out, and the reader still knows the item."""
    odd = "../a b/c%2F"
    root = house(tmp_path)
    pull(root, House({odd: ["a"]}))
    line, = (line for line in journal(root).files if line["ask"] == "guests")
    assert line["member"].split("/")[2] == quote(odd, safe="")
    assert seen(root) == [f"{quote(odd, safe='')}/a"]


def test_records_inside_records_are_asked_the_same(tmp_path):
    """Subgroups of any depth: the list of what is inside is asked for where something is, and each once."""
    inside = {"red": ["blue", "green"], "green": ["attic"]}
    root = house(tmp_path)
    api = House(HELD, inside)
    pull(root, api)
    assert seen(root) == sorted(f"{room}/{who}" for room, guests in HELD.items() for who in guests)
    assert sorted(urlsplit(url).path for url in api.calls if url.endswith("/rooms")) == [
        "/v1/rooms", "/v1/rooms/green/rooms", "/v1/rooms/red/rooms"]


def test_no_depth_is_too_deep(tmp_path):
    """A chain of rooms, each inside the one before, longer than any program may call itself."""
    names = [f"r{n}" for n in range(1500)]
    api = House({name: [] for name in names}, {a: [b] for a, b in itertools.pairwise(names)})
    assert pull(house(tmp_path), api).pages == 1 + 1500 + 1499


@pytest.mark.parametrize("room", ["", "x" * 2000, None])
def test_an_id_that_is_none_ends_the_pull(tmp_path, room):
    """What cannot be asked for is the vendor's change of its API, and is said so."""
    with pytest.raises(SourceError, match="rooms: a record without a usable id"):
        pull(house(tmp_path), House({room: ["a"]}))


def test_a_circle_of_records_ends(tmp_path):
    """A room inside itself is asked once."""
    root = house(tmp_path)
    api = House({"red": ["a"], "blue": ["b"], "hall": []}, {"hall": ["red"], "red": ["blue"], "blue": ["red"]})
    pull(root, api)
    assert seen(root) == ["blue/b", "red/a"]
    assert len(api.calls) == len(set(api.calls)) == 1 + 3 + 3


def test_a_status_that_says_there_is_nothing_is_kept_in_the_register(tmp_path):
    """A version of the product without such a list says 405: no page, no gap, and the receipt tells it."""
    root = house(tmp_path)
    report = pull(root, House({"red": ["a"]}, counts=False))
    assert (report.state, report.gaps) == ("pulled", ())
    line, = (line for line in journal(root).pages.values() if line["ask"] == "inner")
    assert (line["status"], line["keep"], line["records"]) == (405, "register", 0)
    assert seen(root) == ["red/a"]


def test_what_a_list_says_that_is_not_there_is_no_page(tmp_path):
    """A feature that is switched off: the words that say so are kept in the register, and ingest finds no odd file."""
    root = company(tmp_path, asks("offset", empty=[404]))
    api = Api([])
    api.before = lambda _request: api.json({"message": "resource not found"}, 404)
    assert pull(root, api).state == "pulled"
    line, = journal(root).pages.values()
    assert (line["status"], line["keep"], (root / line["path"]).is_file()) == (404, "register", True)
    assert stored(root) == {}


def test_an_item_that_went_meanwhile_is_a_gap(tmp_path):
    """A room that was listed and is gone when its guests are asked for: the list is not complete, and says of which."""
    root = house(tmp_path)
    api = House(HELD)
    api.gone.add("blue")
    report = pull(root, api)
    assert [(gap["ask"], gap["reason"], gap["detail"]) for gap in report.gaps] == [("rooms", "item_gone", "blue")]
    assert not any(one.startswith("blue") for one in seen(root))


def test_pages_of_an_item_that_lead_in_a_circle_are_refused(tmp_path):
    """A server whose next page is the one before would be asked for ever."""
    api = House({"red": ["a", "b", "c"]})
    answer = api.answer
    api.answer = lambda request: api.json({"items": []}, headers={"link": f'<{request.url}>; rel="next"'}) if "guests" in str(request.url) else answer(request)
    with pytest.raises(SourceError, match="guests: the server leads back"):
        pull(house(tmp_path), api)


def test_an_answer_of_an_item_that_is_no_list_is_not_stored(tmp_path):
    """A sign-in page in the place of a list of guests stops the pull before it is taken for evidence."""
    api = House({"red": ["a"]})
    answer = api.answer
    api.answer = lambda request: httpx.Response(200, content=b"<html>") if "guests" in str(request.url) else answer(request)
    with pytest.raises(SourceError, match="guests: expected JSON"):
        pull(house(tmp_path), api)
    assert not [path for path in stored(tmp_path) if "guests" in path]


@pytest.mark.parametrize("wrong", [
    {"links": "files", "path": None}, {"open": [{"field": "a", "in": ["b"]}]}, {"body": "any"}, {"path": None},
    {"paging": {"by": "offset", "parameter": "first", "size": "max"}}, {"at_least": {"rooms": 0}}])
def test_what_does_not_go_together_is_refused(wrong):
    """A list is JSON, has no state of its own, is asked for by a path, and is counted by a number."""
    with pytest.raises(ValidationError):
        Each.model_validate({**GUESTS, **wrong})


def answers(root: Path) -> dict[str, tuple[str, bytes]]:
    """Every answer as it was received, by the name of its file; of a member's path what the pull is called is left out."""
    found = {}
    for path, body in stored(root).items():
        name = path.rsplit("/", 1)[1]
        found[name] = ("", body)
        if path.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                member, = archive.namelist()
                found[name] = (member.partition("/")[2], archive.read(member))
    return found


def died(root: Path, point: int | None, api: House, clock: Clock) -> bool:
    """Pull in a process of its own that dies at a point; say whether it died."""
    child = os.fork()
    if child == 0:
        deadly = Deadly(point)
        with deadly.everywhere():
            pull(root, deadly.transport(api), clock=clock)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) is False or os.WTERMSIG(status) == signal.SIGKILL
    return os.WIFSIGNALED(status)


def test_killed_at_every_point_it_carries_on_to_the_same_pages(tmp_path):
    """Whatever the point, also between the pages of one item: no page is lost, stored twice or asked for twice."""
    held, inside = {"red": ["a", "b", "c"], "blue": ["a", "b", "c"]}, {"red": ["blue"]}
    undisturbed = House(held, inside)
    pull(house(tmp_path / "whole"), undisturbed)
    expected, calls = answers(tmp_path / "whole"), len(undisturbed.calls)
    point, dead = 0, True
    while dead:
        root = house(tmp_path / str(point))
        if dead := died(root, point, House(held, inside), Clock()):
            had = pulled.pulls(store(root).register, "doors")
            api = House(held, inside)
            pull(root, api, clock=api.clock)
            ended = bool(had and had[0].end)
            assert ended or len(api.calls) == calls - (len(had[0].pages) if had else 0)
            if ended:  # what has no window is asked for anew by every pull
                point += 1
                continue
        assert answers(root) == expected
        assert set(journal(root).pages) == set(journal(tmp_path / "whole").pages)
        point += 1
    assert point > 4 * calls
