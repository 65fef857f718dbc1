"""One interaction on one signed page: what a person reads, with the proof that a machine checks inside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from evidence import catalog
from evidence.errors import SealError

if TYPE_CHECKING:
    from evidence.seal import SealKey

_HIDDEN = frozenset({"v", "salt", "_sd", "_sd_alg"})  # of use to machines, which read them in the proof
_NOTICE = "<p><b>TEST: sealed or signed with a TEST key; this proves nothing to anybody.</b></p>"
_LONGEST = 90
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_sheet(found: Mapping[str, Any], *, key: SealKey, at: datetime, out: Path) -> None:
    """Write ``interaction-<id>.pdf``: the chain on one page, its proof attached, signed by whoever hands it over.

    Args:
        found: the proof, with the disclosures that go along.
        key: the key of who hands it over; the seal's own, or another.
        at: the time of signing that is claimed.
        out: the file to write; it appears whole or not at all.

    Raises:
        SealError: the key is not fit, or the chain does not fit on a page.
    """
    from evidence.render import pdf as pages
    from evidence.seal import pdf, proof

    key.require_fit(at)
    data, name = proof.proof_bytes(dict(found)), f"interaction-{found['interaction_id']}.proof.json"
    with pages.epoch(at):
        document = pages.layout(_html(found, name, key))
        if len(document.pages) != 1:
            raise SealError(f"expected the interaction on one page, found {len(document.pages)}")
        attached = [(name, "The proof of this interaction", data)]
        unsigned = pages.write(document, package_id=f"{found['interaction_id']} {hashlib.sha256(data).hexdigest()}",
                               attached=attached, created=at)
    part = out.with_name(out.name + ".part")
    try:
        part.write_bytes(unsigned)
        pdf.sign_pdf(part, key, at=at)
        part.replace(out)
    except OSError as error:
        raise SealError(f"the page cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _html(found: Mapping[str, Any], name: str, key: SealKey) -> str:
    statement, record = json.loads(found["statement"]), json.loads(found["record"])
    rows = "".join(f"<tr><th>{escape(member)}</th><td><code>{escape(_shown(member, value))}</code></td></tr>"
                   for member, value in record.items() if member not in _HIDDEN)
    sealer, period = statement["signer"], statement["period"]
    values = {
        "ident": found["interaction_id"], "line": found["leaf_index"] + 1, "size": found["tree_size"], "name": name,
        "package_id": statement["package_id"], "period": period["label"], "zone": period["zone"],
        "sealer": sealer["subject"], "sealer_fingerprint": sealer["fingerprint_sha256"],
        "root": statement["tree"]["root"], "signer": key.subject, "signer_fingerprint": key.fingerprint}
    notice = _NOTICE if sealer["test"] or key.is_test else ""
    page = Template((catalog.home("templates") / "package" / "interaction.html").read_text("utf-8"))
    return page.substitute({title: escape(str(value)) for title, value in values.items()}, rows=rows, notice=notice)


def _shown(member: str, value: object) -> str:
    """Return a value as a person reads it: times of day as such, long ones cut (the proof has them whole)."""
    text = str(value)
    if member.endswith("time_us") and isinstance(value, int):
        text = (_EPOCH + timedelta(microseconds=value)).isoformat()
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
