"""Crews whose processes are threads, so that a test can look at each."""

import threading
from concurrent.futures import ThreadPoolExecutor

from core.training.crew import Crew


def outcomes(size, work):
    """What `work` gives, or the error that it raises, in each member of a crew of that size."""
    lists = [[] for _ in range(size)]
    # One that never comes breaks the barrier for the rest: a test then fails where processes would wait for ever.
    barrier = threading.Barrier(size, timeout=30)

    def exchange_of(rank):
        def exchange(things):
            lists[rank] = things
            barrier.wait()
            joined = [thing for each in lists for thing in each]
            barrier.wait()
            return joined

        return exchange

    def outcome(rank):
        try:
            return work(Crew(rank, size, exchange_of(rank)))
        except Exception as error:
            return error

    with ThreadPoolExecutor(size) as pool:
        return list(pool.map(outcome, range(size)))
