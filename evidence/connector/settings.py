"""What evidence.yaml sets for one source, checked against what its connector knows."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evidence.connector import Connector
from evidence.errors import ConfigError, Where

Given = Mapping[str, str | Mapping[str, str]]


def settings(connector: Connector, given: Given, source_id: str = "") -> dict[str, str]:
    """Return every option as text, defaults included; an entry of a map has the name ``<option>.<name>``.

    Raises:
        ConfigError: an option is unknown, is not of its choices, or a map lacks a name that is required.
    """
    found = {name: option.default for name, option in connector.options.items() if option.default is not None}
    for name, value in given.items():
        option = connector.options.get(name)
        if option is None:
            known = ", ".join(sorted(connector.options)) or "none"
            raise _wrong(source_id, name, f"the connector {connector.id} knows no such option", f"known: {known}")
        if option.names and not isinstance(value, Mapping):
            raise _wrong(source_id, name, "expected a map of names to columns of the export", ", ".join(option.names))
        if isinstance(value, Mapping):
            found |= _map(connector, source_id, name, value)
        elif option.choices and value not in option.choices:
            raise _wrong(source_id, name, f"expected one of {', '.join(option.choices)}, found {value!r}")
        else:
            found[name] = _zone(source_id, name, value) if option.zone else value
    for name, option in connector.options.items():
        if lost := [one for one in option.required if f"{name}.{one}" not in found]:
            raise _wrong(source_id, name, f"expected a column for {', '.join(lost)}, found none",
                         "; ".join(f"{one}: {option.names[one]}" for one in lost))
    return found


def apart(connector: Connector, options: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns of a table that statements see under these options of a source, if they see nothing else.

    There are none where a record is more than its texts, or is changed before it is kept: then it is read as a whole.
    """
    reader, secrets = connector.reader, connector.secrets
    moved = reader.parse or reader.carry or reader.gather or reader.places
    if connector.decode or moved or secrets.hash or secrets.drop or any(
            kind != "VARCHAR" for kind in connector.shape.values()):
        return ()
    return tuple(dict.fromkeys([*connector.shape, *(options[name] for name in connector.mapped if name in options)]))


def _map(connector: Connector, source_id: str, name: str, value: Mapping[str, str]) -> dict[str, str]:
    names = connector.options[name].names
    if not names:
        raise _wrong(source_id, name, "expected a text, found a map")
    if unknown := sorted(set(value) - set(names)):
        raise _wrong(source_id, f"{name}.{unknown[0]}", "the map has no such name", f"known: {', '.join(names)}")
    for one, column in value.items():
        if '"' in column or "\\" in column or not column:
            raise _wrong(source_id, f"{name}.{one}", f"expected the name of a column, found {column!r}")
    return {f"{name}.{one}": column for one, column in value.items()}


def _zone(source_id: str, name: str, value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise _wrong(source_id, name, f"expected a time zone such as Europe/Berlin, found {value!r}") from None
    return value


def _wrong(source_id: str, key: str, message: str, advice: str | None = None) -> ConfigError:
    return ConfigError(message, where=Where("evidence.yaml", key=f"sources.{source_id}.options.{key}"), advice=advice)
