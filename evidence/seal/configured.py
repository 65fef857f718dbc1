"""What ``signing:`` in evidence.yaml says, made ready to seal with: the authority of time, and the revocation lists."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509

from evidence import constants as c
from evidence.errors import ConfigError, SealError, Where
from evidence.model import Signing

if TYPE_CHECKING:
    from evidence.seal.cms import Authority

_END = b"-----END X509 CRL-----"


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
