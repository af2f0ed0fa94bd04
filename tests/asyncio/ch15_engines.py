"""`asyncio.gather(*tasks, return_exceptions=True)` reports who failed, and the others go on."""

import asyncio


async def scan(group, done):
    await asyncio.sleep(0.01 * group)
    if group == 1:
        raise ValueError("group 1 fails")
    done.append(group)
    return group


async def all_at_once():
    done = []
    tasks = [asyncio.create_task(scan(group, done)) for group in (3, 1, 2)]
    first, failed, last = await asyncio.gather(*tasks, return_exceptions=True)
    # In the order of the tasks, not in which they end; the failure is a result like the others.
    assert (first, last) == (3, 2)
    assert isinstance(failed, ValueError)
    assert done == [2, 3]


async def bounded(caught):
    """No more than two at a time; the permit is taken before the task is made."""
    places, at_work, peak, done = asyncio.Semaphore(2), 0, 0, []

    async def one(group):
        nonlocal at_work, peak
        at_work += 1
        peak = max(peak, at_work)
        try:
            await scan(group, done)
        except ValueError:
            if not caught:
                raise
        finally:
            at_work -= 1
            places.release()

    async with asyncio.TaskGroup() as tasks:
        for group in (3, 1, 2, 4):
            await places.acquire()
            tasks.create_task(one(group))
    assert peak == 2
    return done


# With a `try` in each task, the failure of one is no concern of the others.
asyncio.run(all_at_once())
assert asyncio.run(bounded(caught=True)) == [3, 2, 4]

# Without it, the one that fails cancels the others, and the group raises.
try:
    asyncio.run(bounded(caught=False))
except* ValueError as group:
    assert len(group.exceptions) == 1
else:
    raise AssertionError("no error")


async def cancels_the_others():
    others = []

    async def waits():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            others.append("cancelled")
            raise

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(waits())
            tasks.create_task(scan(1, []))
    except* ValueError:
        pass
    assert others == ["cancelled"]


asyncio.run(cancels_the_others())
