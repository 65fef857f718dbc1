"""``evidence sample``: members of a population of a package, drawn so that anybody can draw them again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from evidence.cli import _out


@click.command("sample")
@click.argument("package", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--population", default="interactions", show_default=True, help="Id of a check, or interactions.")
@click.option("--size", type=click.IntRange(1), default=None, help="How many; default: what the next two ask for.")
@click.option("--confidence", type=float, default=0.95, show_default=True, help="That deviations are rarer than ...")
@click.option("--tolerable", type=float, default=0.05, show_default=True, help="... this share, if none is found.")
@click.option("--seed", default=None, help="Text of your own; default: the root of the tree over the chains.")
@click.option("--fingerprint", multiple=True, help="SHA-256 of the seal's certificate, got on another channel.")
@_out.format_option
def command(package: Path, population: str, size: int | None, confidence: float, tolerable: float, seed: str | None,
            fingerprint: tuple[str, ...], format_: str) -> int:
    """Draw a sample from a population of PACKAGE: sort by SHA-256 of seed and id, take the first.

    \b
    Example:
      evidence sample packages/evidence-2026-10.zip --population high_risk_approved --seed "audit 2027/3"
    """
    from evidence import pipeline

    drawn = pipeline.sample(package, population, size=size, confidence=confidence, tolerable=tolerable, seed=seed,
                            fingerprint=fingerprint, at=datetime.now(UTC))
    if format_ == "json":
        _out.result(asdict(drawn))
        return 0
    for one in drawn.picks:
        click.echo(_out.safe(one))
    _out.note(f"{len(drawn.picks)} of {drawn.members} of {population} in {drawn.package_id}; seed {drawn.seed}")
    return 0
