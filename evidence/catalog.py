"""Where the catalogues are (connectors, controls, templates), and their digests.

In a checkout they lie beside the package, in a wheel inside it; this module alone knows both places.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from evidence.errors import ConfigError, Where

_PACKAGE = Path(__file__).resolve().parent
KINDS = ("connectors", "controls", "templates")
PLUGINS = "evidence.catalogs"
"""Group of entry points by which an installed package offers a catalogue; installed is not enabled."""


@cache
def home(kind: str) -> Path:
    """Return the folder of the catalogue ``connectors``, ``controls`` or ``templates``.

    Raises:
        ConfigError: the installation lacks it.
    """
    for candidate in (_PACKAGE / kind, _PACKAGE.parent / kind):
        if kind in KINDS and candidate.is_dir():
            return candidate
    raise ConfigError(f"the catalogue {kind!r} is missing from this installation",
                      where=Where(str(_PACKAGE)), advice="install copilot-evidence again")


def further(root: Path, folders: Sequence[str], plugins: Sequence[str]) -> tuple[Path, ...]:
    """Return the further catalogues of a company: folders below ``root``, then installed packages by name.

    A catalogue has the folders ``connectors`` and ``controls``, or is one of them itself. A package offers one by an
    entry point of the group ``evidence.catalogs`` that names a package; its files are read, its code is never run.

    Raises:
        ConfigError: a folder is missing, or not exactly one installed package offers a name.
    """
    found = []
    for number, name in enumerate(folders):
        if not (root / name).is_dir():
            raise ConfigError(f"expected a folder, found none at {name}",
                              where=Where("evidence.yaml", key=f"ingest.catalogs.{number}"))
        found.append(root / name)
    return (*found, *(_plugin(name, Where("evidence.yaml", key="ingest.plugins")) for name in plugins))


def _plugin(name: str, where: Where) -> Path:
    offers = sorted({point.module for point in entry_points(group=PLUGINS, name=name)})
    if len(offers) != 1:
        raise ConfigError(f"expected one installed catalogue named {name!r}, found {len(offers)}"
                          + (f": {', '.join(offers)}" if offers else ""), where=where,
                          advice=f"install the package that offers it as an entry point of {PLUGINS}")
    # A module inside a package would be looked for by running that package's code.
    spec = find_spec(offers[0]) if "." not in offers[0] else None
    places = list(spec.submodule_search_locations or ()) if spec else []
    if len(places) != 1:
        raise ConfigError(f"expected {offers[0]!r} to be one top-level package with files", where=where)
    return Path(places[0])


def sql_file(name: str) -> str:
    """Return the text of ``evidence/sql/<name>.sql``; ``name`` may contain a folder."""
    return (_PACKAGE / "sql" / f"{name}.sql").read_text("utf-8")


def relation_names() -> list[str]:
    """Return the names of all relations, sorted."""
    return sorted(path.stem for path in (_PACKAGE / "sql" / "relations").glob("*.sql"))


def files(folder: Path) -> Iterator[Path]:
    """Yield the files of a catalogue entry in the order of their names, hidden ones and caches left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith((".", "__")) for part in path.relative_to(folder).parts):
            yield path


def digest(*folders: Path) -> str:
    """Return the SHA-256 over names and bytes of catalogue folders: the identity of what ran."""
    sha = hashlib.sha256()
    for folder in folders:
        for path in files(folder):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            sha.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return sha.hexdigest()


def header(text: str, path: str) -> tuple[dict[str, object], str]:
    """Split a SQL file into its YAML header (between ``/*---`` and ``---*/``) and the statement.

    Raises:
        ConfigError: there is no header, or it is not a mapping.
    """
    import yaml

    start, end = text.find("/*---"), text.find("---*/")
    if start != 0 or end < 0:
        raise ConfigError("expected a header between /*--- and ---*/ at the top of the file", where=Where(path, 1))
    try:
        data = yaml.safe_load(text[5:end])
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        raise ConfigError(f"the header is not YAML: {error}", where=Where(path, line)) from error
    if not isinstance(data, dict):
        raise ConfigError("expected a mapping in the header", where=Where(path, 1))
    return data, text[end + 5:].strip()
