"""An executor brings exceptions back, has 32 threads at most, and is waited for by `asyncio.run`."""

import asyncio
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

done = []


def fails():
    raise ZeroDivisionError


def slow():
    time.sleep(0.05)
    done.append(threading.current_thread().name)


async def main():
    loop = asyncio.get_running_loop()
    for call in (asyncio.to_thread(fails), loop.run_in_executor(None, fails)):
        try:
            await call
            raise AssertionError
        except ZeroDivisionError:
            pass
    # As many threads as there are cores and four more, 32 at most.
    assert ThreadPoolExecutor()._max_workers == min(32, os.cpu_count() + 4)
    # Nobody awaits it: `run` waits for its thread.
    loop.run_in_executor(None, slow)


asyncio.run(main())
assert len(done) == 1
