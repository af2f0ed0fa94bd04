"""create_task copies the context, so a context variable is known in the new task, and to a logging filter."""

import asyncio
import contextvars
import logging

order = contextvars.ContextVar("order", default=None)
lines = []


class Whose(logging.Filter):
    def filter(self, record):
        record.order = order.get()
        return True


class Lines(logging.Handler):
    def emit(self, record):
        lines.append((record.order, record.getMessage()))


log = logging.getLogger("shop")
log.setLevel(logging.INFO)
log.addFilter(Whose())
log.addHandler(Lines())
log.propagate = False


async def pay():
    await asyncio.sleep(0)
    log.info("paid")


async def handle(number):
    order.set(number)
    log.info("arrived")
    await asyncio.create_task(pay())


async def main():
    await asyncio.gather(*(handle(number) for number in (1, 2)))
    assert sorted(lines) == [(1, "arrived"), (1, "paid"), (2, "arrived"), (2, "paid")]


asyncio.run(main())
