"""`asyncio.timeout` ends the wait for a lock, and a cancelled coroutine may await in `except CancelledError`."""

import asyncio


async def main():
    lock, tidied = asyncio.Lock(), []
    async with lock:
        try:
            async with asyncio.timeout(0.01):
                await lock.acquire()
        except TimeoutError:
            tidied.append("gave up")
    # The one who gave up has not taken it.
    assert not lock.locked()

    async def work():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0.01)
            tidied.append("cleaned up")
            raise

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert tidied == ["gave up", "cleaned up"]


asyncio.run(main())
