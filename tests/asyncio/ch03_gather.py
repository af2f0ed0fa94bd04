"""A failing gather raises at once and lets its siblings run on; its results come in the order of its input."""

import asyncio


async def after(seconds, value, ended):
    await asyncio.sleep(seconds)
    ended.append(value)
    if value == "fails":
        raise ValueError(value)
    return value


async def main():
    ended = []
    values = await asyncio.gather(after(0.02, 1, ended), after(0.01, 2, ended))
    assert values == [1, 2], values
    assert ended == [2, 1], ended

    ended = []
    try:
        await asyncio.gather(after(0.01, "fails", ended), after(0.05, "sibling", ended))
        raise AssertionError("it should fail")
    except ValueError:
        assert ended == ["fails"], "raised before the sibling had ended"
    await asyncio.sleep(0.1)
    assert ended == ["fails", "sibling"], "the sibling has run on"


asyncio.run(main())
