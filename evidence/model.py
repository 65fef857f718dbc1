"""What a person writes in evidence.yaml, soa.yaml and exceptions.yaml, as frozen models.

Unknown keys are errors: a misspelt key in a scope would silently change what is proven.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from evidence.clocks import Anchor, known
from evidence.endpoint import PullSource
from evidence.fields import (
    MICROSECONDS,
    DayText,
    Duration,
    Frozen,
    Hold,
    Identifier,
    Instant,
    Issuer,
    Period,
    RelativePath,
    Risk,
    Window,
    Zone,
)

__all__ = ["Company", "Exceptions", "Period", "Soa"]


class Source(Frozen):
    """One source of logs: which connector reads which files, and what is known of the export."""

    id: Identifier
    connector: Identifier
    paths: tuple[RelativePath, ...] = Field(min_length=1)
    issuer: Issuer | None = None
    required: bool = True
    encoding: Literal["utf-8", "utf-16", "latin-1", "cp1252"] = "utf-8"
    max_record_mb: int | None = Field(default=None, ge=1, le=1024, description="longest record that is read, in MiB")
    skew: Duration | None = None
    settling: Duration | None = None
    delivery: Duration | None = Field(default=None, description="its records are here within this long after the event")
    observed_at: Instant | None = None
    covers: tuple[Window, ...] = ()
    exported_by: str | None = None
    query: str | None = None
    options: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    pull: PullSource | None = None


class ScopeRule(Frozen):
    """Whether a surface of a vendor must pass the gateway. The first rule that fits holds."""

    source: str = "*"
    surface: str = "%"
    rule: Literal["must_be_gated", "native_allowed", "excluded", "not_observable"]


class ConnectionRule(Frozen):
    """What must hold on a gateway connection (LIKE pattern). The first rule that fits holds."""

    name: str
    in_scope: bool = True
    masking_required: bool = True


class Scope(Frozen):
    """What the evidence is about."""

    label: str = "AI assistants"
    surfaces: tuple[ScopeRule, ...] = ()
    connections: tuple[ConnectionRule, ...] = (ConnectionRule(name="%"),)


class GroupMap(Frozen):
    """A gateway group is this directory group, from and to."""

    gateway_group: str
    issuer: Issuer
    group_id: str
    valid_from: Instant | None = None
    valid_to: Instant | None = None


class RiskRule(Frozen):
    """An exchange whose field fits the pattern has at least this risk."""

    name: Identifier
    field: Literal["gateway_risk", "connection", "model", "route", "person_group", "prompt_class"]
    pattern: str
    risk: Risk


class ApprovalRule(Frozen):
    """Exchanges of this risk need an approval, by these gateway groups, no longer than the window."""

    risk: Risk
    required: bool = True
    groups: tuple[str, ...] = ()
    max_window: Duration | None = None


class MaskingRule(Frozen):
    """Who may see which data class in clear. The first rule that fits holds; the default is must_mask."""

    entity_class: str = "*"
    entity: str = "*"
    connection: str = "%"
    group: str | None = None
    action: Literal["must_mask", "partial_ok", "allow"] = "must_mask"
    keep_last: int | None = Field(default=None, ge=0, le=8)
    strategy: Literal["mask", "hash", "surrogate"] = "mask"
    valid_from: Instant | None = None
    valid_to: Instant | None = None


class Caller(Frozen):
    """A caller that is not a plain person, as declared by the organisation."""

    subject: str
    source: str = "*"
    caller_class: Literal["shared_key", "personal_key", "service_principal", "human_via_agent"]
    owner: str | None = None


class AllowRule(Frozen):
    """Values that are not findings, by declared policy: counted, never hidden."""

    entity: str
    domain: str | None = None
    reason: str


class AnalyzerUse(Frozen):
    """A plug-in that sees named entities: its name, and how many responses of the month it reads."""

    name: Identifier
    sample: int = Field(default=200, ge=1, le=100_000)


class Masking(Frozen):
    """How masking is judged and by which rule packs."""

    packs: tuple[str, ...] = ("core", "secrets")
    rules: tuple[MaskingRule, ...] = ()
    allow: tuple[AllowRule, ...] = ()
    analyzer: AnalyzerUse | None = None
    echo: Literal["info", "count"] = "info"


class Policies(Frozen):
    """Risk, approval, masking and declared callers."""

    risk: tuple[RiskRule, ...] = ()
    approval: tuple[ApprovalRule, ...] = (ApprovalRule(risk="high"),)
    masking: Masking = Masking()
    callers: tuple[Caller, ...] = ()


class Thresholds(Frozen):
    """Tolerances; every one is printed in the report."""

    skew: Duration = 300 * MICROSECONDS["s"]
    token_life: Duration = 90 * MICROSECONDS["m"]
    session_max: Duration = 90 * MICROSECONDS["d"]
    ceremony: Duration = 2 * MICROSECONDS["m"]
    max_reject_share: float = Field(default=0.01, ge=0, le=1)
    confidence: float = Field(default=0.95, gt=0, lt=1)
    tolerable_deviation: float = Field(default=0.05, gt=0, lt=1)


class Token(Frozen):
    """A key on a PKCS #11 token. The PIN is named, never written here."""

    module: str = Field(description="path of the library of the token's maker")
    token: str
    label: str
    pin_env: str | None = None
    pin_file: str | None = None


