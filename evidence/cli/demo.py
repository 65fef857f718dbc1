"""``evidence demo``: a simulated company's month, from logs to signed package."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from evidence.cli import _out
from evidence.errors import UsageError

MARK = ".evidence-demo"
"""Stands in every folder that this command made: only such a folder is ever removed by it."""


@click.command("demo")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path("demo"))
@click.option("--seed", type=click.IntRange(0, 2**31), default=7, show_default=True, help="Seed of the month.")
@click.option("--people", type=click.IntRange(30, 5000), default=40, show_default=True, help="People in the company.")
@click.option("--interactions", type=click.IntRange(50, 5_000_000), default=600, show_default=True,
              help="Requests to the assistant.")
@click.option("--period", default="2026-10", show_default=True, help="Month to simulate, YYYY-MM.")
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that read files.")
@click.option("--replace", is_flag=True, help="Remove an earlier demo in FOLDER first; nothing else is removed.")
@_out.format_option
def command(folder: Path, seed: int, people: int, interactions: int, period: str, jobs: int, replace: bool,
            format_: str) -> int:
    """Write a company's month of logs into FOLDER, run it, and say where the package is.

    The company misbehaves on purpose, so its controls have exceptions; the demo itself succeeds.

    \b
    Example:
      evidence demo demo --seed 7
    """
    from evidence.cli import run as run_command
    from evidence.simulate import simulate

    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).is_file():
            raise UsageError(f"{folder} is not empty and holds no earlier demo", advice="name another folder")
        if not replace:
            raise UsageError(f"{folder} holds an earlier demo", advice="add --replace, or name another folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    _out.note(f"writing a month of logs into {folder}")
    simulate(folder, seed=seed, period=period, people=people, interactions=interactions)
    outcome = run_command.execute(folder, period, jobs=jobs, test_key=True)
    run_command.show(outcome, format_)
    return 0
