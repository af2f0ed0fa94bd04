"""asyncio has no rate limiter, and a sleep in each worker limits that worker, not all of them together."""
import asyncio
import time


async def main():
    public = [name for name in dir(asyncio) if not name.startswith("_")]
    words = ("limiter", "throttle", "bucket", "rate")
    assert [name for name in public if any(word in name.lower() for word in words)] == []

    calls = 0

    async def worker():
        nonlocal calls
        for _ in range(3):
            calls += 1
            await asyncio.sleep(0.010)  # the call
            await asyncio.sleep(0.020)  # "50 a second"

    begin = time.monotonic()
    await worker()
    alone = time.monotonic() - begin
    assert alone > 3 * 0.029, "slower than 50 a second, by what a call takes"
    calls = 0
    await asyncio.gather(worker(), worker(), worker(), worker())
    assert calls == 12, "in the time in which one worker makes 3"
    assert time.monotonic() - begin - alone < 4 * alone


asyncio.run(main())
