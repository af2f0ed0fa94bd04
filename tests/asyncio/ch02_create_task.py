"""A new task begins when its creator next suspends, and an await of what is ready already does not suspend."""

import asyncio

begun = []


async def worker():
    begun.append("worker")


async def ready():
    return "at once"


async def main():
    task = asyncio.create_task(worker())
    assert begun == []
    assert await ready() == "at once"
    assert begun == []
    await asyncio.sleep(0)
    assert begun == ["worker"]
    await task


asyncio.run(main())
