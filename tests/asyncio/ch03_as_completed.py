"""as_completed makes tasks of coroutines and yields as they end; whoever leaves its loop early leaves them running."""

import asyncio


async def quote(shop, seconds, told):
    await asyncio.sleep(seconds)
    told.append(shop)
    return shop


async def main():
    told = []
    before = asyncio.all_tasks()
    for quoted in asyncio.as_completed(
        [quote("Ada", 0.06, told), quote("Bert", 0.01, told), quote("Cleo", 0.03, told)]
    ):
        assert await quoted == "Bert", "the quickest comes first"
        break
    assert len(asyncio.all_tasks() - before) == 2, "the other two are tasks"
    await asyncio.sleep(0.1)
    assert told == ["Bert", "Cleo", "Ada"], "they have run on"


asyncio.run(main())
