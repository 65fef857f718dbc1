"""What evidence.yaml settles for a source, as constants in the SQL of its connector."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

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


def mapped(names: Iterable[str], columns: Mapping[str, str]) -> str:
    """Return the SQL of a record's values by the names of a connector, each from the column that evidence.yaml gave it.

    A column with dots in its name is one written so, or else a place inside objects; a name without a column has no
    value. All columns are taken in one reading, into a struct: a map costs four times what the reading does.
    """
    places: list[str] = []
    fields: list[str] = []
    for name in (one.removeprefix("columns.") for one in names):
        column = columns.get(name)
        steps = ".".join(f'"{step}"' for step in column.split(".")) if column else ""
        ways = dict.fromkeys((f'$."{column}"', f"$.{steps}")) if column else {}
        found = ", ".join(f"found[{len(places) + n}]" for n in range(1, len(ways) + 1))
        fields.append(f"{literal(name)}: {f'COALESCE({found})' if found else 'NULL::VARCHAR'}")
        places += ways
    if not fields:
        return "NULL::MAP(VARCHAR, VARCHAR)"
    texts = f"json_extract_string(i.raw, [{', '.join(map(literal, places))}])" if places else "[NULL::VARCHAR]"
    return f"list_transform([{texts}], lambda found: {{{', '.join(fields)}}})[1]"


def mapped_fields(names: Iterable[str], columns: Mapping[str, str], fields: Sequence[str]) -> str:
    """Return the same of records whose texts come in columns of their own, of which ``fields`` has the names."""
    wanted = {name: columns.get(name) for name in (one.removeprefix("columns.") for one in names)}
    return struct_of(wanted, fields) if wanted else mapped((), {})


def struct_of(wanted: Mapping[str, str | None], fields: Sequence[str]) -> str:
    """Return the SQL of a struct, each value of which is that of a field, or NULL where it is of none."""
    values = ", ".join(f"{literal(name)}: {f'i.field{fields.index(field)}' if field else 'NULL::VARCHAR'}"
                       for name, field in wanted.items())
    return f"{{{values}}}"
