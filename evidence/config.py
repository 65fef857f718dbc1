"""Reads evidence.yaml, soa.yaml and exceptions.yaml; every error names file, line and key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from evidence.errors import ConfigError, Where

if TYPE_CHECKING:
    import yaml
    from pydantic import BaseModel

    from evidence.model import Company, Exceptions, Soa

M = TypeVar("M", bound="BaseModel")
MAX_BYTES = 4 * 1024 * 1024


def load_company(root: Path) -> Company:
    """Return evidence.yaml of a company folder.

    Raises:
        ConfigError: the file is missing or wrong.
    """
    from evidence.model import Company

    return load(root / "evidence.yaml", Company, advice="evidence init DIRECTORY writes a company folder to start from")


def load_soa(root: Path) -> Soa:
    """Return soa.yaml of a company folder; without the file every control is applicable."""
    from evidence.model import Soa

    path = root / "soa.yaml"
    return load(path, Soa) if path.exists() else Soa()


def load_exceptions(root: Path) -> Exceptions:
    """Return exceptions.yaml of a company folder; without the file no exception is approved."""
    from evidence.model import Exceptions

    path = root / "exceptions.yaml"
    return load(path, Exceptions) if path.exists() else Exceptions()


def load(path: Path, model: type[M], *, advice: str | None = None) -> M:
    """Read one YAML file into a model.

    Raises:
        ConfigError: the file cannot be read, is not YAML, has a key twice, or does not fit the model.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"expected at most {MAX_BYTES} bytes", where=Where(str(path)))
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"expected UTF-8, found byte {error.start} that is not", where=Where(str(path))) from error
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", where=Where(str(path)), advice=advice) from error
    return parse(text, str(path), model)


def parse(text: str, name: str, model: type[M]) -> M:
    """Return the model that a YAML text describes; ``name`` is printed in errors.

    Raises:
        ConfigError: as for :func:`load`.
    """
    import yaml
    from pydantic import ValidationError

    try:
        node = _composed(text)
        if node is not None:
            _no_key_twice(node, name)
        data = None if node is None else yaml.SafeLoader("").construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Where(name, mark.line + 1, mark.column + 1) if mark is not None else Where(name)
        raise ConfigError(f"not YAML: {getattr(error, 'problem', None) or error}", where=place) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"not YAML: {error}", where=Where(name)) from error
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        raise _config_error(error.errors(include_url=False), node, name) from error


def _composed(text: str) -> yaml.Node | None:
    """Return the tree of a text: by libyaml where it is built in, ten times faster, but vague in its errors."""
    import yaml

    try:
        return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _config_error(errors: Sequence[object], node: yaml.Node | None, name: str) -> ConfigError:
    lines = []
    first: Where | None = None
    for item in errors:
        assert isinstance(item, dict)
        loc = tuple(item["loc"])
        where = _place(node, loc, name)
        first = first or where
        lines.append(f"{where}: {_words(item)}" if first is not where else _words(item))
    rest = f"\n  and {len(lines) - 1} more:\n    " + "\n    ".join(lines[1:]) if len(lines) > 1 else ""
    return ConfigError(lines[0] + rest, where=first)


def _words(item: dict[str, object]) -> str:
    kind, found = str(item["type"]), item.get("input")
    if kind == "extra_forbidden":
        return "unknown key; check its spelling"
    if kind == "missing":
        return "this key is required and missing"
    message = str(item["msg"]).removeprefix("Value error, ")
    short = repr(found) if isinstance(found, str | int | float | bool) or found is None else type(found).__name__
    return message if "found" in message else f"{message}, found {short[:80]}"


def _place(node: yaml.Node | None, loc: tuple[object, ...], name: str) -> Where:
    """Walk the YAML tree along pydantic's location, as far as it goes."""
    import yaml

    line, column = (node.start_mark.line + 1, node.start_mark.column + 1) if node is not None else (1, 1)
    for step in loc:
        if isinstance(step, int) and not isinstance(node, yaml.SequenceNode):
            continue  # one value stands where a list of them may
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    line, column, found = key.start_mark.line + 1, key.start_mark.column + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
            line, column = found.start_mark.line + 1, found.start_mark.column + 1
        if found is None:
            break
        node = found
    return Where(name, line, column, ".".join(str(step) for step in loc) or None)


def place(path: Path, *loc: str | int) -> Where:
    """Return where in a YAML file a key or element stands, as near as it can be told."""
    import yaml

    try:
        node = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        node = None
    return _place(node, loc, str(path))


def _no_key_twice(node: yaml.Node, name: str) -> None:
    """Refuse a mapping with one key twice: YAML keeps the last silently, a reader sees the first."""
    import yaml

    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in current.value:
                if key.value in seen:
                    place = Where(name, key.start_mark.line + 1, key.start_mark.column + 1, str(key.value))
                    raise ConfigError("this key stands twice", where=place)
                seen.add(str(key.value))
                pending.append(value)
        elif isinstance(current, yaml.SequenceNode):
            pending.extend(current.value)
