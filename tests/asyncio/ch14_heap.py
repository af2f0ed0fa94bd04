"""asyncio keeps its timers in a heap; cancelled ones stay until they are on top, or over a hundred and half."""

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    first = loop.call_later(1800, print)
    for _ in range(50):
        loop.call_later(3600, print).cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(loop._scheduled) == 51
    for _ in range(950):
        loop.call_later(3600, print).cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(loop._scheduled) == 1
    first.cancel()


asyncio.run(main())
