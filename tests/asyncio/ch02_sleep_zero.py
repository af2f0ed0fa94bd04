"""`sleep(0)` gives every other task that is ready one turn, and takes the next one."""

import asyncio

turns = []


async def task(name):
    for turn in range(3):
        turns.append(f"{name}{turn}")
        await asyncio.sleep(0)


async def main():
    await asyncio.gather(*[task(name) for name in "ABC"])
    assert " ".join(turns) == "A0 B0 C0 A1 B1 C1 A2 B2 C2"


asyncio.run(main())
