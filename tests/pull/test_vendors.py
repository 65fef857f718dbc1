"""What is pulled is what a person would export: the same rows come of both, for each vendor whose API is declared."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import httpx
import pytest
import yaml

from evidence import config, connector, pipeline, relations
from evidence.model import Period
from evidence.pipeline import pulling
from evidence.simulate import simulate
from evidence.store import Store, pulled

from .kit import NOW, TOKEN, Api, Clock

PERIOD = Period.month("2026-10", "Europe/Berlin")
CUSTODY = {"locator", "record_hash", "observed_at", "source_id", "exchange_ref", "event_time_raw"}
PULLING = [one for one in connector.all_connectors() if one.pull]


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Path:
    """The folder of a simulated company, as its people exported it."""
    root = tmp_path_factory.mktemp("exported")
    simulate(root, seed=3, interactions=12, misbehaviour=[])
    return root


def only(root: Path, folder: Path, source: str, **changes) -> Path:
    """Write a company folder with one source of another."""
    written = yaml.safe_load((root / "evidence.yaml").read_text("utf-8"))
    one, = (s for s in written["sources"] if s["id"] == source)
    folder.mkdir(exist_ok=True)
    written["sources"] = [{**{k: v for k, v in one.items() if k not in changes.pop("without", ())}, **changes}]
    (folder / "evidence.yaml").write_text(yaml.safe_dump(written, sort_keys=False))
    return folder


def rows(root: Path) -> dict[str, set]:
    """Every row of every relation that the source fills, less what only custody knows."""
    company = config.load_company(root)
    store = Store(root, company)
    summary = pipeline.ingest(store, company, received_at=NOW, jobs=1, scanner=partial({}.get, "no scanner"))
    assert not summary.unread, [one.detail for one in summary.unread]
    assert sum(one.rejects for one in summary.files) == 0
    fills = connector.load(company.sources[0].connector).relations
    found = {}
    with store.open(period=PERIOD, reference_time=NOW) as con:
        for name in sorted(set(fills) - {"source_window"}):
            columns = ", ".join(c.name for c in relations.relation(name).columns if c.name not in CUSTODY)
            found[name] = set(con.execute(f"SELECT {columns} FROM {name}").fetchall())
    return found


def pull(root: Path, vendor, clock: Clock):
    """Pull the one source of a company folder."""
    company = config.load_company(root)
    return pulling.pull(root, company, company.sources[0], "2026-10", now=clock, sleep=clock.sleep,
                        environ={"KEY": TOKEN}, transport=httpx.MockTransport(vendor))


class Gateway:
    """The gateway's API as its documentation describes it: newest first, pages by offset, details one by one."""

    def __init__(self, exported: Path, clock: Clock, role: str = "auditor", ceiling: int = 10_000) -> None:
        """Serve the sessions and reviews of an export."""
        files = sorted((exported / "logs" / "hoop" / "sessions").glob("*.json"))
        details = [json.loads(path.read_bytes()) for path in files]
        self.details = {one["id"]: one for one in details}
        self.sessions = sorted(details, key=lambda one: one["start_date"], reverse=True)
        pages = sorted((exported / "logs" / "hoop" / "session_pages").glob("*.json"))
        self.listed = {one["id"]: one for path in pages for one in json.loads(path.read_bytes())["data"]}
        self.reviews = [one for path in sorted((exported / "logs" / "hoop" / "reviews").glob("*.json"))
                        for one in json.loads(path.read_bytes())]
        self.role, self.ceiling, self.api = role, ceiling, Api([], clock=clock)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        path, asked = request.url.path, request.url.params
        if path == "/api/userinfo":
            return self.api.json({"role": self.role, "groups": ["auditor"]})
        if path == "/api/reviews":
            return self.api.json(self.reviews)
        if path != "/api/sessions":
            assert asked["expand"] == "event_stream"
            return self.api.json(self.details[path.rsplit("/", 1)[1]])
        start, size = int(asked.get("offset", 0)), min(int(asked["limit"]), 100)
        if start > self.ceiling:
            return self.api.json({"message": "offset too large"}, 422)
        inside = [one for one in self.sessions if asked["start_date"] <= one["start_date"][:19] + "Z" <= asked["end_date"]]
        data = [self.listed.get(one["id"], one) for one in inside[start:start + size]]
        return self.api.json({"data": data, "total": min(len(inside), self.ceiling),
                              "total_is_capped": len(inside) > self.ceiling, "has_next_page": start + size < len(inside)})


