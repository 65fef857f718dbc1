"""The catalogue of misbehaviour: each switch, and the move that plants it on one working day."""

from __future__ import annotations

from collections.abc import Callable

from evidence.simulate.world import Today, World

Move = Callable[[World, Today], None]
MOVES: dict[str, Move] = {}
WHOLE_MONTH = ("clock_skew", "log_gap", "bypass", "usage_source_gap", "unattributed_usage", "hostile_text",
               "month_boundary")
FILES = ("duplicate_lines", "duplicate_file", "malformed_line", "truncated_file", "foreign_file", "empty_file",
         "gzip_cut", "wrong_encoding")


def move(switch: str) -> Callable[[Move], Move]:
    """Register the function below as the move of a switch."""
    def keep(function: Move) -> Move:
        MOVES[switch] = function
        return function
    return keep


def catalogue() -> tuple[str, ...]:
    """Return every switch there is, sorted."""
    return tuple(sorted({*MOVES, *WHOLE_MONTH, *FILES}))


def demo() -> tuple[str, ...]:
    """Return what the demo company does: all but what makes a month unreadable or a page ugly."""
    kept_out = {"hostile_text", "month_boundary", "truncated_file", "foreign_file", "empty_file", "gzip_cut",
                "wrong_encoding"}
    return tuple(name for name in catalogue() if name not in kept_out)
