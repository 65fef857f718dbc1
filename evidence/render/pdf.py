"""The report as PDF/A-3a, before signing: the same HTML, laid out with the bundled fonts, the same bytes again."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from evidence import catalog
from evidence.errors import MissingExtraError, SealError

if TYPE_CHECKING:
    from weasyprint import Document, URLFetcher

VARIANT = "pdf/a-3a"
FACES = (
    ("Report", "DejaVuSansCondensed.ttf", "normal"),
    ("Report", "DejaVuSansCondensed-Bold.ttf", "bold"),
    ("Report Mono", "DejaVuSansMono.ttf", "normal"),
)
_SCHEME = "bundled:"


@cache
def covered() -> frozenset[int]:
    """Return the code points that every bundled face can print."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    faces = []
    for _, name, _ in FACES:
        with TTFont(catalog.home("templates") / "fonts" / name, lazy=True) as font:
            faces.append(frozenset(font.getBestCmap()))
    return frozenset.intersection(*faces)


def font_faces() -> str:
    """Return the @font-face rules; their addresses mean nothing outside of :func:`fetcher`."""
    return "".join(
        f"@font-face {{ font-family: '{family}'; src: url('{_SCHEME}{name}'); font-weight: {weight} }}\n"
        for family, name, weight in FACES)


def fetcher() -> URLFetcher:
    """Return a fetcher that gives the bundled fonts and refuses everything else, local files too."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    allowed = {f"{_SCHEME}{name}": catalog.home("templates") / "fonts" / name for _, name, _ in FACES}

    class Bundled(URLFetcher):  # type: ignore[misc] # the base class has no types
        """Fonts by name; any other address stops the report."""

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002
            """Return a bundled font."""
            if url not in allowed:
                raise FatalURLFetchingError(f"the report may not fetch {url[:80]!r}")
            return URLFetcherResponse(url, allowed[url].read_bytes(), {"Content-Type": "font/ttf"})

    return Bundled()


@contextmanager
def epoch(moment: datetime) -> Iterator[None]:
    """Let the font tools take ``moment`` for now: they stamp each font they cut, and know this variable only."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(int(moment.timestamp()))
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


def layout(html: str) -> Document:
    """Return the laid out document; call it inside of :func:`epoch`.

    Raises:
        MissingExtraError: Pango or HarfBuzz is missing on this machine.
        SealError: the page asked for something that it may not have.
    """
    try:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import FatalURLFetchingError
    except OSError as error:
        raise MissingExtraError(
            f"a library for PDF pages is missing: {error}",
            advice="install Pango and HarfBuzz (Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)",
        ) from error
    fonts, only = FontConfiguration(), fetcher()
    sheet = CSS(string=font_faces(), font_config=fonts, url_fetcher=only)
    try:
        return HTML(string=html, url_fetcher=only, base_url=None).render(
            stylesheets=[sheet], font_config=fonts, presentational_hints=False, pdf_variant=VARIANT)
    except FatalURLFetchingError as error:
        raise SealError(str(error), advice="a template or a style sheet refers to the outside of the report") from error


def write(document: Document, *, package_id: str, attached: Sequence[tuple[str, str, bytes]],
          created: datetime) -> bytes:
    """Return the PDF's bytes; call it inside of :func:`epoch`.

    Args:
        document: what :func:`layout` returned.
        package_id: becomes the file identifier, which would be random otherwise.
        attached: name, description and bytes of the files inside, in any order.
        created: the date of everything inside; the clock is not asked.

    Raises:
        SealError: ``created`` has no zone.
    """
    from weasyprint import Attachment

    if created.tzinfo is None:
        raise SealError("expected a reference time with a zone")
    stamp = created.astimezone(UTC)
    files = [Attachment(string=data, name=name, description=text, created=stamp, modified=stamp, relationship="Data")
             for name, text, data in sorted(attached)]
    identifier = hashlib.sha256(b"copilot-evidence\0" + package_id.encode()).digest()[:16]
    with warnings.catch_warnings():  # WeasyPrint 70.0 leaves the file of its colour profile to the garbage collector
        warnings.simplefilter("ignore", ResourceWarning)
        data = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier, attachments=files, finisher=_finish)
    if data is None:
        raise SealError("the PDF was not written")
    return bytes(data)


def _finish(_document: Any, pdf: Any) -> None:
    """Name each attachment once in /AF, where WeasyPrint 70.0 names it twice (ISO 32000-2, 14.13)."""
    associated = pdf.catalog.get("AF")
    if associated is not None:
        associated[:] = list(dict.fromkeys(associated))
