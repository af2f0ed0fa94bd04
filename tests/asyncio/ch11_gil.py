"""Two threads that compute never take more processor time than has passed: one of them runs at a time."""

import threading
import time


def compute():
    total = 0
    for number in range(1_000_000):
        total += number * number
    return total


wall, processor = time.perf_counter(), time.process_time()
threads = [threading.Thread(target=compute) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
wall, processor = time.perf_counter() - wall, time.process_time() - processor
# Two that compute at the same time would take twice as much as has passed.
assert processor <= 1.2 * wall, (processor, wall)
