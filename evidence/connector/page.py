"""What a connector says of itself, for people: its line in the table of the guide, and its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from evidence.connector import Connector
from evidence.fields import MICROSECONDS
from evidence.relations import relation

_COLUMNS = ("connector", "shapes accepted", "relations filled", "capabilities", "cases", "what it cannot show")
EXPECTED = ".expected.yaml"


def case_files(connector: Connector) -> Iterator[Path]:
    """Yield the inputs of a connector's cases: files, and folders that stand for a ZIP."""
    for path in (connector.folder / "cases").glob("*"):
        if (path.is_file() or path.suffix == ".zip") and not path.name.endswith(EXPECTED):
            yield path


def cases(connector: Connector) -> int:
    """Return how many cases a connector has."""
    return sum(1 for _ in case_files(connector))


def table(connectors: Iterable[Connector]) -> str:
    """Return the table of connectors for the guide."""
    lines = [f"| {' | '.join(_COLUMNS)} |", "|" + "---|" * len(_COLUMNS)]
    for one in connectors:
        fills, shows = ", ".join(f"`{name}`" for name in one.relations), ", ".join(sorted(one.capabilities))
        cells = (f"`{one.id}`<br>{one.title}", one.reads, fills, shows, str(cases(one)), one.limits)
        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines)


def page(connector: Connector) -> str:
    """Return everything that connector.yaml declares, as a page of Markdown."""
    return "\n".join(_page(connector)).rstrip() + "\n"


def _page(one: Connector) -> Iterator[str]:
    yield from (f"# {one.title}", "", f"Connector `{one.id}`, role {one.role}. Documented at: {one.vendor_page}", "")
    yield from ("## What it reads", "", " ".join(one.reads.split()), "", *_reader(one), "")
    yield from ("## How a record is recognised", "", *_detected(one), "")
    yield from ("## What it fills", "", "| relation | what it is |", "|---|---|")
    yield from (f"| `{name}` | {_cell(relation(name).meaning)} |" for name in one.relations)
    shows = ", ".join(sorted(one.capabilities)) or "nothing by itself"
    yield from ("", f"It can show: {shows}. {cases(one)} cases.", "")
    if one.skips:
        yield f"Left out on purpose, and counted: {', '.join(f'`{skip.reason}`' for skip in one.skips)}."
        yield ""
    yield from _times(one)
    yield from _secrets(one)
    yield from _options(one)
    yield from _pulled(one)
    yield from ("## What it cannot show", "", " ".join(one.limits.split()), "")
    settled = one.settling // MICROSECONDS["s"]
    yield f"Records are final {settled} s after the event." if settled else "Records are final when they are written."


def _reader(one: Connector) -> Iterator[str]:
    reader = one.reader
    yield f"* Format: {', '.join(reader.format)}, told by the content; compressed or in a ZIP as well."
    if "json" in reader.format:
        yield "* Records: " + ", ".join("the document itself" if r == "." else f"`{r}`" for r in reader.records) + "."
    for name, values in (("Put into each record", reader.carry), ("Opened where they stand", reader.parse)):
        if values:
            yield f"* {name}: " + ", ".join(f"`{key}` ({value})" for key, value in values.items()) + "."
    if reader.columns:
        yield "* Columns that must be there: " + ", ".join(f"`{name}`" for name in reader.columns) + "."
    if reader.places:
        yield "* Columns that are used, and what they are in a record: " + ", ".join(
            f"`{column}` ({place})" for place, columns in reader.places.items() for column in columns) + "."
    yield "* Without one of these a record is nothing: " + "; ".join(
        " or ".join(f"`{name}`" for name in item.split("|")) for item in one.require) + "."


def _detected(one: Connector) -> Iterator[str]:
    if not one.detect:
        yield "Never by itself: evidence.yaml names it."
    for kind in one.detect:
        said = [f"{words} {', '.join(f'`{key}`' for key in keys)}" for words, keys in
                (("has", kind.all), ("has one of", kind.any), ("has none of", kind.none)) if keys]
        yield "* " + "; ".join([*said, *(f"`{key}` is {' or '.join(wanted)}" for key, wanted in kind.where.items())])


def _times(one: Connector) -> Iterator[str]:
    if one.times or one.precision:
        yield from ("## Times", "", "| field | read by | stated to |", "|---|---|---|")
        for name in dict.fromkeys((*one.times, *one.precision)):
            read = one.times.get(name, "").replace("|", ", ")
            yield f"| `{name}` | {read or 'SQL'} | {one.precision.get(name, 'as written')} |"
        yield ""


def _secrets(one: Connector) -> Iterator[str]:
    if one.secrets.hash or one.secrets.drop:
        yield from ("## Secrets", "", "Taken out before anything is kept outside the vault:", "")
        yield from (f"* `{path}`: {what}" for paths, what in
                    ((one.secrets.hash, "a keyed hash stands for it"), (one.secrets.drop, "nothing stands for it"))
                    for path in paths)
        yield ""


def _options(one: Connector) -> Iterator[str]:
    if one.options:
        yield from ("## Options in evidence.yaml", "", "| option | meaning | values | default |", "|---|---|---|---|")
        for name, option in one.options.items():
            values = ", ".join(option.choices) or ("a time zone" if option.zone else "text")
            if not option.names:
                yield f"| `{name}` | {_cell(option.about)} | {values} | {option.default or ''} |"
            for key, about in option.names.items():
                needed = "required" if key in option.required else ""
                yield f"| `{name}.{key}` | {_cell(about)} | a column of the export | {needed} |"
        yield ""


def _pulled(one: Connector) -> Iterator[str]:
    if one.pull is None:
        return
    pull = one.pull
    yield from ("## Pulling", "", f"The vendor's API is documented at: {pull.vendor_page}", "")
    yield f"* Address: {pull.base_url or 'base_url of the source'}. The key needs: {pull.scope}."
    if pull.parameters:
        yield f"* Parameters of the source: {', '.join(f'`{name}`' for name in sorted(pull.parameters))}."
    if pull.keeps:
        yield f"* The vendor keeps records for {pull.keeps // MICROSECONDS['d']} days."
    for ask in pull.requests:
        covers = f"; a complete answer covers {', '.join(f'`{stream}`' for stream in ask.covers)}" if ask.covers else ""
        then = "".join(f", then `{each.path or each.links}` of each" for each in ask.each)
        yield f"* `{ask.name}`: GET `{ask.path}`{then}{covers}."
    if any(not ask.windowed and ask.keep == "logs" for ask in pull.requests):
        yield ("* What has no window is stored in ZIPs, as `<pull>/<name>/<page>.json` or "
               "`<pull>/<name>/<id>/<page>.json`.")
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
