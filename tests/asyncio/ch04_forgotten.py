"""`acquire` and `release` by hand lose a permit to an exception, unless in a `finally`; `BoundedSemaphore` sees only one too many."""
import asyncio


async def main():
    semaphore = asyncio.BoundedSemaphore(2)

    async def job(fails):
        await semaphore.acquire()
        await asyncio.sleep(0)
        if fails:
            raise OSError("disk full")
        semaphore.release()

    async def job_with_guard(fails):
        async with semaphore:
            if fails:
                raise OSError("disk full")

    async def job_with_finally(fails):
        await semaphore.acquire()
        try:
            if fails:
                raise OSError("disk full")
        finally:
            semaphore.release()

    for given_back in (job_with_guard, job_with_finally):
        for _ in range(2):
            try:
                await given_back(fails=True)
            except OSError:
                pass
    await job(fails=False)
    # All permits are there: one more is refused.
    try:
        semaphore.release()
        raise AssertionError("one too many was taken")
    except ValueError:
        pass

    for _ in range(2):
        try:
            await job(fails=True)
        except OSError:
            pass
    # Two permits are lost, and nobody said a word.
    assert semaphore.locked()
    try:
        await asyncio.wait_for(semaphore.acquire(), 0.01)
        raise AssertionError("a permit was left")
    except TimeoutError:
        pass


asyncio.run(main())
