"""evidence.yaml as tables: the period, the tolerances and the policies, so that SQL needs no parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evidence import connector, relations
from evidence.connector import Connector
from evidence.model import Company, Period

if TYPE_CHECKING:
    import duckdb

OPEN_FROM: Final = datetime(1, 1, 1)  # noqa: DTZ001 - columns are UTC without a zone
OPEN_TO: Final = datetime(9999, 12, 31)  # noqa: DTZ001

Rows = Iterator[Mapping[str, Any]]


def fill(con: duckdb.DuckDBPyConnection, company: Company, *, period: Period, reference_time: datetime,
         catalogs: Sequence[Path] = ()) -> None:
    """Fill ``param`` and every ``cfg_*`` table, which must exist and be empty.

    Raises:
        ConfigError: a source names a connector that does not exist.
    """
    known = {source.connector: connector.load(source.connector, catalogs) for source in company.sources}
    relations.insert(con, "param", [_param(company, period, reference_time)])
    tables: dict[str, Rows] = {
        "cfg_source": _sources(company, known), "cfg_capability": _capabilities(company, known),
        "cfg_scope": _scope(company), "cfg_connection": _connections(company), "cfg_group_map": _group_map(company),
        "cfg_risk": _risk(company), "cfg_approval": _approval(company), "cfg_masking": _masking(company),
        "cfg_caller": _callers(company), "cfg_anchor": _anchors(company)}
    for name, rows in tables.items():
        relations.insert(con, name, rows)
    con.execute("UPDATE cfg_caller SET subject = norm_id(subject), owner_alias = norm_id(owner_alias)")


def utc(value: datetime | None) -> datetime | None:
    """Return an instant as the tables hold it: UTC, without a zone."""
    return value.astimezone(UTC).replace(tzinfo=None) if value is not None else None


def _param(company: Company, period: Period, reference_time: datetime) -> Mapping[str, Any]:
    limits = company.thresholds
    start, end = utc(period.start), utc(period.end)
    return {"organisation": company.organisation, "period": period.label, "zone": period.zone, "period_from": start,
            "period_to": end, "reference_time": utc(reference_time), "day_from": start, "day_to": end,
            "skew_us": limits.skew, "token_life_us": limits.token_life, "session_max_us": limits.session_max,
            "ceremony_us": limits.ceremony}


def _sources(company: Company, load: Mapping[str, Connector]) -> Rows:
    for source in company.sources:
        known = load[source.connector]
        settling = source.settling if source.settling is not None else known.settling
        yield {"source_id": source.id, "connector": source.connector, "role": known.role, "settling_us": settling,
               "skew_us": source.skew if source.skew is not None else company.thresholds.skew, "issuer": source.issuer,
               "required": source.required, "delivery_us": source.delivery}


def _capabilities(company: Company, load: Mapping[str, Connector]) -> Rows:
    for source in company.sources:
        for capability in load[source.connector].shown(source.options):
            yield {"source_id": source.id, "capability": capability}


def _scope(company: Company) -> Rows:
    for rank, rule in enumerate(company.scope.surfaces):
        yield {"rank": rank, "source_id": rule.source, "surface": rule.surface, "rule": rule.rule}


def _connections(company: Company) -> Rows:
    for rank, rule in enumerate(company.scope.connections):
        yield {"rank": rank, "connection": rule.name, "in_scope": rule.in_scope,
               "masking_required": rule.masking_required}


def _group_map(company: Company) -> Rows:
    for row in company.group_map:
        yield {"gateway_group": row.gateway_group, "issuer": row.issuer, "group_id": row.group_id,
               "valid_from": utc(row.valid_from) or OPEN_FROM, "valid_to": utc(row.valid_to) or OPEN_TO}


def _risk(company: Company) -> Rows:
    for rank, rule in enumerate(company.policies.risk):
        yield {"rank": rank, "rule": rule.name, "field": rule.field, "pattern": rule.pattern, "risk": rule.risk}


def _approval(company: Company) -> Rows:
    for rule in company.policies.approval:
        for group in rule.groups or (None,):
            yield {"risk": rule.risk, "required": rule.required, "approver_group": group,
                   "max_window_us": rule.max_window}


def _masking(company: Company) -> Rows:
    for rank, rule in enumerate(company.policies.masking.rules):
        yield {"rank": rank, "entity_class": rule.entity_class, "entity_type": rule.entity,
               "connection": rule.connection, "directory_group": rule.group, "action": rule.action,
               "keep_last": rule.keep_last, "strategy": rule.strategy,
               "valid_from": utc(rule.valid_from) or OPEN_FROM, "valid_to": utc(rule.valid_to) or OPEN_TO}


def _callers(company: Company) -> Rows:
    for caller in company.policies.callers:
        yield {"source_id": caller.source, "subject": caller.subject, "caller_class": caller.caller_class,
               "owner_alias": caller.owner}


def _anchors(company: Company) -> Rows:
    for anchor in company.clocks:
        same = {"anchor": anchor.name, "source_id": anchor.source, "reference_source": anchor.reference,
                "reason": anchor.reason, "declared_by": anchor.declared_by}
        for pair in anchor.pairs:
            yield same | {"event_id": pair.event, "reference_event": pair.reference_event}
        if anchor.offset_us is not None:
            yield same | {"offset_us": anchor.offset_us}
