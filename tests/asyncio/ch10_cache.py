"""functools.cache on an async def keeps the coroutine: the second one to await it gets a RuntimeError."""

import asyncio
import functools

calls = []


@functools.cache
async def price(item):
    calls.append(item)
    return 1


async def main():
    assert price("tea") is price("tea")
    assert await price("tea") == 1
    try:
        await price("tea")
        raise AssertionError("it should not be awaited twice")
    except RuntimeError:
        pass
    assert calls == ["tea"]


asyncio.run(main())
