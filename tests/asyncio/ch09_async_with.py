"""async with awaits __aexit__ after a value, an error and a cancellation, but for a second one; its own error wins."""

import asyncio


class Session:
    def __init__(self):
        self.closed = False

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exception):
        await asyncio.sleep(0.01)
        self.closed = True


class Clumsy:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *exception):
        raise OSError


async def use(session, how):
    async with session:
        if how == "error":
            raise ValueError
        if how == "cancelled":
            await asyncio.sleep(3600)


async def main():
    for how in ["value", "error", "cancelled"]:
        session = Session()
        task = asyncio.create_task(use(session, how))
        await asyncio.sleep(0.001)
        if how == "cancelled":
            task.cancel()
        await asyncio.wait([task])
        assert session.closed, how
        assert task.cancelled() == (how == "cancelled")
        if how == "error":
            assert isinstance(task.exception(), ValueError)

    session = Session()
    task = asyncio.create_task(use(session, "cancelled"))
    await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.sleep(0.001)  # it is closing now
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled() and not session.closed

    try:
        async with Clumsy():
            raise ValueError
    except OSError as error:
        assert isinstance(error.__context__, ValueError)
    else:
        assert False, "closing failed"


asyncio.run(main())
