"""`asyncio.run` where a loop runs already raises: asyncio.run() cannot be called from a running event loop."""

import asyncio


async def greet():
    return "Good evening"


async def main():
    greeting = greet()
    try:
        asyncio.run(greeting)
    except RuntimeError as error:
        assert str(error) == "asyncio.run() cannot be called from a running event loop"
    else:
        assert False, "it could be called"
    assert await greeting == "Good evening"


asyncio.run(main())
