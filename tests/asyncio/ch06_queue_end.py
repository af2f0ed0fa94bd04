"""A Queue does not know that nobody will put any more: a consumer is cancelled, sent a last item, or shut down from 3.13 on."""

import asyncio
import sys


async def consume(queue, consumed):
    while True:
        consumed.append(await queue.get())
        queue.task_done()


async def main():
    queue, consumed = asyncio.Queue(), []
    consumer = asyncio.create_task(consume(queue, consumed))

    async def produce():
        for number in range(3):
            await queue.put(number)

    await produce()  # the producer is gone now
    await queue.join()
    assert consumed == [0, 1, 2]
    await asyncio.sleep(0.01)
    assert not consumer.done(), "the consumer waits on, though nobody is left to put"
    consumer.cancel()
    await asyncio.wait([consumer])
    assert consumer.cancelled()

    async def consume_to_the_last():
        while (item := await queue.get()) is not None:
            consumed.append(item)

    consumer = asyncio.create_task(consume_to_the_last())
    for item in (3, None):
        await queue.put(item)
    await consumer
    assert consumed == [0, 1, 2, 3]

    assert hasattr(asyncio.Queue, "shutdown") == (sys.version_info >= (3, 13))
    if sys.version_info >= (3, 13):
        queue.shutdown()
        try:
            await queue.get()
            assert False, "a queue that was shut down ends its consumers"
        except asyncio.QueueShutDown:
            pass


asyncio.run(main())
