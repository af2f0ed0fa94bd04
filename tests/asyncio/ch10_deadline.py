"""timeout_at around the whole ends what is awaited inside; a context variable is copied into tasks created later."""

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

    early = asyncio.create_task(known())
    deadline.set(2)
    late = asyncio.create_task(known())
    assert await early is None, "created before it was set"
    assert await late == 2


asyncio.run(main())
