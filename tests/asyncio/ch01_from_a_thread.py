"""`run_coroutine_threadsafe` lets a plain thread block on a coroutine, which the loop's thread runs."""

import asyncio
import threading


async def greet():
    await asyncio.sleep(0)
    return threading.get_ident()


async def main():
    loop = asyncio.get_running_loop()

    def ask():
        ran_on = asyncio.run_coroutine_threadsafe(greet(), loop).result()
        return ran_on, threading.get_ident()

    ran_on, asked_on = await asyncio.to_thread(ask)
    assert ran_on == threading.get_ident()
    assert asked_on != ran_on


asyncio.run(main())
