"""A semaphore has no `close`: who waits for it is told by a cancellation of the waiting task."""
import asyncio


async def main():
    semaphore = asyncio.Semaphore(1)
    assert not hasattr(semaphore, "close")
    await semaphore.acquire()

    sent_home = []

    async def customer(number):
        try:
            await semaphore.acquire()
        except asyncio.CancelledError:
            sent_home.append(number)
            raise

    waiting = [asyncio.create_task(customer(number)) for number in range(3)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    assert sent_home == [0, 1, 2]
    # Whoever comes later waits all the same.
    late = asyncio.create_task(customer(3))
    await asyncio.sleep(0)
    assert not late.done()
    late.cancel()
    await asyncio.wait([late])


asyncio.run(main())
