"""`gather` makes a task of each coroutine, and their results come in the order of its arguments."""

import asyncio

ended = []


async def fetch(page, turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    ended.append(page)
    return page, asyncio.current_task()


async def main():
    fetched = await asyncio.gather(fetch(1, 2), fetch(2, 1), fetch(3, 0))
    assert ended == [3, 2, 1]
    assert [page for page, _ in fetched] == [1, 2, 3]
    assert len({task for _, task in fetched} | {asyncio.current_task()}) == 4


asyncio.run(main())
