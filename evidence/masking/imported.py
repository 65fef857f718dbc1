"""A gitleaks configuration, imported as it is: patterns, keywords, entropy, allow lists and stop words.

Its patterns are written for RE2, so they are read by google-re2: the same dialect, and no text can make them slow. The
comment ``gitleaks:allow`` is not honoured: what a model writes must not decide what is found. Rules about file names
and allow lists about commits and paths say nothing of a recorded text and are left out.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence.errors import ConfigError, Where
from evidence.masking import extent
from evidence.masking.candidates import CAP, Found
from evidence.masking.engines import Places, re2_module
from evidence.masking.validators_secrets import entropy

if TYPE_CHECKING:
    from evidence.masking.blocks import Block

ENTITY = "IMPORTED_SECRET"
CONFIDENCE = 800
LONG_WORD = 4
"""Keywords of so many letters are rare enough that a text with one of them can be read whole."""
_PREFIX = re.compile(r"^(\(\?i\))?\[\\w\.-\]\{0,\d+\}\??")
"""What a pattern may begin with and does not need to: without it, it is found as surely and several times as fast."""


@dataclass(frozen=True, slots=True)
class AllowList:
    """One allow list: expressions over match, secret or line, and stop words in the secret; either of them, or both."""

    expressions: Any
    target: str
    stopwords: Any
    every: bool

    def covers(self, secret: bytes, match: bytes, line: bytes) -> bool:
        """Tell whether the finding is allowed."""
        text = {"match": match, "line": line}.get(self.target, secret)
        tests = []
        if self.expressions:
            tests.append(self.expressions.search(text) is not None)
        if self.stopwords:
            tests.append(self.stopwords.search(secret.lower()) is not None)
        return bool(tests) and (all(tests) if self.every else any(tests))


@dataclass(frozen=True, slots=True)
class Imported:
    """One imported rule; ``pattern`` is given to the engine to find the rows, ``expression`` reads them.

    ``ways`` say how far a match reaches to the left of the places that the engine names; None: the whole row is read.
    ``sharp``, if there is one, matches wherever ``pattern`` matches with a secret of the entropy asked for: without a
    match of it a row is not read. Nor is it where no match ends in as many different bytes as ``tail`` asks for.
    """

    id: str
    pattern: str
    expression: Any
    group: int
    groups: int
    least_entropy: float
    least_bytes: int
    keywords: tuple[bytes, ...]
    allow: tuple[AllowList, ...]
    ways: tuple[extent.Chain, ...] | None
    sharp: str | None
    tail: extent.Tail | None

    def examine(self, block: Block, places: Places) -> Iterator[Found]:
        """Yield the findings of this rule in the rows given, at most ``CAP`` + 1 a row."""
        for row, ends in places:
            low = int(block.starts[row])
            text = bytes(block.view[low:int(block.ends[row])])
            count, named = 0, not self.keywords
            for start, last in self._windows(text, [end - low for end in ends]):
                # A keyword may stand anywhere in the row; mostly it is part of the match.
                named = named or any(_holds(part.lower(), self.keywords) for part in (text[start:last], text))
                if not named or count > CAP:
                    break
                for match in self.expression.finditer(text, start, last):
                    found = self._accept(text, match, row)
                    if found is not None:
                        count += 1
                        yield found
                    if count > CAP or match.end() == last:
                        break

    def _windows(self, text: bytes, ends: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield the stretches of a text in which matches lie, from where one may begin to the last place one ends at.

        The expression sees what stands beside a stretch, and finds in it what it would find in the whole text.
        """
        if self.ways is None or not ends:
            yield 0, len(text)
            return
        start, last = extent.begin(self.ways, text, ends[0], 0), ends[0]
        for end in ends[1:]:
            begin = extent.begin(self.ways, text, end, last)
            if begin > last:
                yield start, last
                start = begin
            last = end
        yield start, last

    def _accept(self, text: bytes, match: Any, row: int) -> Found | None:
        start, end = self._span(match)
        secret = text[start:end]
        # Of k different bytes the entropy is at most log2(k); most of what is no secret has too few.
        if start == end or len(set(secret)) < self.least_bytes:
            return None
        if self.least_entropy and entropy(secret) <= self.least_entropy:
            return None
        line = text[text.rfind(b"\n", 0, match.start()) + 1:_line_end(text, match.end())]
        if any(allow.covers(secret, match.group(0), line) for allow in self.allow):
            return None
        return Found(row, start, end - start, ENTITY, "secret", f"imported.{self.id}", CONFIDENCE, None, secret)


    def _span(self, match: Any) -> tuple[int, int]:
        """Return where the secret is: the group asked for, else the first that is not empty, else all of the match."""
        for group in (self.group,) if self.group else range(1, self.groups + 1):
            start, end = match.span(group)
            if end > start or self.group:
                return start, end
        return match.span()  # type: ignore[no-any-return]


def _line_end(text: bytes, at: int) -> int:
    end = text.find(b"\n", at)
    return len(text) if end < 0 else end


def _holds(lower: bytes, keywords: tuple[bytes, ...]) -> bool:
    return any(word in lower for word in keywords)


