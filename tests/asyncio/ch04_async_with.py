"""`async with semaphore:` keeps its permit to the end of the block, without a name for it."""
import asyncio


async def main():
    semaphore, working, most = asyncio.Semaphore(3), 0, 0

    async def job():
        nonlocal working, most
        async with semaphore:
            working += 1
            most = max(most, working)
            await asyncio.sleep(0.005)
            working -= 1

    await asyncio.gather(*(job() for _ in range(10)))
    assert most == 3, most


asyncio.run(main())
