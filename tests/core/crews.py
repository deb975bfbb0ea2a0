"""Crews whose processes are threads, so that a test can look at each."""

import threading
from concurrent.futures import ThreadPoolExecutor

from core.training.distributed import Crew, LoneError


def outcomes(size, work):
    """What `work` gives, or the error that it raises, in each member of a crew of that size.

    A pass through a network is a meeting too, of another kind than an exchange: where real processes would wait for
    ever, because one passes through it while another exchanges something, all fail here.
    """
    met = [None] * size
    # One that never comes breaks the barrier for the rest: a test then fails where processes would wait for ever.
    barrier = threading.Barrier(size, timeout=120)

    def meet(rank, kind, things):
        met[rank] = kind, things
        barrier.wait()
        joined = list(met)
        barrier.wait()
        assert len({kind for kind, _ in joined}) == 1, f"they wait for each other for ever: {[k for k, _ in joined]}"
        return [thing for _, each in joined for thing in each]

    def crew_of(rank):
        def distribute(network):
            def passed(*batch):
                meet(rank, "gradients", [])
                return network(*batch)

            return passed

        return Crew(rank, size, lambda things: meet(rank, "exchange", things), distribute)

    def outcome(rank):
        try:
            return work(crew_of(rank))
        except LoneError as error:
            barrier.abort()  # its process ends, and the others lose the connection
            return error
        except Exception as error:
            return error

    with ThreadPoolExecutor(size) as pool:
        return list(pool.map(outcome, range(size)))