def load(path: Path) -> list[Imported]:
    """Read a gitleaks configuration.

    Raises:
        ConfigError: it cannot be read, wants a configuration that is not at hand, or a pattern does not compile.
        MissingExtraError: google-re2 is not installed.
    """
    data = _read(path, ())
    lists = _lists(data.get("allowlists", []) + ([data["allowlist"]] if "allowlist" in data else []), path, "allowlist")
    rules = []
    for entry in data.get("rules", []):
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            raise ConfigError("expected a rule with an id", where=Where(str(path), key="rules"))
        if entry.get("regex"):
            rules.append(_rule(entry, lists, path))
    return rules


def _read(path: Path, seen: tuple[Path, ...]) -> dict[str, Any]:
    """Return the configuration with the ones it extends; rules of this file win over those of the same id."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"the configuration cannot be read: {error}", where=Where(str(path))) from error
    extend = data.get("extend", {})
    if extend.get("useDefault"):
        raise ConfigError("the configuration extends the default of its tool, which is not part of this toolkit",
                          where=Where(str(path), key="extend.useDefault"),
                          advice="name the default configuration file in extend.path, or list both files")
    if "path" in extend:
        base = (path.parent / str(extend["path"])).resolve()
        if base in seen:
            raise ConfigError("the configurations extend each other", where=Where(str(path), key="extend.path"))
        data = _merge(_read(base, (*seen, path.resolve())), data, set(extend.get("disabledRules", [])))
    return data


def _merge(base: dict[str, Any], own: dict[str, Any], disabled: set[str]) -> dict[str, Any]:
    ids = {rule.get("id") for rule in own.get("rules", [])} | disabled
    kept = [rule for rule in base.get("rules", []) if rule.get("id") not in ids]
    lists = [entry for data in (base, own) for entry in data.get("allowlists", [])]
    lists += [data["allowlist"] for data in (base, own) if "allowlist" in data]
    return {"rules": kept + own.get("rules", []), "allowlists": lists}


def _rule(entry: dict[str, Any], shared: list[tuple[AllowList, frozenset[str]]], path: Path) -> Imported:
    name = entry["id"]
    if "required" in entry:
        raise ConfigError(f"rule {name} needs other rules to match beside it, which is not supported",
                          where=Where(str(path), key=f"rules.{name}.required"))
    expression = _compile(str(entry["regex"]), path, name)
    group = int(entry.get("secretGroup", 0))
    if group > expression.groups:
        raise ConfigError(f"rule {name}: secretGroup {group} is more than the pattern's {expression.groups} groups",
                          where=Where(str(path), key=f"rules.{name}.secretGroup"))
    own = _lists(entry.get("allowlists", []) + ([entry["allowlist"]] if "allowlist" in entry else []), path, name)
    allow = tuple(one for one, rules in [*own, *shared] if not rules or name in rules)
    words = [str(word).lower() for word in entry.get("keywords", [])]
    text = str(entry["regex"])
    tree = extent.parsed(text)
    by_word = tree is not None and extent.letterless(tree) and words and min(map(len, words)) >= LONG_WORD
    # An engine must follow a pattern without letters through every byte, at the cost of all others together.
    pattern = f"(?i)(?:{'|'.join(map(re.escape, words))})" if by_word else _PREFIX.sub(r"\1", text)
    ways = extent.chains(tree) if tree is not None and not by_word else None
    bits = float(entry.get("entropy", 0))
    # The entropy of n bytes is at most log2(n) bits: more than 3.5 need at least twelve, and as many different ones.
    least = math.ceil(2 ** min(bits, 8) - 1e-6) if bits > 0 else 0
    single = group or (1 if expression.groups == 1 else 0)
    sharp = extent.lengthened(pattern, single, least) if ways and single and least else None
    return Imported(name, pattern, expression, group, expression.groups, bits, least,
                    tuple(word.encode() for word in words), allow, ways, sharp,
                    extent.tail(tree, single, least) if ways and single and least else None)



def _lists(entries: list[dict[str, Any]], path: Path, name: str) -> list[tuple[AllowList, frozenset[str]]]:
    found = []
    for entry in entries:
        texts = [str(text) for text in entry.get("regexes", [])]
        for text in texts:
            _compile(text, path, name)
        expressions = _compile("|".join(f"(?:{text})" for text in texts), path, name) if texts else None
        words = [re.escape(str(word).lower()) for word in entry.get("stopwords", [])]
        stopwords = _compile("|".join(words), path, name) if words else None
        every = str(entry.get("condition", "OR")).upper() in {"AND", "&&"}
        if every and (entry.get("paths") or entry.get("commits")):
            continue  # one of its conditions is about a file or commit and can never hold for a recorded text
        target = str(entry.get("regexTarget", "secret"))
        found.append((AllowList(expressions, target, stopwords, every), frozenset(entry.get("targetRules", []))))
    return found


def _compile(text: str, path: Path, name: str) -> Any:
    re2 = re2_module()
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.max_mem = 64 << 20
    try:
        return re2.compile(text.encode(), options)
    except re2.error as error:
        where = Where(str(path), key=f"rules.{name}")
        raise ConfigError(f"rule {name} does not compile: {error}", where=where) from error
