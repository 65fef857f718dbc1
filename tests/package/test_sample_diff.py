"""Samples out of a package, and what changed from one package to the next."""

from __future__ import annotations

import dataclasses
import json
import subprocess

import pytest

from evidence import cli
from evidence.export import Sealed, compare

pytestmark = pytest.mark.xdist_group("package")


def test_a_sample_is_the_one_that_a_shell_draws(sealed, capsys):
    """Seed and id through SHA-256, sorted, the first n: sha256sum and sort say the same."""
    argv = ["sample", str(sealed.package), "--population", "high_risk_approved", "--size", "5", "--seed", "audit 7"]
    assert cli.call([*argv, "--fingerprint", sealed.fingerprint]) == 0
    said = capsys.readouterr()
    script = """while read -r id; do printf '%s%s' "audit 7" "$id" | sha256sum | cut -c1-64 | tr '\\n' ' '; echo "$id"; done \
        < high_risk_approved.txt | LC_ALL=C sort | head -n 5 | cut -d' ' -f2-"""
    shell = subprocess.run(["bash", "-c", script], cwd=sealed.unpacked / "evidence/populations", capture_output=True,
                           text=True, check=True)
    assert said.out == shell.stdout
    assert "5 of " in said.err


def test_the_default_is_the_sample_of_the_report(sealed, capsys):
    """Without options the picks are those that the package prints."""
    assert cli.call(["sample", str(sealed.package), "--format", "json"]) == 0
    drawn = json.loads(capsys.readouterr().out)
    listed = sealed.member("evidence/sample.csv").decode("utf-8-sig").splitlines()[1:]
    assert drawn["picks"] == [line.split(",")[2] for line in listed]
    assert drawn["seed"] == json.loads(sealed.member("statement.json"))["tree"]["root"]


@pytest.mark.parametrize("more", [("--population", "nothing"), ("--confidence", "1.5")])
def test_what_cannot_be_drawn_is_wrong_usage(sealed, capsys, more):
    """An unknown population names those there are; a share lies between 0 and 1."""
    assert cli.call(["sample", str(sealed.package), *more]) == 2
    assert "interactions" in capsys.readouterr().err or more[0] == "--confidence"


def test_nothing_is_drawn_from_what_does_not_verify(sealed):
    """Another certificate than the one expected ends with 4, for one package and for two."""
    assert cli.call(["sample", str(sealed.package), "--fingerprint", "0" * 64]) == 4
    assert cli.call(["diff", str(sealed.package), str(sealed.package), "--fingerprint", "0" * 64]) == 4


def test_a_package_does_not_differ_from_itself(sealed, capsys):
    """Every deviation is there again; nothing is new, gone or tested otherwise."""
    assert cli.call(["diff", str(sealed.package), str(sealed.package), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["again"]
    assert not any(found[name] for name in ("controls", "checks", "tested_otherwise", "new", "gone", "sources"))


class _Later(Sealed):
    """The same package as another month might have been: one deviation is gone, one has come, a control is better."""

    def exceptions(self):
        """All but those of the first check, and one of a stranger."""
        rows = super().exceptions()
        kept = [row for row in rows if row["check_id"] != rows[0]["check_id"]]
        return [*kept, {**kept[-1], "who": "\x1b[2JMallory", "subject": "ix-new"}]

    @property
    def controls(self):
        """A.8.11 is effective."""
        return [{**row, "operating": "effective"} if row["control_id"] == "A.8.11" else row for row in super().controls]

    @property
    def summary(self):
        """The first check has another statement and half its population."""
        first, *rest = super().summary["checks"]
        return {**super().summary, "checks": [{**first, "sql_sha256": "0" * 64, "population": 1}, *rest]}


def test_deviations_are_the_same_by_person_place_and_cause(sealed, capsys):
    """What one month has and the other has not is told apart from what came back with other requests."""
    from evidence.cli.diff import _show

    with Sealed(sealed.package) as old, _Later(sealed.package) as new:
        first = old.exceptions()[0]["check_id"]
        found = compare(old, new)
    assert {one[0] for one, _ in found.gone} == {first}
    assert [one[1] for one, _ in found.new] == ["\x1b[2JMallory"]
    assert ("A.8.11", "exceptions", "effective") in [(name, a, b) for name, _, a, b in found.controls]
    assert found.tested_otherwise == [found.checks[0].check]
    _show(dataclasses.replace(found, sources=[("gateway", "gone")]))
    said = capsys.readouterr()
    assert "\x1b" not in said.out
    assert "source gateway: gone" in said.err
