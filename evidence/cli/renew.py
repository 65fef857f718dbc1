"""``evidence renew``: the proof of time of sealed packages, renewed before it ages."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.cli import _out
from evidence.errors import UsageError, VerificationError

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("renew")
@click.argument("packages", nargs=-1, required=True, type=FILE)
@click.option("--tsa-url", required=True, help="Time-stamping authority (RFC 3161) that stamps again.")
@click.option("--revocation", type=FILE, default=None,
              help="Fresh revocation lists (PEM) about the authority before: it was good until now.")
@click.option("--if-due", is_flag=True, help="Only where the authority's certificate has less than a year left.")
def command(packages: tuple[Path, ...], tsa_url: str, revocation: Path | None, if_due: bool) -> int:
    """Stamp PACKAGES again, each after verifying it, into a folder beside it. Worth a job once a year.

    \b
    Example:
      evidence renew packages/*.zip --tsa-url https://tsa.example/ --if-due
    """
    from evidence.seal.cms import Authority
    from evidence.seal.renew import renew
    from evidence.verify import verify

    lists = revocation.read_bytes() if revocation else b""
    if revocation and b"-----BEGIN X509 CRL-----" not in lists:
        raise UsageError(f"expected revocation lists in PEM in {revocation}",
                         advice="from DER: openssl crl -inform DER -in list.crl -out list.pem")
    for package in packages:
        report = verify(package)
        if not report.ok:
            raise VerificationError(f"{package} does not verify ({', '.join(report.failed)}): nothing to renew",
                                    advice=f"look at it with: evidence verify {package}")
        if if_due and report.step("renewals").state == "holds":
            _out.note(f"{package}: not due; {report.step('renewals').found}")
            continue
        written = renew(package, authority=Authority.at(tsa_url), revocation=lists)
        _out.note(f"wrote {written}; check it with: evidence verify {package}")
    return 0
