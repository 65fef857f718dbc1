"""``evidence completion``: the line that teaches the shell our commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Example:
      evidence completion bash > ~/.local/share/bash-completion/completions/evidence
    """
    from evidence.cli import cli

    completion = get_completion_class(shell)
    assert completion is not None
    click.echo(completion(cli, {}, "evidence", "_EVIDENCE_COMPLETE").source())
