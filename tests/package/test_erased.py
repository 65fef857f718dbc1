"""A month after raw files and disclosures were erased: sealed again it says so, and every command answers sensibly."""

from __future__ import annotations

import json
import shutil

import pytest

from evidence import cli
from evidence.seal.kept import parts_of
from tests.package.conftest import AS_OF, seal, unpack
from tests.verify import independent

pytestmark = pytest.mark.xdist_group("package")
MONTH = ("--period", "2026-10", "--as-of", AS_OF)


def test_a_month_of_which_a_raw_file_is_a_tombstone(sealed, tmp_path, capfd):
    """Chains, checks and seal stand; IPE sheet, sources and custody tell of the tombstone; the words are gone and it is said why."""
    root = tmp_path / "acme"
    shutil.copytree(sealed.root, root)
    package = root / "packages" / sealed.package.name
    chain = next(one for one in map(json.loads, sealed.member("evidence/chains.ndjson").splitlines())
                 if len(one["_sd"]) > 3 and one["interaction_kind"] == "exchange")
    ident, sha = chain["interaction_id"], chain["locator"][:64]
    ledger = [json.loads(line) for line in (root / ".evidence" / "ledger.jsonl").read_bytes().splitlines()]
    path = next(line["path"] for line in ledger if line["file_sha256"] == sha)
    erase = ["vault", "erase", "-C", str(root), path, "--reason", "order 17 of the court", "--by", "R. Ito", "--execute"]
    assert cli.call(erase) == 2, "it lies in logs/"
    (root / path).unlink()
    assert cli.call(erase) == 0
    assert cli.call(["interaction", str(package), ident, "--erase", "requester", "--reason", "request 4711", "--by", "R. Ito"]) == 0

    code, _, err = seal(root, capfd)
    assert code == 4, "nothing is incomplete: the rows stand"
    assert "would change: --edition" in err
    assert seal(root, capfd, "--edition")[0] == 4
    second = root / "packages" / "evidence-2026-10.e2.zip"
    folder = unpack(second, tmp_path / "e2")
    assert (folder / "evidence" / "populations" / "interactions.txt").read_bytes() == sealed.member("evidence/populations/interactions.txt")
    assert cli.call(["verify", str(root / "packages"), "--fingerprint", sealed.fingerprint]) == 0
    assert independent.main(["--fingerprint", sealed.fingerprint, str(second)]) == 0
    [told] = [file for source in json.loads((folder / "evidence" / "sources.json").read_bytes()) for file in source["files"]
              if file["tombstone"]]
    assert (told["file_sha256"], told["tombstone"], told["erased_by"], told["state"]) == (sha, "request", "R. Ito", "read")
    first, then = json.loads((folder / "custody.json").read_bytes())["erasures"]
    assert (first["event"], first["file_sha256"], first["seq"]) == ("tombstone", sha, told["tombstone_seq"])
    assert (then["event"], then["interaction_ids"], then["reason"]) == ("disclosures_erased", [ident], "request 4711")
    page = (folder / "report.html").read_text("utf-8")
    assert f"tombstone, ledger line {told['tombstone_seq']}: raw file erased" in page
    assert "1 replaced by a tombstone, 1 of them before the end of the retention" in page
    [result] = [row for row in map(json.loads, (folder / "evidence" / "results.ndjson").read_bytes().splitlines())
                if row["check_id"] == "raw_files_unchanged" and row["subject"].endswith(sha)]
    assert (result["verdict"], result["reason"]) == ("undetermined", "erased_early")

    capfd.readouterr()
    assert cli.call(["explain", ident, "-C", str(root), *MONTH, "--raw"]) == 0
    assert "by R. Ito: order 17 of the court" in capfd.readouterr().out
    assert cli.call(["interaction", str(package), ident, "--with-text", "prompt", "-o", str(tmp_path / "p.json")]) == 3
    assert "by R. Ito: order 17 of the court" in capfd.readouterr().err
    assert cli.call(["sample", str(second), "--population", "raw_files_unchanged", "--size", "2"]) == 0
    assert cli.call(["diff", str(package), str(second)]) == 0
    for name in ("evidence-2026-10", "evidence-2026-10.e2"):
        kept = [json.loads(line) for line in (root / "disclosures" / f"{name}.ndjson").read_text().splitlines()]
        told = {line["interaction_id"]: {parts_of(one)[1] for one in line["disclosures"]} for line in kept}
        assert "requester" not in told[ident], name
        assert told[ident] >= {"record", "prompt"}, name
        assert "requester" in set.union(*told.values()), "of the others nothing is forgotten"
    assert not list((root / ".evidence" / "runs").glob("*/disclosures.ndjson"))
