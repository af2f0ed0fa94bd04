"""A `StreamReader` can be fed by a test, with data, an end or an error."""

import asyncio


async def main():
    reader = asyncio.StreamReader()
    reader.feed_data(b"to")
    asyncio.get_running_loop().call_later(0.01, reader.feed_data, b"mato\n")
    assert await reader.readline() == b"tomato\n"
    reader.feed_data(b"to")
    reader.feed_eof()
    # No line, and no error either: what there was.
    assert await reader.readline() == b"to"
    broken = asyncio.StreamReader()
    broken.set_exception(ConnectionResetError())
    try:
        await broken.readline()
    except ConnectionResetError:
        return
    raise AssertionError("no error")


asyncio.run(main())
