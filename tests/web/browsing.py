"""Pages without a browser: signing in, following and sending forms as HTML forms are sent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx2
from fastapi import FastAPI
from starlette.testclient import TestClient

ADDRESS = "http://127.0.0.1:8080"


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)  # as they stand; of radios the one that is chosen


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif self.found:
            self._add(tag, given)

    def _add(self, tag: str, given: dict[str, str]) -> None:
        fields, name = self.found[-1].fields, given.get("name", "")
        choice = given.get("type") in {"radio", "checkbox"}
        if tag in {"input", "textarea"} and name and (not choice or "checked" in given):
            fields[name] = given.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and (self._select not in fields or "selected" in given):
            fields[self._select] = given.get("value", "")


def forms(html: str) -> list[Form]:
    parser = _Forms()
    parser.feed(html)
    return parser.found


def text_of(html: str) -> str:
    """What a reader sees, with single spaces."""
    visible = re.sub(r"<(script|style|title)\b.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(visible.replace("&#39;", "'").replace("&amp;", "&").split())


class Visitor:
    """One browser, with its cookies. `get` and `send` follow no redirects."""

    def __init__(self, app: FastAPI, address: str = "127.0.0.1") -> None:
        self.app = app
        self.client = TestClient(
            app, ADDRESS, client=(address, 50000), follow_redirects=False, raise_server_exceptions=False
        )

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.client.get(path, headers=headers)

    def post(self, path: str, data: dict[str, Any], **headers: str) -> httpx2.Response:
        return self.client.post(path, data=data, headers=headers)

    def send(self, page: httpx2.Response, action: str, **fields: str) -> httpx2.Response:
        """Fill in and send the form of a page that leads there."""
        (form,) = [each for each in forms(page.text) if each.action == action]
        return self.client.request(form.method, form.action, data=form.fields | fields)

    def sign_in(self, role: str = "registrar", force: str = "*", name: str = "Sam Example") -> "Visitor":
        """By the development sign-in."""
        answer = self.send(self.get("/sign-in"), "/sign-in/development", role=role, force=force, name=name)
        assert answer.status_code == 303, text_of(answer.text)
        return self


def cookies_set(answer: httpx2.Response) -> Iterator[str]:
    yield from answer.headers.get_list("set-cookie")
