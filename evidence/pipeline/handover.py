"""The words of a prompt or a response, read again from the vault and bound to what the record commits to."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from evidence import config, constants
from evidence.errors import SealError, UsageError, Where
from evidence.model import Period
from evidence.pipeline.texts import open_store
from evidence.store import Store

_ASKED = "SELECT min({0}_part) FROM raw.exchange WHERE locator = ? AND {0}_sha256 = ?"


def with_texts(root: Path, found: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return a proof in which the texts named (``prompt``, ``response``) are opened too (FORMAT 9).

    Args:
        root: the company folder whose vault holds them.
        found: the proof, with the disclosures that hold their hashes.
        names: which texts.

    Raises:
        UsageError: the disclosure of a text is not open, so that nobody could recognise the text.
        SourceError: the bytes were not kept, or were erased.
        SealError: what the vault holds is not the text that was sealed, or a proof cannot carry it.
    """
    from evidence.seal.kept import name_of, parts_of

    opened = {name_of(one): one for one in found["disclosures"]}
    if missing := [name for name in names if name not in opened]:
        raise UsageError(f"the hash of the {missing[0]} of {found['interaction_id']} cannot be opened",
                         advice="its disclosure was erased or never kept, or the interaction has no such text")
    period, locator = json.loads(found["statement"])["period"], json.loads(found["record"])["locator"]
    company = config.load_company(root)
    store, month = open_store(root, company), Period.month(period["label"], period["zone"])
    added = []
    with closing(store.open(period=month, reference_time=month.end)) as con:
        for name in names:
            salt, _, held = parts_of(opened[name])
            rows = con.execute(_ASKED.format(name), [locator, held[f"{name}_sha256"]]).fetchall()
            added.append(_disclosure(salt, name, _text(store, locator, rows[0][0], held[f"{name}_sha256"])))
    return {**found, "disclosures": [*found["disclosures"], *added]}


def _text(store: Store, locator: str, part: str | None, sha256: str) -> str:
    text = store.text(locator, part) if part else b""
    if hashlib.sha256(text).hexdigest() != sha256:
        raise SealError("the text that was sealed is not the one in this vault", where=Where(locator),
                        advice="name the company folder of this package with -C")
    try:
        return text.decode("utf-8")
    except UnicodeError as error:
        raise SealError("a proof carries text in UTF-8 only, and this is none", where=Where(locator)) from error


def _disclosure(salt: str, name: str, text: str) -> str:
    value = [salt, name + constants.TEXT, {name + constants.TEXT: text}]
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    found = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    if len(found) > constants.MAX_DISCLOSURE:
        raise SealError(f"the {name} has {len(text)} characters, more than a proof carries")
    return found
