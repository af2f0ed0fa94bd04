"""A generator left in the middle by `break` runs its `finally` later, as a task of the loop's; aclosing() runs it at once."""

import asyncio
import contextlib

said = []


async def numbers(name):
    try:
        for number in range(10):
            yield number
    finally:
        await asyncio.sleep(0)
        said.append(name)


async def main():
    async for number in numbers("abandoned"):
        break
    assert said == [], "the loop was left, its generator has not finished"
    await asyncio.sleep(0.01)
    assert said == ["abandoned"], said

    async with contextlib.aclosing(numbers("closed")) as stream:
        async for number in stream:
            break
    assert said == ["abandoned", "closed"], said


asyncio.run(main())
