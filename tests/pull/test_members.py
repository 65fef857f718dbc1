"""Members of groups, from each directory that lists them without naming the group: every one, whoever is killed meanwhile."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from evidence import config, connector, correlate, pipeline
from evidence.pipeline import pulling
from evidence.store import Store, pulled

from .kit import NOW, TOKEN, Api, Clock
from .test_kill import Deadly
from .test_vendors import PERIOD

pytestmark = pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")

BASE = "https://vendor.test"
GROUPS = {"a1": 45, "a2": 45, "b1": 0, "c1": 20, "d1": 3, **{f"e{n}": 1 for n in range(130)}}
"""Group: how many of the users are in it, from the first on."""
PARENTS = {"a2": "a1", "c1": "a2"}
"""Where groups lie inside groups: which is in which."""
WANTED = {(group, f"u{n}") for group, count in GROUPS.items() for n in range(count)}


class Directory:
    """A directory with groups and their members, pages of ten at the most whatever is asked for."""

    def __init__(self, clock: Clock) -> None:
        """Tell the time of a clock."""
        self.api, self.asked = Api([], clock=clock), [0]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request as the vendor does."""
        self.asked[0] += 1
        steps = request.url.path.strip("/").split("/")
        if {"groups", "roles"} & set(steps) and steps[-1] in {"users", "members", "children"}:
            group = steps[-2].removeprefix("rol_")
            if steps[-1] == "children":
                return self.page(request, [self.group(name) for name, parent in PARENTS.items() if parent == group])
            return self.page(request, [self.member(n) for n in range(GROUPS[group])])
        if steps[-1] in {"groups", "roles"}:
            return self.page(request, [self.group(name) for name in GROUPS if self.is_top(name)])
        return self.page(request, [self.user(n) for n in range(45)] if steps[-1] == "users" and self.lists(request) else [])

    def is_top(self, _name: str) -> bool:
        """Whether a group stands in the list of groups."""
        return True

    def lists(self, _request: httpx.Request) -> bool:
        """Whether accounts in use are asked for."""
        return True

    def member(self, n: int) -> dict[str, Any]:
        """A member as a page shows it."""
        return self.user(n)


class Okta(Directory):
    """Arrays; the next page stands in the Link header."""

    def lists(self, request: httpx.Request) -> bool:
        """Whether accounts in use are asked for."""
        return "filter" not in request.url.params

    def user(self, n: int) -> dict[str, Any]:
        """An account as the list of them shows it."""
        return {"id": f"u{n}", "status": "ACTIVE", "profile": {"login": f"u{n}@harbour.example"}}

    def group(self, name: str) -> dict[str, Any]:
        """A group as the list of them shows it."""
        return {"id": name, "objectClass": ["okta:user_group"], "type": "OKTA_GROUP", "profile": {"name": name}}

    def page(self, request: httpx.Request, found: list[Any]) -> httpx.Response:
        """A page of what was asked for, and where the next one is."""
        start, size = int(request.url.params.get("after", 0)), min(int(request.url.params["limit"]), 40)
        following = request.url.copy_set_param("after", start + size)
        headers = {"link": f'<{request.url}>; rel="self", <{following}>; rel="next"'} if start + size < len(found) else {}
        return self.api.json(found[start:start + size], headers=headers)


class Keycloak(Directory):
    """Arrays counted by first and max; subgroups are lists of their own, and their parents count them."""

    def is_top(self, name: str) -> bool:
        """Whether a group stands in the list of groups."""
        return name not in PARENTS

    def user(self, n: int) -> dict[str, Any]:
        """An account as the list of them shows it."""
        return {"id": f"u{n}", "username": f"u{n}", "enabled": True}

    def group(self, name: str) -> dict[str, Any]:
        """A group as the list of them shows it."""
        inside = sum(parent == name for parent in PARENTS.values())
        return {"id": name, "name": name, "path": f"/{name}", "subGroupCount": inside, "subGroups": []}

    def page(self, request: httpx.Request, found: list[Any]) -> httpx.Response:
        """A page of what was asked for, and where the next one is."""
        start, size = int(request.url.params.get("first", 0)), int(request.url.params["max"])
        return self.api.json(found[start:start + size])


class Entra(Directory):
    """Objects with value; up to 20 members stand in the group, the others are asked for."""

    def user(self, n: int) -> dict[str, Any]:
        """An account as the list of them shows it."""
        return {"id": f"u{n}", "userPrincipalName": f"u{n}@harbour.example", "accountEnabled": True}

    def member(self, n: int) -> dict[str, Any]:
        """A member as a page shows it."""
        return {"@odata.type": "#microsoft.graph.user", "id": f"u{n}"}

    def group(self, name: str) -> dict[str, Any]:
        """A group as the list of them shows it."""
        return {"id": name, "displayName": name, "securityEnabled": True, "groupTypes": [],
                "members": [self.member(n) for n in range(min(GROUPS[name], 20))]}

    def page(self, request: httpx.Request, found: list[Any]) -> httpx.Response:
        """A page of what was asked for, and where the next one is."""
        start, size = int(request.url.params.get("$skiptoken", 0)), min(int(request.url.params["$top"]), 40)
        following = {"@odata.nextLink": str(request.url.copy_set_param("$skiptoken", start + size))}
        return self.api.json({"value": found[start:start + size], **(following if start + size < len(found) else {})})


