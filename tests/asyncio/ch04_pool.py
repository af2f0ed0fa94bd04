"""A pool is a queue of connections: put back in a `finally`, one comes back from a cancelled task too."""
import asyncio
from contextlib import asynccontextmanager


async def main():
    idle = asyncio.Queue()
    idle.put_nowait("connection 1")

    @asynccontextmanager
    async def connection():
        it = await idle.get()
        try:
            yield it
        finally:
            idle.put_nowait(it)

    async def request(seconds):
        async with connection() as it:
            await asyncio.sleep(seconds)
            return it

    borrower = asyncio.create_task(request(3600))
    waiter = asyncio.create_task(request(0))
    await asyncio.sleep(0.005)
    assert idle.empty()
    borrower.cancel()
    assert await waiter == "connection 1"
    assert idle.qsize() == 1


asyncio.run(main())
