"""`wait` with a timeout sorts its tasks into done and pending, and cancels none."""

import asyncio


async def ask(seconds):
    await asyncio.sleep(seconds)
    return "sunny"


async def main():
    tasks = [asyncio.create_task(ask(seconds)) for seconds in (0, 60)]
    done, pending = await asyncio.wait(tasks, timeout=0.05)
    assert [task.result() for task in done] == ["sunny"]
    (asked,) = pending
    await asyncio.sleep(0)
    assert not asked.done() and asked.cancelling() == 0
    asked.cancel()


asyncio.run(main())
