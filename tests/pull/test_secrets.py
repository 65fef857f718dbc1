"""The key reaches the vendor's header and nothing else."""

from __future__ import annotations

import logging
import os
import traceback

import httpx
import pytest

from evidence import cli
from evidence.errors import ConfigError, EvidenceError, SourceError
from evidence.pull.key import Key

from .kit import TOKEN, Api, Clock, asks, company, pull, records

SCENES = {
    "all is well": lambda api: api,
    "refused": lambda api: lambda r: api.json({"error": {"message": f"bad key {TOKEN}"}}, 401),
    "forbidden": lambda api: lambda r: api.json({"error": {"message": "no"}}, 403),
    "echoed": lambda api: lambda r: api.json({"items": [], "you": r.headers["authorization"]}),
    "redirected": lambda api: lambda r: httpx.Response(307, headers={"location": f"https://api.test/?k={TOKEN}"}),
    "elsewhere": lambda api: lambda r: api.json({"items": []}, headers={"link": '<https://evil.test/>; rel="next"'}),
    "broken": lambda api: lambda r: (_ for _ in ()).throw(httpx.ReadError(f"reset {TOKEN[:3]}", request=r)),
    "not json": lambda api: lambda r: httpx.Response(200, content=b"<html>")}


@pytest.mark.parametrize("scene", SCENES)
def test_the_key_is_in_no_artefact(tmp_path, scene, caplog, capsys):
    """Files, receipts, logs at their most talkative, messages and tracebacks are searched for it."""
    caplog.set_level(logging.DEBUG)
    api = Api(records(12))
    root = company(tmp_path, asks(each={"name": "event", "path": "/v1/events/{id}"}))
    told = ""
    try:
        pull(root, SCENES[scene](api), clock=Clock())
    except EvidenceError as error:
        told = str(error) + "".join(traceback.format_exception(error)) + repr(error.__context__)
    assert scene == "all is well" or told
    out, err = capsys.readouterr()
    said = told + out + err + caplog.text + "".join(str(record.args) for record in caplog.records)
    assert TOKEN not in said
    for path in root.rglob("*"):
        if path.is_file():
            assert TOKEN.encode() not in path.read_bytes(), path
    if scene == "all is well":
        assert api.seen_tokens == {f"Bearer {TOKEN}"}


def test_an_answer_that_repeats_the_key_is_not_stored(tmp_path):
    """What is stored as received would carry the key for ever."""
    api = Api([])
    with pytest.raises(SourceError, match="repeats the key; it was not stored"):
        pull(company(tmp_path), SCENES["echoed"](api))
    assert not list((tmp_path / "logs").rglob("*.json")) if (tmp_path / "logs").exists() else True


def test_a_key_shows_itself_nowhere():
    """Not printed, not formatted, not compared by its text."""
    key = Key(TOKEN)
    assert TOKEN not in f"{key} {key!r} {[key]} {key.__class__.__mro__}"


@pytest.mark.parametrize(("mode", "fine"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False), (0o644, False)])
def test_a_key_in_a_file_is_for_its_owner_alone(tmp_path, mode, fine):
    """A file that others can read is refused, with the advice to replace the key."""
    path = tmp_path / "key"
    path.write_text(f"{TOKEN}\n")
    path.chmod(mode)
    root = company(tmp_path / "acme", source={"token_env": None, "token_file": str(path)})
    if fine:
        api = Api(records(1))
        assert pull(root, api).state == "pulled"
        assert api.seen_tokens == {f"Bearer {TOKEN}"}
    else:
        with pytest.raises(ConfigError, match="others can read the key") as caught:
            pull(root, Api([]))
        assert "replace the key" in str(caught.value)


@pytest.mark.parametrize("value", ["two words", "line\nbreak", "tab\tbed", "ümlaut", " "])
def test_a_key_that_would_break_a_header_is_refused(tmp_path, value, monkeypatch):
    """Nothing of a key becomes a second header; the message does not show it."""
    monkeypatch.setenv("DOOR_TOKEN", value)
    root = company(tmp_path)
    monkeypatch.chdir(root)
    assert cli.call(["pull", "--period", "2026-10"]) == 2


def test_the_environment_of_the_machine_does_not_redirect_the_key(tmp_path, monkeypatch):
    """Proxies and netrc of the environment are not used: a proxy is named in evidence.yaml, where an auditor sees it."""
    monkeypatch.setenv("HTTPS_PROXY", "http://evil.test:3128")
    monkeypatch.setenv("NETRC", os.devnull)
    api = Api(records(1))
    assert pull(company(tmp_path), api).state == "pulled"
    assert api.seen_tokens == {f"Bearer {TOKEN}"}


class Granting:
    """A vendor whose keys are exchanged for tokens that live for three requests."""

    def __init__(self) -> None:
        """Begin without a token."""
        self.api, self.given, self.left, self.forms = Api(records(20)), 0, 0, []

    def __call__(self, request):
        """Give a token, or an answer to one that lives."""
        if request.url.path == "/acme/token":
            self.forms.append((request.url.host, request.content.decode()))
            self.given, self.left = self.given + 1, 3
            return httpx.Response(200, json={"access_token": f"short-lived-{self.given}", "expires_in": 60})
        if request.headers["authorization"] != f"Bearer short-lived-{self.given}" or not self.left:
            return self.api.json({"error": {"message": "expired"}}, 401)
        self.left -= 1
        return self.api(request)


AUTH = {"grant": "client_credentials", "token_base": "https://login.test", "token_path": "/{tenant}/token", "token_scope": "logs"}
CLIENT = {"client_id": "app", "parameters": {"tenant": "acme"}}


def test_a_secret_is_exchanged_for_tokens_that_are_renewed(tmp_path):
    """The secret goes to the declared token address alone, the token to the API alone, and neither is stored."""
    vendor = Granting()
    root = company(tmp_path, source=CLIENT, auth=AUTH)
    assert pull(root, vendor).records == 20
    assert {host for host, _ in vendor.forms} == {"login.test"}
    assert all(f"client_secret={TOKEN}" in form and "grant_type=client_credentials" in form for _, form in vendor.forms)
    assert TOKEN not in "".join(vendor.api.seen_tokens)
    assert vendor.given == 2
    for path in root.rglob("*"):
        if path.is_file():
            assert TOKEN.encode() not in path.read_bytes()
            assert b"short-lived" not in path.read_bytes()


def test_what_else_a_token_is_asked_with_is_declared(tmp_path):
    """Further fields of the form, with values of the source in them: an audience that names the tenant."""
    vendor = Granting()
    auth = {**AUTH, "token_form": {"audience": "https://{tenant}.test/api/{level}/"}}
    pull(company(tmp_path, source={**CLIENT, "parameters": {"tenant": "acme", "level": "v2"}}, auth=auth), vendor)
    assert all("audience=https%3A%2F%2Facme.test%2Fapi%2Fv2%2F" in form for _, form in vendor.forms)
    with pytest.raises(ConfigError, match="to give level"):
        pull(company(tmp_path / "other", source=CLIENT, auth=auth), vendor)


def test_a_secret_that_is_not_exchanged_says_why(tmp_path):
    """The vendor's word for it is shown; it is incomplete evidence, since configuration looked right."""
    def vendor(_request):
        return httpx.Response(400, json={"error": "invalid_client", "error_description": "secret expired"})

    with pytest.raises(SourceError, match=r"not exchanged for a token \(400\): invalid_client; secret expired"):
        pull(company(tmp_path, source=CLIENT, auth=AUTH), vendor)
