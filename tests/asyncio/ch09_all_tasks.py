"""asyncio.all_tasks() holds every task that has not ended, so that two counts show what was left behind."""

import asyncio


async def main():
    before = len(asyncio.all_tasks())
    assert before == 1, "this one"
    task = asyncio.create_task(asyncio.sleep(3600))
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) - before == 1
    task.cancel()
    await asyncio.wait([task])
    assert len(asyncio.all_tasks()) == before


asyncio.run(main())
