"""Neither `asyncio` nor `threading` has a read-write lock."""

import asyncio
import threading

names = [name.lower() for module in (asyncio, threading) for name in dir(module)]
assert not [name for name in names if "rw" in name or "read" in name and "write" in name]
assert {name for name in names if "lock" in name and not name.startswith("_")} <= {
    "lock",
    "rlock",
    "locks",
    "blockingioerror",
}, sorted(name for name in names if "lock" in name)
