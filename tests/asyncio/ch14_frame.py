"""A suspended coroutine keeps its variables in its frame, and an await hands up what the inner one yields."""

import types


@types.coroutine
def rest():
    yield "not yet"


async def bread(flour):
    await rest()
    dough = flour + flour // 2
    await rest()
    return dough - dough // 10


loaf = bread(400)
assert loaf.send(None) == "not yet"
assert loaf.cr_frame.f_locals == {"flour": 400}
assert loaf.send(None) == "not yet"
assert loaf.cr_frame.f_locals == {"flour": 400, "dough": 600}
try:
    loaf.send(None)
    raise AssertionError("it should have returned")
except StopIteration as stop:
    assert stop.value == 540
assert loaf.cr_frame is None
