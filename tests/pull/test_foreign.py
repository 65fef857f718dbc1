"""Pulling from servers that nobody here wrote.

A mock serves vendors' own descriptions of their APIs and refuses what they do not allow; a real proxy of models answers
from a mocked one. Both are installed into build/ when these tests are asked for (make soak), and run on this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import venv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from evidence import config, connector
from evidence.errors import SourceError
from evidence.pipeline import pulling
from evidence.store import Store, pulled

from .kit import TOKEN, Clock
from .test_vendors import names

pytestmark = pytest.mark.soak

BUILD = Path(__file__).resolve().parents[2] / "build" / "pull"
SPECS = {"octokit": ("@octokit/openapi", "generated/ghec.json"), "okta": ("@okta/openapi", "dist/spec.json")}


def installed(*packages: str) -> Path:
    """Install packages from npm into build/, once; without npm or its registry the test is skipped."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    BUILD.mkdir(parents=True, exist_ok=True)
    if missing := [name for name in packages if not (BUILD / "node_modules" / name / "package.json").exists()]:
        done = subprocess.run([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", BUILD, *missing],
                              check=False, capture_output=True, text=True, timeout=900)
        if done.returncode:
            pytest.skip(f"npm cannot install {', '.join(missing)}: {done.stderr.strip().splitlines()[-1]}")
    return BUILD / "node_modules"


def cut(spec: dict[str, Any], wanted: tuple[str, ...]) -> dict[str, Any]:
    """Return of a vendor's description the GETs under some paths and all that they refer to: the rest takes minutes."""
    paths = {path: {"get": item["get"]} for path, item in spec["paths"].items() if path.endswith(wanted) and "get" in item}
    kept: dict[str, Any] = {}

    def follow(node: object) -> None:
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference not in kept:
                target: Any = spec
                for step in reference.removeprefix("#/").split("/"):
                    target = target[step]
                kept[reference] = target
                follow(target)
            for value in node.values():
                follow(value)
        elif isinstance(node, list):
            for value in node:
                follow(value)

    follow(paths)
    out: dict[str, Any] = {name: spec[name] for name in ("openapi", "swagger", "info", "securityDefinitions") if name in spec}
    out["paths"] = paths
    for reference, target in kept.items():
        node = out
        *steps, last = reference.removeprefix("#/").split("/")
        for step in steps:
            node = node.setdefault(step, {})
        node[last] = target
    if "securitySchemes" in spec.get("components", {}):
        out.setdefault("components", {})["securitySchemes"] = spec["components"]["securitySchemes"]
    return out


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def mock(vendor: str, wanted: tuple[str, ...], folder: Path) -> Iterator[str]:
    """Serve the vendor's description; a request that violates it is answered with an error."""
    package, name = SPECS[vendor]
    modules = installed("@stoplight/prism-cli", package)
    document = folder / "spec.json"
    document.write_text(json.dumps(cut(json.loads((modules / package / name).read_text("utf-8")), wanted)))
    port = free_port()
    words = [modules / ".bin" / "prism", "mock", document, "--errors", "-h", "127.0.0.1", "-p", str(port)]
    yield from served(words, "is listening on", f"http://127.0.0.1:{port}", folder)


def served(words: list[Any], ready: str, address: str, folder: Path, **environ: str) -> Iterator[str]:
    """Run a server until the test is over; it says when it is ready."""
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, **environ}) as server:
        try:
            assert server.stdout is not None
            said = []
            for line in server.stdout:
                said.append(line)
                if ready in line:
                    break
            else:
                pytest.fail("".join(said))
            drain = threading.Thread(target=server.stdout.read, daemon=True)
            drain.start()
            yield address
        finally:
            server.terminate()
            server.wait()
            drain.join()


@pytest.fixture(scope="module")
def code_host(tmp_path_factory) -> Iterator[str]:
    """The code host's API for enterprises, as its own description has it."""
    yield from mock("octokit", ("/audit-log", "/copilot/billing/seats", "/metrics/reports/users-1-day", "/copilot/usage-records"),
                    tmp_path_factory.mktemp("octokit"))


@pytest.fixture(scope="module")
def identity(tmp_path_factory) -> Iterator[str]:
    """The identity provider's management API, as its own description has it."""
    yield from mock("okta", ("/api/v1/logs", "/api/v1/users", "/api/v1/groups", "/api/v1/groups/rules",
                             "/api/v1/groups/{groupId}/users"), tmp_path_factory.mktemp("okta"))


def pull(root: Path, name: str, base: str, *, key: str = TOKEN, period: str = "2026-10", ahead: int = 0,
         **more: Any) -> pulling.Report:
    """Pull one source from a server on this machine, over its loopback; a little ahead, what was served just now is in the window."""
    source = {"id": "it", "connector": name, "paths": ["logs/it"], "issuer": "acme",
              "pull": {"base_url": base, "token_env": "KEY", **more}}
    catalogs = ["catalog"] if (root / "catalog").exists() else []
    (root / "evidence.yaml").write_text(yaml.safe_dump({"organisation": "x", "sources": [source],
                                                        "ingest": {"catalogs": catalogs}}))
    company = config.load_company(root)
    return pulling.pull(root, company, company.sources[0], period, sleep=Clock().sleep, environ={"KEY": key},
                        now=lambda: datetime.now(UTC) + timedelta(seconds=ahead))


ENTERPRISE = {"parameters": {"level": "enterprises", "owner": "acme"}}


