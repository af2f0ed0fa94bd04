"""A StreamReader keeps what was read of a line when readline() is cancelled by a time-out."""

import asyncio


async def main():
    reader = asyncio.StreamReader()
    reader.feed_data(b"bra")
    try:
        await asyncio.wait_for(reader.readline(), 0.01)
        raise AssertionError("half a line is no line")
    except TimeoutError:
        pass
    reader.feed_data(b"vo\n")
    assert await reader.readline() == b"bravo\n"


asyncio.run(main())
