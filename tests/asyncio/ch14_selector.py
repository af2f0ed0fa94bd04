"""The event loop asks one selector which sockets are ready, and a read that waits is a callback registered there."""

import asyncio
import socket


async def main():
    loop = asyncio.get_running_loop()
    here, there = socket.socketpair()
    here.setblocking(False)
    there.setblocking(False)
    waits = asyncio.create_task(loop.sock_recv(here, 16))
    await asyncio.sleep(0)
    watched = {key.fileobj for key in loop._selector.get_map().values()}
    assert here.fileno() in watched
    there.send(b"letter")
    assert await waits == b"letter"
    watched = {key.fileobj for key in loop._selector.get_map().values()}
    assert here.fileno() not in watched
    here.close()
    there.close()


asyncio.run(main())
