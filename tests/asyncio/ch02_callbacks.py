"""`call_soon`, `call_later` and `call_at` call a function in the next turn, after a while, and at a given time."""

import asyncio

said = []


async def main():
    loop = asyncio.get_running_loop()
    loop.call_at(loop.time() + 0.06, said.append, "at three")
    loop.call_later(0.03, said.append, "later")
    loop.call_soon(said.append, "soon")
    assert said == []
    await asyncio.sleep(0)
    assert said == ["soon"]
    await asyncio.sleep(0.12)
    assert said == ["soon", "later", "at three"]


asyncio.run(main())
