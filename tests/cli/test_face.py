"""The face of the command line: help, completion, errors and exit codes."""

from __future__ import annotations

import errno
import json

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import cli
from evidence.cli import _out
from evidence.errors import ConfigError, Where


def commands(group: click.Group = cli.cli, prefix: tuple[str, ...] = ()):
    """Every command of the command line with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield (*prefix, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*prefix, name))


@pytest.mark.parametrize(("words", "command"), [pytest.param(w, c, id=" ".join(w)) for w, c in commands()])
def test_every_help_text_contains_an_example(words, command, capsys):
    """Nobody learns a command from its options: each help text shows one use of it."""
    assert cli.call([*words, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Example:" in text
    assert f"evidence {' '.join(words[:1])}" in text
    assert all(option.help for option in command.params if isinstance(option, click.Option) and not option.hidden)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_learns_the_commands(shell, capsys):
    """Completion is one line to install."""
    assert cli.call(["completion", shell]) == 0
    assert "_EVIDENCE_COMPLETE" in capsys.readouterr().out


@pytest.mark.parametrize("args", [["nonsense"], ["run"], ["run", "--period"], ["run", "--jobs", "none"], ["--nonsense"]])
def test_wrong_usage_is_2(args, capsys):
    """What click refuses is wrong usage: exit code 2, and the reason on stderr."""
    assert cli.call(args) == 2
    assert capsys.readouterr().err


def test_an_unforeseen_error_is_a_crash(monkeypatch):
    """Only a defect of ours ends with a traceback and exit code 1; it is not dressed up as a finding."""
    def defect(**_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(cli.cli, "main", defect)
    with pytest.raises(ZeroDivisionError):
        cli.call(["doctor"])


def test_a_full_disk_is_no_crash(monkeypatch, capsys):
    """Where there is no room to write, the words say so and what to do, and the run counts as incomplete."""
    def full(**_kwargs):
        raise OSError(errno.ENOSPC, "words of a library")

    monkeypatch.setattr(cli.cli, "main", full)
    assert cli.call(["ingest"]) == 3
    assert capsys.readouterr().err.startswith("evidence: there is no room to write: No space left on device\n  what was")


def test_an_error_is_told_with_place_and_advice(monkeypatch, capsys):
    """Text and JSON carry the same parts, and neither carries a control character of the log."""
    def fail(**_kwargs):
        raise ConfigError("expected \x1b[2Jred", where=Where("e.yaml", 3, 1, "a.b"), advice="mend it")

    monkeypatch.setattr(cli.cli, "main", fail)
    assert cli.call(["doctor"]) == 2
    text = capsys.readouterr().err
    assert text == "evidence: e.yaml:3:1 (a.b): expected <U+001B>[2Jred\n  mend it\n"
    assert cli.call(["doctor", "--format", "json"]) == 2
    assert json.loads(capsys.readouterr().err) == {
        "error": "ConfigError", "message": "expected \x1b[2Jred", "exit_code": 2, "where": "e.yaml:3:1 (a.b)",
        "advice": "mend it"}


@given(st.text(max_size=300))
def test_nothing_from_a_log_steers_the_terminal(text):
    """Control, format and bidirectional characters are shown, never sent."""
    shown = _out.safe(text)
    assert shown.isprintable()
    assert not set(shown) & {chr(c) for c in (*range(0x20), 0x7F, 0x202A, 0x202E, 0x2066, 0x2069, 0x200F, 0x9B)}


def test_init_writes_a_folder_that_loads_and_is_never_overwritten(tmp_path, capsys):
    """The folder to start from is valid; a second init leaves what is there."""
    from evidence import config

    assert cli.call(["init", str(tmp_path / "acme")]) == 0
    assert config.load_company(tmp_path / "acme").organisation == "Your organisation"
    assert cli.call(["init", str(tmp_path / "acme")]) == 2
    assert "exists already" in capsys.readouterr().err


def test_the_doctor_knows_no_document_outside_of_the_folder(tmp_path, capsys):
    """A document of soa.yaml that is a link out of the company's folder is none for the doctor, as it is none for a run."""
    assert cli.call(["init", str(tmp_path / "acme")]) == 0
    (tmp_path / "policy.txt").write_text("x")
    (tmp_path / "acme" / "inside.txt").write_text("x")
    (tmp_path / "acme" / "outside.txt").symlink_to(tmp_path / "policy.txt")
    (tmp_path / "acme" / "soa.yaml").write_text("controls: [{control: A.5.15, applicable: true, justification: x, owner: y,"
                                                " manual_evidence: [inside.txt, outside.txt]}]\n")
    cli.call(["doctor", "-C", str(tmp_path / "acme"), "--format", "json"])
    found = {row["what"]: row["state"] for row in json.loads(capsys.readouterr().out)}
    assert (found["document inside.txt"], found["document outside.txt"]) == ("ok", "missing")
