"""``evidence interaction``: the proof of one interaction, taken out of a package."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from evidence.cli import _out
from evidence.errors import UsageError

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
TEXTS = ("prompt", "response")


@click.command("interaction")
@click.argument("package", type=FILE)
@click.argument("interaction_id", required=False)
@_out.folder_option
@click.option("--all", "every", is_flag=True, help="Write one proof for every interaction of the package.")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=None,
              help="File to write, or with --all the folder; default: interaction-<id>.proof.json here.")
@click.option("--disclose", default=None, metavar="NAMES",
              help="Disclosures handed over, with commas: requester, approver, record, prompt, response, or all.")
@click.option("--withhold", default="", metavar="NAMES", help="Disclosures left out of those in the package.")
@click.option("--with-text", default="", metavar="NAMES", help="Hand over the words too: prompt, response, or both.")
@click.option("--erase", default=None, metavar="NAMES",
              help="Hand over nothing: forget these kept disclosures, of one interaction, of all or of --person.")
@click.option("--person", default=None, metavar="WHO",
              help="With --erase, whose: subject or e-mail address as it was logged, or the pseudonym in the chains.")
@_out.deed_options
@click.option("--pdf", is_flag=True, help="Write one signed page for people, which carries the proof; needs --key.")
@click.option("--key", type=FILE, default=None, help="With --pdf, the private key of who hands it over.")
@click.option("--certificate", type=FILE, default=None, help="Its certificate, where the key does not bring it.")
@click.option("--passphrase-env", default=None, help="Environment variable that holds the key's passphrase.")
@click.option("--passphrase-file", type=FILE, default=None, help="File of mode 0600 that holds the key's passphrase.")
def command(package: Path, interaction_id: str | None, every: bool, output: Path | None, erase: str | None,
            person: str | None, pdf: bool, key: Path | None, **more: Any) -> int:
    """Write an interaction of PACKAGE as a file that proves itself: record, Merkle path, statement, signature.

    Disclosures are what the record only commits to: names, and hashes of texts. Those that evidence.yaml keeps beside
    the packages are opened by --disclose, name by name; what is withheld or erased leaves the signature as it is.

    \b
    Example:
      evidence interaction packages/evidence-2026-10.zip ix-0a1b2c3d4e5f60718293a4b5 --disclose requester
    """
    if person is not None and (not person or erase is None or every or interaction_id):
        raise UsageError("--person says whose disclosures --erase forgets, instead of one interaction or --all",
                         advice="evidence interaction PACKAGE --erase all --person somebody@acme.example")
    if person is None and every == bool(interaction_id):
        raise UsageError("name one interaction, or all of them", advice="give an id as in explain, or --all")
    if erase is not None:
        return _erase(package, interaction_id, _named(erase, "--erase"), person, more)
    if more["reason"] is not None or more["by"] is not None:
        raise UsageError("--reason and --by say why and by whom something is erased", advice="they go with --erase")
    if (pdf or key) and (interaction_id is None or key is None or not pdf):
        raise UsageError("a signed page needs one interaction, --pdf and --key",
                         advice="evidence interaction PACKAGE ID --pdf --key me.p12 --passphrase-env ME")
    texts = _named(more["with_text"], "--with-text", TEXTS)
    keep, kept = _kept(package, more["disclose"], more["withhold"], texts, Path(more["folder"]))
    if interaction_id is None:
        return _write_all(package, output or Path(), keep, kept, texts)
    found = _found(package, interaction_id, keep, kept, texts)
    return _write_page(found, output, key, more) if key else _write(found, output)


def _found(package: Path, ident: str, keep: tuple[str, ...], kept: Path | None, texts: tuple[str, ...]
           ) -> dict[str, Any]:
    from evidence.seal import proof
    from evidence.seal.kept import name_of

    found = proof.withhold(proof.proof(package, ident, kept=kept), *keep)
    if kept:
        here = {name_of(one) for one in found["disclosures"]}
        if missing := [name for name in keep if name not in here]:
            _out.note(f"not there to disclose (erased, or the interaction has none): {', '.join(missing)}")
    if texts:
        from evidence.pipeline.handover import with_texts

        found = with_texts(kept.parent.parent if kept else package.resolve().parent.parent, found, texts)
        _out.note(f"CONFIDENTIAL: the file holds the words of the {' and the '.join(texts)}")
    return found


def _write(found: dict[str, Any], output: Path | None) -> int:
    from evidence.seal import proof

    target = output or Path(f"interaction-{found['interaction_id']}.proof.json")
    target.write_bytes(proof.proof_bytes(found))
    _out.note(f"wrote {target}; anyone can check it with: evidence verify {target}")
    return 0


def _write_page(found: dict[str, Any], output: Path | None, key: Path, more: dict[str, Any]) -> int:
    from evidence.pipeline.sheet import write_sheet
    from evidence.seal import keys

    secret = keys.passphrase(file=more["passphrase_file"], env=more["passphrase_env"])
    page = output or Path(f"interaction-{found['interaction_id']}.pdf")
    write_sheet(found, key=keys.load(key, certificate=more["certificate"], secret=secret), at=datetime.now(UTC),
                out=page)
    _out.note(f"wrote {page}; the attached proof is what evidence verify checks")
    return 0


def _write_all(package: Path, folder: Path, keep: tuple[str, ...], kept: Path | None, texts: tuple[str, ...]) -> int:
    from evidence.seal import proof

    if texts:
        raise UsageError("expected one interaction with --with-text", advice="words are handed over one at a time")
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, data in proof.proofs(package, keep=keep, kept=kept):
        (folder / f"interaction-{name}.proof.json").write_bytes(data)
        count += 1
    _out.note(f"wrote {count} proofs into {folder}")
    return 0


def _erase(package: Path, ident: str | None, names: tuple[str, ...], person: str | None, more: dict[str, Any]) -> int:
    from evidence.pipeline.forgetting import forget
    from evidence.store.erasures import Deed

    account = _out.account()
    deed = Deed(more["by"] if more["by"] is not None else account, account, datetime.now(UTC), more["reason"] or "")
    _out.note(forget(package, Path(more["folder"]), names, deed, ident=ident, person=person))
    return 0


def _named(text: str, option: str, known: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Return names given with commas, in the order of the format.

    Raises:
        UsageError: there is no such name.
    """
    from evidence.seal.leaves import DISCLOSURES

    allowed = known or DISCLOSURES
    named = {name.strip() for name in text.split(",") if name.strip()}
    if unknown := sorted(named - {*allowed, "all"}):
        raise UsageError(f"expected {', '.join(allowed)} or all in {option}, found {', '.join(unknown)}")
    return tuple(name for name in allowed if name in named or "all" in named)


def _kept(package: Path, disclose: str | None, withhold: str, texts: tuple[str, ...], folder: Path
          ) -> tuple[tuple[str, ...], Path | None]:
    """Return the disclosures that go along, and the file of the organisation from which they come, if they do.

    Those in the package go along unless withheld: whoever has the package has them. Those kept beside it only by name.

    Raises:
        UsageError: they are asked for, and neither in the package nor kept.
    """
    from evidence import constants
    from evidence.seal import kept, leaves, proof

    with proof.opened(package) as archive:
        included = constants.DISCLOSURES in archive.namelist()
    asked = _named(disclose, "--disclose") if disclose is not None else leaves.DISCLOSURES if included else ()
    left_out = _named(withhold, "--withhold")
    keep = tuple(name for name in leaves.DISCLOSURES if name in {*asked, *texts} and name not in left_out)
    if included or not keep:
        return keep, None
    path = kept.beside(package, folder)
    if not path.is_file():
        raise UsageError(f"{package.name} withholds its disclosures, and none are kept in {path}",
                         advice="name the company folder with -C; disclosures: in evidence.yaml says what is kept")
    return keep, path
