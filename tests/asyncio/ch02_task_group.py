"""A `TaskGroup` waits for its tasks at the end of its block, and cancels the others when one fails."""

import asyncio

ended = []


async def toast(seconds):
    try:
        await asyncio.sleep(seconds)
        ended.append("golden")
    except asyncio.CancelledError:
        ended.append("cancelled")
        raise


async def no_beans():
    raise LookupError("no beans")


async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(toast(0.01))
    assert ended == ["golden"]

    failed = False
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(toast(60))
            group.create_task(no_beans())
    except* LookupError:
        failed = True
    assert failed
    assert ended == ["golden", "cancelled"]


asyncio.run(main())