@pytest.mark.parametrize("ceiling", [10_000, 5])
def test_pulled_sessions_give_the_rows_of_exported_ones(exported, tmp_path, ceiling):
    """List, details with their recordings and reviews: every session, exchange, approval and claim is the same."""
    clock = Clock()
    key = {"base_url": "https://gateway.test", "token_env": "KEY"}
    ours = only(exported, tmp_path / "pulled", "gateway", paths=["logs/gateway"], pull=key, covers=[])
    vendor = Gateway(exported, clock, ceiling=ceiling)
    report = pull(ours, vendor, clock)
    assert report.state == "pulled"
    assert report.open == sum(one["status"] in {"open", "ready"} or (one["review"] or {}).get("status") == "PENDING"
                              for one in vendor.sessions) > 0
    theirs = only(exported, tmp_path / "exported", "gateway")
    (theirs / "logs").symlink_to(exported / "logs")
    copy(exported / "logs", theirs / "logs")
    assert rows(ours) == rows(theirs)


def copy(source: Path, target: Path) -> None:
    """Copy a folder in the place of a link."""
    import shutil

    target.unlink()
    shutil.copytree(source, target)


def test_a_key_that_sees_only_its_own_sessions_is_refused(exported, tmp_path):
    """A standard user's export is silently partial: the gateway is asked who the key belongs to before anything else."""
    from evidence.errors import SourceError

    clock = Clock()
    key = {"base_url": "https://gateway.test", "token_env": "KEY"}
    ours = only(exported, tmp_path / "pulled", "gateway", paths=["logs/gateway"], pull=key)
    with pytest.raises(SourceError, match="sees only their own"):
        pull(ours, Gateway(exported, clock, role="standard"), clock)
    assert not (ours / "logs").exists()


PAGES = {
    "okta_system_log": {"/api/v1/logs": "changes.json"},
    "onelogin": {"/api/1/events": "page.json"},
    "auth0": {"/api/v2/logs": "logs.json"},
    "okta_directory": {"/api/v1/users": "users.json", "/api/v1/groups/rules": "rules.json"},
    "keycloak_directory": {"/admin/realms/acme/users": "users.json"},
    "entra_graph": {"/beta/auditLogs/signIns": "beta.json"},
    "entra_directory": {"/v1.0/users": "users.json", "/v1.0/groups": "groups.json"},
    "keycloak_events": {"/admin/realms/acme/events": "events.json", "/admin/realms/acme/admin-events": "admin_events.json"},
    "github_audit_log": {"/orgs/acme/audit-log": "api_page.json"},
    "github_copilot_seats": {"/orgs/acme/copilot/billing/seats": "page.json"},
    "github_usage_records": {"/enterprises/acme/copilot/usage-records": "rest.json"},
    "litellm": {"/spend/logs/v2": "spend_logs.json"},
    "litellm_audit": {"/audit": "page.json"},
    "hoop_audit_log": {"/api/audit/logs": "page.json"},
    "hoop_identity": {"/api/users": "users.json"},
    "hoop_policy": {"/api/datamasking-rules": "masking_rules.json", "/api/guardrails": "guardrails.json",
                    "/api/plugins/audit": "plugin_audit.json", "/api/access-requests/rules": "access_rules.json",
                    "/api/attributes": "attributes.json", "/api/rulepacks": "rulepacks.json",
                    "/api/serverinfo": "server.json", "/api/ai/session-analyzer/rules": "analyzer_rules.json",
                    "/api/event-routing/subscriptions": "subscriptions.json"}}
