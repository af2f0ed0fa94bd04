"""Awaiting a task raises what it raised; if nobody did, the loop is told so when the task is collected."""

import asyncio
import gc

told = []


async def crashes():
    raise ZeroDivisionError


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context["message"]))
    task = asyncio.create_task(crashes())
    try:
        await task
    except ZeroDivisionError:
        caught = True
    assert caught
    del task
    gc.collect()
    assert told == []

    task = asyncio.create_task(crashes())
    await asyncio.sleep(0)
    assert task.done() and told == []
    del task
    gc.collect()
    assert told == ["Task exception was never retrieved"]


asyncio.run(main())
