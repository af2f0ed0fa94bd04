"""A name rebound to a new object is read whole; a dict changed field by field, with an await in between, is read torn."""

import asyncio
from typing import NamedTuple


class Config(NamedTuple):
    host: str
    port: int


async def main():
    fields, config = {"host": "old", "port": 1000}, Config("old", 1000)
    kept = config

    async def reload():
        nonlocal config
        config = Config("new", 2000)
        fields["host"] = "new"
        await asyncio.sleep(0.01)
        fields["port"] = 2000

    task = asyncio.create_task(reload())
    await asyncio.sleep(0)
    assert fields == {"host": "new", "port": 1000}
    assert config == Config("new", 2000)
    assert kept == Config("old", 1000)
    await task


asyncio.run(main())
