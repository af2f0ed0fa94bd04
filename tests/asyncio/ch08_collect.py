"""A time-out around an async comprehension loses what it had; a list that is filled outside keeps it."""

import asyncio


async def waves():
    yield 120
    yield 140
    await asyncio.sleep(10)


async def main():
    collected = None
    try:
        async with asyncio.timeout(0.005):
            collected = [wave async for wave in waves()]
    except TimeoutError:
        pass
    assert collected is None

    kept = []
    try:
        async with asyncio.timeout(0.005):
            async for wave in waves():
                kept.append(wave)
    except TimeoutError:
        pass
    assert kept == [120, 140]


asyncio.run(main())
