"""A task that is woken stands in the loop's queue `_ready` once, and the others are left alone."""

import asyncio


class Counted:
    """Awaits a future and counts how often it is asked."""

    def __init__(self, future):
        self.future, self.steps = future, 0

    async def wait(self):
        self.steps += 1
        await self.future
        self.steps += 1


async def main():
    loop = asyncio.get_running_loop()
    waiting = [Counted(loop.create_future()) for _ in range(3)]
    tasks = [asyncio.create_task(one.wait()) for one in waiting]
    await asyncio.sleep(0)
    waiting[1].future.set_result(None)
    assert len(loop._ready) == 1
    await asyncio.sleep(0)
    assert [one.steps for one in waiting] == [1, 2, 1]
    for task in tasks:
        task.cancel()


asyncio.run(main())
