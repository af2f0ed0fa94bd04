"""Two coroutines that take two locks in two orders wait for ever; in one order they do not."""

import asyncio


async def both(first, second):
    async with first:
        await asyncio.sleep(0)
        async with second:
            pass


async def main():
    one, two = asyncio.Lock(), asyncio.Lock()
    try:
        async with asyncio.timeout(0.1):
            await asyncio.gather(both(one, two), both(two, one))
    except TimeoutError:
        stuck = True
    assert stuck
    one, two = asyncio.Lock(), asyncio.Lock()
    await asyncio.gather(both(one, two), both(one, two))


asyncio.run(main())
