"""What the report is told, because the tables cannot know it: identity of the package, keys, and the texts that ran.

Nothing here is read from a clock or a machine: two runs with equal facts and equal tables give equal bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from evidence.model import Period


@dataclass(frozen=True, slots=True)
class Previous:
    """The package before this one: its id and the SHA-256 of its SHA256SUMS."""

    package_id: str
    sha256sums_sha256: str


@dataclass(frozen=True, slots=True)
class Assurance:
    """How well the detector found planted values of one entity, and what that says of the responses it read.

    Attributes:
        lower_milli: lower Clopper-Pearson bound of the recall, in thousandths.
        qualified: whether it reaches the floor.
        leaking: responses in which a value of the entity was left.
        at_most_ppm: upper bound of such responses in a million; None where nothing can be said.
    """

    entity_type: str
    planted: int
    found: int
    lower_milli: int
    qualified: bool
    leaking: int = 0
    at_most_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class People:
    """How many names, addresses and phones the directory gave to look for: who is not among them was not looked for."""

    names: int
    emails: int
    phones: int


@dataclass(frozen=True, slots=True)
class Named:
    """What a plug-in that sees named entities saw in a sample of responses.

    ``rows`` holds entity, spans, responses with one, and of a million responses how many have one at least and at most.
    """

    name: str
    version: str
    read: int
    responses: int
    rows: tuple[tuple[str, int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """The identity of a package and the texts that went into it.

    Attributes:
        package_id: id printed on each page, for example ``evidence-2026-10``.
        period: the period; half-open, in the organisation's zone.
        reference_time: the instant the run speaks for; also the date of the PDF.
        tool: name and version of the program.
        catalogs: catalogue name to digest of its files.
        tree_root: root of the Merkle tree over the chains, 64 hex.
        tree_size: leaves of that tree.
        signer: subject of the seal certificate; ``None`` when the package will not be signed.
        fingerprint: SHA-256 of that certificate, hex.
        published_at: where the fingerprint can be compared, outside of the package.
        test_key: true for a key that was made for tests; the report says TEST on each page.
        profile: ``timed`` with an RFC 3161 time stamp, else ``untimed``.
        edition: 1, or more when a sealed period is sealed again.
        sequence: number of the package in its series.
        replaces: id of the edition replaced.
        previous: the package before.
        sql: name without suffix to bytes of the SQL that ran; checks under ``checks/<check id>``.
        config: file name to bytes of what a person wrote (``evidence.yaml``, ``soa.yaml``, ``exceptions.yaml``).
        framework: YAML of the control catalogue that was used.
        connectors: connector id to bytes of its ``connector.yaml``.
        documents: path of each document that soa.yaml names to its SHA-256; ``None`` where no such file was found.
        crosswalk: control id to (other framework to references there).
        assurance: results of the detector's own qualification; empty when it was not run.
        people: the directory's people whom the texts were read for; None when there was no directory.
        named: what an optional plug-in saw in a sample; None when evidence.yaml names none.
        sample_seed: seed of the sample; the tree root when not given.
        max_pages: most pages that the PDF may have.
    """

    package_id: str
    period: Period
    reference_time: datetime
    tool: str
    catalogs: Mapping[str, str]
    tree_root: str
    tree_size: int
    signer: str | None = None
    fingerprint: str | None = None
    published_at: str | None = None
    test_key: bool = False
    profile: str = "untimed"
    edition: int = 1
    sequence: int = 1
    replaces: str | None = None
    previous: Previous | None = None
    sql: Mapping[str, bytes] = field(default_factory=dict)
    config: Mapping[str, bytes] = field(default_factory=dict)
    framework: bytes = b""
    connectors: Mapping[str, bytes] = field(default_factory=dict)
    documents: Mapping[str, str | None] = field(default_factory=dict)
    crosswalk: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    assurance: tuple[Assurance, ...] = ()
    people: People | None = None
    named: Named | None = None
    sample_seed: str | None = None
    max_pages: int = 150

    @property
    def seed(self) -> str:
        """The seed of the sample: the tree root commits to the population, so nobody can choose the picks."""
        return self.sample_seed or self.tree_root
