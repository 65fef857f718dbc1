"""``evidence keys``: the key and the certificate of the seal."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.cli import _out


@click.group("keys")
def command() -> None:
    """Make, show and request the certificate of the seal.

    \b
    Example:
      evidence keys show acme/seal.pem
    """


@command.command("new")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--test", is_flag=True, required=True, help="Make a self-signed TEST key; packages say TEST everywhere.")
def new(folder: Path, test: bool) -> int:  # noqa: ARG001 - the flag is the consent
    """Make a test key and certificate in FOLDER. Real keys come from your own authority: see 'keys csr'.

    \b
    Example:
      evidence keys new --test acme/keys
    """
    from evidence.seal import keys

    made = keys.new_test_key(folder)
    _out.pairs(keys.show(made.certificate_path))
    return 0


@command.command("show")
@click.argument("certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_out.format_option
def show(certificate: Path, format_: str) -> int:
    """Print subject, validity and the fingerprint to pin of a certificate.

    \b
    Example:
      evidence keys show acme/seal.pem
    """
    from evidence.seal import keys

    facts = keys.show(certificate)
    _out.result(facts) if format_ == "json" else _out.pairs(facts)
    return 0


@command.command("csr")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--organisation", required=True, help="Organisation named in the certificate.")
@click.option("--name", default="Evidence seal", show_default=True, help="Common name.")
@click.option("--passphrase-env", default=None, help="Environment variable with the passphrase that encrypts the key.")
def csr(folder: Path, organisation: str, name: str, passphrase_env: str | None) -> int:
    """Make a key in FOLDER and a request that your certificate authority signs.

    \b
    Example:
      evidence keys csr acme/keys --organisation "Acme Ltd" --passphrase-env SEAL_PASSPHRASE
    """
    from evidence.seal import keys

    key, request = keys.new_request(folder, organisation=organisation, name=name, passphrase_env=passphrase_env)
    _out.pairs({"key": key, "request": request})
    return 0