def test_the_audit_log_of_the_vendors_own_description(code_host, tmp_path):
    """Our requests fit the description, its example is a page that we store and that the connector reads."""
    report = pull(tmp_path, "github_audit_log", code_host, **ENTERPRISE)
    assert (report.state, report.pages, report.records) == ("pulled", 1, 3)
    assert "admin_event" in names(tmp_path)
    page, = pulled.pulls(Store(tmp_path, config.load_company(tmp_path)).register, "it")[0].files
    assert json.loads((tmp_path / page["path"]).read_bytes())[0]["action"] == "team.add_member"


@pytest.mark.parametrize(("name", "parameters"), [("github_copilot_seats", ENTERPRISE["parameters"]),
                                                       ("github_usage_records", {"owner": "acme"})])
def test_an_example_that_points_elsewhere_is_not_followed(code_host, tmp_path, name, parameters):
    """The description's example of a Link header names the vendor's real host: the key does not go there."""
    with pytest.raises(SourceError, match="lies on another host"):
        pull(tmp_path, name, code_host, parameters=parameters)
    begun, = pulled.pulls(Store(tmp_path, config.load_company(tmp_path)).register, "it")
    assert begun.end is None


def test_reports_on_a_host_that_nobody_named_are_refused(code_host, tmp_path):
    """The description's example of a report lies on a host that is not the vendor's."""
    with pytest.raises(SourceError, match=r"example\.com, which is not among the known hosts"):
        pull(tmp_path, "github_copilot_usage", code_host, **ENTERPRISE)


def test_a_request_that_the_description_forbids_is_said(code_host, tmp_path):
    """What the mock refuses is told like a vendor's refusal."""
    with pytest.raises(SourceError, match=r"404|422|400"):
        pull(tmp_path, "github_audit_log", code_host, parameters={"level": "planets", "owner": "acme"})


def test_the_system_log_of_the_vendors_own_description(identity, tmp_path):
    """Windows with milliseconds, sorting and limits fit the description; its generated event is stored as received."""
    report = pull(tmp_path, "okta_system_log", identity)
    assert (report.state, report.pages) == ("pulled", 1)


def test_users_of_the_vendors_own_description(identity, tmp_path):
    """Users, those who left, rules, groups and the members of its one group: every request fits, and the member is known."""
    report = pull(tmp_path, "okta_directory", identity)
    assert (report.state, report.pages) == ("pulled", 5)
    assert "membership_snapshot" in names(tmp_path)


MASTER = "sk-test-master-0123456789"
PROXY = """
model_list:
  - model_name: mocked
    litellm_params: {model: openai/mocked, api_key: none, mock_response: "Mocked answer"}
litellm_settings: {callbacks: stand_in.recorder}
general_settings: {master_key: MASTER}
"""
STAND_IN = Path(__file__).with_name("stand_in.py")


@pytest.fixture(scope="module")
def proxy(tmp_path_factory) -> Iterator[str]:
    """A proxy of models as its package has it, in an environment of its own; its database is a stand-in."""
    place = BUILD / "proxy"
    command = place / "bin" / "litellm"
    if not command.exists():
        venv.create(place, with_pip=True)
        done = subprocess.run([place / "bin" / "python", "-m", "pip", "install", "--quiet", "litellm[proxy]"], check=False,
                              capture_output=True, text=True, timeout=1800)
        if done.returncode:
            pytest.skip(f"the proxy cannot be installed: {done.stderr.strip().splitlines()[-1]}")
    folder = tmp_path_factory.mktemp("proxy")
    (folder / "config.yaml").write_text(PROXY.replace("MASTER", MASTER))
    shutil.copy(STAND_IN, folder / "stand_in.py")
    port = free_port()
    yield from served([command, "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)], "Uvicorn running",
                      f"http://127.0.0.1:{port}", folder, PYTHONPATH=str(folder), LITELLM_LOCAL_MODEL_COST_MAP="True",
                      LITELLM_TELEMETRY="False", COLUMNS="200")


def test_a_refusal_of_a_real_proxy_is_told_in_its_words(proxy, tmp_path):
    """Without its database the proxy cannot look a strange key up, and says so in its own shape of an error."""
    with pytest.raises(SourceError, match="found status 400: No connected db"):
        pull(tmp_path, "litellm", proxy, key="sk-wrong-0123456789")


def test_a_real_proxy_gives_the_requests_it_served(proxy, tmp_path):
    """Seven requests to a mocked model are seven rows in pages of the proxy, and seven exchanges of ours."""
    import httpx

    asked = [httpx.post(f"{proxy}/v1/chat/completions", headers={"authorization": f"Bearer {MASTER}"}, timeout=60, json={
        "model": "mocked", "messages": [{"role": "user", "content": f"ask {n}"}], "user": f"p{n}"}).json()["id"] for n in range(7)]
    kept = {"start_date": "2026-01-01", "end_date": "2100-01-01"}
    for _ in range(200):  # the proxy writes its rows after it answered
        if httpx.get(f"{proxy}/spend/logs/v2", params=kept, headers={"authorization": f"Bearer {MASTER}"}).json()["total"] == 7:
            break
    folder = connector.load("litellm").folder
    shutil.copytree(folder, tmp_path / "catalog" / "small_pages")
    shutil.copytree(folder.parent / "_litellm", tmp_path / "catalog" / "_litellm")
    declared = tmp_path / "catalog" / "small_pages" / "connector.yaml"
    declared.write_text(declared.read_text("utf-8").replace("id: litellm\n", "id: small_pages\n")
                        .replace("page_size: '1000'", "page_size: '3'"))
    report = pull(tmp_path, "small_pages", proxy, key=MASTER, period=f"{datetime.now(UTC):%Y-%m}", ahead=2)
    assert (report.state, report.pages, report.records) == ("pulled", 3, 7)
    assert {row[0] for row in names(tmp_path)["exchange"]} == set(asked)
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or MASTER.encode() not in path.read_bytes(), path
