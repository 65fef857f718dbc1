"""``evidence explain``: one chain as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
                  "country", "device_managed", "after_revocation", "stale_entitlement_us"),
    "who allowed it": ("risk_level", "risk_basis", "approval_required", "approval_verdict", "approval_flags",
                       "approval_link_method", "approval_time", "approver_person_id", "approver_is_requester",
                       "approver_membership", "approver_account_state", "approver_sign_in_tier", "approver_group"),
    "what came back": ("outcome", "blocked_by", "pairing", "truncated", "status_code", "response_bytes",
                       "masking_verdict", "prompt_findings", "response_findings"),
}
KINDS = {"identity": "who he is", "sign_in": "that he signed in", "approval": "which approval",
         "approver": "who approved", "masking": "what was masked", "usage": "the vendor's record",
         "group_claim": "in the group, as the request says", "group_directory": "in the group, as the directory says",
         "group_grant": "in the group, as the gateway's own list says"}
RAW = 4000
"""Most characters of one raw record that are printed; JSON has it whole."""


@click.command("explain")
@click.argument("interaction_id")
@_out.folder_option
@click.option("--period", required=True, help="Month of the interaction, YYYY-MM.")
@click.option("--as-of", default=None, help="Instant the run speaks for, ISO 8601 with zone; default: now.")
@click.option("--raw", is_flag=True, help="Print the raw records too: prompts, answers and addresses in clear.")
@_out.format_option
def command(interaction_id: str, folder: str, period: str, as_of: str | None, raw: bool, format_: str) -> int:
    """Print the chain of one interaction: each link, how it was made, how sure it is, and what else it could have been.

    The raw records are read again from the vault where --raw asks for them.

    \b
    Example:
      evidence explain ix-0a1b2c3d4e5f60718293a4b5 -C acme --period 2026-10
    """
    from evidence import pipeline

    with _out.progress("correlating") as tick:
        explanation = pipeline.explain(Path(folder), period, interaction_id, reference_time=reference(as_of),
                                       progress=tick)
    texts = pipeline.raw_records(Path(folder), [str(one["locator"]) for one in explanation.records]) if raw else {}
    if format_ == "json":
        records = [{**one, "raw": texts[one["locator"]]} if raw else one for one in explanation.records]
        _out.result({"chain": explanation.chain, "links": explanation.links, "records": records})
    else:
        for line in _lines(explanation, texts):
            click.echo(_out.safe(line, RAW))
    return 0


def _lines(explanation: Explanation, texts: Mapping[str, str]) -> Iterator[str]:
    for heading, names in PARTS.items():
        yield heading
        for name in names:
            if (value := explanation.chain[name]) not in {None, ""}:
                yield f"    {name:<24}{_plain(name, value)}"
    yield "links, and what else it could have been"
    before = None
    for link in explanation.links:
        kind = link["link_kind"]
        if kind != before:
            yield f"  {KINDS.get(kind, kind)} ({kind})"
        before = kind
        yield f"    {'->' if link['chosen'] else '  '} {_link(link)}"
    yield "records"
    for record in explanation.records:
        yield "    " + "  ".join(str(value) for value in record.values() if value is not None)
        if (text := texts.get(record["locator"])) is not None:
            yield f"      | {text}"


def _link(link: Mapping[str, Any]) -> str:
    """Return one link as a line: chosen or what was passed over, by what, how sure, how far off, of how many.

    An answer on a group is no candidate: it stands beside the other two.
    """
    if link["link_kind"].startswith("group"):
        return f"{link['method']} in {link['native_id']} ({link['confidence']}):  {link['reason'].replace('_', ' ')}"
    words = [f"{link['method']} ({link['confidence']}):", link["reason"].replace("_", " ")]
    if link["native_id"] is not None:
        words.append(f"[{link['native_id']}]")
    if link["delta_us"] is not None:
        words.append(f"{_plain('delta_us', link['delta_us'])} from the request")
    words.append(f"candidate {link['candidate_rank'] + 1} of {max(link['candidates'], link['candidate_rank'] + 1)}")
    if not link["chosen"]:
        words.append("- not chosen" if link["candidate_rank"] else "- shown, and does not hold")
    return "  ".join(words)


def _plain(name: str, value: Any) -> str:
    if name.endswith("_us"):
        return f"{value / 1_000_000:+.3f} s" if name.startswith(("delta", "sign_in", "approval")) else f"{value} us"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
