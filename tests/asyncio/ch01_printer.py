"""`asyncio.to_thread` is lazy; cancelling who awaits it does not stop its thread, and `asyncio.run` waits for that."""

import asyncio
import threading
import time

begun, printed = threading.Event(), threading.Event()


def print_label():
    begun.set()
    time.sleep(0.2)
    printed.set()


async def main():
    label = asyncio.to_thread(print_label)
    await asyncio.sleep(0.05)
    assert not begun.is_set(), "nobody has awaited it"
    label = asyncio.create_task(label)
    while not begun.is_set():
        await asyncio.sleep(0.001)
    label.cancel()
    try:
        await label
    except asyncio.CancelledError:
        pass
    else:
        assert False, "the await was not cancelled"
    assert not printed.is_set(), "the await ended before the thread"


asyncio.run(main())
assert printed.is_set(), "asyncio.run did not wait for the thread"
