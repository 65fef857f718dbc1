"""The PDF within its bound: lists are cut, never dropped, until the report has at most so many pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from evidence import constants
from evidence.errors import SealError
from evidence.render import page, pdf, report
from evidence.render.facts import ReportFacts

ATTEMPTS = 3
_WORDS = {"summary.json": "The figures of the summary", "controls.json": "The result of every control"}


def bounded(build: Callable[[report.Caps], Mapping[str, Any]], *, facts: ReportFacts, out: Path) -> tuple[Path, int]:
    """Write report.pdf with at most ``facts.max_pages`` pages, printing shorter lists where needed.

    Args:
        build: makes the context for the given caps.
        facts: identity of the package.
        out: the staging folder, with ``evidence/`` written.

    Returns:
        The path and the number of pages.

    Raises:
        SealError: the shortest lists still give too many pages.
    """
    caps, pages = report.PAGES, 0
    with pdf.epoch(facts.reference_time):
        for _ in range(ATTEMPTS):
            document = pdf.layout(page.html(build(caps), medium="print", covered=pdf.covered()))
            pages = len(document.pages)
            if pages <= facts.max_pages:
                target = out / constants.REPORT
                target.write_bytes(pdf.write(document, package_id=facts.package_id, attached=_attached(out),
                                             created=facts.reference_time))
                return target, pages
            caps = caps.tighter()
    raise SealError(f"the report has {pages} pages, at most {facts.max_pages} are allowed",
                    advice="narrow the scope, or allow more pages; every row is in evidence/ in any case")


def _attached(out: Path) -> list[tuple[str, str, bytes]]:
    return [(name, _WORDS[name], (out / path).read_bytes()) for name, path in constants.PDF_ATTACHED.items()]
