"""wait(FIRST_COMPLETED) returns at the first end, good or bad; the pending tasks run on until they end or are cancelled."""

import asyncio


async def download(seconds, fails, ended):
    await asyncio.sleep(seconds)
    ended.append(seconds)
    if fails:
        raise OSError(404)


async def main():
    ended = []
    east = asyncio.create_task(download(0.01, True, ended))
    south = asyncio.create_task(download(0.3, False, ended))
    north = asyncio.create_task(download(9, False, ended))
    done, pending = await asyncio.wait(
        [east, south, north], return_when=asyncio.FIRST_COMPLETED
    )
    assert done == {east} and isinstance(east.exception(), OSError), "a failure wins"
    assert pending == {south, north}
    await asyncio.sleep(0.5)
    assert south.done() and ended == [0.01, 0.3], "south has run on to its end"
    assert not north.done()
    north.cancel()
    await asyncio.wait([north])
    assert north.cancelled()


asyncio.run(main())
