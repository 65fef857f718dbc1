"""Many files over a few processes; a process that dies costs its file and nothing else."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from typing import Generic, TypeVar

J = TypeVar("J")
R = TypeVar("R")


def _follow() -> None:
    """End this process when the one that started it is gone, however that ended: nobody waits for an answer then.

    A worker holds both ends of the queue that it reads, and would wait for a job for ever.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: os._exit(1) if wait_for([parent.sentinel]) else None, daemon=True).start()


class Pool(Generic[J, R]):
    """Runs one function over jobs, in fresh processes of which each stays for many jobs.

    ``died`` turns a job whose process died, twice, into its answer: the second time it ran alone, so that it is known
    to be the cause.
    """

    def __init__(self, work: Callable[[J], R], died: Callable[[J], R], jobs: int) -> None:
        """Say what to run, and how many at a time. Function and jobs must be importable and plain data."""
        self._work, self._died, self._jobs = work, died, jobs
        self._pool: ProcessPoolExecutor | None = None

    def run(self, queue: Sequence[J]) -> Iterator[tuple[int, R]]:
        """Yield the number of each job and its answer, as they come."""
        waiting = list(enumerate(queue))
        waiting.reverse()
        running: dict[Future[R], tuple[int, J]] = {}
        try:
            while waiting or running:
                while waiting and len(running) < self._jobs:
                    number, job = waiting.pop()
                    running[self._start().submit(self._work, job)] = (number, job)
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                if any(isinstance(future.exception(), BrokenProcessPool) for future in done):
                    yield from self._after_death(running)
                    running.clear()
                    continue
                for future in sorted(done, key=lambda f: running[f][0]):
                    number, _ = running.pop(future)
                    yield number, future.result()
        finally:
            self._stop()

    def _after_death(self, running: dict[Future[R], tuple[int, J]]) -> Iterator[tuple[int, R]]:
        """Run what was under way again, each alone, so that only the one that kills its process is lost."""
        self._stop()
        for future, (number, job) in sorted(running.items(), key=lambda item: item[1][0]):
            if future.done() and not isinstance(future.exception(), BrokenProcessPool):
                yield number, future.result()
                continue
            try:
                yield number, self._start(1).submit(self._work, job).result()
            except BrokenProcessPool:
                yield number, self._died(job)
            finally:
                self._stop()

    def _start(self, jobs: int = 0) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(jobs or self._jobs, mp_context=context, initializer=_follow)
        return self._pool

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
