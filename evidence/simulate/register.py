"""The catalogue of misbehaviour: each switch, and the move that plants it on one working day."""

from __future__ import annotations

from collections.abc import Callable

from evidence.simulate.world import Today, World

Move = Callable[[World, Today], None]
MOVES: dict[str, Move] = {}
BESIDE: set[str] = set()
WHOLE_MONTH = {
    "bypass": "Billed chat of a person whom the gateway did not see that day, twice.",
    "clock_skew": "The identity provider's clock is 90 seconds ahead.",
    "hostile_text": "Prompts, answers, names and a connection hold markup, formulas, escapes and templates.",
    "log_gap": "A day of sign-ins and a day of gateway sessions are missing, and the sources say so.",
    "month_boundary": "Requests half an hour on either side of both edges of the month.",
    "unattributed_usage": "Lines of the bill without a login, and with a login that nobody knows.",
    "usage_source_gap": "The vendor reports an idle day for a person whom the gateway served.",
}
FILES = {
    "duplicate_file": "A session file lies there twice.",
    "duplicate_lines": "Two sign-ins are exported twice.",
    "empty_file": "A file of no bytes.",
    "foreign_file": "A web server's log among the gateway's sessions.",
    "gzip_cut": "A compressed copy that was cut short.",
    "malformed_line": "A line that breaks off in the middle.",
    "truncated_file": "A report whose download broke off.",
    "wrong_encoding": "A session saved as UTF-16 without a mark that says so.",
}


def move(switch: str, *, demo: bool = True) -> Callable[[Move], Move]:
    """Register the function below as the move of a switch; the demo leaves out what needs sources that it has not."""
    def keep(function: Move) -> Move:
        MOVES[switch] = function
        if not demo:
            BESIDE.add(switch)
        return function
    return keep


def catalogue() -> tuple[str, ...]:
    """Return every switch there is, sorted."""
    return tuple(sorted({*MOVES, *WHOLE_MONTH, *FILES}))


def describe() -> dict[str, str]:
    """Return what each switch does, in a sentence."""
    said = {name: (function.__doc__ or "").strip() for name, function in MOVES.items()}
    return dict(sorted({**said, **WHOLE_MONTH, **FILES}.items()))


def demo() -> tuple[str, ...]:
    """Return what the demo company does: all but what makes a month unreadable, a page ugly, or needs more sources."""
    kept_out = {"hostile_text", "month_boundary", "truncated_file", "foreign_file", "empty_file", "gzip_cut",
                "wrong_encoding", *BESIDE}
    return tuple(name for name in catalogue() if name not in kept_out)
