"""What a file of ``connectors/_wire`` declares of an API: its routes, and where things are in its bodies and events."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import Field, field_validator

from evidence.fields import Frozen, Identifier


class Texts(Frozen):
    """Keys of the body to begin with, and keys to follow from there, in this order, through lists and objects.

    A key to begin with may hold a ``*`` for a number: all keys that fit it are taken, by number.

    ``objects`` names keys whose value may be an object of any kind, which then stands as JSON text. ``opened`` names
    keys whose value may be written as JSON in a text.
    """

    start: tuple[str, ...] = Field(alias="from", min_length=1)
    keys: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()


class Body(Frozen):
    """Where things are in a JSON body: dotted paths, the first that is there."""

    id: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    stream: tuple[str, ...] = ()
    tokens_in: tuple[str, ...] = ()
    tokens_out: tuple[str, ...] = ()
    texts: Texts

    @cached_property
    def heads(self) -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
        """Keys of a body that texts begin with, what comes before a number in those that hold one, and all other keys.

        A body without any of them says nothing.
        """
        plain = frozenset(start for start in self.texts.start if "*" not in start)
        before = tuple(start.partition("*")[0] for start in self.texts.start if "*" in start)
        inside = (*self.id, *self.model, *self.stream, *self.tokens_in, *self.tokens_out)
        return plain, before, frozenset(path.partition(".")[0] for path in inside)


@dataclass(slots=True)
class Node:
    """A step of a path: what follows under which key, as it stands and in a list, and the deltas that end here."""

    steps: dict[str, tuple[Node, Node]] = field(default_factory=dict)
    leaves: list[int] = field(default_factory=list)

    @property
    def used(self) -> bool:
        """Whether any path comes by here."""
        return bool(self.steps or self.leaves)


class Delta(Frozen):
    """A piece of text in an event: path (``[]`` walks a list), keys that tell pieces of one text, and a condition."""

    path: str
    by: tuple[str, ...] = ()
    when: Mapping[str, str] = Field(default_factory=dict)


class Events(Frozen):
    """Where things are in the events of a streamed response; of counts the last one seen holds."""

    id: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    tokens_in: tuple[str, ...] = ()
    tokens_out: tuple[str, ...] = ()
    deltas: tuple[Delta, ...] = Field(min_length=1)
    packed: str | None = Field(default=None, description="key of an event whose text is the event itself, in base64")

    @cached_property
    def counts(self) -> frozenset[str]:
        """Keys of an event under which it may count tokens; most events have none of them."""
        return frozenset(path.partition(".")[0] for path in (*self.tokens_in, *self.tokens_out))

    @cached_property
    def single(self) -> bool:
        """Whether each event must be read by itself: it is packed, or its text may be what names the response."""
        return bool(self.packed) or any(delta.path in (*self.id, *self.model) for delta in self.deltas)

    @cached_property
    def tree(self) -> Node:
        """Paths of the deltas as one tree, so that an event is walked once whatever their number."""
        root = Node()
        for number, delta in enumerate(self.deltas):
            node = root
            for step in delta.path.split("."):
                node = node.steps.setdefault(step.removesuffix("[]"), (Node(), Node()))[step.endswith("[]")]
            node.leaves.append(number)
        return root

    @cached_property
    def kinds(self) -> tuple[str, tuple[str, ...]] | None:
        """A key of every event with text and the values it may have, where all deltas ask for one and the same key."""
        keys = {key for delta in self.deltas for key in delta.when}
        if len(keys) != 1 or not all(delta.when for delta in self.deltas) or "." in (key := keys.pop()):
            return None
        return key, tuple(delta.when[key] for delta in self.deltas)

    @cached_property
    def groups(self) -> tuple[Delta | None, ...]:
        """The deltas whose pieces belong together by more than their place, or that hold under a condition only."""
        return tuple(delta if delta.by or delta.when else None for delta in self.deltas)


class Answers(Frozen):
    """How a response says what it answers: the value at ``by`` is that of its request, beside one of these keys."""

    by: str
    having: tuple[str, ...] = Field(min_length=1)


class Wire(Frozen):
    """One model API.

    ``told_by`` names values of a request's body by which it is told where no route is known; ``operation`` the places
    in it that name what was asked for, which then stands behind the route.
    """

    id: Identifier
    title: str
    vendor_page: str
    routes: tuple[str, ...] = Field(min_length=1, description="regular expressions over the path, ends included")
    model_route: str | None = Field(default=None, description="regular expression whose group 1 is the model")
    told_by: Mapping[str, str] = Field(default_factory=dict)
    operation: tuple[str, ...] = ()
    answers: Answers | None = None
    request: Body
    response: Body
    events: Events | None = None

    @cached_property
    def compiled(self) -> tuple[re.Pattern[str], ...]:
        """The routes, ready to be searched for."""
        return tuple(map(re.compile, self.routes))

    @cached_property
    def names_model(self) -> re.Pattern[str] | None:
        """What finds the model in a route, where a route may name it."""
        return re.compile(self.model_route) if self.model_route else None

    @field_validator("routes")
    @classmethod
    def _compiles(cls, routes: tuple[str, ...]) -> tuple[str, ...]:
        for route in routes:
            try:
                re.compile(route)
            except re.error as error:
                raise ValueError(f"expected a regular expression, found {route!r}: {error}") from error
        return routes
