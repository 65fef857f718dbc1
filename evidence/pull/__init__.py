"""Live APIs to files: the same that a person would export, each with a receipt.

- ``plan``    which window is asked for, with which requests; nothing is sent
- ``key``     where the key comes from, and that it goes nowhere else
- ``client``  one request: retries, rate limits, clocks, refusals
- ``pages``   from an answer to the next request
- ``walk``    the pull itself: every page on the disk and in the journal before the next is asked for

What is asked for is declared in connector.yaml (:mod:`evidence.endpoint`); what came is told by the journals of
:mod:`evidence.store.pulled`, from which ingest takes when a page was observed and what is covered. The HTTP client and
the retry library come with the extra ``pull``: everything else works without them.
"""

from __future__ import annotations

import importlib.util

from evidence.errors import MissingExtraError


def require() -> None:
    """Make sure that the libraries of the extra are there.

    Raises:
        MissingExtraError: they are not.
    """
    lacking = [name for name in ("httpx", "tenacity") if importlib.util.find_spec(name) is None]
    if lacking:
        raise MissingExtraError(f"pulling needs {' and '.join(lacking)}",
                                advice="pip install 'copilot-evidence[pull]'; or export the files by hand into logs/")
