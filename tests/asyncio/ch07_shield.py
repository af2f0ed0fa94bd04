"""shield(task) keeps the task from its waiter's cancellation, but not from its own, nor from the end of asyncio.run."""

import asyncio

told = []


async def pay(order):
    await asyncio.sleep(0.03)
    told.append(order)


async def wait(task):
    await asyncio.shield(task)


async def cancelled(task):
    task.cancel()
    try:
        await task
        raise AssertionError("it should be cancelled")
    except asyncio.CancelledError:
        pass


async def main():
    payment = asyncio.create_task(pay("waiter left"))
    waiter = asyncio.create_task(wait(payment))
    await asyncio.sleep(0.01)
    await cancelled(waiter)
    await payment
    assert told == ["waiter left"], told

    payment = asyncio.create_task(pay("itself cancelled"))
    waiter = asyncio.create_task(wait(payment))
    await asyncio.sleep(0.01)
    payment.cancel()
    await asyncio.wait([waiter])
    assert waiter.cancelled() and payment.cancelled()

    left = asyncio.create_task(pay("the program ended"))
    try:
        await asyncio.wait_for(asyncio.shield(left), 0.01)
    except TimeoutError:
        pass


asyncio.run(main())
assert told == ["waiter left"], told
assert "reference" in asyncio.shield.__doc__, "its documentation warns of the missing owner"
