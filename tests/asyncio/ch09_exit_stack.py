"""AsyncExitStack closes in reverse, also if entering fails; it raises the last error, the others are its context."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

told = []


@asynccontextmanager
async def session(name, opens=True, closes=True):
    if not opens:
        raise ConnectionError(name)
    try:
        yield name
    finally:
        await asyncio.sleep(0)
        told.append(name)
        if not closes:
            raise ValueError(name)


async def main():
    try:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(session("database", closes=False))
            await stack.enter_async_context(session("cache", closes=False))
            await stack.enter_async_context(session("queue", opens=False))
        assert False, "the queue refuses"
    except ValueError as error:
        chain = []
        while error is not None:
            chain.append((type(error).__name__, str(error)))
            error = error.__context__
    assert told == ["cache", "database"]
    assert chain == [
        ("ValueError", "database"),
        ("ValueError", "cache"),
        ("ConnectionError", "queue"),
    ], chain

    # What has started well takes its closings along.
    told.clear()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(session("database"))
        kept = stack.pop_all()
    assert told == []
    await kept.aclose()
    assert told == ["database"]


asyncio.run(main())
