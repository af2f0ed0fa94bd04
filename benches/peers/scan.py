"""The scan of chapter 15 in plain Python: by asyncio, or with a thread for each group.

    python3 scan.py asyncio|threads GROUPS MEMBERS LATENCY_MS

In each group one call after the other: a notice to the owner, a mute for each member, one warning
for all of them; then the warnings are recorded. Prints one line of JSON.
"""

import asyncio
import json
import sys
import threading
import time


def make_store(groups, members):
    return {
        group: {group * 10_000 + index: 0 for index in range(members)}
        for group in range(groups)
    }


def moves(group, members):
    """What is to be done in one group; whoever waits only has to follow."""
    yield ("notice", group, len(members))
    for user in members:
        yield ("mute", group, user)
    yield ("warning", group, tuple(members))
    for user in members:
        members[user] += 1


class Line:
    """Says yes to everything, always after the same time."""

    def __init__(self, latency):
        self.latency = latency

    async def call(self, _move):
        await asyncio.sleep(self.latency)

    def blocking_call(self, _move):
        time.sleep(self.latency)


def scan_with_asyncio(store, line):
    async def scan_group(group):
        for move in moves(group, store[group]):
            await line.call(move)

    async def scan():
        await asyncio.gather(*(scan_group(group) for group in store))

    asyncio.run(scan())


def scan_with_threads(store, line):
    def scan_group(group):
        for move in moves(group, store[group]):
            line.blocking_call(move)

    threads = [threading.Thread(target=scan_group, args=(group,)) for group in store]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    engine, *numbers = sys.argv[1:]
    groups, members, latency_ms = map(int, numbers)
    scan = {"asyncio": scan_with_asyncio, "threads": scan_with_threads}[engine]
    store = make_store(groups, members)
    line = Line(latency_ms / 1000)
    start = time.perf_counter()
    scan(store, line)
    elapsed = time.perf_counter() - start
    assert all(warnings == 1 for group in store.values() for warnings in group.values())
    print(json.dumps({"elapsed_s": elapsed, "peak_rss_mib": peak_rss_mib()}))


def peak_rss_mib():
    """What Linux tells; None elsewhere."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            peak = next(line for line in status if line.startswith("VmHWM:"))
        return int(peak.split()[1]) / 1024
    except OSError:
        return None


if __name__ == "__main__":
    main()
