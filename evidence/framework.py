"""Frameworks: controls as data, which checks stand for each, and what must be attached where logs cannot show it.

A framework is ``controls/<id>.yaml``. A further catalogue may bring frameworks of its own, and may tie its checks to
the controls of an existing one with ``mapping.yaml``: framework id, control id, list of checks.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, RootModel

from evidence import config
from evidence.checks import CheckId, folders
from evidence.errors import ConfigError, UsageError, Where
from evidence.fields import Frozen, Identifier

Testability = Literal["T", "P", "S", "N"]
ControlId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.()-]{0,39}$")]
Words = Annotated[str, Field(min_length=3)]


class Control(Frozen):
    """One control: our short label, what logs can show of it, what they cannot, what to attach instead.

    ``testability``: T operating effectiveness can be tested, P evidenced in part, S the package itself is the evidence,
    N not from these logs.
    """

    id: ControlId
    title: Words
    theme: Literal["organisational", "people", "physical", "technological"]
    testability: Testability
    checks: tuple[CheckId, ...] = ()
    shows: Words
    not_shown: Words
    attach: tuple[Words, ...] = Field(min_length=1)


class About(Frozen):
    """Name and notice of a framework."""

    id: Identifier
    title: Words
    notice: Words


class Framework(Frozen):
    """A framework file, entire."""

    framework: About
    controls: tuple[Control, ...] = Field(min_length=1)

    def control(self, control_id: str) -> Control:
        """Return one control.

        Raises:
            UsageError: the framework has no control of that id.
        """
        known = {control.id: control for control in self.controls}
        if control_id not in known:
            near = difflib.get_close_matches(control_id, known, n=3)
            raise UsageError(f"{self.framework.title} has no control {control_id!r}",
                             advice="perhaps: " + ", ".join(near) if near else "evidence controls list prints them")
        return known[control_id]


class Mapping_(RootModel[dict[Identifier, dict[ControlId, tuple[CheckId, ...]]]]):  # noqa: N801 - a file's model
    """``mapping.yaml`` of a further catalogue: framework id, control id, checks."""


class Row(Frozen):
    """Controls and their references elsewhere: ``published`` by the other side, or our ``own`` reading."""

    controls: tuple[ControlId, ...] = Field(min_length=1)
    published: tuple[Words, ...] = ()
    own: tuple[Words, ...] = ()


class Crosswalk(Frozen):
    """A crosswalk file: ids alone, never the text of the other framework."""

    id: Identifier
    title: Words
    framework: Identifier
    notice: Words
    rows: tuple[Row, ...] = Field(min_length=1)


def load_framework(name: str, extra: Sequence[Path] = (), *, known: Collection[str] | None = None) -> Framework:
    """Return a framework, with the checks that further catalogues tie to its controls.

    Args:
        name: id of the framework, the name of its file.
        extra: further catalogues.
        known: ids of the checks there are; with it, a mapping to any other is an error.

    Raises:
        ConfigError: no such framework, two controls of one id, or a mapping to what does not exist.
    """
    places = [folder / f"{name}.yaml" for folder in folders(extra)]
    found = [path for path in places if path.is_file()]
    if len(found) != 1:
        raise ConfigError(f"expected one framework {name!r}, found {len(found)}", where=Where(str(places[0])),
                          advice="framework in evidence.yaml names a file of controls/ without its suffix")
    framework = _parse(found[0].read_text("utf-8"), str(found[0]))
    if framework.framework.id != name:
        raise ConfigError(f"the id is {framework.framework.id!r}, expected {name!r}", where=Where(str(found[0])))
    for folder in folders(extra)[1:]:
        framework = _add(framework, folder / "mapping.yaml")
    _agree(framework, str(found[0]), known)
    return framework


@cache
def _parse(text: str, path: str) -> Framework:
    return config.parse(text, path, Framework)


def _add(framework: Framework, path: Path) -> Framework:
    if not path.is_file():
        return framework
    more = config.load(path, Mapping_).root.get(framework.framework.id, {})
    if unknown := sorted(set(more) - {control.id for control in framework.controls}):
        raise ConfigError(f"unknown control {unknown[0]!r}", where=Where(str(path), key=unknown[0]))
    controls = tuple(c.model_copy(update={"checks": (*c.checks, *(k for k in more.get(c.id, ()) if k not in c.checks))})
                     for c in framework.controls)
    return framework.model_copy(update={"controls": controls})


def _agree(framework: Framework, path: str, known: Collection[str] | None) -> None:
    seen: set[str] = set()
    for control in framework.controls:
        if control.id in seen:
            raise ConfigError(f"the control {control.id} stands twice", where=Where(path, key=control.id))
        seen.add(control.id)
        for check in control.checks:
            if known is not None and check not in known:
                raise ConfigError(f"the check {check!r} does not exist", where=Where(path, key=control.id),
                                  advice="a check is controls/checks/<id>.sql, here or in a further catalogue")


def load_crosswalks(name: str, extra: Sequence[Path] = ()) -> tuple[Crosswalk, ...]:
    """Return the crosswalks from framework ``name`` to others, in the order of their files' names."""
    paths = [path for folder in folders(extra) for path in sorted((folder / "crosswalks").glob("*.yaml"))]
    return tuple(walk for walk in (config.load(path, Crosswalk) for path in paths) if walk.framework == name)


def crosswalk(name: str, extra: Sequence[Path] = ()) -> Mapping[str, Mapping[str, str]]:
    """Return control id to (title of the other framework to its references there), for the report."""
    table: dict[str, dict[str, str]] = {}
    for walk in load_crosswalks(name, extra):
        for row in walk.rows:
            cells = [*row.published, *(f"{ref} (own)" for ref in row.own)]
            for control in row.controls:
                table.setdefault(control, {})[walk.title] = ", ".join(cells)
    return table
