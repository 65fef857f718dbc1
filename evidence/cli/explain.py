"""``evidence explain``: one chain as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evidence.cli import _out
from evidence.cli.run import reference

if TYPE_CHECKING:
    from evidence.correlate import Explanation

# What is printed under which heading: columns of the chain, in the order a person asks.
PARTS = {
    "the request": ("interaction_id", "interaction_kind", "event_time", "time_uncertainty_us", "source_id",
                    "connection", "route", "model"),
    "who asked": ("caller_class", "subject_email", "gateway_validated", "identity_state", "identity_method",
                  "person_id", "account_state"),
    "signed in": ("sign_in_tier", "sign_in_reason", "sign_in_delta_us", "mfa_state", "mfa_basis", "ca_status",
                  "country", "after_revocation"),
    "who allowed it": ("risk_level", "risk_basis", "approval_required", "approval_verdict", "approval_flags",
                       "approval_link_method", "approval_time", "approver_person_id", "approver_is_requester",
                       "approver_membership", "approver_group"),
    "what came back": ("outcome", "blocked_by", "pairing", "truncated", "status_code", "response_bytes",
                       "masking_verdict", "prompt_findings", "response_findings"),
}
LINK = ("link_kind", "candidate_rank", "method", "confidence", "delta_us", "candidates", "reason", "native_id")


@click.command("explain")
@click.argument("interaction_id")
@_out.folder_option
@click.option("--period", required=True, help="Month of the interaction, YYYY-MM.")
@click.option("--as-of", default=None, help="Instant the run speaks for, ISO 8601 with zone; default: now.")
@_out.format_option
def command(interaction_id: str, folder: str, period: str, as_of: str | None, format_: str) -> int:
    """Print the chain of one interaction: each link, how it was made, how sure it is, and what else it could have been.

    \b
    Example:
      evidence explain ix-0a1b2c3d4e5f60718293a4b5 -C acme --period 2026-10
    """
    from evidence import pipeline

    with _out.progress("correlating") as tick:
        explanation = pipeline.explain(Path(folder), period, interaction_id, reference_time=reference(as_of),
                                       progress=tick)
    if format_ == "json":
        _out.result({"chain": explanation.chain, "links": explanation.links, "records": explanation.records})
    else:
        for line in _lines(explanation):
            click.echo(_out.safe(line, 1000))
    return 0


def _lines(explanation: Explanation) -> Iterator[str]:
    for heading, names in PARTS.items():
        yield heading
        for name in names:
            if (value := explanation.chain[name]) not in {None, ""}:
                yield f"    {name:<24}{_plain(name, value)}"
    yield "links, and what else it could have been"
    for link in explanation.links:
        mark = "->" if link["chosen"] else "  "
        yield f"    {mark} " + "  ".join(f"{_plain(name, link[name])}" for name in LINK if link[name] is not None)
    yield "records"
    for record in explanation.records:
        yield "    " + "  ".join(str(value) for value in record.values() if value is not None)


def _plain(name: str, value: Any) -> str:
    if name.endswith("_us"):
        return f"{value / 1_000_000:+.3f} s" if name.startswith(("delta", "sign_in", "approval")) else f"{value} us"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
