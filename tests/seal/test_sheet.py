"""One interaction as one signed page that carries its own proof."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from evidence import cli
from evidence.seal.proof import proof, proof_bytes
from evidence.verify import verify

pytestmark = pytest.mark.render


def test_a_page_is_signed_and_carries_the_proof(kit: Any, tmp_path: Path) -> None:
    """One page, one certifying signature over all of it, and the attached file is the proof that verifies."""
    key, certificate, out = tmp_path / "me.key", tmp_path / "me.pem", tmp_path / "page.pdf"
    officer = kit.module.pair("Compliance officer")
    key.touch(0o600)
    key.write_bytes(officer.key_pem)
    certificate.write_bytes(officer.pem)
    assert cli.call(["interaction", str(kit.plain), kit.ident, "--pdf", "--key", str(key), "--certificate",
                     str(certificate), "-o", str(out)]) == 0
    data = out.read_bytes()
    with pikepdf.open(io.BytesIO(data)) as document:
        assert len(document.pages) == 1
        attached = document.attachments[f"interaction-{kit.ident}.proof.json"].get_file().read_bytes()
        first, _, rest, more = (int(one) for one in document.Root.Perms.DocMDP.ByteRange)
        assert len(document.Root.AcroForm.Fields) == 1
    assert (first, rest + more) == (0, len(data))
    assert attached == proof_bytes(proof(kit.plain, kit.ident))
    path = tmp_path / "a.proof.json"
    path.write_bytes(attached)
    assert verify(path, fingerprint=kit.test_key.fingerprint, at=kit.module.CHECKED).ok
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.proof.json", "me.key", "me.pem", "page.pdf"]


@pytest.mark.parametrize("arguments", [["--pdf"], ["--all", "--pdf", "--key", "x"]])
def test_a_page_needs_one_interaction_and_a_key(kit: Any, tmp_path: Path, arguments: list[str]) -> None:
    """Anything else is a wrong command line."""
    (tmp_path / "x").touch()
    arguments = [str(tmp_path / "x") if one == "x" else one for one in arguments]
    ident = [] if "--all" in arguments else [kit.ident]
    assert cli.call(["interaction", str(kit.plain), *ident, *arguments]) == 2
