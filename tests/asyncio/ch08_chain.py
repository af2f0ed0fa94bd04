"""A chain of async generators works on one item at a time; with a task and a queue its steps overlap."""

import asyncio

said = []


async def bring():
    for sack in range(2):
        await asyncio.sleep(0.001)
        said.append(f"brought {sack}")
        yield sack


async def grind(sacks):
    async for sack in sacks:
        await asyncio.sleep(0.001)
        said.append(f"ground {sack}")
        yield sack


async def main():
    async for sack in grind(bring()):
        await asyncio.sleep(0.005)
        said.append(f"packed {sack}")
    assert said == ["brought 0", "ground 0", "packed 0", "brought 1", "ground 1", "packed 1"], said

    said.clear()
    queue = asyncio.Queue(maxsize=1)

    async def fill():
        async for sack in grind(bring()):
            await queue.put(sack)

    filling = asyncio.create_task(fill())
    async with asyncio.timeout(10):
        for _ in range(2):
            sack = await queue.get()
            # Packing takes until both are ground, however busy the machine is: in a chain that would never be.
            while "ground 1" not in said:
                await asyncio.sleep(0.001)
            said.append(f"packed {sack}")
    await filling
    assert said.index("ground 1") < said.index("packed 0"), said


asyncio.run(main())
