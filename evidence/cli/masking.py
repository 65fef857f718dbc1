"""``evidence masking``: the rules of the scanner, and how good its eyes are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from evidence.cli import _out

if TYPE_CHECKING:
    from evidence.masking.scanner import PatternScanner

F = TypeVar("F", bound=Callable[..., Any])
KEY = bytes(32)
"""Values are hashed under this key and the hashes are thrown away: nothing here leaves with one."""


def rules_options(command: F) -> F:
    """Give a command ``--pack``, ``--rules`` and ``--engine``."""
    command = click.option("--engine", type=click.Choice(["hyperscan", "re2"]), default="hyperscan", show_default=True,
                           help="Engine; both find the same, re2 more slowly.")(command)
    command = click.option("--rules", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
                           help="Further rules: a pack (.yaml) or a gitleaks configuration (.toml).")(command)
    return click.option("--pack", "packs", multiple=True, default=("core", "secrets"), show_default=True,
                        help="Rule pack of the toolkit; can be given several times.")(command)


def show(columns: Sequence[str], lines: Sequence[Sequence[object]], format_: str) -> None:
    """Print rows; what there is not is ``null`` in JSON and nothing in text."""
    if format_ == "text":
        lines = [["" if cell is None else cell for cell in line] for line in lines]
    _out.rows(columns, lines, format_)


@click.group("masking")
def command() -> None:
    """List and test the rules of the scanner, measure what it finds, and make values to send.

    \b
    Example:
      evidence masking qualify
    """


@command.group("rules")
def rules_() -> None:
    """List, explain and test the rules.

    \b
    Example:
      evidence masking rules list
    """


@rules_.command("list")
@rules_options
@_out.format_option
def list_(packs: tuple[str, ...], rules: tuple[Path, ...], engine: str, format_: str) -> int:
    """List every rule with what it finds, how sure it is and how it is checked.

    \b
    Example:
      evidence masking rules list --pack secrets
    """
    scanner = _load(packs, rules, engine)
    lines = [(rule.id, rule.entity, rule.entity_class, rule.confidence, rule.spec.check or None, rule.spec.title)
             for rule in scanner.rules]
    lines += [(f"imported.{rule.id}", "IMPORTED_SECRET", "secret", 800, None, "") for rule in scanner.imported]
    show(("rule", "entity", "class", "confidence", "check", "title"), lines, format_)
    return 0


@rules_.command("explain")
@click.argument("rule_id")
@rules_options
def explain(rule_id: str, packs: tuple[str, ...], rules: tuple[Path, ...], engine: str) -> int:
    """Print a rule: where it looks, what the value is, how it is checked, its examples and hard negatives.

    \b
    Example:
      evidence masking rules explain core.card
    """
    from evidence.masking import trials

    values = trials.explain(_load(packs, rules, engine), rule_id)
    _out.pairs({name: value for name, value in values if value})
    return 0


@rules_.command("test")
@click.argument("names", nargs=-1)
@rules_options
def test(names: tuple[str, ...], packs: tuple[str, ...], rules: tuple[Path, ...], engine: str) -> int:
    """Run the examples and hard negatives of rules and of masking styles (all, or those NAMED).

    \b
    Example:
      evidence masking rules test core.card --rules our-rules.yaml
    """
    from evidence.masking import trials

    outcomes = list(trials.run(_load(packs, rules, engine), names))
    for one in outcomes:
        if names or not one.ok:
            click.echo(_out.safe(f"{'ok    ' if one.ok else 'FAILED'}  {one.rule_id}  {one.kind}  {one.line}", 300))
    failed = sum(not one.ok for one in outcomes)
    _out.note(f"{len(outcomes)} trials of {len({one.rule_id for one in outcomes})} rules, {failed} failed")
    return 2 if failed else 0


@command.command("qualify")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@rules_options
@click.option("--per-class", type=click.IntRange(1, 100_000), default=300, show_default=True,
              help="Values planted for each entity; 300 without a miss prove a recall of 0.990.")
@click.option("--seed", type=int, default=1, show_default=True, help="Decides values, contexts and places.")
@_out.format_option
def qualify(paths: tuple[Path, ...], packs: tuple[str, ...], rules: tuple[Path, ...], engine: str, per_class: int,
            seed: int, format_: str) -> int:
    """Plant made-up values of every entity in copies of texts (files, or made-up answers) and count those found.

    Exit code 4: an entity's bound is below the floor, that is: nothing found proves nothing there.

    \b
    Example:
      evidence masking qualify --per-class 1000
    """
    from evidence import masking
    from evidence.masking import scan_files, trials

    texts = [path.read_bytes() for root in paths for path in scan_files.inside(root)] or trials.answers(seed)
    rows = masking.qualify(_load(packs, rules, engine), seed=seed, per_class=per_class, texts=texts)
    lines = [(row.entity, row.form, row.planted, row.found, f"{row.lower_bound_milli / 1000:.3f}",
              "yes" if row.qualified else "detector not qualified") for row in rows if row.planted]
    show(("entity", "form", "planted", "found", "recall_at_least", "qualified"), lines, format_)
    _out.note(f"rules {rows[0].rules_digest[:16]}, engine {rows[0].engine}, seed {seed}" if rows
              else "no rule says how its values are made")
    return 4 if not rows or any(row.form == "plain" and not row.qualified for row in rows) else 0


@command.group("canary")
def canary_() -> None:
    """Make values to send through the real gateway, so that the report can say that such values are found.

    \b
    Example:
      evidence masking canary new -C acme
    """


@canary_.command("new")
@_out.folder_option
@click.option("--entity", "entities", multiple=True, default=("EMAIL_ADDRESS", "CREDIT_CARD", "AWS_ACCESS_KEY"),
              show_default=True, help="What it looks like; can be given several times.")
@_out.format_option
def canary_new(folder: str, entities: tuple[str, ...], format_: str) -> int:
    """Make a canary of each ENTITY and print, this once, a sentence that holds it: send that through the gateway.

    Only a keyed hash is kept. The value is nobody's; wherever it turns up it is no finding, and the report says so.

    \b
    Example:
      evidence masking canary new -C acme --entity EMAIL_ADDRESS
    """
    from datetime import UTC, datetime
    from random import SystemRandom

    from evidence import config, pipeline
    from evidence.masking import canary
    from evidence.store import canaries, disk

    store = pipeline.open_store(Path(folder), config.load_company(Path(folder)))
    scanner = _load(store.company.policies.masking.packs, (), "hyperscan", key=store.key("finding"))
    rng = SystemRandom()
    made = [(entity, *canary.new(scanner, entity, rng)) for entity in entities]
    at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    lines = []
    with disk.only_one(store.lock):
        for entity, sentence, value_hmac in made:
            one = canaries.Canary(f"cn-{rng.getrandbits(48):012x}", entity, value_hmac, at)
            canaries.add(store.register, one)
            lines.append((one.canary_id, entity, sentence))
    show(("canary", "entity", "send"), lines, format_)
    return 0


@canary_.command("list")
@_out.folder_option
@_out.format_option
def canary_list(folder: str, format_: str) -> int:
    """List the canaries that were made; their values are kept nowhere.

    \b
    Example:
      evidence masking canary list -C acme
    """
    from evidence import config, pipeline
    from evidence.store import canaries

    store = pipeline.open_store(Path(folder), config.load_company(Path(folder)))
    lines = [(one.canary_id, one.entity_type, one.registered_at) for one in canaries.read(store.register)]
    show(("canary", "entity", "registered_at"), lines, format_)
    return 0


def _load(packs: Sequence[str], rules: Sequence[Path], engine: str, key: bytes = KEY) -> PatternScanner:
    from typing import cast

    from evidence import masking

    return cast("PatternScanner", masking.load(packs, key=key, extra=rules, engine=engine))
