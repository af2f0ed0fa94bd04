"""`Condition.wait_for` looks under its lock and gives it back while it waits; an `Event` cleared by hand loses a wake-up."""

import asyncio


async def with_a_condition():
    condition, loaves, looked_locked = asyncio.Condition(), [], []

    def is_there():
        looked_locked.append(condition.locked())
        return bool(loaves)

    async def customer():
        async with condition:
            await condition.wait_for(is_there)
            assert condition.locked()
            loaves.pop()

    customers = [asyncio.create_task(customer()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not condition.locked()
    for _ in range(2):
        async with condition:
            loaves.append("loaf")
            condition.notify_all()
        await asyncio.sleep(0)
    async with asyncio.timeout(1):
        await asyncio.gather(*customers)
    assert all(looked_locked)


async def with_an_event():
    baked, loaves = asyncio.Event(), []

    async def customer():
        while not loaves:
            baked.clear()
            await baked.wait()

    async def customer_on_the_way_back():
        while not loaves:
            await asyncio.sleep(0.02)
            baked.clear()
            await baked.wait()

    waits = asyncio.create_task(customer())
    is_lost = asyncio.create_task(customer_on_the_way_back())
    await asyncio.sleep(0.01)
    loaves.append("loaf")
    baked.set()
    done, waiting = await asyncio.wait([waits, is_lost], timeout=0.1)
    assert (done, waiting) == ({waits}, {is_lost})
    is_lost.cancel()


asyncio.run(with_a_condition())
asyncio.run(with_an_event())
