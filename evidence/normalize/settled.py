"""What evidence.yaml settles for a source, as constants in the SQL of its connector."""

from __future__ import annotations

import re
from collections.abc import Mapping

_OPTION = re.compile(r"\br\.options\['(\w+)'\]")


def literal(value: str | None) -> str:
    """Return a text as SQL."""
    return "NULL::VARCHAR" if value is None else "'" + value.replace("'", "''") + "'"


def settled(sql: str, options: Mapping[str, str]) -> str:
    """Return SQL of a connector with the value of each option where it asks for it by name.

    Of the map of options the engine would make a column: the spelling of times would be asked for with every record,
    and the time zone looked up.
    """
    return _OPTION.sub(lambda found: literal(options.get(found[1])), sql)
