"""What the vendor of the assistant says was used: the report per user and day, and the bill."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

ENTERPRISE, ORGANISATION = "310042", "140077310"
CHAT, INLINE, COMPLETION = "chat_panel_agent_mode", "chat_panel_ask_mode", "code_completion"
MODEL = "claude-sonnet-4.5"
GATED_SKU, AGENT_SKU = "copilot_ai_credit", "coding_agent_ai_credit"
AGENT, ANY = "copilot_coding_agent", "any"
GATED = frozenset({CHAT, INLINE, ANY, GATED_SKU})
COLUMNS = ("date", "username", "product", "sku", "model", "quantity", "unit_type", "applied_cost_per_quantity",
           "gross_amount", "discount_amount", "net_amount", "total_monthly_quota", "organization", "repository",
           "cost_center_name", "aic_quantity", "aic_gross_amount")


@dataclass(frozen=True, slots=True)
class UserDay:
    """One person's day: prompts in chat (to be gated) and completions (native)."""

    login: str
    login_id: int
    chats: int
    completions: int
    agent_credits: int = 0


def _feature(name: str, interactions: int, generated: int) -> dict[str, Any]:
    return {"feature": name, "user_initiated_interaction_count": interactions,
            "code_generation_activity_count": generated, "code_acceptance_activity_count": generated // 2,
            "loc_suggested_to_add_sum": 9 * generated, "loc_suggested_to_delete_sum": 0,
            "loc_added_sum": 4 * generated, "loc_deleted_sum": 0}


def surfaces(row: UserDay) -> list[str]:
    """Return the features that the report names for this day; the coding agent is told by a flag alone."""
    names = [AGENT] if row.agent_credits else []
    if row.chats:
        names.append(CHAT)
    if row.chats > 1:
        names.append(INLINE)
    if row.completions:
        names.append(COMPLETION)
    return names


def user_record(row: UserDay, day: date) -> dict[str, Any]:
    """Return one user's row of the report."""
    generated = row.chats + row.completions
    counts = {CHAT: (row.chats + 1) // 2 if row.chats > 1 else row.chats, INLINE: row.chats // 2, COMPLETION: 0}
    features = [_feature(name, counts[name], row.completions if name == COMPLETION else counts[name])
                for name in surfaces(row) if name != AGENT]
    total = {"user_initiated_interaction_count": row.chats, "code_generation_activity_count": generated,
             "code_acceptance_activity_count": generated // 2}
    lines = {"loc_suggested_to_add_sum": 9 * generated, "loc_suggested_to_delete_sum": 0,
             "loc_added_sum": 4 * generated, "loc_deleted_sum": 0}
    language = {key: value for key, value in _feature("", 0, generated).items()
                if key not in {"feature", "user_initiated_interaction_count"}}
    record: dict[str, Any] = {
        "user_id": row.login_id, "user_login": row.login, "day": day.isoformat(), "organization_id": ORGANISATION,
        "enterprise_id": ENTERPRISE, **total,
        "totals_by_ide": [{"ide": "vscode", **total, **lines}] if generated else [], "totals_by_feature": features,
        "totals_by_language_feature": [{"language": "python", "feature": f["feature"], **language} for f in features],
        "totals_by_language_model": [{"language": "python", "model": MODEL, **language}] if row.chats else [],
        "totals_by_model_feature": [{"model": MODEL, **f} for f in features if f["feature"] != COMPLETION],
        "used_agent": row.chats > 0, "used_chat": row.chats > 0, **lines, "used_cli": False,
        "used_copilot_coding_agent": row.agent_credits > 0, "used_copilot_cloud_agent": row.agent_credits > 0,
        "ai_adoption_phase": {"phase_number": 2, "phase": "Phase 2", "version": "v1"},
        "ai_credits_used": round(row.chats * 1.5, 2),
    }
    return record


def report(rows: Sequence[UserDay], day: date, container: str) -> str:
    """Return the day's report in one of its containers: array, lines or wrapper."""
    records = [user_record(row, day) for row in rows]
    if container == "lines":
        return "".join(json.dumps(record) + "\n" for record in records)
    if container == "array":
        return json.dumps(records) + "\n"
    wrapper = {"report_start_day": day.isoformat(), "report_end_day": day.isoformat(), "organization_id": ORGANISATION,
               "enterprise_id": ENTERPRISE, "created_at": f"{day.isoformat()}T23:59:59.710Z", "day_totals": records}
    return json.dumps(wrapper, indent=2) + "\n"


def bill_rows(row: UserDay, day: date) -> list[list[str]]:
    """Return the lines of the bill for one person's day, quantities with the noise of floats."""
    lines = []
    for sku, model, quantity in ((GATED_SKU, "Claude Sonnet 4.5", row.chats * 1.1 + 0.0000000000000002),
                                 (AGENT_SKU, "Code Review model", float(row.agent_credits))):
        if quantity > 0.001:
            cost = quantity * 0.01
            lines.append([day.isoformat(), row.login, "copilot", sku, model, repr(quantity), "ai-credits", "0.01",
                          repr(cost), repr(cost), "0", "3900", "aldermoor", "", "", "0", "0"])
    return lines


def bill(rows: Sequence[Sequence[str]]) -> bytes:
    """Return the bill: a byte-order mark, every field quoted."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
