"""Tasks may append to one list; `gather` returns in order, and with `return_exceptions` a failure has its place."""

import asyncio


async def main():
    results = []

    async def square(number, to=None):
        await asyncio.sleep((5 - number) / 1000)
        if number == 3:
            raise ValueError("a bug")
        if to is not None:
            to.append(number * number)
        return number * number

    tasks = [square(number, results) for number in range(1, 6)]
    await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(results) == [1, 4, 16, 25]

    squares = await asyncio.gather(*map(square, range(1, 6)), return_exceptions=True)
    assert squares[:2] == [1, 4] and squares[3:] == [16, 25]
    assert isinstance(squares[2], ValueError)


asyncio.run(main())
