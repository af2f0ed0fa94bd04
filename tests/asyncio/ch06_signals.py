"""A callback of loop.add_signal_handler runs as a callback of the loop, not in the middle of a task's turn."""

import asyncio
import os
import signal
import sys


async def main():
    loop = asyncio.get_running_loop()
    told = []

    def stop():
        assert asyncio.get_running_loop() is loop
        told.append("callback")

    loop.add_signal_handler(signal.SIGTERM, stop)
    os.kill(os.getpid(), signal.SIGTERM)
    for _ in range(100_000):  # time enough for a handler that interrupts
        pass
    told.append("same turn")
    while len(told) < 2:
        await asyncio.sleep(0.001)
    assert told == ["same turn", "callback"], told

    # One that is set by signal.signal interrupts the turn.
    told.clear()
    signal.signal(signal.SIGTERM, lambda *_: told.append("handler"))
    os.kill(os.getpid(), signal.SIGTERM)
    for _ in range(100_000):
        pass
    told.append("same turn")
    assert told == ["handler", "same turn"], told


if sys.platform != "win32":
    asyncio.run(main())
