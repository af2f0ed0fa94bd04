"""A retry loop that catches Exception ends when it is cancelled; one with a bare except tries again."""

import asyncio


async def busy(tries):
    tries.append("try")
    await asyncio.sleep(0.02)
    raise ConnectionError("busy")


async def catches_exception(tries):
    for _ in range(3):
        try:
            return await busy(tries)
        except Exception:
            pass


async def catches_everything(tries):
    for _ in range(3):
        try:
            return await busy(tries)
        except:  # noqa: E722
            pass


async def cancelled_at_first_try(loop):
    tries = []
    task = asyncio.create_task(loop(tries))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    return len(tries), task.cancelled()


async def main():
    assert not issubclass(asyncio.CancelledError, Exception)
    assert issubclass(asyncio.CancelledError, BaseException)
    assert await cancelled_at_first_try(catches_exception) == (1, True)
    assert await cancelled_at_first_try(catches_everything) == (3, False)


asyncio.run(main())
