"""`get` on a queue that has items does not suspend, however often it is awaited."""

import asyncio

LETTERS = 10_000


async def main():
    box = asyncio.Queue()
    for letter in range(LETTERS):
        box.put_nowait(letter)
    left = []

    async def neighbour():
        left.append(box.qsize())

    task = asyncio.create_task(neighbour())
    for _ in range(LETTERS):
        await box.get()
    assert left == []
    await task
    assert left == [0]


asyncio.run(main())
