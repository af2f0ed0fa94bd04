"""With a global interpreter lock, two threads that compute use no more than one core between them."""

import sys
import threading
import time


def cook(until):
    while time.perf_counter() < until:
        pass


start, worked = time.perf_counter(), time.process_time()
cooks = [threading.Thread(target=cook, args=[start + 0.2]) for _ in range(2)]
for one in cooks:
    one.start()
for one in cooks:
    one.join()
took, worked = time.perf_counter() - start, time.process_time() - worked

# Since version 3.13 Python can be built without the lock.
if getattr(sys, "_is_gil_enabled", lambda: True)():
    assert worked < 1.2 * took
