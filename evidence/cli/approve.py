"""``evidence approve``: the countersignature of somebody who read the package."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from evidence.cli import _out
from evidence.errors import VerificationError

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("approve")
@click.argument("package", type=FILE)
@click.option("--role", required=True, help="Role in which you approve, such as compliance-officer.")
@click.option("--key", type=FILE, required=True, help="Your private key: PKCS#8 (PEM) or PKCS#12, mode 0600.")
@click.option("--certificate", type=FILE, default=None, help="Your certificate, where the key does not bring it.")
@click.option("--passphrase-env", default=None, help="Environment variable that holds the key's passphrase.")
@click.option("--passphrase-file", type=FILE, default=None, help="File of mode 0600 that holds the key's passphrase.")
def command(package: Path, role: str, key: Path, certificate: Path | None, passphrase_env: str | None,
            passphrase_file: Path | None) -> int:
    """Countersign PACKAGE with your own key, after verifying it. The seal's own key cannot approve.

    \b
    Example:
      evidence approve packages/evidence-2026-10.zip --role compliance-officer --key me.p12 --passphrase-env ME
    """
    from evidence.seal import keys
    from evidence.seal.approve import approve
    from evidence.verify import verify

    report = verify(package)
    if not report.ok:
        failed = ", ".join(report.failed)
        raise VerificationError(f"the package does not verify ({failed}): there is nothing to approve",
                                advice=f"look at it with: evidence verify {package}")
    secret = keys.passphrase(file=passphrase_file, env=passphrase_env)
    mine = keys.load(key, certificate=certificate, secret=secret)
    written = approve(package, role=role, key=mine, at=datetime.now(UTC))
    _out.note(f"wrote {written}; check it with: evidence verify {package} --require-approval {role}")
    return 0
