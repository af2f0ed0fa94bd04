"""`wait_for` around a `gather` cancels what runs at its limit and raises; answers are left in the tasks only."""

import asyncio


async def ask(seconds):
    await asyncio.sleep(seconds)
    return "sunny"


async def main():
    tasks = [asyncio.create_task(ask(seconds)) for seconds in (0, 60)]
    try:
        await asyncio.wait_for(asyncio.gather(*tasks), 0.05)
    except TimeoutError:
        late = True
    assert late
    answered, asked = tasks
    assert asked.cancelled()
    assert answered.result() == "sunny"


asyncio.run(main())
