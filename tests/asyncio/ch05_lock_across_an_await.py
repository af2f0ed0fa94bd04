"""`asyncio.Lock` is granted in turn, gives the thread back and belongs to the loop that first waited for it; a `threading.Lock` held across an await blocks the loop, without a warning."""

import asyncio
import threading
import warnings


async def in_turn():
    lock, turns = asyncio.Lock(), []

    async def use(name):
        async with lock:
            await asyncio.sleep(0)
            turns.append(name)

    await asyncio.gather(*map(use, "abc"))
    assert turns == ["a", "b", "c"]


async def contended(lock):
    async def use():
        async with lock:
            await asyncio.sleep(0)

    await asyncio.gather(use(), use())


async def alone(lock):
    async with lock:
        pass


def in_two_loops():
    lock = asyncio.Lock()
    asyncio.run(alone(lock))
    asyncio.run(contended(lock))
    asyncio.run(alone(lock))
    try:
        asyncio.run(contended(lock))
    except RuntimeError as error:
        refused = str(error)
    assert "bound to a different event loop" in refused


async def blocked():
    lock, turns = threading.Lock(), []

    async def holds():
        with lock:
            await asyncio.sleep(0.01)
            turns.append("holds")

    async def wants():
        # Without a limit it would wait for ever: the loop cannot go on.
        if lock.acquire(timeout=0.2):
            lock.release()
        else:
            turns.append("gives up")

    await asyncio.gather(holds(), wants())
    assert turns == ["gives up", "holds"]


with warnings.catch_warnings():
    warnings.simplefilter("error")
    asyncio.run(in_turn())
    in_two_loops()
    asyncio.run(blocked())
