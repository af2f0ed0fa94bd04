"""A `gather` that fails leaves its siblings running."""

import asyncio

ended = []


async def toast():
    await asyncio.sleep(0.01)
    ended.append("toast")


async def no_beans():
    raise LookupError("no beans")


async def main():
    try:
        await asyncio.gather(no_beans(), toast())
    except LookupError:
        failed = True
    assert failed
    assert ended == []
    await asyncio.sleep(0.05)
    assert ended == ["toast"]


asyncio.run(main())
