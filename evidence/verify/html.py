"""The HTML report must load and run nothing: what an auditor sees is what was signed, now and in three years."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from evidence.verify.report import Checklist, show

_RUNS = frozenset({"script", "iframe", "object", "embed", "applet", "frame", "frameset", "base", "portal", "link"})
_LOADS = frozenset({"src", "srcset", "imagesrcset", "data", "poster", "background", "action", "formaction", "manifest",
                    "ping", "lowsrc", "dynsrc"})
_LINKS = frozenset({"href", "xlink:href"})  # followed by a reader on <a>, loaded on everything else
_WORDS = frozenset({"title", "alt", "aria-label", "content", "href"})  # what stands there is text, not a style
# A style loads by url(), by what takes a bare string for an image, and by @import; an escape could hide any of them.
_URL = re.compile(r"url\s*\((?!\s*['\"]?\s*(?:data:|#))", re.IGNORECASE)
_STYLE = re.compile(r"@import|@namespace|image-set\s*\(|\b(?:src|image|cross-fade)\s*\(|\\|" + _URL.pattern,
                    re.IGNORECASE)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self._style: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _RUNS:
            self.problems.append(f"<{tag}>")
        if tag == "meta" and any(k == "http-equiv" and (v or "").lower() == "refresh" for k, v in attrs):
            self.problems.append("<meta http-equiv=refresh>")
        for key, value in attrs:
            text = (value or "").strip().lower()
            plain = "".join(text.split())  # browsers skip line ends and tabs inside of an address
            loads = key in _LOADS or (key in _LINKS and tag != "a")
            if key.startswith("on") or plain.startswith(("javascript:", "vbscript:")) or (
                    key == "attributename" and text in _LINKS):
                self.problems.append(f"{tag} with {key}")
            elif loads and not text.startswith(("data:image/", "#")):
                self.problems.append(f"{tag} loads {show(text, 60)}")
            elif key == "style" and _STYLE.search(text):
                self.problems.append(f"the style of {tag} loads or hides {show(text, 60)}")
            elif key not in _WORDS and _URL.search(text):  # such as fill and filter, which are styles as well
                self.problems.append(f"{key} of {tag} loads {show(text, 60)}")
        if tag == "style":
            self._judge_style()
            self._style = []

    def handle_data(self, data: str) -> None:
        if self._style is not None:
            self._style.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"style", "svg"}:
            self._judge_style()

    def close(self) -> None:
        super().close()
        self._judge_style()

    def _judge_style(self) -> None:
        """Judge what stood in a style element, also as it reads inside of a drawing, where references count."""
        text, self._style = "".join(self._style or ()), None
        if _STYLE.search(text) or _STYLE.search(unescape(text)):
            self.problems.append("a style loads a resource or imports another")


def check_html(data: bytes, check: Checklist) -> None:
    """Record script, frames and remote resources of report.html."""
    reader = _Reader()
    try:
        reader.feed(data.decode("utf-8"))
        reader.close()
    except (UnicodeError, ValueError, AssertionError):  # the parser asserts on some broken declarations
        check.fail("html", "not HTML in UTF-8")
    for problem in dict.fromkeys(reader.problems):
        check.fail("html", problem)
    check.hold("html", f"{len(data)} bytes, self-contained")
