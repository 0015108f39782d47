"""The pages over a new store, without a port (`site`, `visitor`), behind one (`served`) and in Chromium."""

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Request, Response, sync_playwright

from monitor.settings import Settings
from monitor.store import open_store
from monitor.store.presence import Presence, Work, stay
from monitor.store.scope import Store
from monitor.web.app import create_app
from tests.builders import REPORTED
from tests.store.desk import Desk
from tests.web.browsing import Visitor

CHROMIUM = "/usr/bin/chromium"
DESKTOP, PHONE = (1280, 900), (390, 844)


class SetClock:
    """A clock that moves only when it is told to."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class Site:
    app: FastAPI
    store: Store
    desk: Desk  # sends events and reviews: see tests/store/desk.py
    clock: SetClock

    def visitor(self, address: str = "127.0.0.1") -> Visitor:
        return Visitor(self.app, address)


@dataclass
class Served:
    site: Site
    address: str


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with its tables made: to be copied, which is quicker than making them."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    open_store(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture(autouse=True)
def _tables_made(empty_store: Path, tmp_path: Path) -> None:
    shutil.copy(empty_store, tmp_path / "monitor.db")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, development_sign_in=True)


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    """Its clock stands 60 hours after the report of tests/builders."""
    store = open_store(settings.database_url)
    clock = SetClock(REPORTED + timedelta(hours=60))
    stay(store, Presence(Work.WORKER))  # as if one had been at work just now
    yield Site(create_app(settings, store, clock), store, Desk(store), clock)
    store.dispose()


@pytest.fixture
def visitor(site: Site) -> Visitor:
    """Not signed in yet."""
    return site.visitor()


@pytest.fixture
def served(site: Site) -> Iterator[Served]:
    server = uvicorn.Server(uvicorn.Config(site.app, port=0, log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server ended before it served"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(site, f"http://127.0.0.1:{port}")
    site.app.state.stopping.set()
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    assert Path(CHROMIUM).exists(), "install it: apt-get install -y --no-install-recommends chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def problems() -> list[str]:
    """What went wrong in the browser so far. A test that means it to go wrong clears it."""
    return []


@pytest.fixture
def browser_page(chromium: Browser, served: Served, problems: list[str]) -> Iterator[Page]:
    """A page of `served`, not signed in. Errors on its console and requests that fail, fail the test."""
    context = chromium.new_context(base_url=served.address, viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    page = context.new_page()
    page.on("console", lambda message: problems.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", lambda request: _note_failure(request, problems))
    page.on("response", lambda response: _note_refusal(response, problems))
    page.set_default_timeout(10_000)
    yield page
    context.close()
    assert problems == []


def sign_in(page: Page, role: str = "registrar", name: str = "Sam Example", force: str = "*") -> None:
    """By the development sign-in; ends on the page that asked for it, or the queue."""
    page.goto("/sign-in")
    page.get_by_label("Your name").fill(name)
    page.get_by_role("radio", name=role.capitalize()).check()
    page.get_by_label("Your force").select_option(force)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def _note_failure(request: Request, problems: list[str]) -> None:
    if "ERR_ABORTED" not in (request.failure or ""):  # left by going to another page
        problems.append(f"{request.url}: {request.failure}")


def _note_refusal(response: Response, problems: list[str]) -> None:
    if response.status >= 400:
        problems.append(f"{response.url}: {response.status}")
