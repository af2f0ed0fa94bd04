"""While a loop runs, one thread runs all of its tasks and callbacks, those that other threads hand in too."""

import asyncio
import threading

ran_on = []


def note():
    ran_on.append(threading.get_ident())


async def task():
    note()
    await asyncio.sleep(0)
    note()


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(note)
    await asyncio.to_thread(loop.call_soon_threadsafe, note)
    await asyncio.gather(*[task() for _ in range(10)])
    assert ran_on == [threading.get_ident()] * 22


asyncio.run(main())