class SignerPlugin(Frozen):
    """A key somewhere else, behind an entry point of the group ``evidence.signers``."""

    name: Identifier
    options: dict[str, str] = Field(default_factory=dict)


class Signing(Frozen):
    """Where the seal's key and certificate are, and how time is proven. Secrets are named, never written here."""

    key: RelativePath | None = None
    pkcs11: Token | None = None
    plugin: SignerPlugin | None = None
    certificate: RelativePath | None = None
    chain: RelativePath | None = None
    passphrase_file: str | None = None
    passphrase_env: str | None = None
    revocation: RelativePath | None = None
    tsa_url: str | None = None
    profile: Literal["timed", "untimed"] = "untimed"
    pinned_fingerprints: tuple[str, ...] = ()
    next_fingerprint: str | None = Field(default=None, pattern="^[0-9a-f]{64}$", description="what will follow")
    published_at: str | None = None


class Retention(Frozen):
    """How long evidence must be kept, in months, and what must be kept beyond that."""

    months: int = Field(default=36, ge=1, le=240)
    holds: tuple[Hold, ...] = ()


class Ingest(Frozen):
    """What is kept of the raw files."""

    vault: Literal["full", "encrypted", "hashes_only"] = "full"
    vault_key_file: str | None = Field(default=None, description="file with the key; by default one in secrets/")
    vault_key_env: str | None = Field(default=None, description="environment variable with the key")
    catalogs: tuple[RelativePath, ...] = ()
    plugins: tuple[str, ...] = ()


class Company(Frozen):
    """evidence.yaml, entire. ``disclosures`` says where names and hashes of texts go that chains only commit to."""

    version: Literal[1] = 1
    organisation: str = Field(min_length=1, max_length=120)
    timezone: Zone = "UTC"
    framework: Identifier = "iso27001_2022"
    classification: str = "Confidential"
    sources: tuple[Source, ...] = Field(min_length=1)
    scope: Scope = Scope()
    group_map: tuple[GroupMap, ...] = ()
    policies: Policies = Policies()
    thresholds: Thresholds = Thresholds()
    ingest: Ingest = Ingest()
    retention: Retention = Retention()
    disclosures: Literal["kept", "included", "none"] = "kept"  # beside the packages, in them, or nowhere
    signing: Signing = Signing()
    clocks: tuple[Anchor, ...] = ()

    @model_validator(mode="after")
    def _anchored(self) -> Self:
        known(self.clocks, [source.id for source in self.sources])
        return self


class SoaRow(Frozen):
    """One line of the statement of applicability."""

    control: str
    applicable: bool
    justification: str = ""
    inclusion_basis: tuple[Literal["regulatory", "contractual", "best_practice", "risk_assessment"], ...] = ()
    owner: str | None = None
    implemented: bool = True
    manual_evidence: tuple[RelativePath, ...] = ()


class Soa(Frozen):
    """soa.yaml, entire. A control that is not listed is applicable."""

    version: str = "1"
    approved_by: str | None = None
    valid_from: DayText | None = None
    controls: tuple[SoaRow, ...] = ()


class ApprovedException(Frozen):
    """A deviation that somebody accepted: check and reason, person or object, connection; until a day.

    ``subject`` and ``connection`` are LIKE patterns over the person (name or address) or object, never over an
    interaction or a month, so that an approval carries over to the next month (decision 27).
    """

    id: Identifier
    check: str
    subject: str = "%"
    connection: str = "%"
    cause: str = "%"
    approved_by: str = Field(min_length=1)
    approved_on: DayText
    expires: DayText
    root_cause: str = ""
    response: str = ""
    due: DayText | None = None


class Exceptions(Frozen):
    """exceptions.yaml, entire."""

    version: Literal[1] = 1
    exceptions: tuple[ApprovedException, ...] = ()
