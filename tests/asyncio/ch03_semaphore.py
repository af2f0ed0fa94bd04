"""With tasks and a Semaphore(2) two downloads go on at a time, and they go on while a result is being handled."""

import asyncio

busy = most = 0
parts = {}


async def download(number, room):
    global busy, most
    async with room:
        busy += 1
        most = max(most, busy)
        for part in range(3):
            await asyncio.sleep(0.01)
            parts[number] = part + 1
        busy -= 1
    return number


async def main():
    room = asyncio.Semaphore(2)
    tasks = [asyncio.create_task(download(number, room)) for number in range(4)]
    assert await tasks[0] == 0
    before = dict(parts)
    await asyncio.sleep(0.1)  # handles the first one, and awaits no download
    assert parts == {number: 3 for number in range(4)} != before, parts
    assert most == 2, most
    for task in tasks:
        await task


asyncio.run(main())
