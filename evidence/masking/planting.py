"""Plants values in realistic code answers, plain and encoded, beside masked variants and hard negatives.

Used by the assurance of every run, by tests and by benchmarks. Contexts are the forms in which code assistants write
values down; mutations are the encodings of ``decode``.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from evidence.masking.planting_values import make
from evidence.masking.rules import Rule

KEYED = {
    "json": '  "{label}": "{value}",', "env": "export {LABEL}={value}", "yaml": "{label}: {value}", "code": '{label} = "{value}"',
    "log": 'level=info msg="updated" {label}={value} status=200', "comment": "# {label}: {value}",
}
FREE = {
    "sql": "INSERT INTO accounts VALUES (17, '{value}', now());", "csv": "17,{value},active", "prose": "Use {value} for the second call.",
    "markdown": "| 17 | {value} | active |", "traceback": "ValueError: cannot process '{value}' (row 17)", "list": "- {value}",
}
"""Forms of a line; keyed ones name what the value is, free ones do not."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A value planted in a text: what and where. It lives in memory for the length of one measurement."""

    entity: str
    rule_id: str
    form: str
    text: bytes
    offset: int
    length: int
    changed: bool = False


def plantable(rules: Sequence[Rule]) -> dict[str, list[Rule]]:
    """Return, by entity, the rules of which values can be made."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.spec.plant:
            found.setdefault(rule.entity, []).append(rule)
    return found


def lines(rule: Rule) -> list[tuple[str, str]]:
    """Return (form, line) of the lines that a value of the rule is written in, ``{value}`` still open."""
    found = [(f"example{number}", line) for number, line in enumerate(rule.spec.examples) if "{value}" in line]
    label = rule.spec.label
    if label:
        found += [(form, line.replace("{label}", label).replace("{LABEL}", label.upper())) for form, line in KEYED.items()]
    if "{value}" in rule.spec.examples:
        found += FREE.items()
    return found


def plant(rule: Rule, host: bytes, rng: Random, number: int, mutation: str = "") -> Planted:
    """Return a copy of the host text with one value of the rule planted: at its start, at its end or between two lines."""
    form, line = lines(rule)[number % len(lines(rule))]
    value = make(rule.spec.plant, rng)
    head, tail = line.split("{value}", 1)
    shown = MUTATIONS[mutation](value.encode(), rng) if mutation else value.encode()
    place = number % 5
    breaks = [at for at, byte in enumerate(host) if byte == 10]
    at = 0 if place == 0 or not breaks else len(host) if place == 1 else rng.choice(breaks) + 1
    before = host[:at] + (b"\n" if at and not host[:at].endswith(b"\n") else b"") + head.encode()
    text = before + shown + tail.encode() + (b"\n" + host[at:] if at < len(host) else b"")
    return Planted(rule.entity, rule.id, mutation or form, text, len(before), len(shown), shown != value.encode())


def _replaced(pairs: dict[str, str]) -> Callable[[bytes, Random], bytes]:
    table = {ord(old): new for old, new in pairs.items()}
    return lambda value, _rng: value.decode().translate(table).encode()


def _zero_width(value: bytes, rng: Random) -> bytes:
    at = rng.randrange(1, len(value))
    return value[:at] + rng.choice((b"\xe2\x80\x8b", b"\xe2\x80\x8d", b"\xef\xbb\xbf", b"\xc2\xad")) + value[at:]


def _split(value: bytes, rng: Random) -> bytes:
    at = rng.randrange(2, len(value) - 1)
    return value[:at] + rng.choice((b'" + "', b'"\n    "', b'" +\n  "')) + value[at:]


def _wide(value: bytes, _rng: Random) -> bytes:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in value.decode()).encode()


MUTATIONS: dict[str, Callable[[bytes, Random], bytes]] = {
    "nbsp": _replaced({" ": "\u00a0", "-": "\u2011"}),
    "zero_width": _zero_width,
    "full_width": _wide,
    "percent": _replaced({"@": "%40", ":": "%3A", "+": "%2B", " ": "%20"}),
    "reference": _replaced({"@": "&#64;", ".": "&#46;", "-": "&#x2d;"}),
    "escape": _replaced({"@": "\\u0040", "-": "\\u002d", " ": "\\u0020"}),
    "base64": lambda value, _rng: base64.b64encode(b"the value is " + value + b" as agreed"),
    "split": _split,
}
"""Encodings by name; each gives the bytes that stand in the text in the place of the value."""

_TALK = (
    "The function below reads the rows once and keeps only the newest version of each key.",
    "You can run the migration twice; the second run changes nothing.", "Here is a version that streams instead of loading:",
    "Two details matter here: the order of the joins and the time zone of the column.", "Start with the test, then move the cache out.",
)
_BLOCKS = (
    '```python\ndef load_{n}(path: str, limit: int = {d}) -> list[dict]:\n    """Read rows of {w}."""\n    with open(path) as handle:\n'
    '        rows = [json.loads(line) for line in handle]\n    token = tokenizer.next_token()\n    return rows[:limit]\n```',
    "```sql\nSELECT o.id, o.{w}, count(*) AS n{d}\nFROM orders AS o\nJOIN {w}_items AS i ON i.order_id = o.id\nWHERE o.created_at >= '2026-10-0{d1}'\n"
    "GROUP BY o.id, o.{w}\nHAVING count(*) > {d}\n```",
    "```typescript\nexport async function fetch{N}(id: string): Promise<{N}> {{\n  const res = await fetch(`/api/{w}/${{id}}?page={d}`);\n"
    "  if (!res.ok) throw new Error(`HTTP ${{res.status}}`);\n  return (await res.json()) as {N};\n}}\n```",
    "```yaml\nservices:\n  {w}:\n    image: registry.internal/{w}:1.{d}.{d1}\n    environment:\n      DATABASE_URL: ${{DATABASE_URL}}\n"
    "      PASSWORD_FILE: /run/secrets/{w}\n    ports:\n      - \"80{d2}:8080\"\n```",
    '```json\n{{\n  "id": "{u}",\n  "name": "{w}",\n  "version": "{d}.{d1}.0",\n  "created": 17{d2}{d2}{d2}{d2}00,\n  "ratio": 0.{d2}{d2}\n}}\n```',
    "```diff\n--- a/{w}.py\n+++ b/{w}.py\n@@ -{d2},3 +{d2},4 @@\n-    return {w}\n+    if not {w}:\n+        raise LookupError({w!r})\n+    return {w}\n```",
    "```go\nfunc {N}(ctx context.Context, items []Item) (map[string]int, error) {{\n\tfound := make(map[string]int, len(items))\n"
    "\tfor _, item := range items {{\n\t\tfound[item.Key]++\n\t}}\n\treturn found, ctx.Err()\n}}\n```",
    "```bash\nset -euo pipefail\ngit fetch origin {h}\ndocker run --rm -v $PWD:/work {w}:latest make test\n```",
    '```\nTraceback (most recent call last):\n  File "/srv/app/{w}/main.py", line {d2}, in run\n    self.step({d})\n'
    "KeyError: '{w}_{d}'\n```",
    "- `{w}` holds {d2} entries after the first pass\n- run `make {w}` and look at **line {d}**\n\n### Notes on {w}\n\n| step | ms |\n|---|---|\n| a | {d2} |\n",
)


def answers(rng: Random, count: int, size: int = 2000) -> Iterator[bytes]:
    """Yield code answers of about ``size`` bytes in which nothing sensitive stands."""
    for _ in range(count):
        parts: list[str] = []
        total = 0
        while total < size:
            word = "".join(rng.choices("abcdefghiklmnoprstuvwy", k=rng.randrange(4, 9)))
            block = rng.choice(_BLOCKS).format(
                n=rng.randrange(99), d=rng.randrange(200), d1=rng.randrange(1, 9), d2=rng.randrange(10, 99), w=word, N=word.title(),
                u=f"{rng.getrandbits(32):08x}-{rng.getrandbits(16):04x}-4{rng.getrandbits(12):03x}-a{rng.getrandbits(12):03x}-{rng.getrandbits(48):012x}",
                h=f"{rng.getrandbits(160):040x}")
            parts += [rng.choice(_TALK), block]
            total += len(parts[-1]) + len(parts[-2]) + 4
        yield "\n\n".join(parts).encode()


MASKED = ("[REDACTED:{entity}]", "<{entity}>", "[{entity}]", "[REDACTED]", "********", "########", "sha256:{hash}")
HARD_NEGATIVES = (
    "version {d}.{d}.{d}.{d}", "commit {hex40}", "id {uuid}", "sha256:{hex64}", "ts=17{n11}", "price 4{n3}.{n12}", "build 2026.10.{d}.{d}",
    "icon{d}@2x.png", "git@github.com:acme/tool{d}.git", "@decorator{d}", "pkg@{d}.{d}.{d}", "password = os.environ['DB_PASSWORD_{d}']",
    "token = parser.next_token({d})", "api_key: ${{API_KEY_{d}}}", "secret_name = 'db-credentials-{d}'", "order 7{n8}", "0x{hex40}",
    "PASSWORD=<your password {d}>", "SELECT password_hash FROM users WHERE id = {n8}", "lat 52.{n12}, lon 13.{n12}", "std::vector<cafe::x{d}>",
    "postgres://user:${{PW}}@db/{d}", "192.168.{d}.1{d1}", "user{d}@example.com", "call 555-01{d2}", "4111 1111 1111 1111",
)


def hard_negatives(rng: Random, count: int) -> Iterator[bytes]:
    """Yield lines that look like values and are none, or are values that mean nothing."""
    for number in range(count):
        yield HARD_NEGATIVES[number % len(HARD_NEGATIVES)].format(
            d=rng.randrange(1, 99), d1=rng.randrange(10), d2=rng.randrange(10, 99), n3=rng.randrange(100, 999), n8=rng.randrange(10**7, 10**8),
            n11=rng.randrange(10**10, 10**11), n12=rng.randrange(10**11, 10**12), hex40=f"{rng.getrandbits(160):040x}", hex64=f"{rng.getrandbits(256):064x}",
            uuid=f"{rng.getrandbits(32):08x}-{rng.getrandbits(16):04x}-4{rng.getrandbits(12):03x}-a{rng.getrandbits(12):03x}-{rng.getrandbits(48):012x}",
        ).encode()
