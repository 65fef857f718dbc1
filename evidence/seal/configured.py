"""What ``signing:`` in evidence.yaml says, made ready: key, authority of time, revocation lists."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography import x509

from evidence import constants as c
from evidence.errors import ConfigError, EvidenceError, SealError, UsageError, Where
from evidence.model import SignerPlugin, Signing, Token
from evidence.seal import keys
from evidence.seal.keys import SealKey

if TYPE_CHECKING:
    from evidence.seal.cms import Authority

SIGNERS: Final = "evidence.signers"
_END: Final = b"-----END X509 CRL-----"


def require_sound(signing: Signing) -> None:
    """Refuse, before any work is done, a configuration that cannot be sealed with.

    Raises:
        ConfigError: the profile is ``timed`` and nobody is named who could prove the time.
    """
    if signing.profile == "timed" and not signing.tsa_url:
        raise ConfigError("signing.profile is timed, but signing.tsa_url names no time-stamping authority",
                          where=Where("evidence.yaml", key="signing.tsa_url"),
                          advice="name an authority that speaks RFC 3161, or write profile: untimed")


def authority(signing: Signing) -> Authority | None:
    """Return the authority of profile ``timed``; None for ``untimed``, which asks nobody.

    Raises:
        ConfigError: none is named.
        SealError: its address is none.
    """
    require_sound(signing)
    if signing.profile != "timed" or not signing.tsa_url:
        return None
    from evidence.seal.cms import Authority

    return Authority.at(signing.tsa_url)


def key(signing: Signing, root: Path) -> SealKey:
    """Return the key that seals: of a file, of a token, or of a plug-in.

    Raises:
        UsageError: none is named.
        ConfigError: more than one is named, or a plug-in that is not installed.
        MissingExtraError: a key on a token without the package that reads it.
        SealError: it cannot be used.
    """
    named = [name for name in ("key", "pkcs11", "plugin") if getattr(signing, name) is not None]
    if not named:
        raise UsageError("no key seals this package: signing.key is not set in evidence.yaml",
                         advice="evidence keys csr requests a certificate for a key; --test-key tries it out")
    if len(named) > 1:
        raise ConfigError(f"expected one key of the seal, found {' and '.join(named)}",
                          where=Where("evidence.yaml", key="signing"))
    if signing.plugin is not None:
        return _plugged(signing.plugin, root)
    certs = keys.certificates(root / signing.certificate) if signing.certificate else []
    chain = keys.certificates(root / signing.chain) if signing.chain else []
    if signing.pkcs11 is not None:
        return _on_token(signing.pkcs11, root, [*certs[:1], *(chain or certs[1:])])
    secret = keys.passphrase(file=root / signing.passphrase_file if signing.passphrase_file else None,
                             env=signing.passphrase_env)
    return keys.load(root / str(signing.key), certificate=root / signing.certificate if signing.certificate else None,
                     chain=root / signing.chain if signing.chain else None, secret=secret)


def seal_certificates(signing: Signing, root: Path) -> list[x509.Certificate]:
    """Return the certificates that will seal, the seal's first, without any secret where that can be.

    Raises:
        EvidenceError: as for :func:`key`.
    """
    if signing.certificate and signing.plugin is None:
        certs = keys.certificates(root / signing.certificate)
        return [*certs[:1], *(keys.certificates(root / signing.chain) if signing.chain else certs[1:])]
    found = key(signing, root)
    return [found.certificate, *found.chain]


def _on_token(token: Token, root: Path, certs: list[x509.Certificate]) -> SealKey:
    from evidence.seal import pkcs11

    secret = keys.passphrase(file=root / token.pin_file if token.pin_file else None, env=token.pin_env)
    pin = pkcs11.pin_text(secret, "signing.pkcs11.pin_env or pin_file")
    return pkcs11.load(token.module, token=token.token, label=token.label, pin=pin, certificates=certs)


def _plugged(plugin: SignerPlugin, root: Path) -> SealKey:
    found = [one for one in entry_points(group=SIGNERS) if one.name == plugin.name]
    if len(found) != 1:
        raise ConfigError(f"expected one installed signer named {plugin.name!r}, found {len(found)}",
                          where=Where("evidence.yaml", key="signing.plugin"),
                          advice="install the package that offers it; examples/remote_signer shows one")
    try:
        made = found[0].load()(plugin.options, root)
    except EvidenceError:
        raise
    except Exception as error:
        raise SealError(f"the signer {plugin.name!r} failed: {type(error).__name__}: {error}") from error
    if not isinstance(made, SealKey):
        raise ConfigError(f"the signer {plugin.name!r} did not return a SealKey",
                          where=Where("evidence.yaml", key="signing.plugin"))
    keys.require_pair(made)
    return made


def require_answer(signing: Signing) -> None:
    """Ask the authority for one token before the work of a month begins: better now than at its end.

    Raises:
        ConfigError: none is named.
        SealError: it does not answer, or does not answer what it should.
    """
    stamps = authority(signing)
    if stamps is not None:
        from evidence.seal import cms

        cms.authority_chain(stamps)


def revocation(signing: Signing, root: Path, *, at: datetime) -> bytes:
    """Return the revocation lists (PEM) that travel in the package, or nothing where none are named.

    Raises:
        SealError: the file cannot be read, holds no list, or one that proves nothing on the day of sealing.
    """
    if signing.revocation is None:
        return b""
    path = root / signing.revocation
    try:
        data = path.read_bytes()
        lists = [x509.load_pem_x509_crl(part + _END + b"\n") for part in data.split(_END)[:-1]]
    except (OSError, ValueError) as error:
        raise SealError(f"expected revocation lists in PEM: {error}", where=Where(str(path)),
                        advice="from DER: openssl crl -inform DER -in list.crl -out list.pem") from error
    if not lists:
        raise SealError("expected revocation lists in PEM, found none", where=Where(str(path)))
    for one in lists:
        age = at - one.last_update_utc
        ended = one.next_update_utc is not None and at > one.next_update_utc
        if ended or age > timedelta(seconds=c.CRL_AGE_S):
            raise SealError(f"the revocation list of {one.issuer.rfc4514_string()} of {one.last_update_utc:%Y-%m-%d} "
                            f"proves nothing on {at:%Y-%m-%d}", where=Where(str(path)),
                            advice="fetch the current list from your certificate authority, then seal again")
    return data
