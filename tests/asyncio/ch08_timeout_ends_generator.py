"""A time-out around anext() cancels the generator where it waits: after that it has ended, unless it catches that."""

import asyncio


async def waves():
    yield 120
    await asyncio.sleep(0.05)
    yield 140


async def main():
    stream = waves()
    assert await anext(stream) == 120
    try:
        async with asyncio.timeout(0.005):
            await anext(stream)
        assert False, "it takes longer"
    except TimeoutError:
        pass
    await asyncio.sleep(0.06)
    assert await anext(stream, "the end") == "the end"

    async def stubborn():
        yield 120
        try:
            await asyncio.sleep(0.05)
        except asyncio.CancelledError:
            pass
        yield 140
        yield 150

    stream = stubborn()
    assert await anext(stream) == 120
    async with asyncio.timeout(0.005):
        assert await anext(stream) == 140, "it goes on in spite of the time-out, which is not even told"
    assert await anext(stream) == 150

    # A task that is shielded goes on, and its item can be awaited once more.
    stream = waves()
    await anext(stream)
    asking = asyncio.ensure_future(anext(stream))
    try:
        await asyncio.wait_for(asyncio.shield(asking), 0.005)
        assert False, "it takes longer"
    except TimeoutError:
        pass
    assert await asking == 140


asyncio.run(main())
