"""The templates, and the one way from data to HTML: autoescape, no undefined names, a sandbox, and visible text only.

``finalize`` makes every printed value visible and bounded before it is escaped, so that a template cannot forget it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from evidence import catalog
from evidence.errors import SealError
from evidence.render import show, words

FOLDER = "report"
MEDIA = ("screen", "print")


def folder() -> Path:
    """Return the folder of the report's templates."""
    return catalog.home("templates") / FOLDER


def _finalizer(covered: AbstractSet[int] | None) -> Callable[[Any], Any]:
    from markupsafe import Markup

    def finalize(value: Any) -> Any:
        if value is None:
            return "\u2013"
        if isinstance(value, str) and not isinstance(value, Markup):
            return show.visible(show.shorten(value), covered)
        return value

    return finalize


def _long(covered: AbstractSet[int] | None) -> Callable[[str], Any]:
    from markupsafe import escape

    def long(value: str) -> Any:
        """Let a declared sentence be longer than a log field may be; still visible and escaped."""
        return escape(show.visible(value, covered))

    return long


def _breakable(covered: AbstractSet[int] | None) -> Callable[[str], Any]:
    from markupsafe import Markup, escape

    def breakable(value: str) -> Any:
        """Let an id break after its underscores."""
        return escape(show.visible(show.shorten(value, 80), covered)).replace("_", Markup("_<wbr>"))

    return breakable


def _control(code: str, testability: str) -> words.State:
    return words.control_state(code, testability, applicable=code != "not_applicable")


def _entry(code: str, kind: str) -> Any:
    return words.vocabulary()[kind].get(code)


def environment(covered: AbstractSet[int] | None) -> Any:
    """Return the Jinja environment.

    Args:
        covered: code points that can be printed; ``None`` when the reader's own fonts are used.
    """
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    env = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder()), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_finalizer(covered), keep_trailing_newline=True)
    env.filters |= {
        "n": show.number, "when": show.when, "span": show.span, "size": show.size, "place": show.locator,
        "local": show.local, "slug": show.slug, "cut": show.cut, "visible": show.visible, "shorten": show.shorten,
        "long": _long(covered), "breakable": _breakable(covered), "chunks": chunks, "control": _control,
        "entry": _entry,
        "state": lambda code, kind: words.state(kind, code), "word": lambda code, kind: words.word(kind, code),
    }
    env.globals |= {"share": show.share}
    return env


def chunks(rows: Any, count: int = 60) -> list[list[Any]]:
    """Return rows in tables of at most ``count``: one long table is laid out in more than linear time."""
    items = list(rows)
    return [items[start:start + count] for start in range(0, len(items), count)]


def style(medium: str) -> str:
    """Return the style sheet of a medium: the common part, then its own."""
    return "\n".join((folder() / name).read_text("utf-8") for name in ("base.css", f"{medium}.css"))


def policy(css: str) -> str:
    """Return the content security policy of the page: nothing is loaded, nothing runs, one style sheet by its hash."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def html(context: Mapping[str, Any], *, medium: str, covered: AbstractSet[int] | None = None) -> str:
    """Return the report as one HTML document without any reference to the outside.

    Args:
        context: what :func:`evidence.render.report.build` returned.
        medium: ``screen`` for report.html, ``print`` for the PDF.
        covered: code points that the bundled fonts have, for ``print``.

    Raises:
        SealError: the templates do not fit the data.
    """
    from jinja2 import TemplateError
    from markupsafe import Markup

    css = style(medium)
    try:
        template = environment(covered).get_template("report.html.j2")
        sheet = Markup(css)  # noqa: S704 - our own file
        return str(template.render(**context, medium=medium, css=sheet, policy=policy(css)))
    except TemplateError as error:
        raise SealError(f"the report cannot be written: {error}") from error
