"""A task that nobody refers to may be garbage-collected before it ends."""

import asyncio
import gc
import weakref

told = []


async def toast():
    await asyncio.get_running_loop().create_future()


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context["message"]))
    task = weakref.ref(asyncio.create_task(toast()))
    await asyncio.sleep(0)
    gc.collect()
    assert task() is None
    assert told == ["Task was destroyed but it is pending!"]


asyncio.run(main())
