"""A hundred coroutines sleep on one thread, and each takes over a kilobyte of the heap, with its task and timer."""

import asyncio
import threading
import tracemalloc


async def visit():
    await asyncio.sleep(60)


async def main():
    tasks = [None] * 100
    tracemalloc.start()
    for site in range(100):
        tasks[site] = asyncio.create_task(visit())
    await asyncio.sleep(0)
    allocated, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not any(task.done() for task in tasks)
    assert threading.active_count() == 1
    assert allocated / 100 > 1024


asyncio.run(main())
