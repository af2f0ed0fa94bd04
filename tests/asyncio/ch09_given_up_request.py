"""A request that wait_for gives up leaves its answer in the StreamReader, and the next request reads it."""

import asyncio


hung_up = asyncio.Event()


async def bank(reader, writer):
    while name := (await reader.readline()).decode().strip():
        await asyncio.sleep(0.05)
        writer.write(f"{name} has {100 * len(name)}\n".encode())
    writer.close()
    hung_up.set()


async def ask(reader, writer, name):
    writer.write(f"{name}\n".encode())
    await writer.drain()
    return (await reader.readline()).decode().strip()


async def main():
    server = await asyncio.start_server(bank, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        await asyncio.wait_for(ask(reader, writer, "Ann"), 0.01)
        assert False, "the bank takes longer"
    except asyncio.TimeoutError:
        pass
    assert await ask(reader, writer, "Bert") == "Ann has 300"
    assert await reader.readline() == b"Bert has 400\n"
    writer.close()
    await hung_up.wait()
    server.close()
    await server.wait_closed()


asyncio.run(main())
