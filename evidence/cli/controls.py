"""``evidence controls``: the controls and the checks that stand for them."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.cli import _out

FRAMEWORK = click.option("--framework", default="iso27001_2022", show_default=True, help="Framework file in controls/.")


@click.group("controls")
def command() -> None:
    """List controls and checks, show and explain them, write and test checks.

    \b
    Example:
      evidence controls list
    """


@command.command("list")
@FRAMEWORK
@_out.format_option
def list_(framework: str, format_: str) -> int:
    """List every control with what logs can show of it: T testable, P in part, S the package itself, N not.

    \b
    Example:
      evidence controls list
    """
    from evidence import controls_view

    _out.rows(("control", "testable", "label", "checks"), controls_view.list_controls(framework), format_)
    return 0


@command.command("checks")
@_out.format_option
def checks_(format_: str) -> int:
    """List every check with its severity and what it says.

    \b
    Example:
      evidence controls checks
    """
    from evidence import controls_view

    _out.rows(("check", "ref", "severity", "grain", "title"), controls_view.list_checks(), format_)
    return 0


@command.command("show")
@click.argument("control_id")
@FRAMEWORK
def show(control_id: str, framework: str) -> int:
    """Print what logs show of a control (an id of the list), what they do not, and which document to attach instead.

    \b
    Example:
      evidence controls show A.8.nn
    """
    from evidence import controls_view

    _print(controls_view.show_control(framework, control_id))
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

    _print(checks.explain_check(check_id))
    return 0


@command.command("new")
@click.argument("check_id")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), default=Path("controls"), show_default=True,
              help="Catalogue folder; name it in evidence.yaml under ingest.catalogs.")
def new(check_id: str, into: Path) -> int:
    """Write a check that runs and its cases that hold, to start from.

    \b
    Example:
      evidence controls new model_is_approved --into acme/controls
    """
    from evidence import controls_view

    for path in controls_view.scaffold_check(into, check_id):
        click.echo(path)
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


def _print(text: str) -> None:
    for line in text.splitlines():
        click.echo(_out.safe(line, 1000))
