"""An async generator is asked by `async for`, gives an item when it has one, and waits for its end, too."""

import asyncio
import inspect

asked = []


async def pages():
    number = 1
    while number is not None:
        asked.append(number)
        await asyncio.sleep(0.01)
        following = number + 1 if number < 3 else None
        yield number
        number = following


async def main():
    stream = pages()
    assert inspect.isasyncgen(stream) and not inspect.isawaitable(stream)
    await asyncio.sleep(0.02)
    assert asked == [], "nobody has asked yet"
    seen = []
    async for number in stream:
        assert asked == list(range(1, number + 1)), "no page is fetched ahead"
        seen.append(number)
    assert seen == [1, 2, 3]
    assert [number async for number in pages()] == [1, 2, 3]


asyncio.run(main())
