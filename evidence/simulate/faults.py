"""Files that are not as they should be. None of them takes a record away: what they damage is a copy."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from random import Random

from evidence.simulate.truth import FileFact
from evidence.simulate.world import World

SPOILT = ("copy-of-", "utf16-", "proxy-access")
FOREIGN = {"level": "info", "ts": 1791800000.25, "logger": "http.log.access", "msg": "handled request",
           "request": {"method": "GET", "uri": "/healthz", "host": "status.aldermoor.example"}, "status": 200}


def _some(world: World, pattern: str, rng: Random) -> Path:
    found = sorted((world.sink.root / "logs").glob(pattern))
    taken = {fact.path for fact in world.files}
    return rng.choice([path for path in found if not path.name.startswith(SPOILT) and _shown(world, path) not in taken])


def _shown(world: World, path: Path) -> str:
    return path.relative_to(world.sink.root).as_posix()


def _repeat_lines(world: World, rng: Random) -> FileFact:
    path = _some(world, "entra/signins/*.SignInLogs.ndjson", rng)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    twice = lines[:2]
    path.write_text("".join([*lines, *twice]), encoding="utf-8")
    return FileFact("duplicate_lines", _shown(world, path), "entra-sign-ins", ("read",), duplicates=len(twice))


def _repeat_file(world: World, rng: Random) -> FileFact:
    path = _some(world, "hoop/sessions/*", rng)
    name = world.sink.write(f"hoop/sessions/copy-of-{path.name}", path.read_bytes())
    return FileFact("duplicate_file", name, "gateway", ("read",))


def _break_line(world: World, rng: Random) -> FileFact:
    path = _some(world, "entra/signins/*.SignInLogs.ndjson", rng)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place = len(lines) // 2
    lines.insert(place, lines[place][:97] + "\n")
    path.write_text("".join(lines), encoding="utf-8")
    return FileFact("malformed_line", _shown(world, path), "entra-sign-ins", ("read", "partial"), rejects=1,
                    lines=(place + 1,))


def _truncate(world: World, rng: Random) -> FileFact:
    path = _some(world, "github/users-1-day/*.json", rng)
    data = path.read_bytes()
    name = world.sink.write(f"github/users-1-day/{path.stem}.second-try.json", data[:len(data) * 2 // 3])
    return FileFact("truncated_file", name, "github-usage", ("partial", "unreadable"), rejects=None)


def _foreign(world: World, _rng: Random) -> FileFact:
    name = world.sink.write("hoop/sessions/proxy-access.json", json.dumps(FOREIGN) + "\n")
    return FileFact("foreign_file", name, "gateway", ("unreadable",))


def _empty(world: World, _rng: Random) -> FileFact:
    return FileFact("empty_file", world.sink.write("hoop/session_pages/empty.json", b""), "gateway", ("unreadable",))


def _cut_gzip(world: World, rng: Random) -> FileFact:
    path = _some(world, "entra/signins/*.SignInLogs.ndjson", rng)
    packed = gzip.compress(path.read_bytes(), mtime=0)
    name = world.sink.write(f"entra/signins/{path.name}.gz", packed[:len(packed) * 2 // 3])
    return FileFact("gzip_cut", name, "entra-sign-ins", ("partial", "unreadable"), rejects=None)


def _wrong_encoding(world: World, rng: Random) -> FileFact:
    path = _some(world, "hoop/sessions/*", rng)
    name = world.sink.write(f"hoop/sessions/utf16-{path.name}", path.read_text(encoding="utf-8").encode("utf-16-le"))
    return FileFact("wrong_encoding", name, "gateway", ("unreadable",))


MAKERS = {"duplicate_lines": _repeat_lines, "duplicate_file": _repeat_file, "malformed_line": _break_line,
          "truncated_file": _truncate, "foreign_file": _foreign, "empty_file": _empty, "gzip_cut": _cut_gzip,
          "wrong_encoding": _wrong_encoding}


def spoil(world: World) -> None:
    """Write the bad files that were asked for, each beside the good one."""
    for switch, make in MAKERS.items():
        if switch in world.switches:
            fact = make(world, Random(f"{world.seed}:{switch}"))  # noqa: S311 - a simulation
            world.files.append(fact)
            world.find(switch, [fact.path], None, state=fact.state)
