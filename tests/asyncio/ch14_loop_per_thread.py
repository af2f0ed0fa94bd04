"""A loop belongs to one thread: `call_soon` from another is refused in debug mode only, and there are safe ways in."""

import asyncio
import threading


def from_a_thread(act):
    told = []

    def run():
        try:
            told.append(act())
        except RuntimeError as error:
            told.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return told[0]


async def main(debug):
    loop = asyncio.get_running_loop()
    here = threading.get_ident()
    refused = from_a_thread(lambda: loop.call_soon(int))
    assert isinstance(refused, RuntimeError) == debug, refused
    called = asyncio.Event()
    from_a_thread(lambda: loop.call_soon_threadsafe(called.set))
    await called.wait()

    async def where():
        return threading.get_ident()

    answer = from_a_thread(lambda: asyncio.run_coroutine_threadsafe(where(), loop))
    assert await asyncio.wrap_future(answer) == here


asyncio.run(main(True), debug=True)
asyncio.run(main(False), debug=False)
