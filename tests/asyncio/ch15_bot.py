"""Leaving the block of a `TaskGroup` waits for tasks that were cancelled."""

import asyncio


async def main():
    log = []

    async def worker():
        try:
            await asyncio.sleep(10)
        finally:
            # A cancelled task still runs, and may wait.
            await asyncio.sleep(0.02)
            log.append("worker ended")

    async def bot():
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(worker())
            await asyncio.sleep(10)

    serving = asyncio.create_task(bot())
    await asyncio.sleep(0.01)
    serving.cancel()
    # Asked to end, but not gone.
    assert log == []
    try:
        await serving
    except asyncio.CancelledError:
        log.append("bot ended")
    assert log == ["worker ended", "bot ended"]


asyncio.run(main())
