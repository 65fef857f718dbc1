"""What the relations say, held against the truth: chains, usage, files. Each difference is a sentence."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, timedelta

from evidence.simulate import ExchangeFact, FileFact

from .kit import Made, Row, instant

USAGE = """
SELECT r.*, coalesce(lower(u.user_alias), '') AS login, u.model, strftime(u.event_time, '%Y-%m-%d') AS day
FROM reconciliation AS r LEFT JOIN usage AS u
    ON u.source_id = r.source_id AND u.native_id = r.native_id AND u.ordinal = r.ordinal
WHERE NOT starts_with(r.native_id, 'gap:')
"""


def chains(made: Made) -> list[str]:
    """Hold every chain against its fact; none may be missing, none invented."""
    found = {row["native_id"]: row for row in made.rows("SELECT * FROM chain WHERE interaction_kind <> 'usage_request'")}
    facts = {f"{fact.session}#{fact.seq}": fact for fact in made.truth.exchanges if fact.in_period != "outside"}
    persons = made.persons()
    said = [f"chain {key}: missing" for key in sorted(facts.keys() - found.keys())]
    said += [f"chain {key}: invented" for key in sorted(found.keys() - facts.keys())]
    for key in sorted(facts.keys() & found.keys()):
        said += [f"chain {key}: {text}" for text in _chain(found[key], facts[key], persons)]
    return said


def _chain(row: Row, fact: ExchangeFact, persons: dict[str, str]) -> Iterator[str]:
    mail = fact.subject_email.lower() if "@" in fact.subject_email else None
    wanted: dict[str, object] = {
        "source_id": fact.source,
        "person_id": persons[fact.person] if fact.person else None, "interaction_kind": fact.kind,
        "session_id": fact.session, "connection": fact.connection, "route": fact.route, "model": fact.model,
        "subject_email": mail, "caller_class": fact.caller_class, "identity_state": fact.identity,
        "account_state": fact.account, "after_revocation": fact.after_revocation, "risk_level": fact.risk,
        "approval_required": fact.risk == "high", "approval_flags": ",".join(sorted(fact.approval_flags)),
        "pairing": fact.pairing, "in_period": fact.in_period}
    asserted = {"mfa_state": fact.mfa, "truncated": fact.truncated, "approval_native_id": fact.approval_id,
                "approver_membership": fact.approver_membership,
                "approver_person_id": persons[fact.approver] if fact.approver else None}
    wanted |= {name: value for name, value in asserted.items() if value is not None}
    for name, value in wanted.items():
        if row[name] != value:
            yield f"{name} is {row[name]!r}, true is {value!r}"
    accepted = {"sign_in_tier": fact.tier_accept, "approval_verdict": fact.approval_accept,
                "outcome": fact.outcome_accept, "masking_verdict": fact.masking_accept}
    for name, words in accepted.items():
        if words and row[name] not in words:
            yield f"{name} is {row[name]!r}, true is one of {words!r}"
    away = abs(row["event_time"].replace(tzinfo=UTC) - instant(fact.time))
    exact = fact.route is not None and fact.pairing != "unparsed"
    if away > timedelta(microseconds=0 if exact else row["time_uncertainty_us"]):
        yield f"event_time is {row['event_time']}, true is {fact.time}"


def usage(made: Made) -> list[str]:
    """Hold every row of the reconciliation against the vendor's row, and the other direction against the chains."""
    persons, facts = made.persons(), defaultdict(list)
    for fact in made.truth.usage:
        facts[fact.source, fact.day, fact.login.lower(), fact.surface, fact.native].append(fact)
    found = defaultdict(list)
    for row in made.rows(USAGE):
        found[usage_key(row)].append(row)
    said = [f"usage {key}: {len(found[key])} rows, true are {len(facts[key])}"
            for key in sorted(facts.keys() | found.keys()) if len(found[key]) != len(facts[key])]
    for key in sorted(facts.keys() & found.keys()):
        fact, row = facts[key][0], found[key][0]
        wanted = {"scope_rule": fact.scope_rule, "grade": fact.grade,
                  "person_id": persons[fact.person] if fact.person else None}
        said += [f"usage {key}: {name} is {row[name]!r}, true is {value!r}" for name, value in wanted.items()
                 if row[name] != value]
        if row["verdict"] not in fact.verdict_accept:
            said.append(f"usage {key}: verdict is {row['verdict']}, true is one of {fact.verdict_accept}")
    return said + _silent_days(made) + _alone_at_vendor(made)


def usage_key(row: Row) -> tuple[str, ...]:
    """Return by what the truth names a row of use: source, day, login, surface, and the id where it is one request."""
    native = row["native_id"] if row["grain"] == "request" else ""
    return row["source_id"], row["day"], row["login"], row["surface"], native


