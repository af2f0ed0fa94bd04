"""An async comprehension filters, maps, awaits and collects; what is only called in it is a list of coroutines."""

import asyncio
import inspect


async def readings():
    for reading in (4, None, 9):
        await asyncio.sleep(0)
        yield reading


saved = []


async def save(reading):
    await asyncio.sleep(0)
    saved.append(reading)
    return reading


async def main():
    assert [reading * 2 async for reading in readings() if reading is not None] == [8, 18]
    assert {reading async for reading in readings()} == {4, None, 9}
    assert [await save(reading) async for reading in readings()] == [4, None, 9]
    assert saved == [4, None, 9]
    saved.clear()
    called = [save(reading) async for reading in readings()]
    assert all(inspect.iscoroutine(call) for call in called) and saved == []
    for call in called:
        call.close()
    later = (reading async for reading in readings())
    assert inspect.isasyncgen(later), "with round brackets nothing is asked yet"


asyncio.run(main())
