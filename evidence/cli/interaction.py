"""``evidence interaction``: the proof of one interaction, taken out of a package."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from evidence.cli import _out
from evidence.errors import UsageError

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("interaction")
@click.argument("package", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("interaction_id", required=False)
@click.option("--all", "every", is_flag=True, help="Write one proof for every interaction of the package.")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=None,
              help="File to write, or with --all the folder; default: interaction-<id>.proof.json here.")
@click.option("--withhold", default="", metavar="NAMES",
              help="Disclosures left out, with commas: requester, approver, record, prompt, response, or all.")
@click.option("--pdf", is_flag=True, help="Write one signed page for people, which carries the proof; needs --key.")
@click.option("--key", type=FILE, default=None, help="With --pdf, the private key of who hands it over.")
@click.option("--certificate", type=FILE, default=None, help="Its certificate, where the key does not bring it.")
@click.option("--passphrase-env", default=None, help="Environment variable that holds the key's passphrase.")
@click.option("--passphrase-file", type=FILE, default=None, help="File of mode 0600 that holds the key's passphrase.")
def command(package: Path, interaction_id: str | None, every: bool, output: Path | None, withhold: str,
            pdf: bool, key: Path | None, certificate: Path | None, passphrase_env: str | None,
            passphrase_file: Path | None) -> int:
    """Write an interaction of PACKAGE as a file that proves itself: record, Merkle path, statement, signature.

    What is withheld stays behind a digest in the record: the signature holds, and the receiver sees it.

    \b
    Example:
      evidence interaction packages/evidence-2026-10.zip ix-0a1b2c3d4e5f60718293a4b5
    """
    from evidence.seal import proof

    if every == bool(interaction_id):
        raise UsageError("name one interaction, or all of them", advice="give an id as in explain, or --all")
    keep = _kept(withhold)
    if pdf or key:
        if interaction_id is None or key is None or not pdf:
            raise UsageError("a signed page needs one interaction, --pdf and --key",
                             advice="evidence interaction PACKAGE ID --pdf --key me.p12 --passphrase-env ME")
        from evidence.pipeline.sheet import write_sheet
        from evidence.seal import keys

        secret = keys.passphrase(file=passphrase_file, env=passphrase_env)
        page = output or Path(f"interaction-{interaction_id}.pdf")
        write_sheet(package, interaction_id, key=keys.load(key, certificate=certificate, secret=secret),
                    at=datetime.now(UTC), out=page,
                    keep=keep)
        _out.note(f"wrote {page}; the attached proof is what evidence verify checks")
        return 0
    if interaction_id:
        target = output or Path(f"interaction-{interaction_id}.proof.json")
        target.write_bytes(proof.proof_bytes(proof.withhold(proof.proof(package, interaction_id), *keep)))
        _out.note(f"wrote {target}; anyone can check it with: evidence verify {target}")
        return 0
    folder = output or Path()
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, data in proof.proofs(package, keep=keep):
        (folder / f"interaction-{name}.proof.json").write_bytes(data)
        count += 1
    _out.note(f"wrote {count} proofs into {folder}")
    return 0


def _kept(withhold: str) -> tuple[str, ...]:
    """Return the disclosures that go along.

    Raises:
        UsageError: there is no such disclosure.
    """
    from evidence.seal.leaves import DISCLOSURES

    named = {name.strip() for name in withhold.split(",") if name.strip()}
    if unknown := sorted(named - {*DISCLOSURES, "all"}):
        raise UsageError(f"expected disclosures of {', '.join(DISCLOSURES)} in --withhold, found {', '.join(unknown)}")
    return () if "all" in named else tuple(name for name in DISCLOSURES if name not in named)
