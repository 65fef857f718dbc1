"""The texts beside the figures: what a control, a check or a connector says about itself.

They come as the bytes that ran (:class:`~evidence.render.facts.ReportFacts`), so that the report cannot describe one
version of a check and show the figures of another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evidence import catalog
from evidence.errors import CatalogSqlError, ConfigError, Where
from evidence.render.facts import ReportFacts

CHECKS = "checks/"


@dataclass(frozen=True, slots=True)
class CheckDoc:
    """What a check says about itself in its header."""

    id: str
    ref: str
    title: str
    why: str
    population: str
    exclusions: tuple[str, ...]
    grain: str
    limits: str
    design: bool
    needs: tuple[str, ...]
    reasons: Mapping[str, str]

    def reason(self, code: str) -> str:
        """Return the sentence for a reason code, or the code in words."""
        return self.reasons.get(code, code.replace("_", " "))


@dataclass(frozen=True, slots=True)
class ControlDoc:
    """What logs can and cannot show of a control, and what to attach."""

    id: str
    theme: str
    shows: str
    not_shown: str
    attach: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Framework:
    """The control catalogue: its name, its notice and its controls by id."""

    title: str
    notice: str
    controls: Mapping[str, ControlDoc]


@dataclass(frozen=True, slots=True)
class ConnectorDoc:
    """What a connector reads and what its source cannot show."""

    id: str
    title: str
    reads: str
    limits: str
    page: str


def sentence(value: Any) -> str:
    """Return one line of text from a YAML value; lists become sentences."""
    parts = value if isinstance(value, list | tuple) else [value]
    return " ".join(" ".join(str(part).split()) for part in parts if part not in (None, ""))


def _texts(value: Any) -> tuple[str, ...]:
    if value in (None, ""):
        return ()
    return tuple(sentence(part) for part in value) if isinstance(value, list | tuple) else (sentence(value),)


def checks(facts: ReportFacts) -> dict[str, CheckDoc]:
    """Return the headers of the checks that ran, by check id.

    Raises:
        CatalogSqlError: a check has no readable header.
    """
    found = {}
    for name in sorted(facts.sql):
        if not name.startswith(CHECKS):
            continue
        path = f"sql/{name}.sql"
        try:
            head, _ = catalog.header(facts.sql[name].decode("utf-8"), path)
        except (ConfigError, UnicodeDecodeError) as error:
            raise CatalogSqlError(f"the header of a check cannot be read: {error}", where=Where(path, 1)) from error
        found[name.removeprefix(CHECKS)] = _check(name.removeprefix(CHECKS), head)
    return found


def _check(check_id: str, head: Mapping[str, Any]) -> CheckDoc:
    reasons = head.get("reasons") or {}
    return CheckDoc(
        id=check_id,
        ref=sentence(head.get("ref")),
        title=sentence(head.get("title", check_id)),
        why=sentence(head.get("why")),
        population=sentence(head.get("population")),
        exclusions=_texts(head.get("exclusions")),
        grain=sentence(head.get("grain")),
        limits=sentence(head.get("limits")),
        design=bool(head.get("design", False)),
        needs=_texts(head.get("needs")),
        reasons={str(code): sentence(text) for code, text in dict(reasons).items()},
    )


def framework(facts: ReportFacts) -> Framework:
    """Return the control catalogue.

    Raises:
        ConfigError: it is not a mapping with ``framework`` and ``controls``.
    """
    data = _yaml(facts.framework, "framework")
    about = data.get("framework") or {}
    if not isinstance(about, dict) or not isinstance(data.get("controls", []), list):
        raise ConfigError("expected the keys framework and controls", where=Where("controls", key="framework"))
    controls = {}
    for row in data.get("controls") or []:
        controls[str(row["id"])] = ControlDoc(
            id=str(row["id"]), theme=sentence(row.get("theme")), shows=sentence(row.get("shows")),
            not_shown=sentence(row.get("not_shown")), attach=_texts(row.get("attach")))
    return Framework(sentence(about.get("title") or about.get("id")), sentence(about.get("notice")), controls)


def connectors(facts: ReportFacts) -> dict[str, ConnectorDoc]:
    """Return what the connectors used say about themselves, by id.

    Raises:
        ConfigError: one of them is not a mapping.
    """
    found = {}
    for name in sorted(facts.connectors):
        data = _yaml(facts.connectors[name], f"connectors/{name}/connector.yaml")
        found[name] = ConnectorDoc(name, sentence(data.get("title", name)), sentence(data.get("reads")),
                                   sentence(data.get("limits")), sentence(data.get("vendor_page")))
    return found


def _yaml(data: bytes, path: str) -> dict[str, Any]:
    import yaml

    try:
        loaded = yaml.safe_load(data.decode("utf-8")) if data else {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"not YAML: {error}", where=Where(path)) from error
    if not isinstance(loaded, dict):
        raise ConfigError("expected a mapping", where=Where(path))
    return loaded
