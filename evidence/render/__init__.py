"""Results to report, tables and figures.

:func:`render` is the whole stage. It reads the connection, writes below ``out``, and touches neither clock nor network:

- ``evidence/**``   the tables that a machine reads (:mod:`evidence.render.tables`), except the chains: seal's
- ``report.html``   one file, no script, nothing loaded from anywhere
- ``report.pdf``    the same templates as PDF/A-3a, unsigned; figures of the first page attached as JSON
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evidence.render.facts import Assurance, Named, People, Previous, ReportFacts

if TYPE_CHECKING:
    import duckdb

    from evidence.model import Company, Exceptions, Soa

__all__ = ["Assurance", "Named", "People", "Previous", "Rendered", "ReportFacts", "render"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What :func:`render` wrote.

    ``evidence_digest`` is over ``evidence/**`` as it was when the pages were made: the digest that
    ``grep '  evidence/' SHA256SUMS | sha256sum`` prints for the sealed package.
    """

    html: Path
    pdf: Path
    pages: int
    evidence_digest: str


def render(con: duckdb.DuckDBPyConnection, company: Company, *, soa: Soa, exceptions: Exceptions, facts: ReportFacts,
           out: Path) -> Rendered:
    """Write tables, report.html and report.pdf below ``out``.

    Everything of the package that goes into ``evidence/`` and is written by others (the chains) must be there before:
    the pages print the digest over that folder.

    Args:
        con: the store with the results of correlate and assess.
        company: evidence.yaml.
        soa: soa.yaml.
        exceptions: exceptions.yaml.
        facts: identity of the package and the texts that ran.
        out: the staging folder of the package.

    Returns:
        Where the pages are, how many, and the digest printed on them.

    Raises:
        SourceError: a figure cannot be computed from these tables.
        ConfigError: a catalogue's text cannot be read.
        MissingExtraError: a library for PDF pages is missing.
        SealError: the report would be longer than ``facts.max_pages`` however much is cut.
    """
    from evidence.render import page, pages, report, tables

    tables.write(con, company, exceptions=exceptions, facts=facts, sample_size=report.sample_size(company), out=out)
    digest = tables.digest(out)
    listing = {"evidence_digest": digest, "contents": tables.contents(out)}
    context = report.build(con, company, soa=soa, exceptions=exceptions, facts=facts, caps=report.SCREEN) | listing
    html = out / "report.html"
    html.write_bytes(page.html(context, medium="screen").encode())
    pdf, count = pages.bounded(
        lambda caps: report.build(con, company, soa=soa, exceptions=exceptions, facts=facts, caps=caps) | listing,
        facts=facts, out=out)
    return Rendered(html, pdf, count, digest)