class Auth0(Directory):
    """Roles by the number of a page; who has one by a cursor, in an object with the next one."""

    def user(self, n: int) -> dict[str, Any]:
        """A user as the list of a role shows him."""
        return {"user_id": f"u{n}", "picture": "", "name": f"U{n}", "email": f"u{n}@harbour.example"}

    def group(self, name: str) -> dict[str, Any]:
        """A role as the list of them shows it."""
        return {"id": f"rol_{name}", "name": name, "description": None}

    def page(self, request: httpx.Request, found: list[Any]) -> httpx.Response:
        """A page of what was asked for, and where the next one is."""
        if "page" in request.url.params:
            size = int(request.url.params["per_page"])
            start = int(request.url.params["page"]) * size
            return self.api.json(found[start:start + size])
        start, size = int(request.url.params.get("from", 0)), min(int(request.url.params["take"]), 40)
        more = {"next": str(start + size)} if start + size < len(found) else {}
        return self.api.json({"users": found[start:start + size], **more})


VENDORS = {"auth0_directory": Auth0, "okta_directory": Okta, "keycloak_directory": Keycloak, "entra_directory": Entra}


def company(root: Path, name: str) -> Path:
    """Write a company whose one source is a directory that is pulled."""
    declared = connector.load(name).pull
    assert declared is not None
    root.mkdir()
    source = {"id": "it", "connector": name, "paths": ["logs/it"], "issuer": "acme",
              "pull": {"base_url": BASE, "token_env": "KEY", "parameters": dict.fromkeys(declared.parameters, "acme")}}
    (root / "evidence.yaml").write_text(yaml.safe_dump({"organisation": "x", "timezone": "Europe/Berlin", "sources": [source]}))
    return root


def pull(root: Path, transport: httpx.BaseTransport, clock: Clock) -> pulling.Report:
    """Pull the one source of a company folder."""
    found = config.load_company(root)
    return pulling.pull(root, found, found.sources[0], "2026-10", now=clock, sleep=clock.sleep, environ={"KEY": TOKEN},
                        transport=transport)


def listed(root: Path) -> tuple[set[tuple[str, str]], list[tuple[object, ...]]]:
    """Who is in which group by the pages of a company, and what their receipts cover."""
    found = config.load_company(root)
    store = Store(root, found)
    summary = pipeline.ingest(store, found, received_at=NOW, jobs=1, scanner=partial({}.get, "no scanner"))
    assert not summary.unread
    assert sum(one.rejects for one in summary.files) == 0
    with store.open(period=PERIOD, reference_time=NOW) as con:
        correlate.intervals(con)
        rows = con.execute("SELECT group_id, member_id FROM membership_snapshot WHERE member_id IS NOT NULL").fetchall()
        held = con.execute("SELECT group_id, member_id FROM membership_interval").fetchall()
        windows = con.execute("SELECT complete, reason FROM source_window WHERE stream = 'membership_snapshot'").fetchall()
    assert set(held) == set(rows)
    return {(group.removeprefix("rol_"), member) for group, member in rows}, windows


@pytest.mark.parametrize("name", VENDORS)
def test_every_member_of_every_group_is_known(name, tmp_path):
    """Groups page by page, subgroups, members page by page: all of them and nobody else, once the month is correlated."""
    clock = Clock()
    root = company(tmp_path / "acme", name)
    report = pull(root, httpx.MockTransport(VENDORS[name](clock)), clock)
    assert (report.state, report.gaps) == ("pulled", ())
    assert listed(root) == (WANTED, [(True, None)])


@pytest.mark.parametrize("name", VENDORS)
def test_killed_on_the_way_it_carries_on_to_the_same_members(name, tmp_path):
    """Some points of a long pull, among them the middle of a group: carried on, nothing is asked for twice."""
    whole = VENDORS[name](Clock())
    pull(company(tmp_path / "whole", name), httpx.MockTransport(whole), Clock())
    calls = whole.asked[0]
    for point in (7, 2 * calls + 1, 2 * calls + 2, 2 * calls + 3, 4 * calls):
        root = company(tmp_path / str(point), name)
        assert killed(root, VENDORS[name], point)
        clock = Clock()
        vendor = VENDORS[name](clock)
        receipts = len(pulled.pulls(Store(root, config.load_company(root)).register, "it")[0].pages)
        assert 0 < receipts < calls
        assert pull(root, httpx.MockTransport(vendor), clock).pages == calls
        assert vendor.asked[0] == calls - receipts
    assert listed(root) == (WANTED, [(True, None)])


def killed(root: Path, vendor: type[Directory], point: int) -> bool:
    """Pull in a process of its own that is killed at a point; say whether it was."""
    child = os.fork()
    if child == 0:
        deadly, clock = Deadly(point), Clock()
        with deadly.everywhere():
            pull(root, deadly.transport(vendor(clock)), clock)  # type: ignore[arg-type]
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
