"""A loop's clock is the machine's: a sleep takes its time even if nothing else is to be done."""

import asyncio
import time


async def main():
    loop = asyncio.get_running_loop()
    before, by_the_loop, after = time.monotonic(), loop.time(), time.monotonic()
    assert before <= by_the_loop <= after
    await asyncio.sleep(0.1)
    # A loop may wake a timer early by its clock's resolution.
    assert time.monotonic() - after >= 0.1 - time.get_clock_info("monotonic").resolution


asyncio.run(main())
