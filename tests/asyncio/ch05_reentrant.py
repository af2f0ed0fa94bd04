"""`asyncio.Lock` is not re-entrant; `threading.RLock` is."""

import asyncio
import threading


async def main():
    lock = asyncio.Lock()
    async with lock:
        try:
            async with asyncio.timeout(0.05):
                await lock.acquire()
        except TimeoutError:
            stuck = True
    assert stuck
    again = threading.RLock()
    with again, again:
        pass


asyncio.run(main())
