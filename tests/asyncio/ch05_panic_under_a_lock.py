"""An exception under `async with lock` releases the lock, and the next one is told nothing."""

import asyncio


async def main():
    money, lock = {"till": 100, "safe": 0}, asyncio.Lock()

    async def to_the_safe():
        async with lock:
            money["till"] -= 30
            raise RuntimeError("a bug")

    try:
        await to_the_safe()
    except RuntimeError:
        pass
    async with lock:
        assert money == {"till": 70, "safe": 0}


asyncio.run(main())
