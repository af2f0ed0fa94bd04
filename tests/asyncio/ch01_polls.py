"""A waiting coroutine hands its task a `Future`, is not asked again before that is done, and is resumed by its callback."""

import asyncio
from collections.abc import Coroutine


class Counted(Coroutine):
    """Passes everything on to a coroutine, and notes each `send` and what came back."""

    def __init__(self, coroutine):
        self.coroutine = coroutine
        self.handed = []

    def send(self, value):
        handed = self.coroutine.send(value)
        self.handed.append(handed)
        return handed

    def throw(self, *exception):
        return self.coroutine.throw(*exception)

    def close(self):
        return self.coroutine.close()

    def __await__(self):
        return self


async def main():
    boils = asyncio.get_running_loop().create_future()

    async def tea():
        return await boils

    counted = Counted(tea())
    task = asyncio.create_task(counted)
    for _ in range(10):
        await asyncio.sleep(0)
    assert counted.handed == [boils], "one send, and the future came back"

    boils.set_result("tea")
    assert not task.done(), "only the callback resumes it"
    assert await task == "tea"
    assert counted.handed == [boils], "the second send ended it"


asyncio.run(main())
