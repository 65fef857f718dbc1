"""The HTML report must load and run nothing: what an auditor sees is what was signed, now and in three years."""

from __future__ import annotations

from html.parser import HTMLParser

from evidence.verify.report import Checklist, show

_RUNS = frozenset({"script", "iframe", "object", "embed", "applet", "frame", "base", "portal"})
_LOADS = frozenset({"src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href", "manifest"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _RUNS:
            self.problems.append(f"<{tag}>")
        if tag == "meta" and any(k == "http-equiv" and (v or "").lower() == "refresh" for k, v in attrs):
            self.problems.append("<meta http-equiv=refresh>")
        for key, value in attrs:
            text = (value or "").strip().lower()
            loads = key in _LOADS or (tag == "link" and key == "href") or (tag in {"use", "image"} and key == "href")
            if key.startswith("on") or text.startswith(("javascript:", "vbscript:")):
                self.problems.append(f"{tag} with {key}")
            elif loads and not text.startswith(("data:", "#")):
                self.problems.append(f"{tag} loads {show(text, 60)}")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style":
            text = data.lower()
            for piece in text.split("url(")[1:]:
                if not piece.lstrip(" \t\n\r'\"").startswith(("data:", "#")):
                    self.problems.append("a style loads a resource")
            if "@import" in text:
                self.problems.append("a style imports another")


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
