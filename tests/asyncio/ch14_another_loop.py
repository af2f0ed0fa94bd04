"""The same coroutine runs on another event loop, also on one whose clock jumps."""

import asyncio
import time


class Jumping(asyncio.SelectorEventLoop):
    """A loop that moves its own clock instead of waiting for a timer."""

    now = 0.0

    def time(self):
        return self.now

    def _run_once(self):
        if not self._ready and self._scheduled:
            self.now = max(self.now, self._scheduled[0].when())
        super()._run_once()


async def toast():
    await asyncio.sleep(2)
    return "toast"


async def breakfast():
    async with asyncio.TaskGroup() as group:
        dishes = [group.create_task(toast()) for _ in range(2)]
    return [dish.result() for dish in dishes], asyncio.get_running_loop().time()


begun = time.monotonic()
with asyncio.Runner(loop_factory=Jumping) as runner:
    dishes, now = runner.run(breakfast())
assert dishes == ["toast", "toast"] and now == 2.0
assert time.monotonic() - begun < 1
