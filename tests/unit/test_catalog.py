"""Further catalogues: folders of the company and packages that somebody installed."""

from __future__ import annotations

import pytest

from evidence import catalog, checks, connector
from evidence.errors import ConfigError

CHECK = (catalog.home("controls") / "checks" / "rejects_explained.sql").read_text("utf-8")
PEOPLE = catalog.home("connectors") / "people_csv"


def _package(site, name, module, distribution):
    """Install a package by hand: a module with a catalogue, whose code must never run, and its entry point."""
    home = site / module
    (home / "connectors" / "own_people").mkdir(parents=True)
    for path in PEOPLE.iterdir():
        if path.is_file():
            text = path.read_text("utf-8").replace("id: people_csv", "id: own_people")
            (home / "connectors" / "own_people" / path.name).write_text(text, "utf-8")
    (home / "controls" / "checks").mkdir(parents=True)
    (home / "controls" / "checks" / "own_check.sql").write_text(CHECK.replace("id: rejects_explained", "id: own_check"), "utf-8")
    (home / "__init__.py").write_text("raise SystemExit('code of a catalogue ran')\n", "utf-8")
    info = site / f"{distribution}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[{catalog.PLUGINS}]\n{name} = {module}\n", "utf-8")


def test_a_named_package_gives_connectors_and_checks_without_running(tmp_path, monkeypatch):
    """Its files are read; nothing of it is imported."""
    _package(tmp_path, "own", "own_catalogue", "own-catalogue")
    monkeypatch.syspath_prepend(str(tmp_path))
    extra = catalog.further(tmp_path, [], ["own"])
    assert connector.load("own_people", extra).folder.parent == tmp_path / "own_catalogue" / "connectors"
    assert "own_check" in {check.id for check in checks.load_checks(extra)}


def test_installed_is_not_enabled(tmp_path, monkeypatch):
    """What evidence.yaml does not name does not count."""
    _package(tmp_path, "own", "own_catalogue", "own-catalogue")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert catalog.further(tmp_path, [], []) == ()


def test_two_packages_of_one_name_are_an_error(tmp_path, monkeypatch):
    """Which of them was meant is not ours to guess."""
    _package(tmp_path, "own", "own_catalogue", "own-catalogue")
    _package(tmp_path, "own", "other_catalogue", "other-catalogue")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ConfigError, match="found 2: other_catalogue, own_catalogue"):
        catalog.further(tmp_path, [], ["own"])


@pytest.mark.parametrize(("folders", "plugins", "key"), [(["nowhere"], [], "ingest.catalogs.0"),
                                                         ([], ["nobody"], "ingest.plugins")])
def test_what_is_not_there_is_an_error_with_its_key(tmp_path, folders, plugins, key):
    """A misspelt name must not make a check vanish."""
    with pytest.raises(ConfigError) as raised:
        catalog.further(tmp_path, folders, plugins)
    assert raised.value.where is not None
    assert raised.value.where.key == key
