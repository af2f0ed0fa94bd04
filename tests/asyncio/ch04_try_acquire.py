"""A semaphore has no `try_acquire`; an `acquire` right after `locked()` said no does not give way."""
import asyncio


async def main():
    semaphore = asyncio.Semaphore(1)
    assert not hasattr(semaphore, "try_acquire")
    assert not hasattr(semaphore, "acquire_nowait")

    def try_acquire():
        if semaphore.locked():
            return False
        try:
            semaphore.acquire().send(None)
        except StopIteration:
            return True
        raise AssertionError("it gave way")

    assert try_acquire()
    assert not try_acquire()
    # Free again, but promised to one who waits: `locked()` knows that.
    waiting = asyncio.create_task(semaphore.acquire())
    await asyncio.sleep(0)
    semaphore.release()
    assert not try_acquire()
    await waiting


asyncio.run(main())
