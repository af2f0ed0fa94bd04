"""`gather` over downloads that each take a semaphore keeps the limit and the order of the list."""
import asyncio


async def main():
    semaphore, working, most = asyncio.Semaphore(5), 0, 0

    async def download(picture):
        nonlocal working, most
        async with semaphore:
            working += 1
            most = max(most, working)
            await asyncio.sleep(0.001 * (picture * 7 % 5))
            working -= 1
            return {"status": "failed" if picture == 7 else "done", "picture": picture}

    outcomes = await asyncio.gather(*(download(picture) for picture in range(20)))
    assert [outcome["picture"] for outcome in outcomes] == list(range(20))
    assert outcomes[7]["status"] == "failed"
    assert most == 5, most


asyncio.run(main())
