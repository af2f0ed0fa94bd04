"""Between two awaits no other coroutine of the loop comes in between, but a thread may."""

import asyncio
import threading


async def main():
    seats, sold = 3, 0

    async def buy():
        nonlocal seats, sold
        if seats > 0:
            seats -= 1
            await asyncio.sleep(0)
            sold += 1

    await asyncio.gather(*[buy() for _ in range(5)])
    assert (seats, sold) == (0, 3)

    # A thread may run at any line; here it is made to.
    read, written, number = threading.Event(), threading.Event(), 0

    def add():
        nonlocal number
        read.wait()
        number += 1
        written.set()

    async def add_without_an_await():
        nonlocal number
        before = number
        read.set()
        written.wait()
        number = before + 1

    await asyncio.gather(asyncio.to_thread(add), add_without_an_await())
    assert number == 1


asyncio.run(main())
