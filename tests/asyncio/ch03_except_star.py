"""What no except* clause takes is raised again, as a smaller group."""

problems = ExceptionGroup("parcels", [ValueError(2), KeyError(3), OSError(5)])
taken = []
try:
    try:
        raise problems
    except* ValueError as group:
        taken += group.exceptions
    except* KeyError as group:
        taken += group.exceptions
    raise AssertionError("one is left")
except ExceptionGroup as rest:
    assert [type(error) for error in rest.exceptions] == [OSError], rest
assert [type(error) for error in taken] == [ValueError, KeyError], taken
