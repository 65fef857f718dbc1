"""The command line: ``evidence COMMAND``; one file per command.

Results go to stdout, progress and notes to stderr. Exit codes: 0 done, nothing fails; 1 only a crash; 2 wrong usage or
configuration; 3 evidence could not be read or is incomplete; 4 a control failed or a package does not verify.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Sequence

import click

from evidence import __version__
from evidence.cli import _out
from evidence.errors import NO_ROOM, EvidenceError, SourceError

COMMANDS = ("demo", "init", "doctor", "pull", "ingest", "run", "check", "verify", "explain", "interaction", "approve",
            "renew", "sample", "diff", "export", "vault", "connectors", "controls", "scan", "masking", "keys",
            "completion")


class _Commands(click.Group):
    """A group that imports a command when it is asked for, so that ``--help`` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order of the work, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import ``evidence.cli.<name>`` and return its ``command``."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"evidence.cli.{cmd_name}")
        command = module.command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="evidence")
def cli() -> None:
    """Prove who asked an AI assistant, who approved it, and what came back masked.

    \b
    Example:
      evidence demo                                  a company's month, from logs to signed package
      evidence run -C acme --period 2026-10          your own month
      evidence verify acme/packages/evidence-2026-10.zip --fingerprint 3f1c...
    """


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the code of the outcome."""
    sys.exit(call(args))


def call(args: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; nothing but a crash escapes."""
    argv = list(sys.argv[1:] if args is None else args)
    try:
        code = cli.main(args=argv, prog_name="evidence", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except EvidenceError as error:
        _show(error, as_json="json" in argv[1:])
        return error.exit_code
    except BrokenPipeError:
        return 0
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        full = SourceError(f"there is no room to write: {os.strerror(error.errno)}", advice=(
            "what was finished is kept; make room on the disk (and in TMPDIR), then run the same command again"))
        _show(full, as_json="json" in argv[1:])
        return full.exit_code
    return code if isinstance(code, int) else 0


def _show(error: EvidenceError, *, as_json: bool) -> None:
    if as_json:
        data = {"error": type(error).__name__, "message": error.message, "exit_code": error.exit_code,
                "where": str(error.where) if error.where else None, "advice": error.advice}
        click.echo(json.dumps(data), err=True)
        return
    for line in str(error).splitlines():
        click.echo(_out.safe(f"evidence: {line}" if line == str(error).splitlines()[0] else line, 4000), err=True)
