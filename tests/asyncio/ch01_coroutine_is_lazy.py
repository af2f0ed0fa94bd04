"""Calling an async function runs none of its body; a coroutine that was never awaited warns when it is collected."""

import asyncio
import gc
import warnings

baked = []


async def bake():
    baked.append("rye")


async def main():
    bread = bake()
    await asyncio.sleep(0.01)
    assert baked == []
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        del bread
        gc.collect()
    assert ["was never awaited" in str(warning.message) for warning in told] == [True]

    bread = bake()
    assert baked == []
    await bread
    assert baked == ["rye"]


asyncio.run(main())
