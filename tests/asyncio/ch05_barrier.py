"""`asyncio.Barrier.wait()` returns a number, 0 to the first who came; who is cancelled while waiting is no longer counted."""

import asyncio


async def main():
    barrier, numbers = asyncio.Barrier(3), {}

    async def hiker(name, seconds):
        await asyncio.sleep(seconds)
        numbers[name] = await barrier.wait()

    await asyncio.gather(hiker("third", 0.02), hiker("first", 0), hiker("second", 0.01))
    assert numbers == {"first": 0, "second": 1, "third": 2}

    leaves = asyncio.create_task(barrier.wait())
    await asyncio.sleep(0)
    assert barrier.n_waiting == 1
    leaves.cancel()
    await asyncio.wait([leaves])
    assert barrier.n_waiting == 0


asyncio.run(main())
