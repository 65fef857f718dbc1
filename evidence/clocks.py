"""What a person declares of the clocks of two sources, where no exact id ties their records together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from evidence.fields import Duration, Frozen, Identifier


class SameInstant(Frozen):
    """Two events, by their native ids, that are known to be one instant."""

    event: str = Field(min_length=1, description="native id in the source")
    reference_event: str = Field(min_length=1, description="native id in the source compared with")


class Anchor(Frozen):
    """How far a source's clock is from another's: by pairs of events, or as an officer states it.

    ``ahead``: the source's clock shows a later time than the reference's; ``behind``: an earlier one.
    """

    name: Identifier
    source: Identifier
    reference: Identifier
    pairs: tuple[SameInstant, ...] = ()
    ahead: Duration | None = None
    behind: Duration | None = None
    reason: str = Field(min_length=1, description="why these are the same instant, or how the offset was found")
    declared_by: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum((bool(self.pairs), self.ahead is not None, self.behind is not None)) != 1:
            raise ValueError("expected exactly one of pairs, ahead and behind")
        if self.source == self.reference:
            raise ValueError("expected two sources, found one compared with itself")
        return self

    @property
    def offset_us(self) -> int | None:
        """Return the stated offset in microseconds, positive where the source is ahead; NULL for pairs."""
        return self.ahead if self.ahead is not None else None if self.behind is None else -self.behind


def known(anchors: Sequence[Anchor], sources: Sequence[str]) -> None:
    """Refuse anchors that name a source that is not there, or one name twice.

    Raises:
        ValueError: an anchor names what no source is called, or has the name of another.
    """
    for place, anchor in enumerate(anchors):
        for name in (anchor.source, anchor.reference):
            if name not in sources:
                raise ValueError(f"expected the id of a source in clocks.{place}, found {name!r}")
        if anchor.name in {other.name for other in anchors[:place]}:
            raise ValueError(f"expected anchors of different names, found {anchor.name!r} twice")
