"""`cancel` raises at the await where a coroutine waits; it may catch that and go on, not `done` until it ends."""

import asyncio


async def nap():
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        pass
    await asyncio.sleep(0)
    return "slept on"


async def main():
    task = asyncio.create_task(nap())
    await asyncio.sleep(0)
    assert task.cancel()
    assert not task.done()
    assert await task == "slept on"
    assert task.done() and not task.cancelled()


asyncio.run(main())
