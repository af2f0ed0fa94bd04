"""A worker that dies breaks its pool of processes for good, and a call that runs cannot be cancelled."""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context


def breaks(ask):
    try:
        ask()
    except BrokenProcessPool:
        return True
    return False


if __name__ == "__main__":
    with ProcessPoolExecutor(1, get_context("fork")) as pool:
        running = pool.submit(time.sleep, 0.05)
        while not running.running():
            time.sleep(0.001)
        assert not running.cancel()
        assert running.result() is None
        assert breaks(pool.submit(os._exit, 1).result)
        assert breaks(lambda: pool.submit(abs, -3))
