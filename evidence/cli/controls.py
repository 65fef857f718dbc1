"""``evidence controls``: the controls and the checks that stand for them."""

from __future__ import annotations

import click

from evidence.cli import _out


@click.group("controls")
def command() -> None:
    """List controls and checks, explain one, and test checks against their cases.

    \b
    Example:
      evidence controls list
    """


@command.command("list")
@click.option("--framework", default="iso27001_2022", show_default=True, help="Framework file in controls/.")
@_out.format_option
def list_(framework: str, format_: str) -> int:
    """List every control with what logs can show of it.

    \b
    Example:
      evidence controls list
    """
    from evidence import assess

    rows = [(c.id, c.testability, c.title, " ".join(c.checks)) for c in assess.load_framework(framework).controls]
    _out.rows(("control", "testable", "title", "checks"), rows, format_)
    return 0


@command.command("explain")
@click.argument("check_id")
def explain(check_id: str) -> int:
    """Print a check: what it tests, over which population, why, its limits, and its SQL.

    \b
    Example:
      evidence controls explain approved_before_forwarding
    """
    from evidence import checks

    for line in checks.explain_check(check_id).splitlines():
        click.echo(_out.safe(line, 1000))
    return 0


@command.command("test")
@click.argument("names", nargs=-1)
def test(names: tuple[str, ...]) -> int:
    """Run the cases of checks (all, or those NAMED) and compare the verdicts with the expected ones.

    \b
    Example:
      evidence controls test mfa_satisfied
    """
    from evidence import check_cases, checks

    failed = 0
    for check in [checks.load_check(name) for name in names] or checks.load_checks():
        for outcome in check_cases.run_cases(check):
            failed += not outcome.ok
            click.echo(_out.safe(f"{'ok    ' if outcome.ok else 'FAILED'}  {check.id}  {outcome.name}", 300))
            for line in outcome.differences:
                click.echo(_out.safe(f"        {line}", 600))
    return 2 if failed else 0
