"""``evidence keys``: the key and the certificate of the seal."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.cli import _out
from evidence.errors import UsageError


@click.group("keys")
def command() -> None:
    """Make, show and request the certificate of the seal.

    \b
    Example:
      evidence keys show acme/seal.pem
    """


@command.command("new")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--test", is_flag=True, help="Say that this is for trying out: packages sealed with it say TEST.")
@_out.format_option
def new(folder: Path, test: bool, format_: str) -> int:
    """Make a TEST key and certificate in FOLDER. A real certificate comes from your own authority: see keys csr.

    \b
    Example:
      evidence keys new --test acme/keys
    """
    from evidence.seal import keys

    if not test:
        raise UsageError("only test keys are made here", advice="add --test, or see: evidence keys csr")
    made = keys.new_test_key(folder)
    facts = keys.show([made.certificate])
    _out.result(facts) if format_ == "json" else _out.pairs(facts)
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

    facts = keys.show(keys.certificates(certificate))
    _out.result(facts) if format_ == "json" else _out.pairs(facts)
    return 0


@command.command("import")
@click.argument("bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--passphrase-env", default=None, help="Environment variable that holds the bundle's passphrase.")
@click.option("--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None,
              help="File of mode 0600 that holds the bundle's passphrase.")
@_out.format_option
def import_(bundle: Path, folder: Path, passphrase_env: str | None, passphrase_file: Path | None, format_: str) -> int:
    """Take a PKCS #12 BUNDLE apart into FOLDER: seal.key (mode 0600, under the same passphrase) and seal.pem.

    \b
    Example:
      evidence keys import seal.p12 acme/keys --passphrase-env SEAL_PASSPHRASE
    """
    from evidence.seal import keys, pkcs12

    made = pkcs12.unpack(bundle, folder, secret=keys.passphrase(file=passphrase_file, env=passphrase_env))
    facts = keys.show([made.certificate])
    _out.result(facts) if format_ == "json" else _out.pairs(facts)
    _out.note(f"wrote {folder / 'seal.key'} and {folder / 'seal.pem'}; name them in evidence.yaml under signing")
    return 0


@command.command("csr")
@click.argument("key", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organisation", required=True, help="Organisation named in the certificate.")
@click.option("--name", default="Evidence seal", show_default=True, help="Common name.")
@click.option("--passphrase-env", default=None, help="Environment variable that holds the key's passphrase.")
@click.option("--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None,
              help="File of mode 0600 that holds the key's passphrase.")
def csr(key: Path, organisation: str, name: str, passphrase_env: str | None, passphrase_file: Path | None) -> int:
    """Print the request that your certificate authority signs, for the private KEY (PKCS#8, PEM).

    \b
    Example:
      evidence keys csr acme/seal.key --organisation "Acme Ltd" --passphrase-env SEAL_PASSPHRASE > seal.csr
    """
    from evidence.seal import keys, request

    secret = keys.passphrase(file=passphrase_file, env=passphrase_env)
    click.echo(request.csr(key, organisation=organisation, name=name, secret=secret).decode(), nl=False)
    return 0
