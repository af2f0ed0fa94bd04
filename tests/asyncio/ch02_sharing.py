"""What a task refers to lives on with it; nobody comes in between two awaits, but an update across one may be lost."""

import asyncio
import gc
import weakref


class Recipe:
    read = 0


async def read_at_once(recipe):
    await asyncio.sleep(0)
    recipe.read += 1


async def read_slowly(recipe):
    read = recipe.read
    await asyncio.sleep(0)
    recipe.read = read + 1


async def main():
    recipe = Recipe()
    watched = weakref.ref(recipe)
    task = asyncio.create_task(read_at_once(recipe))
    del recipe
    gc.collect()
    assert watched() is not None
    await task

    recipe = Recipe()
    await asyncio.gather(*[read_at_once(recipe) for _ in range(10)])
    assert recipe.read == 10

    recipe = Recipe()
    await asyncio.gather(*[read_slowly(recipe) for _ in range(10)])
    assert recipe.read == 1


asyncio.run(main())