def _alone_at_vendor(made: Made) -> list[str]:
    """Requests that only the vendor saw are chains too, and no others are called so."""
    true = {fact.native for fact in made.truth.usage if fact.native and not fact.verdict.startswith("MATCHED")}
    found = {row["native_id"] for row in made.rows("SELECT * FROM chain WHERE interaction_kind = 'usage_request'")}
    return [f"request at the vendor {key}: {'missing' if key in true else 'invented'}" for key in sorted(true ^ found)]


def coverage(made: Made) -> list[str]:
    """Hold the states of the sources against what was left out, is still to come or was never declared."""
    true = set(made.truth.coverage)
    found = {(row["source_id"], row["state"]) for row in made.rows("SELECT DISTINCT source_id, state FROM coverage")}
    return ([f"coverage of {source}: not {state}" for source, state in sorted(true - found)]
            + [f"coverage of {source}: {state}, invented" for source, state in sorted(found - true)
               if state == "pending"])


def _silent_days(made: Made) -> list[str]:
    """Days of which a source says nothing though it names the person on others and the gateway let a model answer."""
    persons = made.persons()
    told = {(fact.source, fact.person, fact.day) for fact in made.truth.usage}
    named = {(fact.source, fact.person) for fact in made.truth.usage
             if fact.person and fact.scope_rule == "must_be_gated" and fact.grain == "user_day"}
    busy = {(fact.person, fact.time[:10]) for fact in made.truth.exchanges
            if fact.person and fact.outcome == "forwarded" and fact.model and fact.in_period == "inside"}
    true = {(source, persons[person], day) for source, person in named for who, day in busy
            if who == person and (source, person, day) not in told}
    found = {(row["source_id"], row["person_id"], f"{row['event_time']:%Y-%m-%d}")
             for row in made.rows("SELECT * FROM reconciliation WHERE starts_with(native_id, 'gap:')")}
    return ([f"silent day {key}: missing" for key in sorted(true - found)]
            + [f"silent day {key}: invented" for key in sorted(found - true)])


def files(made: Made) -> list[str]:
    """Hold what custody says of every file, line and copy against what was spoilt."""
    facts = {_digest(made, fact.path): fact for fact in made.truth.files}
    said = []
    lines = defaultdict(set)
    for row in made.rows("SELECT DISTINCT locator FROM reject"):
        digest, _, number = row["locator"].partition("#")
        lines[digest].add(int(number))
    for row in made.rows("SELECT * FROM file ORDER BY path"):
        fact = facts.pop(row["file_sha256"], FileFact("sound", row["path"], row["source_id"], ("read",)))
        if row["state"] not in fact.state_accept or (row["state"] == "read") != (row["reason"] is None):
            said.append(f"{row['path']}: {row['state']} ({row['reason']}), true is one of {fact.state_accept}")
        if fact.rejects is not None and row["rejects"] != fact.rejects:
            said.append(f"{row['path']}: {row['rejects']} rejects, true are {fact.rejects}")
        if fact.rejects is not None and lines[row["file_sha256"]] - {-1} != set(fact.lines):
            said.append(f"{row['path']}: rejects lines {lines[row['file_sha256']]}, true are {fact.lines}")
        if (-1 in lines[row["file_sha256"]]) != (row["state"] != "read"):
            said.append(f"{row['path']}: is {row['state']}, and the list of rejects says otherwise")
    said += [f"{fact.path}: not in custody" for fact in facts.values()]
    return said + _copies(made)


def _digest(made: Made, path: str) -> str:
    return hashlib.sha256((made.root / path).read_bytes()).hexdigest()


def _copies(made: Made) -> list[str]:
    """Copies of sign-ins: exactly those that were written twice, and those that a cut copy still holds."""
    twice = Counter({row["source_id"]: int(row["n"]) for row in made.rows(
        "SELECT source_id, sum(copies - 1) AS n FROM duplicate WHERE relation = 'sign_in' GROUP BY source_id")})
    kept = Counter({row["source_id"]: row["rows_out"] for row in made.rows(
        "SELECT source_id, sum(rows_out) AS rows_out FROM file WHERE path LIKE '%.gz' GROUP BY source_id")})
    true = Counter({fact.source: fact.duplicates for fact in made.truth.files if fact.duplicates})
    true.update({source: int(rows) for source, rows in kept.items()})
    said = [] if twice == true else [f"copies of sign-ins: {dict(twice)}, true are {dict(true)}"]
    return said + [f"altered: {row}" for row in made.rows("SELECT * FROM altered")]
