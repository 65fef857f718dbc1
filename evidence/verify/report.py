"""The numbered steps of a verification, each with its clause: what was expected, what was found.

A step ``holds``, ``fails``, is a ``warning`` (true, but the reader must know), or was ``not_checked``, with the reason.
A package verifies when no step fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

State = Literal["holds", "fails", "warning", "not_checked"]


class Rule(NamedTuple):
    """One step as it is defined: its title, its clause and what must hold."""

    title: str
    clause: str
    expected: str


# The order is the order of trust: nothing is interpreted before the step above it holds. Numbers follow from it.
RULES: Final[dict[str, Rule]] = {
    "container": Rule("One archive and nothing else", "APPNOTE 4.3.6; FORMAT 2",
                      "one ZIP that fills the file: nothing before, between or after its parts"),
    "entries": Rule("Entries are plain files in the one allowed form", "APPNOTE 4.3.7, 4.3.12; FORMAT 2",
                    "deflated plain files, local and central headers equal, no flags, extras or comments"),
    "names": Rule("Names are unambiguous", "FORMAT 2",
                  "relative ASCII names, no two equal on any system, in package order"),
    "limits": Rule("Sizes are within bounds", "FORMAT 2", "a size that the compressed bytes can really have"),
    "contents": Rule("Every entry unpacks to its declared size and CRC", "APPNOTE 4.4.7; RFC 1951",
                     "one complete deflate stream for each entry"),
    "checksum": Rule("The container is as it was written", "FORMAT 2",
                      "archive comment equal to the SHA-256 of the container"),
    "manifest": Rule("SHA256SUMS is well formed", "FORMAT 3", "sorted lines of digest, two blanks, name and LF"),
    "file_set": Rule("The files are exactly those listed", "FORMAT 3", "no file more, none less"),
    "digests": Rule("Every file has the digest listed", "FIPS 180-4; FORMAT 3", "equal SHA-256 for every file"),
    "signature_form": Rule("One detached signature of one signer", "RFC 5652 5.1; FORMAT 4",
                           "DER, version 1, detached, exactly one signer with signed attributes"),
    "algorithms": Rule("Only algorithms of the allow-list", "FORMAT 4", "SHA-256 or better with ECDSA or RSA"),
    "attributes": Rule("The signature names its content and its certificate", "RFC 5652 5.4, 11; RFC 5035 3",
                       "content type, digest of SHA256SUMS, signing time and signingCertificateV2"),
    "signature": Rule("The signature is valid", "RFC 5652 5.6",
                      "a signature of this certificate over these attributes"),
    "pinned": Rule("The seal is the one you expect", "FORMAT 5",
                      "the fingerprint that you were given on another channel"),
    "certificate": Rule("The certificate is fit to seal", "RFC 5280 4.2; FORMAT 5",
                        "not a CA, for signatures, strong, its chain in order and equal to certs/seal-chain.pem"),
    "trust": Rule("The chain ends at your CA", "RFC 5280 6.1", "a chain to a certificate you trust"),
    "test_key": Rule("The seal is a production key", "FORMAT 5", "an organisation other than TEST, and so stated"),
    "timestamp": Rule("The time is proven", "RFC 3161 2.4.2; EN 319 122-1 5.3",
                      "time stamps over signature and manifest by an authority"),
    "validity": Rule("The certificate was valid then", "RFC 5280 4.1.2.5; FORMAT 5",
                     "validity at the proven time, else on the day of verification"),
    "revocation": Rule("The certificate was not revoked then", "RFC 5280 6.3", "a fresh list by the issuer without it"),
    "statement": Rule("The statement is well formed", "RFC 8785; FORMAT 6",
                      "canonical JSON with exactly the known members"),
    "expected_id": Rule("It is the package you asked for", "FORMAT 6", "the package id that you expect"),
    "tree": Rule("The chains are those of the signed tree", "RFC 9162 2.1.1; FORMAT 7", "equal size and root"),
    "chains": Rule("The chains are in form and order", "FORMAT 7",
                      "canonical lines in order of time and id, no id and no salt twice"),
    "counts": Rule("Counts and digests of the statement are those of the files", "FORMAT 6",
                      "equal counts and digests"),
    "pdf_signature": Rule("The report is sealed entire", "ISO 32000-2 12.8; EN 319 142-1",
                          "one certifying signature by the same seal over the whole file, no changes allowed"),
    "pdf_original": Rule("The report is the one rendered", "FORMAT 8", "the unsigned report as its prefix"),
    "pdf_attached": Rule("The report carries the figures of the package", "FORMAT 8",
                         "summary.json and controls.json attached, equal to the files"),
    "html": Rule("The HTML report loads nothing", "FORMAT 8", "no script, no remote resource"),
    "proof": Rule("The proof is well formed", "FORMAT 9", "the known members, of the right types"),
    "inclusion": Rule("The record is in the signed tree", "RFC 9162 2.1.3.2", "an audit path to the signed root"),
    "record": Rule("The record is the one asked for", "FORMAT 9", "canonical JSON with this interaction id"),
    "disclosed": Rule("Disclosures belong to the record", "RFC 9901 7.1; FORMAT 7",
                      "each opens one digest of its record, none twice"),
    "approval": Rule("Somebody else approved it", "FORMAT 10", "countersignatures of the roles required"),
    "history": Rule("The packages follow each other", "FORMAT 11",
                      "no gap, no fork, no step back, nothing sealed twice"),
    "receipts": Rule("The ledger only grew", "RFC 3161 2.4.2; FORMAT 11",
                     "receipts in a chain, none fewer than in the package before"),
    "sidecar": Rule("The container has a seal of its own", "RFC 5652; FORMAT 4",
                    "a signature over the bytes of the ZIP by the same certificate"),
    "renewals": Rule("The proof of time was renewed in time", "RFC 3161 4.3; FORMAT 13",
                     "each renewal over the package and all before, made before the certificate before it ended"),
}
NUMBERS: Final = {name: number for number, name in enumerate(RULES, 1)}
_SHOWN = 5


class Step(NamedTuple):
    """One step of a verification."""

    number: int
    name: str
    title: str
    clause: str
    state: State
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was verified, step by step. ``package_id`` is None while no signed statement names it."""

    path: str
    package_id: str | None
    sha256sums_sha256: str | None
    steps: tuple[Step, ...]

    @property
    def ok(self) -> bool:
        """Whether no step fails."""
        return not self.failed

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the steps that fail, in order."""
        return tuple(step.name for step in self.steps if step.state == "fails")

    def step(self, name: str) -> Step:
        """Return a step by name."""
        return next(step for step in self.steps if step.name == name)


def show(value: object, limit: int = 160) -> str:
    """Return untrusted text in a form that cannot play tricks on a terminal: ASCII, escaped, shortened."""
    text = ascii(value)[1:-1] if isinstance(value, str) else ascii(value)
    return text if len(text) <= limit else text[:limit] + "..."


class Checklist:
    """Collects what each step found. A failure is never overwritten; a step without a word is ``not_checked``."""

    def __init__(self, *names: str) -> None:
        """Prepare the steps named."""
        self._names = [name for name in RULES if name in names]
        self._fails: dict[str, list[str]] = {}
        self._others: dict[str, tuple[State, str]] = {}

    def fail(self, name: str, found: str) -> None:
        """Record that a step fails, and why; a step may fail for several reasons."""
        self._fails.setdefault(name, []).append(found)

    def hold(self, name: str, found: str = "as expected") -> None:
        """Record that a step holds, unless it failed."""
        self._others.setdefault(name, ("holds", found))

    def warn(self, name: str, found: str) -> None:
        """Record what is true but must be known."""
        self._others[name] = ("warning", found)

    def skip(self, name: str, reason: str) -> None:
        """Record that a step could not be checked, and why."""
        self._others.setdefault(name, ("not_checked", reason))

    def failed(self, *names: str) -> bool:
        """Whether one of the steps fails."""
        return any(name in self._fails for name in names)

    def held(self, *names: str) -> bool:
        """Whether all of the steps hold or only warn."""
        return all(name not in self._fails and self._others.get(name, ("", ""))[0] in {"holds", "warning"}
                   for name in names)

    def steps(self) -> tuple[Step, ...]:
        """Return the steps in order."""
        return tuple(self._step(name) for name in self._names)

    def _step(self, name: str) -> Step:
        rule = RULES[name]
        state, found = self._others.get(name, ("not_checked", "a step before it fails"))
        if reasons := self._fails.get(name):
            more = f"; and {len(reasons) - _SHOWN} more" if len(reasons) > _SHOWN else ""
            state, found = "fails", "; ".join(reasons[:_SHOWN]) + more
        return Step(NUMBERS[name], name, rule.title, rule.clause, state, rule.expected, found)
