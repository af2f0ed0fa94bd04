"""Check, lock, check again, open: without the second check everybody who waited opens, too."""

import asyncio


async def opened(check_again):
    lock, count, connection = asyncio.Lock(), 0, None

    async def connect():
        nonlocal connection, count
        if connection is None:
            async with lock:
                if connection is None or not check_again:
                    count += 1
                    await asyncio.sleep(0)
                    connection = "open"

    await asyncio.gather(*[connect() for _ in range(5)])
    return count


assert asyncio.run(opened(check_again=True)) == 1
assert asyncio.run(opened(check_again=False)) == 5
