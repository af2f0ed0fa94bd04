"""all_tasks lists the tasks that have not ended, and print_stack the line at which the outermost coroutine waits."""

import asyncio
import io


async def bake():
    await asyncio.sleep(0)


async def carrier():
    await asyncio.Event().wait()  # further in


async def carry():
    await carrier()  # the carrier


async def main():
    baked = asyncio.create_task(bake(), name="order 1")
    carried = asyncio.create_task(carry(), name="order 3")
    await baked
    assert {task.get_name() for task in asyncio.all_tasks()} - {"Task-1"} == {"order 3"}
    shown = io.StringIO()
    carried.print_stack(file=shown)
    assert "# the carrier" in shown.getvalue(), shown.getvalue()
    assert "further in" not in shown.getvalue(), shown.getvalue()
    carried.cancel()


asyncio.run(main())
