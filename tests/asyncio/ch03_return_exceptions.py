"""gather(..., return_exceptions=True) gives values and exceptions in one list, told apart by isinstance."""

import asyncio


async def check(service):
    await asyncio.sleep(0.01)
    if service == "search":
        raise ValueError(503)
    return service


async def main():
    services = ["database", "search", "mail"]
    results = await asyncio.gather(*map(check, services), return_exceptions=True)
    failed = [isinstance(result, BaseException) for result in results]
    assert failed == [False, True, False], results
    assert results[0] == "database" and results[2] == "mail", results


asyncio.run(main())
