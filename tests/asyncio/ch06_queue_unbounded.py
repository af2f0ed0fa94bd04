"""Queue() and Queue(0) take any number of items without waiting; with a maxsize above 0, put waits."""

import asyncio


async def main():
    for queue in (asyncio.Queue(), asyncio.Queue(0)):
        for number in range(100_000):
            queue.put_nowait(number)
        assert queue.qsize() == 100_000 and not queue.full()

    bounded = asyncio.Queue(maxsize=1)
    await bounded.put(1)
    putting = asyncio.create_task(bounded.put(2))
    await asyncio.sleep(0.01)
    assert not putting.done(), "put waits for room"
    await bounded.get()
    await putting


asyncio.run(main())
