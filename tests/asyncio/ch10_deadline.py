"""timeout_at cancels what is awaited inside, is no limit for what catches that; context goes to tasks made later."""

import asyncio
import contextvars

deadline = contextvars.ContextVar("deadline", default=None)


async def lowest(ended):
    try:
        async with asyncio.timeout(1):
            await asyncio.sleep(1)
    except asyncio.CancelledError:
        ended.append("cancelled")
        raise


async def catches():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        pass
    await asyncio.sleep(0.05)
    return "done"


async def known():
    return deadline.get()


async def main():
    loop, ended = asyncio.get_running_loop(), []
    began = loop.time()
    try:
        async with asyncio.timeout_at(began + 0.02):
            for _ in range(3):
                await lowest(ended)
        raise AssertionError("it should be too late")
    except TimeoutError:
        pass
    assert ended == ["cancelled"] and loop.time() - began < 0.5

    began = loop.time()
    async with asyncio.timeout_at(began + 0.02):
        assert await catches() == "done"
    assert loop.time() - began > 0.06

    early = asyncio.create_task(known())
    deadline.set(2)
    late = asyncio.create_task(known())
    assert await early is None, "created before it was set"
    assert await late == 2


asyncio.run(main())
