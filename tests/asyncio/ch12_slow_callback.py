"""In debug mode, the loop logs a step that took longer than `slow_callback_duration`, a tenth of a second by default."""

import asyncio
import logging
import time

lines = []


class Keep(logging.Handler):
    def emit(self, record):
        lines.append(record.getMessage())


async def main():
    assert asyncio.get_running_loop().slow_callback_duration == 0.1
    time.sleep(0.15)


logger = logging.getLogger("asyncio")
logger.addHandler(Keep())
logger.propagate = False
asyncio.run(main())
assert not [line for line in lines if "took" in line]
asyncio.run(main(), debug=True)
slow = [line for line in lines if "took 0.1" in line]
assert len(slow) == 1 and slow[0].startswith("Executing <Task"), lines
