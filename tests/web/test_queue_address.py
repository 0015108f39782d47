import pytest
from hypothesis import given
from starlette.datastructures import QueryParams

from monitor.store.concerns import Concern
from monitor.web.queue.address import View, view_of
from monitor.web.queue.turning import pages_of
from tests.web.test_queue_index import views


def read(address: str) -> View:
    return view_of(QueryParams(address.partition("?")[2]).multi_items())


@given(views)
def test_the_address_of_a_view_leads_back_to_it(view: View) -> None:
    assert read(view.at_page(3).address()) == view.at_page(3)


def test_the_plain_queue_has_the_plain_address() -> None:
    assert View().address() == "/"
    assert read("/") == View()


@pytest.mark.parametrize(
    ("address", "view"),
    [
        ("/?filter=no_such_filter&severity=grave&sort=colour&page=0", View()),
        ("/?page=-1", View()),
        ("/?page=99999999999999999999", View()),
        ("/?page=２", View()),
        ("/?severity=high&severity=high&severity=grave", View(severity=("high",))),
        ("/?search=%20%20inc%20%20%201%20", View(search="inc 1")),
        ("/?sort=--unit", View(sort="unit", descending=True)),
        ("/?unit=", View(unit=("",))),
        ("/?filter=firing&filter=recoded", View(filter=Concern.RECODED)),
        ("/?unknown=1&page=2", View(page=2)),
    ],
)
def test_what_nobody_knows_is_left_out_of_a_view(address: str, view: View) -> None:
    assert read(address) == view


def test_narrowing_goes_back_to_the_first_page_and_keeps_the_rest() -> None:
    view = View(severity=("high", "low"), search="x", sort="unit", page=4)
    assert view.with_filter(Concern.N100) == View(
        filter=Concern.N100, severity=("high", "low"), search="x", sort="unit"
    )
    assert view.without("severity", "low") == View(severity=("high",), search="x", sort="unit")
    assert view.cleared() == View(sort="unit")


def test_a_column_is_sorted_the_other_way_round_the_second_time() -> None:
    once = View(page=3).sorted_by("unit")
    assert (once.sort, once.descending, once.page) == ("unit", False, 1)
    assert once.sorted_by("unit").descending
    assert not once.sorted_by("unit").sorted_by("unit").descending


def test_pages_are_linked_with_the_first_the_last_and_the_neighbours() -> None:
    pages = pages_of(View(page=7), total=1000, size=50)
    assert [link.number for link in pages.links] == [1, None, 6, 7, 8, None, 20]
    assert (pages.first_row, pages.last_row) == (301, 350)
    assert (pages.previous, pages.next) == ("/?page=6", "/?page=8")


def test_one_page_is_not_linked() -> None:
    pages = pages_of(View(), total=50, size=50)
    assert (pages.links, pages.previous, pages.next) == ([], None, None)


def test_from_beyond_the_last_page_the_way_leads_back() -> None:
    pages = pages_of(View(page=99), total=120, size=50)
    assert pages.previous == "/?page=3"
    assert pages.next is None
