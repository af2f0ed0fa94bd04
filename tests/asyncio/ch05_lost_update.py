"""An update across an `await`, an `async with` or an `async for` is lost, and none under `async with lock`."""

import asyncio


class Number:
    value = 0


async def add_across_an_await(number):
    read = number.value
    await asyncio.sleep(0)
    number.value = read + 1


async def moments():
    await asyncio.sleep(0)
    yield


async def add_across_an_async_for(number):
    read = number.value
    async for _ in moments():
        pass
    number.value = read + 1


class Door:
    async def __aenter__(self):
        await asyncio.sleep(0)

    async def __aexit__(self, *_):
        pass


async def add_across_an_async_with(number):
    read = number.value
    async with Door():
        pass
    number.value = read + 1


async def add_under_a_lock(number, lock):
    async with lock:
        await add_across_an_await(number)


async def add_at_once(number):
    read = number.value
    number.value = read + 1


async def main():
    number = Number()
    await asyncio.gather(*[add_across_an_await(number) for _ in range(10)])
    assert number.value == 1

    number = Number()
    await asyncio.gather(*[add_across_an_async_for(number) for _ in range(10)])
    assert number.value == 1

    number = Number()
    await asyncio.gather(*[add_across_an_async_with(number) for _ in range(10)])
    assert number.value == 1

    number, lock = Number(), asyncio.Lock()
    await asyncio.gather(*[add_under_a_lock(number, lock) for _ in range(10)])
    assert number.value == 10

    number = Number()
    await asyncio.gather(*[add_at_once(number) for _ in range(10)])
    assert number.value == 10


asyncio.run(main())
