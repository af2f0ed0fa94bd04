"""Asking is `__anext__`, which gives an awaitable for each item; StopAsyncIteration is the end, also when asked again."""

import asyncio
import inspect


class Countdown:
    def __init__(self, left):
        self.left = left

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.left == 0:
            raise StopAsyncIteration
        await asyncio.sleep(0.001)
        self.left -= 1
        return self.left + 1


async def generator():
    yield 1


async def ends(stream):
    try:
        await anext(stream)
    except StopAsyncIteration:
        return True
    return False


async def main():
    assert [number async for number in Countdown(3)] == [3, 2, 1]
    countdown = Countdown(1)
    asking = countdown.__anext__()
    assert inspect.isawaitable(asking)
    assert await asking == 1
    asking = countdown.__anext__()
    assert inspect.isawaitable(asking), "the call raises nothing, also at the end"
    asking.close()
    assert await ends(countdown) and await ends(countdown)

    stream = generator()
    assert await anext(stream) == 1
    assert await ends(stream) and await ends(stream)


asyncio.run(main())
