"""`asyncio.run` runs a coroutine on a loop and returns its result; `get_running_loop` raises where none runs."""

import asyncio


async def main():
    assert asyncio.get_running_loop().is_running()
    return "world"


assert asyncio.run(main()) == "world"

try:
    asyncio.get_running_loop()
except RuntimeError:
    pass
else:
    assert False, "there is a running loop outside of asyncio.run"
