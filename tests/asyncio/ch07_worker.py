"""cancel() raises CancelledError once, where the task awaits; it may catch it, await its cleaning up, even stay alive."""

import asyncio


async def worker(told):
    try:
        await asyncio.sleep(9)
    except asyncio.CancelledError:
        told.append("cleaning up")
        await asyncio.sleep(0.01)
        told.append("cleaned up")
    return "not cancelled after all"


async def main():
    told = []
    task = asyncio.create_task(worker(told))
    await asyncio.sleep(0.01)
    task.cancel()
    assert await task == "not cancelled after all"
    assert not task.cancelled()
    assert told == ["cleaning up", "cleaned up"], told


asyncio.run(main())
