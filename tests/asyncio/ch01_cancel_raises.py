"""Cancelling throws an exception into a coroutine, at the await where it waits, and so does closing it."""

import asyncio

thrown = []


async def bake():
    try:
        await asyncio.get_running_loop().create_future()
    except BaseException as exception:
        thrown.append(type(exception))
        raise


async def main():
    task = asyncio.create_task(bake())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert thrown == [asyncio.CancelledError]

    bread = bake()
    bread.send(None)
    bread.close()
    assert thrown == [asyncio.CancelledError, GeneratorExit]


asyncio.run(main())
