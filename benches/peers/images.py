"""The batch of images of chapter 11 in plain Python: pictures made small by a pool of workers.

    python3 images.py threads|processes WORKERS PICTURES SIDE

Each pixel of a thumbnail is the mean of a square of the picture, SIDE pixels wide. The pool is made
before the clock starts. Prints one line of JSON.
"""

import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

SMALL = 64


def paint(side):
    return [[(x ^ y) & 255 for x in range(side)] for y in range(side)]


def thumbnail(side):
    picture = paint(side)
    step = side // SMALL
    return [
        [
            sum(sum(row[x : x + step]) for row in picture[y : y + step]) // step**2
            for x in range(0, side, step)
        ]
        for y in range(0, side, step)
    ]


def main():
    kind, *numbers = sys.argv[1:]
    workers, pictures, side = map(int, numbers)
    pool = {
        "threads": lambda: ThreadPoolExecutor(workers),
        "processes": lambda: ProcessPoolExecutor(workers, get_context("fork")),
    }[kind]()
    with pool:
        # All workers have begun.
        list(pool.map(thumbnail, [SMALL] * 4 * workers))
        start = time.perf_counter()
        made = list(pool.map(thumbnail, [side] * pictures))
        elapsed = time.perf_counter() - start
    assert all(len(picture) == SMALL for picture in made)
    print(json.dumps({"elapsed_s": elapsed}))


if __name__ == "__main__":
    main()
