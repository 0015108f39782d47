import pytest
from sqlalchemy import Engine, bindparam, select

from monitor.store.bulk import Asked, Insertion, _sizes, keys
from monitor.store.engine import reading, writing
from monitor.store.tables import case_counts, feeds

FEEDS = ("force", "feed", "as_of")


@pytest.mark.parametrize("number", [0, 1, 2, 3, 7, 8, 9, 1000, 2730, 2731, 10_000])
def test_rows_are_cut_into_powers_of_two(number: int) -> None:
    sizes = [*_sizes(number, most=2730)]
    assert sum(sizes) == number
    assert all(size.bit_count() == 1 and size <= 2730 for size in sizes)


def test_rows_that_are_there_are_left_alone_unless_they_are_to_be_replaced(engine: Engine) -> None:
    keeping = Insertion(feeds, FEEDS)
    replacing = Insertion(feeds, FEEDS, replace=("as_of",), only_if=lambda feed, new: new.as_of > feed.as_of)
    with writing(engine) as connection:
        keeping.run(connection, [("a", "x", 5), ("b", "x", 5), ("c", "x", 5)])
        keeping.run(connection, [("a", "x", 9)])
        replacing.run(connection, [("b", "x", 9), ("c", "x", 1)])
        keeping.run(connection, [])
        found = connection.exec_driver_sql("SELECT force, as_of FROM feeds ORDER BY force").all()
    assert [tuple(row) for row in found] == [("a", 5), ("b", 9), ("c", 5)]


def test_numbers_can_be_added_to(engine: Engine) -> None:
    columns = ("force", "status", "severity", "alert", "open", "cases")
    adding = Insertion(case_counts, columns, add_to="cases")
    with writing(engine) as connection:
        adding.run(connection, [("a", "s", "low", "none", True, 3)])
        adding.run(connection, [("a", "s", "low", "none", True, -1), ("a", "s", "low", "none", False, 4)])
        found = connection.execute(select(case_counts.c.open, case_counts.c.cases).order_by(case_counts.c.open)).all()
    assert [tuple(row) for row in found] == [(False, 4), (True, 2)]


def test_columns_in_another_order_are_refused() -> None:
    with pytest.raises(ValueError, match="feeds"):
        Insertion(feeds, ("feed", "force", "as_of"))


def test_of_one_key_that_comes_twice_the_last_stands(engine: Engine) -> None:
    replacing = Insertion(feeds, ("force", "feed", "as_of"), replace=("as_of",))
    with writing(engine) as connection:
        replacing.run(connection, [("a", "x", 5), ("a", "x", 7), ("b", "x", 1)])
        found = connection.exec_driver_sql("SELECT force, as_of FROM feeds ORDER BY force").all()
    assert [tuple(row) for row in found] == [("a", 7), ("b", 1)]


SOME_KEYS = pytest.mark.parametrize("wanted", [set(), {("a", 'quo"te'), ("b", "né %s :x ?"), ("b", "2")}])


@SOME_KEYS
def test_keys_come_back_as_they_were_given(engine: Engine, wanted: set[tuple[str, str]]) -> None:
    with reading(engine) as connection:
        found = connection.execute(select(keys(connection, wanted))).all()
    assert {(force, name) for force, name in found} == wanted


@SOME_KEYS
def test_a_statement_about_keys_is_asked_of_other_keys_each_time(engine: Engine, wanted: set[tuple[str, str]]) -> None:
    beside = Asked(lambda these: select(these.c.force, these.c.name).where(these.c.name != bindparam("but")))
    with reading(engine) as connection:
        found = [(force, name) for force, name in beside.of(connection, wanted, but="2")]
        others = [(force, name) for force, name in beside.of(connection, [("c", "1"), ("c", "3")], but="3")]
    assert sorted(found) == sorted(wanted - {("b", "2")})
    assert others == [("c", "1")]
