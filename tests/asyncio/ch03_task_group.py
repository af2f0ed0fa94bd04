"""A sibling that a TaskGroup cancels can run code on its way out, await in it, and fail in it; both errors are told."""

import asyncio


async def fails():
    await asyncio.sleep(0.01)
    raise ValueError("east is full")


async def sibling(told):
    try:
        await asyncio.sleep(9)
    finally:
        told.append("on its way out")
        await asyncio.sleep(0.01)
        raise OSError("and fails in it")


async def main():
    told = []
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails())
            group.create_task(sibling(told))
        raise AssertionError("it should fail")
    except ExceptionGroup as errors:
        kinds = {type(error) for error in errors.exceptions}
        assert kinds == {ValueError, OSError}, errors
    assert told == ["on its way out"]


asyncio.run(main())
