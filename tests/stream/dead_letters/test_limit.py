import pytest

from monitor.settings import Settings
from monitor.stream.dead_letters.limit import Count, Criterion, Limit


def counted(limit: Limit, messages: str) -> list[Criterion | None]:
    """What each `x` (unreadable) of these messages would exceed; a dot is one that can be read."""
    count, found = Count(limit), []
    for message in messages:
        if message == "x":
            found.append(count.letter())
        else:
            count.readable()
    return found


@pytest.mark.parametrize(
    ("limit", "messages", "exceeded"),
    [
        (Limit(3, None, 10), "xxxx", [None, None, None, "run"]),
        (Limit(3, None, 10), "xxx.xxx", [None] * 6),
        (Limit(3, None, 10), "xxx.xxxx", [None] * 6 + ["run"]),
        (Limit(None, 2, 10), "x.x.x", [None, None, "share"]),
        (Limit(None, 2, 5), "x.x..x", [None] * 3),
        (Limit(None, 2, 5), "x.x.x", [None, None, "share"]),
        (Limit(None, 0, 5), "....x", ["share"]),
        (Limit(2, 2, 5), "xxx", [None, None, "run"]),
        (Limit(None, None, 5), "x" * 9, [None] * 9),
        (Limit(3, 3, 5), ".....", []),
    ],
)
def test_a_limit_is_exceeded_by_the_letter_after_the_last_that_it_allows(
    limit: Limit, messages: str, exceeded: list[str | None]
) -> None:
    assert counted(limit, messages) == exceeded


def test_one_too_many_is_not_counted_so_that_the_next_is_too_many_as_well() -> None:
    assert counted(Limit(1, None, 10), "xxx") == [None, "run", "run"]


@pytest.mark.parametrize(
    ("given", "limit"),
    [
        ({}, Limit(50, 100, 1000)),
        ({"dead_letter_run": 0, "dead_letter_share": 1}, Limit(None, None, 1000)),
        ({"dead_letter_share": 0, "dead_letter_window": 200}, Limit(50, 0, 200)),
    ],
)
def test_the_settings_say_what_one_partition_may_have(given: dict[str, object], limit: Limit) -> None:
    assert Limit.of(Settings.model_validate(given)) == limit
