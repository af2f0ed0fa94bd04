"""There is no merge for async generators: a task for each puts into one queue. A generator cannot be asked again while it waits."""

import asyncio


async def station(name, every, count):
    for number in range(1, count + 1):
        await asyncio.sleep(every)
        yield f"{name}{number}"


async def forward(stream, queue):
    async for item in stream:
        await queue.put(item)


async def main():
    assert not [name for name in dir(asyncio) if "merge" in name.lower()]
    queue, heard = asyncio.Queue(1), []
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(forward(station("N", 0.002, 2), queue))
        tasks.create_task(forward(station("S", 0.003, 1), queue))
        for _ in range(3):
            heard.append(await queue.get())
    assert sorted(heard) == ["N1", "N2", "S1"], heard

    stream = station("N", 0.002, 2)
    first = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    try:
        await anext(stream)
        assert False, "asked while it answers"
    except RuntimeError as error:
        assert "already running" in str(error)
    assert await first == "N1"

    # Two who ask one after the other are served, even if they were gathered.
    async def quick():
        yield 1
        yield 2

    stream = quick()
    assert await asyncio.gather(anext(stream), anext(stream)) == [1, 2]


asyncio.run(main())
