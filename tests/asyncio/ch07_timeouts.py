"""wait_for and asyncio.timeout cancel what they wait for, and wait until it has ended; wait_for(shield(task)) leaves it running."""

import asyncio


async def report(ended):
    try:
        await asyncio.sleep(0.3)
        ended.append("finished")
    except asyncio.CancelledError:
        ended.append("cancelled")
        raise


async def slow_to_leave(ended):
    try:
        await asyncio.sleep(9)
    except asyncio.CancelledError:
        await asyncio.sleep(0.05)
        ended.append("cleaned up")
        raise


async def gives_up(waiting):
    try:
        await waiting
        raise AssertionError("it should be too late")
    except TimeoutError:
        pass


async def block(ended):
    async with asyncio.timeout(0.1):
        for _ in range(3):
            await asyncio.sleep(0.07)  # each step would be in time
            ended.append("step")


async def main():
    ended = []
    await gives_up(asyncio.wait_for(report(ended), 0.1))
    assert ended == ["cancelled"], ended

    ended = []
    await gives_up(asyncio.wait_for(slow_to_leave(ended), 0.01))
    assert ended == ["cleaned up"], "it has waited for that"

    ended = []
    await gives_up(block(ended))
    assert ended == ["step"], "one deadline for the whole block"

    ended = []
    task = asyncio.create_task(report(ended))
    await gives_up(asyncio.wait_for(asyncio.shield(task), 0.1))
    assert ended == [] and not task.done()
    await task
    assert ended == ["finished"], ended


asyncio.run(main())
