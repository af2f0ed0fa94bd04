"""A time-out around what blocks does not end it, and the debug mode tells who kept the loop."""

import asyncio
import logging
import time

said = []
handler = logging.Handler()
handler.emit = lambda record: said.append(record.getMessage())
logger = logging.getLogger("asyncio")
logger.addHandler(handler)
logger.propagate = False


async def report():
    time.sleep(0.12)
    return "printed"


async def main():
    assert await asyncio.wait_for(report(), 0.01) == "printed"
    async with asyncio.timeout(0.01):
        time.sleep(0.02)


asyncio.run(main(), debug=True)
slow = [line for line in said if "took 0.1" in line]
assert slow and "report()" in slow[0], said
