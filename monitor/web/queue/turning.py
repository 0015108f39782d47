"""Turning pages."""

from dataclasses import dataclass

from monitor.web.queue.address import View


@dataclass(frozen=True)
class PageLink:
    number: int | None  # None: pages that are left out
    href: str
    current: bool


@dataclass(frozen=True)
class Pages:
    first_row: int
    last_row: int
    previous: str | None
    next: str | None
    links: list[PageLink]


def pages_of(view: View, total: int, size: int) -> Pages:
    last = max(1, -(-total // size))
    numbers = sorted({1, last, *(view.page + step for step in (-1, 0, 1) if 1 <= view.page + step <= last)})
    return Pages(
        first_row=min((view.page - 1) * size + 1, total),
        last_row=min(view.page * size, total),
        previous=view.at_page(min(view.page, last + 1) - 1).address() if view.page > 1 else None,
        next=view.at_page(view.page + 1).address() if view.page < last else None,
        links=_links(view, numbers) if last > 1 else [],
    )


def _links(view: View, numbers: list[int]) -> list[PageLink]:
    links: list[PageLink] = []
    before = 0
    for number in numbers:
        if number > before + 1:
            links.append(PageLink(None, "", current=False))
        links.append(PageLink(number, view.at_page(number).address(), number == view.page))
        before = number
    return links
