"""The jobs of examples/scheduled do what their page says."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from evidence import cli

JOBS = Path(__file__).resolve().parents[2] / "examples" / "scheduled"
STUB = """#!/bin/sh
echo "$@" >> "$CALLS"
case $1 in
  pull) exit {pull} ;;
  run) mkdir -p "$3/packages"; : > "$3/packages/evidence-$5.zip"; exit {run} ;;
  verify) echo verified; exit {verify} ;;
esac
"""


def monthly(tmp_path: Path, *words: str, pull: int = 0, run: int = 0, verify: int = 0) -> tuple[int, list[str]]:
    """Run the job with a command in the place of ours that answers so, and return its code and the calls."""
    folder, bin_ = tmp_path / "acme", tmp_path / "bin"
    bin_.mkdir()
    stub = bin_ / "evidence"
    stub.write_text(STUB.format(pull=pull, run=run, verify=verify))
    stub.chmod(0o755)
    calls = tmp_path / "calls"
    calls.touch()
    done = subprocess.run([JOBS / "monthly.sh", folder, *words], check=False, capture_output=True, text=True,
                          env={**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}", "CALLS": str(calls)})
    return done.returncode, [line.split()[0] for line in calls.read_text().splitlines()]


@pytest.mark.parametrize(("codes", "words", "code", "calls"), [
    ({}, ["2026-10"], 0, ["pull", "run", "verify"]),
    ({}, [], 0, ["pull", "run", "verify"]),
    ({"pull": 2}, ["2026-10"], 2, ["pull"]),
    ({"pull": 3}, ["2026-10"], 3, ["pull"]),
    ({"pull": 3}, ["2026-10", "anyway"], 3, ["pull", "run", "verify"]),
    ({"pull": 1}, ["2026-10", "anyway"], 1, ["pull"]),
    ({"run": 2}, ["2026-10"], 2, ["pull", "run"]),
    ({"run": 3}, ["2026-10"], 3, ["pull", "run", "verify"]),
    ({"run": 4}, ["2026-10"], 4, ["pull", "run", "verify"]),
    ({"verify": 4}, ["2026-10"], 4, ["pull", "run", "verify"])])
def test_the_monthly_job_stops_where_it_must_and_says_why(tmp_path, codes, words, code, calls):
    """A mistake in the configuration stops it, missing evidence unless told otherwise; exceptions are sealed."""
    assert monthly(tmp_path, *words, **codes) == (code, calls)


@pytest.mark.parametrize("name", ["monthly.sh", "crontab", "evidence-pull.service"])
def test_the_jobs_call_commands_that_exist(name):
    """Every call of ours in a job parses: its words and options exist."""
    found = 0
    for line in (JOBS / name).read_text("utf-8").splitlines():
        if "evidence " not in line or line.startswith(("#", "Description", "User")):
            continue
        call = line[line.index("evidence "):].split(" || ")[0].split(" > ")[0]
        words = shlex.split(call.rstrip("'").replace('"$(', "'$(").replace(')"', ")'"))[1:]
        command = cli.cli.get_command(None, words[0])
        command.make_parser(cli.click.Context(command)).parse_args(words[1:])
        found += 1
    assert found
