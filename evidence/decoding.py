"""What a connector declares of texts that are packed: recordings of HTTP, and bodies of model APIs kept as fields.

A decoder turns a field of a record into rows of the table ``part``, which connector SQL reads beside ``record``.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, field_validator

from evidence.fields import Frozen, Identifier

DECODERS: Final = {"recorded_http": "2", "model_bodies": "2"}
"""Decoders of the engine and the version of each; a change of what one makes of the same bytes is a new version."""

SECRET_HEADERS: Final = frozenset({
    "authorization", "proxy-authorization", "cookie", "set-cookie", "api-key", "x-api-key", "x-goog-api-key", "apikey",
    "x-auth-token", "x-amz-security-token", "ocp-apim-subscription-key", "x-functions-key"})

PART_COLUMNS: Final = {
    "record_no": "BIGINT", "ordinal": "BIGINT", "kind": "VARCHAR", "request_offset_us": "BIGINT",
    "response_offset_us": "BIGINT", "method": "VARCHAR", "route": "VARCHAR", "host": "VARCHAR", "status_code": "BIGINT",
    "model": "VARCHAR", "streaming": "BOOLEAN", "pairing": "VARCHAR", "truncated": "BOOLEAN", "blocked": "BOOLEAN",
    "blocked_by": "VARCHAR", "risk_level": "VARCHAR", "request_id": "VARCHAR", "response_id": "VARCHAR",
    "correlation_id": "VARCHAR", "client_ip": "VARCHAR", "tokens_in": "BIGINT", "tokens_out": "BIGINT",
    "prompt": "VARCHAR", "response": "VARCHAR", "prompt_part": "VARCHAR", "response_part": "VARCHAR"}
"""Columns of the table ``part`` that a decoder fills and connector SQL reads, in order, with their SQL types."""


class Blocked(Frozen):
    """How a gateway says in the recording that it stopped a request: a status and keys of its JSON body."""

    status: tuple[int, ...] = (403,)
    require: tuple[str, ...] = Field(min_length=1)
    rule: str
    risk: str | None = None
    error_prefix: str | None = Field(default=None, description="start of the text of an error event that says so too")


class Notes(Frozen):
    """Lines of JSON that a gateway writes between the bytes of responses, one to an event of the recording.

    ``kind`` names the keys, the first that is there, of what a line says; a line of another ``prefix`` is none.
    ``about`` names those of what it is about.
    """

    kind: tuple[str, ...] = Field(min_length=1)
    prefix: str = Field(min_length=1)
    about: tuple[str, ...] = ()


class RecordedHttp(Frozen):
    """A field with the recording of a tunnel, and what to keep of its headers.

    ``correlation_id``, ``request_id`` and ``client_ip`` name headers; ``echo`` names headers that a response repeats
    from its request, by which overlapping exchanges can be told apart. Headers that carry secrets cannot be kept.
    """

    decoder: Literal["recorded_http"]
    field: str
    correlation_id: tuple[str, ...] = ()
    request_id: tuple[str, ...] = ()
    echo: tuple[str, ...] = ()
    client_ip: tuple[str, ...] = ()
    blocked: Blocked | None = None
    notes: Notes | None = None

    @field_validator("correlation_id", "request_id", "echo", "client_ip")
    @classmethod
    def _no_secrets(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        lowered = tuple(name.lower() for name in names)
        if bad := sorted(SECRET_HEADERS.intersection(lowered)):
            raise ValueError(f"expected headers without secrets, found {', '.join(bad)}")
        return lowered


class ModelBodies(Frozen):
    """Fields with the bodies that a model API got and gave: objects, lists, or either of them written as text.

    ``request`` and ``response`` are places in the record, with dots between their steps; the first that holds a text is
    taken. ``columns.<name>`` is the column that evidence.yaml gives that name. A list stands under the key it was found
    at, as a list of messages does in a body. ``route`` says where the path or address is by which the wire shape is
    chosen; ``wires`` are tried in order where it chooses none. A value equal to one of ``absent`` was not recorded; one
    that contains a text of ``cut`` is not whole. Where no shape finds a text, the whole body stands for it, unless
    ``whole`` is false because the place holds more than a body.
    """

    decoder: Literal["model_bodies"]
    request: tuple[str, ...] = ()
    response: tuple[str, ...] = ()
    route: tuple[str, ...] = ()
    wires: tuple[Identifier, ...] = Field(min_length=1)
    absent: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    whole: bool = True


Decode = Annotated[RecordedHttp | ModelBodies, Field(discriminator="decoder")]
