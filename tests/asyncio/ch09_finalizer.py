"""A finalizer cannot await, and a running loop refuses to be run from within it."""

import asyncio
import gc
import warnings


class Session:
    closed = False

    async def close(self):
        await asyncio.sleep(0)
        Session.closed = True

    def __del__(self):
        try:
            asyncio.run(self.close())
            assert False, "a loop is running"
        except RuntimeError:
            told.append("cannot wait")


told = []


async def main():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the coroutine that nobody awaits
        session = Session()
        del session
        gc.collect()
    assert told == ["cannot wait"] and not Session.closed


asyncio.run(main())