"""Connector: path of a list -> the case that is such a page."""
EMPTY = {"value": [], "data": [], "audit_logs": [], "seats": []}
PARAMETERS = {"tenant": "acme", "realm": "acme", "token_realm": "acme", "level": "orgs", "owner": "acme"}


@pytest.mark.parametrize("one", [one for one in PULLING if one.id in PAGES], ids=lambda c: c.id)
def test_a_page_of_the_api_is_a_file_that_the_connector_reads(one, tmp_path):
    """The page in the connector's cases is asked for, found to hold records, stored, and read by the same SQL."""
    clock, served = Clock(), []

    def vendor(request):
        name = PAGES[one.id].get(request.url.path)
        api = Api([], clock=clock)
        if name is None or request.url.path in served:
            return api.json(EMPTY if one.pull.requests[0].records != "." else [])
        served.append(request.url.path)
        return httpx.Response(200, content=(one.folder / "cases" / name).read_bytes())

    theirs = {"id": "it", "connector": one.id, "paths": ["logs/it"], "issuer": "acme",
              "observed_at": "2026-11-09T08:30:00Z"}
    ours = {**theirs, "pull": {"base_url": one.pull.base_url or "https://vendor.test", "token_env": "KEY",
                               "parameters": {k: v for k, v in PARAMETERS.items() if k in one.pull.parameters}}}
    for folder, source in ((tmp_path / "ours", ours), (tmp_path / "theirs", theirs)):
        folder.mkdir()
        (folder / "evidence.yaml").write_text(yaml.safe_dump({"organisation": "x", "timezone": "Europe/Berlin", "sources": [source]}))
    assert pull(tmp_path / "ours", vendor, clock).records > 0
    assert sorted(served) == sorted(PAGES[one.id])
    (tmp_path / "theirs" / "logs" / "it").mkdir(parents=True)
    for name in PAGES[one.id].values():
        (tmp_path / "theirs" / "logs" / "it" / name).write_bytes((one.folder / "cases" / name).read_bytes())
    assert names(tmp_path / "ours") == names(tmp_path / "theirs") != {}


def names(root: Path) -> dict[str, set]:
    """The keys of every row of every relation that the source fills."""
    company = config.load_company(root)
    store = Store(root, company)
    pipeline.ingest(store, company, received_at=NOW, jobs=1, scanner=partial({}.get, "no scanner"))
    found = {}
    with store.open(period=PERIOD, reference_time=NOW) as con:
        for name in sorted(set(connector.load(company.sources[0].connector, store.catalogs()).relations) - {"source_window"}):
            if rows_ := set(con.execute(f"SELECT native_id, ordinal FROM {name}").fetchall()):
                found[name] = rows_
    return found


class OneLogin:
    """Events after one instant and before another, fifty at a time; the next ones follow a cursor that says nothing else."""

    def __init__(self, count: int, clock: Clock) -> None:
        """Hold so many sign-ins, one every hour of October."""
        self.api, self.asked = Api([], clock=clock), []
        self.events = [{"id": n, "created_at": f"2026-10-{1 + n // 24:02d}T{n % 24:02d}:30:00.000Z", "account_id": 7, "event_type_id": 5,
                        "user_id": n % 9, "ipaddr": "203.0.113.24"} for n in range(count)]

    def __call__(self, request):
        """Answer one request."""
        self.asked.append(request.url.params)
        since, until = (request.url.params[name] for name in ("since", "until"))
        start, size = int(request.url.params.get("after_cursor", "c0")[1:]), int(request.url.params["limit"])
        inside = [one for one in self.events if since < one["created_at"] < until]
        cursor = f"c{start + size}" if start + size < len(inside) else None
        return self.api.json({"status": {"error": False, "code": 200}, "data": inside[start:start + size],
                              "pagination": {"before_cursor": None, "after_cursor": cursor, "previous_link": None,
                                             "next_link": "https://api.us.elsewhere.test/" if cursor else None}})


