"""The gateway's rules as its API lists them: who must approve, what is masked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from evidence.simulate.clock import millis, new_id, seconds

ENTITIES = ["EMAIL_ADDRESS", "PHONE_NUMBER", "PERSON", "CREDIT_CARD", "IBAN_CODE"]


def access_rules(rng: Random, start: datetime, skip: Sequence[str] = ()) -> str:
    """Return the page of access-request rules, unchanged since long before the month; ``skip`` passes unasked."""
    stamp = seconds(start - timedelta(days=90))
    rule = {"id": new_id(rng), "name": "data-jit", "description": None, "access_type": "jit",
            "connection_names": ["prod-data"], "attributes": ["ai"], "approval_required_groups": [],
            "all_groups_must_approve": False, "reviewers_groups": ["ai-approvers", "data-security"],
            "force_approval_groups": ["platform-oncall"], "skip_review_groups": list(skip),
            "access_max_duration": 14400,
            "min_approvals": 1, "managed_by": None, "created_at": stamp, "updated_at": stamp}
    return json.dumps({"pages": {"total": 1, "page": 1, "size": 50}, "data": [rule]}, indent=1) + "\n"


def masking_rules(rng: Random, start: datetime) -> str:
    """Return the bare list of masking rules; keys and passwords are not among what they know."""
    rule = {"id": new_id(rng), "managed_by": None, "name": "customer-data", "description": "Customer data in answers",
            "connection_ids": [], "attributes": ["ai"],
            "supported_entity_types": [{"name": "customer", "entity_types": ENTITIES}], "score_threshold": 0.5,
            "custom_entity_types": [], "updated_at": millis(start - timedelta(days=80))}
    return json.dumps([rule], indent=1) + "\n"
