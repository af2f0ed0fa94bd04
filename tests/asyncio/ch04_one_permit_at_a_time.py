"""`asyncio.Semaphore` serves in order, one permit at a time; two tasks that take two each can wait for ever."""
import asyncio
import inspect


async def main():
    assert not inspect.signature(asyncio.Semaphore.acquire).parameters.keys() - {"self"}

    semaphore, served = asyncio.Semaphore(1), []

    async def customer(number):
        async with semaphore:
            served.append(number)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(customer(number))
    assert served == [0, 1, 2, 3, 4], served

    memory = asyncio.Semaphore(2)

    async def big():
        async with memory:
            await asyncio.sleep(0)
            async with memory:
                pass

    try:
        await asyncio.wait_for(asyncio.gather(big(), big()), 0.01)
        raise AssertionError("they did not meet")
    except TimeoutError:
        pass


asyncio.run(main())