def test_every_event_behind_a_cursor_is_pulled(tmp_path):
    """The cursor is sent to the address that was asked, with the window; the link in the page, to another host, is not used."""
    clock = Clock()
    key = {"base_url": "https://acme.onelogin.test", "token_env": "KEY"}
    (tmp_path / "evidence.yaml").write_text(yaml.safe_dump({"organisation": "x", "timezone": "Europe/Berlin", "sources": [
        {"id": "it", "connector": "onelogin", "paths": ["logs/it"], "issuer": "acme", "pull": key}]}))
    vendor = OneLogin(730, clock)
    report = pull(tmp_path, vendor, clock)
    assert (report.pages, report.records) == (15, 730)
    assert [one.get("after_cursor") for one in vendor.asked] == [None, *(f"c{n}" for n in range(50, 730, 50))]
    assert len({(one["since"], one["until"]) for one in vendor.asked}) == 1
    assert len(names(tmp_path)["sign_in"]) == 730


class Auth0:
    """Events of a search by date, a hundred at a time; beyond the first thousand the search is refused."""

    def __init__(self, count: int, clock: Clock) -> None:
        """Hold so many sign-ins: one every ten minutes, and the last third all within one second."""
        self.api, self.asked = Api([], clock=clock), []
        spread = count * 2 // 3
        times = [f"2026-10-{1 + n // 144:02d}T{n % 144 // 6:02d}:{n % 6}0:00.000Z" for n in range(spread)]
        times += [f"2026-10-20T09:00:00.{n:03d}Z" for n in range(count - spread)]
        self.events = [{"date": time, "type": "s", "log_id": f"9002026{n:06d}", "client_id": "c", "user_id": f"auth0|{n % 9}",
                        "ip": "203.0.113.24"} for n, time in enumerate(times)]

    def __call__(self, request):
        """Answer one request."""
        self.asked.append(request.url.params)
        since, until = request.url.params["q"].removeprefix("date:[").removesuffix("]").split(" TO ")
        page, size = (int(request.url.params[name]) for name in ("page", "per_page"))
        if page * size >= 1000:
            return httpx.Response(400, json={"statusCode": 400, "message": "You can only page through the first 1000 records."})
        return self.api.json([one for one in self.events if since <= one["date"] <= until][page * size:(page + 1) * size])


def test_a_search_that_lists_a_thousand_is_halved_until_all_are_there(tmp_path):
    """No page beyond the limit is asked for, windows are milliseconds if they must be, and an event at an edge counts once."""
    clock = Clock()
    key = {"base_url": "https://acme.eu.auth0.test", "token_env": "KEY", "parameters": {"tenant": "acme.eu.auth0.com"}}
    (tmp_path / "evidence.yaml").write_text(yaml.safe_dump({"organisation": "x", "timezone": "Europe/Berlin", "sources": [
        {"id": "it", "connector": "auth0", "paths": ["logs/it"], "issuer": "acme", "pull": key}]}))
    vendor = Auth0(2900, clock)
    assert pull(tmp_path, vendor, clock).records >= 2900
    assert max(int(one["page"]) for one in vendor.asked) == 9
    assert {row[0] for row in names(tmp_path)["sign_in"]} == {one["log_id"] for one in vendor.events}


def test_every_connector_that_is_tried_here_can_be_pulled():
    """A pull that is lost from a connector is missed: above, it would only be tried no longer."""
    assert set(PAGES) <= {one.id for one in PULLING}


@pytest.mark.parametrize("one", PULLING, ids=lambda c: c.id)
def test_what_a_connector_declares_can_be_asked(one):
    """Streams are relations it fills, every placeholder has a value, and the window or its days are in the request."""
    pull_ = one.pull
    for ask in pull_.requests:
        assert set(ask.covers) <= set(one.relations), ask.name
        assert not (ask.paging and ask.paging.ceiling) or ask.windowed
        if ask.by_day:
            assert "{day}" in "".join(ask.query.values()) + ask.path
    assert pulled.iso(NOW)
