"""The house rules that a machine can see."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "evidence"
MODULES = sorted(PACKAGE.rglob("*.py"))
BOTTOM = {"catalog", "clocks", "digests", "fields", "store", "model", "errors", "relations", "config", "connector", "constants", "decoding", "endpoint", "settings", "sampling",
          "_version"}
STAGES = {"ingest", "normalize", "correlate", "masking", "assess", "render", "seal", "verify", "pull", "export"}
# What belongs to a stage without lying in its folder.
FAMILY = {"checks": "assess", "check_cases": "assess", "framework": "assess",
          "controls_view": "assess", "connector_cases": "normalize"}


def imports(path: Path) -> set[str]:
    """Names directly under ``evidence`` that a module imports, wherever the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "evidence":
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("evidence.")}
    return {name for name in found if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").exists()}


def part(path: Path) -> str:
    """The stage or module a file belongs to."""
    name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return FAMILY.get(name, name)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_arrows_point_one_way(path):
    """The cli is above the pipeline, which is above the stages above the foundation; stages never import each other."""
    here = part(path)
    allowed = BOTTOM | {here}
    if here == "cli" or here in {"__main__", "__init__"}:
        return
    if here == "pipeline":
        allowed |= STAGES | set(FAMILY) | {"__init__"}
    if here == "simulate":
        allowed = {"simulate"}
    if here == "verify":
        allowed = {"verify", "errors", "constants"}
    if here in BOTTOM:
        allowed = BOTTOM
    got = {FAMILY.get(name, name) for name in imports(path)}
    assert got <= allowed | {FAMILY.get(name, name) for name in allowed}, f"{here} imports {sorted(got - allowed)}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_everything_is_small(path):
    """A module has at most 300 lines and a function at most 50: what is longer has two purposes."""
    text = path.read_text("utf-8")
    assert text.count("\n") <= 300, "module"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno + 1 <= 50, f"{node.name} has {node.end_lineno - node.lineno + 1} lines"


@pytest.mark.parametrize("path", sorted([*PACKAGE.rglob("*.sql"), *(ROOT / "connectors").rglob("*.sql"),
                                         *(ROOT / "controls").rglob("*.sql")]), ids=lambda p: p.stem)
def test_sql_fits_on_a_screen(path):
    """A query has at most 60 lines, its header aside; a relation's schema has one line per column and is let off."""
    if path.parent.name != "relations":
        assert path.read_text("utf-8").split("---*/\n")[-1].count("\n") <= 60


VENDORS = re.compile(
    r"hoop|\bentra\b|\bokta\b|keycloak|github|litellm|microsoft|azure|auth0|pingfederate|jumpcloud|\bkong\b|cloudflare|purview",
    re.IGNORECASE)
CONTROL = re.compile(r"\bA\.[5-8]\.\d{1,2}\b|\bCC\d\.\d\b")
# Masking rules name the vendors of secrets in data; wording of a model API's shape is data too.
KNOWING = {"simulate"}


@pytest.mark.parametrize("path", sorted([*MODULES, *PACKAGE.rglob("*.sql")]), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_engine_knows_no_vendor_and_no_control(path):
    """Knowledge is data: a vendor's name or a control's id in the engine is a rule in the wrong place."""
    if part(path) in KNOWING:
        return
    text = path.read_text("utf-8")
    assert not (found := VENDORS.findall(text)), found
    assert not (found := CONTROL.findall(text)), found


def test_help_is_quick():
    """The help loads none of the heavy modules."""
    code = ("import sys\nfrom evidence.cli import call\ncall(['--help'])\n"
            "heavy = {'duckdb', 'pandas', 'weasyprint', 'pyarrow', 'hyperscan', 'pyhanko', 'numpy'} & set(sys.modules)\n"
            "sys.exit(', '.join(sorted(heavy)) or 0)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("pattern", [r"\bshell=True", r"\bpickle\b", r"yaml\.(load|unsafe_load|full_load)\(", r"\beval\(",
                                     r"\bexec\(", r"except\s*:", r"except BaseException", r"os\.system"])
def test_what_hostile_input_would_like(pattern):
    """No shell, no pickle, no code from data, no exception swallowed whole."""
    hits = [str(path.relative_to(ROOT)) for path in MODULES if re.search(pattern, path.read_text("utf-8"))]
    assert hits == []


def test_no_committed_file_names_an_address_or_this_machine():
    """Locks carry hashes and no address; nothing names a mirror or a path of somebody's machine."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout.decode()
    if not tracked:
        pytest.skip("not a git checkout")
    machine = re.compile("|".join(("/wo" + "rk/main", "/wo" + "rk/shared", "/ro" + "ot/", "py" + r"pi\.org", "files.python" + "hosted",
                                   "index" + "-url", "find" + "-links")))
    bad = []
    for name in filter(None, tracked.split("\0")):
        path = ROOT / name
        if path.suffix in {".ttf", ".pdf", ".zip", ".gz"} or not path.is_file() or name == ".ci/lock":
            continue
        if machine.search(path.read_text("utf-8", errors="replace")):
            bad.append(name)
    assert bad == []


def test_no_lock_holds_a_file_without_its_hash():
    """Every requirement in every lock is pinned and carries hashes."""
    for lock in ROOT.glob("requirements*.lock"):
        entries = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text("utf-8").strip())
        assert len(entries) > 30
        assert all("==" in entry and "--hash=sha256:" in entry for entry in entries), lock.name
