"""The documentation is run: commands exist, links lead somewhere, tables say what the code says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from evidence import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), ROOT / "connectors" / "README.md", ROOT / "controls" / "README.md",
                ROOT / "controls" / "masking" / "README.md", ROOT / "examples" / "README.md", ROOT / "examples" / "scheduled" / "README.md"])


def command_lines():
    """Every line of a shell block that calls us."""
    for page in PAGES:
        for block in re.findall(r"```(?:sh|console)\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            for line in block.splitlines():
                text = line.removeprefix("$ ").split("  #")[0].strip()
                if text.startswith("evidence "):
                    yield pytest.param(text, id=f"{page.name}: {text[:60]}")


@pytest.mark.parametrize("line", list(command_lines()))
def test_a_command_in_the_documentation_is_understood(line):
    """Every command shown parses: its words, its options and the kind of its values exist."""
    words = shlex.split(re.sub(r"<[^>]*>", "VALUE", line))[1:]
    command: click.Command = cli.cli
    context = click.Context(command)
    while isinstance(command, click.Group) and words:
        name = words.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"no command {name}"
        command = found
        context = click.Context(command, info_name=name)
    parser = command.make_parser(context)
    parser.parse_args(words)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_inside_the_project_lead_somewhere(page):
    """A link to a file of the project names a file that is there."""
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_two_commands_of_the_readme_are_in_the_makefile():
    """What the README promises on a fresh machine are targets of the Makefile, and CI calls exactly the second."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w[\w-]*)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE):
        assert f"\n{target}:" in makefile, target
    assert "exec make test" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_the_exit_codes_of_the_readme_are_those_of_the_errors():
    """The table of exit codes and the error tree agree."""
    from evidence import errors

    text = (ROOT / "README.md").read_text("utf-8")
    told = set(map(int, re.findall(r"^\| (\d) \|", text, re.MULTILINE)))
    assert told == {0, 1, 2, 3, 4}
    assert {cls.exit_code for cls in errors.EvidenceError.__subclasses__()} <= told


def test_every_relation_is_a_table_with_comments():
    """The data dictionary of the package is made from the relation files, so they must parse on their own."""
    from evidence.checks import empty_engine

    empty_engine().close()


@pytest.mark.parametrize("path", sorted((ROOT / "connectors").glob("[!_]*/connector.yaml")), ids=lambda p: p.parent.name)
def test_a_connector_says_what_it_cannot_show(path):
    """No source shows everything; a connector that claims so is wrong, and its limits are printed in the report."""
    from evidence import connector

    found = connector.load(path.parent.name)
    assert len(found.limits) > 40
    assert found.vendor_page
