"""finally runs after a value, an exception and a cancellation, and may await in all of them."""

import asyncio


async def dinner(end, cleared):
    try:
        if end == "burnt":
            raise ValueError(end)
        if end == "bug":
            [][0]
        if end == "cancelled":
            await asyncio.sleep(9)
    finally:
        await asyncio.sleep(0.01)
        cleared.append(end)


async def main():
    cleared = []
    ends = ["good", "burnt", "bug", "cancelled"]
    tasks = [asyncio.create_task(dinner(end, cleared)) for end in ends]
    await asyncio.sleep(0)
    tasks[3].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(cleared) == sorted(ends), cleared
    assert tasks[3].cancelled()


asyncio.run(main())
