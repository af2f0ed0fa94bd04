"""An `Event` stays set, wakes who waits even if it is cleared at once, and `notify_all` needs the condition's lock."""

import asyncio


async def main():
    event = asyncio.Event()
    event.set()
    await event.wait()

    event.clear()
    runner = asyncio.create_task(event.wait())
    await asyncio.sleep(0)
    event.set()
    event.clear()
    async with asyncio.timeout(1):
        assert await runner

    condition = asyncio.Condition()
    try:
        condition.notify_all()
    except RuntimeError:
        refused = True
    assert refused


asyncio.run(main())
